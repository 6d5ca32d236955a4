"""Generations of an index, and which of them is in force.

    index/
      CURRENT                 the generation in force and the sha256 of its manifest
      build.lock              held by the process that builds
      embedded.sqlite         vectors of a build that was interrupted
      shards-0123456789abcdef/  texts that other machines embed, and their vectors
      generations/g000001/    manifest.json, articles.sqlite, vectors.faiss, terms/

A generation is written whole, its manifest last, everything synced; then ``CURRENT`` is replaced
by a rename. A reader therefore sees the old generation or the new one, never a mixture; and
``CURRENT`` vouches for the manifest, which vouches for the files.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from rag.errors import BuildError, BuildInProgressError, IndexMissingError, OpenError
from rag.store.embedding_cache import FILE as CACHE_FILE
from rag.store.embedding_cache import SHARDS_NAME
from rag.store.manifest import Manifest, read_manifest, sync
from rag.store.problems import corrupt, reading, rebuild_command, writing

_CURRENT = "CURRENT"
_LOCK = "build.lock"
_MANIFEST = "manifest.json"
_GENERATIONS = "generations"
_CURRENT_LINE = re.compile(r"(g\d{6,}) ([0-9a-f]{64})\n")
_GENERATION_NAME = re.compile(r"g\d{6,}")


@dataclass(frozen=True, slots=True)
class Current:
    """What ``CURRENT`` says."""

    generation: str
    manifest_sha256: str


def read_current(index: Path) -> Current:
    """The generation in force.

    Raises IndexMissingError where no build has finished, IndexCorruptError where ``CURRENT`` is not
    whole, OpenError where it may not be read.
    """
    if index.exists() and not index.is_dir():
        raise OpenError(f"Index {index} is a file: name a folder with --index.")
    with reading(index):
        try:
            line = (index / _CURRENT).read_bytes()
        except FileNotFoundError:
            raise IndexMissingError(f"No index in {index}: run {rebuild_command(index)}.") from None
    match = _CURRENT_LINE.fullmatch(line.decode("ascii", "replace"))
    if match is None:
        raise corrupt(index, f"{_CURRENT} was changed")
    return Current(*match.groups())


def read_generation(index: Path, current: Current) -> tuple[Path, Manifest]:
    """Folder and manifest of the generation in force.

    Raises IndexCorruptError if the manifest is not whole, IndexMismatchError if another version
    wrote it.
    """
    folder = _folder(index, current.generation)
    try:
        content = (folder / _MANIFEST).read_bytes()
    except FileNotFoundError:
        raise corrupt(index, f"{_MANIFEST} of {current.generation} is missing") from None
    if sha256(content).hexdigest() != current.manifest_sha256:
        raise corrupt(index, f"{_MANIFEST} of {current.generation} was changed")
    return folder, read_manifest(index, content)


def generation_folders(index: Path) -> list[Path]:
    """Folders of generations, finished or not, oldest first."""
    parent = index / _GENERATIONS
    found = parent.iterdir() if parent.is_dir() else ()
    return sorted(path for path in found if _GENERATION_NAME.fullmatch(path.name))


def new_generation(index: Path) -> Path:
    """An empty folder for the next generation."""
    number = max((int(folder.name[1:]) for folder in generation_folders(index)), default=0) + 1
    folder = _folder(index, f"g{number:06d}")
    folder.mkdir(parents=True)
    return folder


def publish(index: Path, folder: Path, manifest: Manifest) -> None:
    """Writes the manifest and puts the generation in ``folder`` in force."""
    content = manifest.to_json()
    _replace(folder / _MANIFEST, content)
    sync(folder)
    sync(folder.parent)
    _replace(index / _CURRENT, f"{folder.name} {sha256(content).hexdigest()}\n".encode())
    sync(index)


def is_in_force(index: Path, folder: Path) -> bool:
    """Whether ``CURRENT`` names the generation in ``folder``."""
    try:
        return read_current(index).generation == folder.name
    except OpenError:
        return False


def remove_unused(index: Path) -> None:
    """Deletes every generation but the one in force; none where ``CURRENT`` cannot be read."""
    try:
        in_force = read_current(index).generation
    except IndexMissingError:
        in_force = ""
    except OpenError:
        return
    for folder in generation_folders(index):
        if folder.name != in_force:
            shutil.rmtree(folder, ignore_errors=True)


def is_index_file(path: Path, index: Path) -> bool:
    """Whether a file is one that Footnote itself writes into the folder ``index``."""
    if not path.is_relative_to(index) or path == index:
        return False
    name = path.relative_to(index).parts[0]
    own = (_CURRENT, f"{_CURRENT}.new", _LOCK, _GENERATIONS, CACHE_FILE, f"{CACHE_FILE}-journal")
    return name in own or SHARDS_NAME.fullmatch(name) is not None


@contextmanager
def build_lock(index: Path) -> Iterator[None]:
    """Held while building. Raises BuildInProgressError if another build holds it, or BuildError.

    The operating system releases it when the process ends, however it ends.
    """
    if index.exists() and not index.is_dir():
        raise BuildError(f"Index {index} is a file: name a folder with --index.")
    with writing(index):
        index.mkdir(parents=True, exist_ok=True)
        file = (index / _LOCK).open("a")
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BuildInProgressError(
                f"Index {index} is being built already: wait until that build has finished."
            ) from None
        yield


def _folder(index: Path, generation: str) -> Path:
    return index / _GENERATIONS / generation


def _replace(path: Path, content: bytes) -> None:
    """Replaces a file by a rename, so that it is whole after a power cut."""
    beside = path.with_name(path.name + ".new")
    with beside.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
