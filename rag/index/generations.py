"""Generations of an index, which of them is in force, and what vouches for each.

    index/
      CURRENT                 the generation in force and the sha256 of its manifest
      build.lock              held by the process that builds
      embedded.sqlite         vectors of a build that was interrupted
      shards-0123456789abcdef/  texts that other machines embed, and their vectors
      generations/g000001/    manifest.json, articles.sqlite, vectors.faiss, terms/

A generation is written whole, its manifest last, everything synced; then ``CURRENT`` is replaced
by a rename. A reader therefore sees the old generation or the new one, never a mixture; and
``CURRENT`` vouches for the manifest, which vouches for the files. Whoever reads a generation, in
whatever process, holds a lock on its manifest: until the last lets go, it is not removed.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
import weakref
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from pydantic import TypeAdapter

from rag.errors import BuildError, BuildInProgressError, IndexMissingError, OpenError
from rag.index.embedding_cache import FILE as CACHE_FILE
from rag.index.embedding_cache import SHARDS_NAME
from rag.index.problems import confirming, corrupt, mismatch, reading, rebuild_command, writing
from rag.index.vectors import VectorSearch
from rag.models import sha256_of
from rag.types import Failure

FORMAT_VERSION = 6
_CURRENT = "CURRENT"
_LOCK = "build.lock"
_MANIFEST = "manifest.json"
_GENERATIONS = "generations"
_CURRENT_LINE = re.compile(r"(g\d{6,}) ([0-9a-f]{64})\n")
_GENERATION_NAME = re.compile(r"g\d{6,}")
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


_MANIFESTS = TypeAdapter(Manifest)


@dataclass(frozen=True, slots=True)
class Current:
    """What ``CURRENT`` says."""

    generation: str
    manifest_sha256: str


class HeldGeneration:
    """A generation that is not removed until this is closed or forgotten, or its process ends.

    Raises FileNotFoundError if it has no manifest, BlockingIOError if it is just being removed.
    """

    def __init__(self, index: Path, current: Current) -> None:
        self.index = index
        self.current = current
        self.folder = _folder(index, current.generation)
        self._descriptor = os.open(self.folder / _MANIFEST, os.O_RDONLY)
        self._close = weakref.finalize(self, os.close, self._descriptor)
        fcntl.flock(self._descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)

    def manifest(self) -> bytes:
        """The content of the manifest."""
        return os.pread(self._descriptor, os.fstat(self._descriptor).st_size, 0)

    def close(self) -> None:
        self._close()


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


def read_generation(index: Path, current: Current) -> tuple[HeldGeneration, Manifest]:
    """The generation in force, held, and its manifest.

    Raises IndexCorruptError if the manifest is not whole, IndexMismatchError if another version
    wrote it.
    """
    try:
        held = HeldGeneration(index, current)
    except (FileNotFoundError, NotADirectoryError):
        raise corrupt(index, f"{_MANIFEST} of {current.generation} is missing") from None
    content = held.manifest()
    if sha256(content).hexdigest() != current.manifest_sha256:
        raise corrupt(index, f"{_MANIFEST} of {current.generation} was changed")
    data = json.loads(content)
    if data["recipe"]["format_version"] != FORMAT_VERSION:
        raise mismatch(index, "it was written by another version of Footnote")
    return held, _MANIFESTS.validate_python(data)


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
            name = path.relative_to(folder).as_posix()
            seals[name] = FileSeal(path.stat().st_size, sha256_of(path))
    return seals


def verify_files(index: Path, folder: Path, seals: dict[str, FileSeal]) -> None:
    """Raises IndexCorruptError if a file of the generation is missing, cut short or changed."""
    for name, seal in seals.items():
        path = folder / name
        if not path.is_file():
            raise corrupt(index, f"{name} is missing")
        if path.stat().st_size != seal.size_bytes:
            raise corrupt(index, f"{name} was cut short or grew")
    with ThreadPoolExecutor(_HASHED_AT_ONCE) as pool:
        hashes = pool.map(sha256_of, [folder / name for name in seals])
        for (name, seal), found in zip(seals.items(), hashes, strict=True):
            if found != seal.sha256:
                raise corrupt(index, f"{name} was changed")


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
    """Writes the manifest and puts the generation in ``folder`` in force.

    Everything in it was synced. Raises BuildError if it is in force but may not stay so.
    """
    content = _MANIFESTS.dump_json(manifest, indent=1)
    _replace(folder / _MANIFEST, content)
    sync(folder)
    for parent in (folder.parent, index, index.absolute().parent):
        sync(parent)
    _replace(index / _CURRENT, f"{folder.name} {sha256(content).hexdigest()}\n".encode())
    with confirming(index):
        sync(index)


def is_in_force(index: Path, folder: Path) -> bool:
    """Whether ``CURRENT`` names the generation in ``folder``."""
    try:
        return read_current(index).generation == folder.name
    except OpenError:
        return False


def remove_unused(index: Path) -> None:
    """Deletes every generation that is neither in force nor held.

    None where ``CURRENT`` cannot be read. The caller holds the build lock.
    """
    # A build may have been killed between its switch and the sync: until then a power cut would
    # bring back the generation before.
    sync(index)
    try:
        in_force = read_current(index).generation
    except IndexMissingError:
        in_force = ""
    except OpenError:
        return
    for folder in generation_folders(index):
        if folder.name != in_force:
            _remove_unless_held(folder)


def is_index_file(path: Path, index: Path) -> bool:
    """Whether a file is one that Footnote itself writes into the folder ``index``."""
    if not path.is_relative_to(index) or path == index:
        return False
    name = path.relative_to(index).parts[0]
    own = (_CURRENT, f"{_CURRENT}.new", _LOCK, _GENERATIONS, CACHE_FILE, f"{CACHE_FILE}-journal")
    return name in own or SHARDS_NAME.fullmatch(name) is not None


@contextmanager
def build_lock(index: Path) -> Iterator[None]:
    """Held while building; afterwards the generation before is removed, unless somebody reads it.

    The operating system releases the lock when the process ends, however it ends. Raises
    BuildInProgressError if another build holds it, or BuildError.
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
        with suppress(OSError):  # the next build will try again
            remove_unused(index)


def _remove_unless_held(folder: Path) -> None:
    try:
        manifest = (folder / _MANIFEST).open("rb")
    except OSError:  # it was never finished, or not removed in whole
        shutil.rmtree(folder, ignore_errors=True)
        return
    with manifest, suppress(BlockingIOError):
        fcntl.flock(manifest, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(folder, ignore_errors=True)


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


def sync(path: Path) -> None:
    """Has a file or folder written to the disk before anything else happens."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
