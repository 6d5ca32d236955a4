"""Generations of an index and the manifest that vouches for one.

    index/
      CURRENT                 the name of the generation in force
      build.lock              held by the process that builds
      generations/g000001/    manifest.json, articles.sqlite, vectors.faiss, terms/

A generation is written whole, its manifest last, everything synced; then ``CURRENT`` is replaced
by a rename. A reader therefore sees the old generation or the new one, never a mixture.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from rag.errors import (
    BuildInProgressError,
    IndexCorruptError,
    IndexMismatchError,
    IndexMissingError,
)
from rag.models import sha256_of
from rag.types import Failure

FORMAT_VERSION = 1
_CURRENT = "CURRENT"
_MANIFEST = "manifest.json"
_GENERATIONS = "generations"


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
class Manifest:
    """What a generation holds and how it was made."""

    recipe: Recipe
    seeds: str
    article_count: int
    passage_count: int
    content: dict[str, str]
    """sha256 of each article's text, by source."""
    failures: tuple[Failure, ...]
    files: dict[str, FileSeal]


def rebuild_command(index: Path) -> str:
    """The command that mends the index in this folder."""
    return "rag build" if index == Path("index") else f"rag build --index {index}"


def current_generation(index: Path) -> Path:
    """The folder of the generation in force.

    Raises IndexMissingError where nothing was built, IndexCorruptError where what ``CURRENT``
    names is not there.
    """
    try:
        name = (index / _CURRENT).read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        if generation_folders(index):
            raise _corrupt(index, f"{_CURRENT} is missing") from None
        raise IndexMissingError(
            f"No index in {index}: run {rebuild_command(index)}."
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise _corrupt(index, f"{_CURRENT} cannot be read: {error}") from None
    folder = index / _GENERATIONS / name
    if not name or "/" in name or not folder.is_dir():
        raise _corrupt(index, f"generation {name!r} is missing")
    return folder


def generation_folders(index: Path) -> list[Path]:
    """Folders of generations, finished or not, oldest first."""
    folder = index / _GENERATIONS
    return sorted(folder.iterdir()) if folder.is_dir() else []


def read_manifest(index: Path, generation: Path) -> Manifest:
    """The manifest of a generation. Raises IndexCorruptError if it is not whole."""
    try:
        data = json.loads((generation / _MANIFEST).read_text(encoding="utf-8"))
        if data["recipe"]["format_version"] != FORMAT_VERSION:
            raise _mismatch(index, "it was written by another version of Footnote")
        return Manifest(
            recipe=Recipe(**data["recipe"]),
            seeds=data["seeds"],
            article_count=data["article_count"],
            passage_count=data["passage_count"],
            content=data["content"],
            failures=tuple(Failure(**failure) for failure in data["failures"]),
            files={name: FileSeal(**seal) for name, seal in data["files"].items()},
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise _corrupt(index, f"{_MANIFEST} cannot be read ({type(error).__name__})") from None


def check_recipe(index: Path, found: Recipe, wanted: Recipe) -> None:
    """Raises IndexMismatchError if an index was made by another model or version."""
    if (found.embedder, found.revision) != (wanted.embedder, wanted.revision):
        raise _mismatch(
            index,
            f"it was made with the model {found.embedder} ({found.revision}), "
            f"this is {wanted.embedder} ({wanted.revision})",
        )
    if found != wanted:
        raise _mismatch(index, "it was made with another way of cutting passages")


def verify_files(index: Path, generation: Path, manifest: Manifest) -> None:
    """Raises IndexCorruptError if a file is missing, cut short or changed."""
    for name, seal in manifest.files.items():
        path = generation / name
        if not path.is_file():
            raise _corrupt(index, f"{name} is missing")
        if path.stat().st_size != seal.size_bytes:
            raise _corrupt(index, f"{name} was cut short or grew")
        if sha256_of(path) != seal.sha256:
            raise _corrupt(index, f"{name} was changed")


def seal_files(generation: Path) -> dict[str, FileSeal]:
    """Sizes and hashes of everything in a generation, each file synced to the disk."""
    seals = {}
    for path in sorted(generation.rglob("*")):
        _sync(path)
        if path.is_file():
            seals[path.relative_to(generation).as_posix()] = FileSeal(
                size_bytes=path.stat().st_size, sha256=sha256_of(path)
            )
    return seals


def publish(index: Path, generation: Path, manifest: Manifest) -> None:
    """Writes the manifest and makes ``generation`` the one in force."""
    write_synced(generation / _MANIFEST, json.dumps(asdict(manifest), indent=1))
    _sync(generation)
    _sync(generation.parent)
    write_synced(index / _CURRENT, generation.name + "\n")
    _sync(index)


def write_synced(path: Path, text: str) -> None:
    """Replaces a file by a rename, so that it is whole after a power cut."""
    beside = path.with_name(path.name + ".new")
    with beside.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def new_generation(index: Path) -> Path:
    """An empty folder for the next generation."""
    folders = generation_folders(index)
    number = max((int(folder.name[1:]) for folder in folders), default=0) + 1
    generation = index / _GENERATIONS / f"g{number:06d}"
    generation.mkdir(parents=True)
    return generation


def remove_unused(index: Path, keep: set[str]) -> None:
    """Deletes the folders of generations that are not named in ``keep``."""
    for folder in generation_folders(index):
        if folder.name not in keep:
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def build_lock(index: Path) -> Iterator[None]:
    """Held while building; raises BuildInProgressError if another process holds it.

    The operating system releases it when the process ends, however it ends.
    """
    index.mkdir(parents=True, exist_ok=True)
    with (index / "build.lock").open("a") as file:
        _lock(file, index)
        yield


def _lock(file: IO[str], index: Path) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise BuildInProgressError(
            f"Index {index} is being built by another process: wait until it has finished."
        ) from None


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _corrupt(index: Path, what: str) -> IndexCorruptError:
    return IndexCorruptError(f"Index {index} is damaged: {what}. Run {rebuild_command(index)}.")


def _mismatch(index: Path, what: str) -> IndexMismatchError:
    return IndexMismatchError(
        f"Index {index} cannot be used: {what}. Run {rebuild_command(index)}."
    )
