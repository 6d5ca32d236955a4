"""What vouches for a generation in Milvus: how it was made and what its build could not read."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from rag.errors import IndexMismatchError
from rag.index.manifest import Recipe
from rag.types import Failure

LAYOUT_VERSION = 2
"""Of the collections and their rows; another one is built anew."""


@dataclass(frozen=True, slots=True)
class MilvusManifest:
    """Written last: a generation without it is unfinished."""

    recipe: Recipe
    seeds: str
    article_count: int
    passage_count: int
    failures: tuple[Failure, ...]
    left_out: tuple[Failure, ...] = ()
    layout_version: int = LAYOUT_VERSION

    def to_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)


def read_manifest(server_name: str, content: str, wanted: Recipe | None) -> MilvusManifest:
    """The manifest in ``content``; ``wanted`` None takes any recipe.

    Raises IndexMismatchError if the generation was made by another model or version.
    """
    data = json.loads(content)
    if data["layout_version"] != LAYOUT_VERSION:
        raise _mismatch(server_name, "it was written by another version of Footnote")
    found = Recipe(**data["recipe"])
    if wanted is not None and found != wanted:
        raise _mismatch(server_name, _difference(found, wanted))
    told = {
        name: tuple(Failure(**failure) for failure in data[name])
        for name in ("failures", "left_out")
    }
    return MilvusManifest(**{**data, "recipe": found, **told})


def _difference(found: Recipe, wanted: Recipe) -> str:
    if found.format_version != wanted.format_version:
        return "it was written by another version of Footnote"
    if (found.embedder, found.revision) != (wanted.embedder, wanted.revision):
        return (
            f"it was made with the model {found.embedder} ({found.revision}), "
            f"this is {wanted.embedder} ({wanted.revision})"
        )
    return "it was made with another way of cutting passages"


def _mismatch(server_name: str, what: str) -> IndexMismatchError:
    return IndexMismatchError(
        f"The index in Milvus at {server_name} cannot be used: {what}. Run rag build."
    )
