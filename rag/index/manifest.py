"""What vouches for one generation: how it was made, what it holds, every file's hash."""

from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from rag.index.problems import corrupt, mismatch
from rag.models import sha256_of
from rag.types import Failure

FORMAT_VERSION = 5
_HASHED_AT_ONCE = 4
"""The two largest files, of articles and of vectors, are about of a size."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """What must agree between the index and the program that opens it."""

    format_version: int
    embedder: str
    revision: str
    dimensions: int
    splitter: str
    passage_tokens: int


@dataclass(frozen=True, slots=True)
class FileSeal:
    """Size and content hash of one file of a generation."""

    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class VectorSearch:
    """How vectors are searched, and the share of the exact ten nearest that this finds.

    The recall was measured when the index was built, on sample queries; 1.0 where it is exact.
    """

    method: Literal["exact", "lists"]
    recall_at_10: float
    lists: int = 0
    probes: int = 0
    """Lists that a search reads."""
    note: str = ""
    """Why so many passages are compared one by one, where they are."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation holds and how it was made."""

    recipe: Recipe
    seeds: str
    article_count: int
    passage_count: int
    reading: str
    """The code that made passages of files; of files read by other code nothing is copied."""
    failures: tuple[Failure, ...]
    files: dict[str, FileSeal]
    vectors: VectorSearch
    left_out: tuple[Failure, ...] = ()
    """What of articles that are here was not read."""

    def to_json(self) -> bytes:
        return json.dumps(asdict(self), indent=1).encode()


def read_manifest(index: Path, content: bytes) -> Manifest:
    """The manifest in ``content``, which is known to be whole.

    Raises IndexMismatchError if another version wrote it.
    """
    data = json.loads(content)
    if data["recipe"]["format_version"] != FORMAT_VERSION:
        raise mismatch(index, "it was written by another version of Footnote")
    return Manifest(
        recipe=Recipe(**data["recipe"]),
        seeds=data["seeds"],
        article_count=data["article_count"],
        passage_count=data["passage_count"],
        reading=data["reading"],
        failures=tuple(Failure(**failure) for failure in data["failures"]),
        left_out=tuple(Failure(**part) for part in data["left_out"]),
        files={name: FileSeal(**seal) for name, seal in data["files"].items()},
        vectors=VectorSearch(**data["vectors"]),
    )


def check_recipe(index: Path, found: Recipe, wanted: Recipe) -> None:
    """Raises IndexMismatchError if an index was made by another model or version."""
    if (found.embedder, found.revision) != (wanted.embedder, wanted.revision):
        raise mismatch(
            index,
            f"it was made with the model {found.embedder} ({found.revision}), "
            f"this is {wanted.embedder} ({wanted.revision})",
        )
    if found != wanted:
        raise mismatch(index, "it was made with another way of cutting passages")


def seal_files(folder: Path) -> dict[str, FileSeal]:
    """Sizes and hashes of every file of a generation, each synced to the disk."""
    seals = {}
    for path in sorted(folder.rglob("*")):
        sync(path)
        if path.is_file():
            seals[path.relative_to(folder).as_posix()] = FileSeal(
                size_bytes=path.stat().st_size, sha256=sha256_of(path)
            )
    return seals


def verify_files(index: Path, folder: Path, manifest: Manifest) -> None:
    """Raises IndexCorruptError if a file of the generation is missing, cut short or changed."""
    for name, seal in manifest.files.items():
        path = folder / name
        if not path.is_file():
            raise corrupt(index, f"{name} is missing")
        if path.stat().st_size != seal.size_bytes:
            raise corrupt(index, f"{name} was cut short or grew")
    with ThreadPoolExecutor(_HASHED_AT_ONCE) as pool:
        hashes = pool.map(sha256_of, [folder / name for name in manifest.files])
        for (name, seal), found in zip(manifest.files.items(), hashes, strict=True):
            if found != seal.sha256:
                raise corrupt(index, f"{name} was changed")


def sync(path: Path) -> None:
    """Has a file or folder written to the disk before anything else happens."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
