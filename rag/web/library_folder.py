"""The folder of articles as the page changes it: files come in whole, and none is ever lost.

What is removed or replaced goes to ``.trash`` in that folder, which no build reads, and can be put
back. A file on its way in lies in ``.incoming`` until it is whole; then one step gives it its name.
"""

from __future__ import annotations

import os
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Literal, TypeAlias

from rag.errors import ArticleFileError, NameTakenError
from rag.index import is_index_file
from rag.load import find_files, source_of
from rag.web.library_incoming import Incoming, check_upload, telling
from rag.web.library_names import numbered, safe_source

TRASH = ".trash"
INCOMING = ".incoming"
_FREE_BYTES = 200_000_000
"""What an upload leaves of the disk, for the index and everything else."""
_STALE_SECONDS = 24 * 3600
_MOST_NUMBERS = 1000
_NOT_IN_TRASH = "This file is not in the trash any more."

Clash: TypeAlias = Literal["ask", "keep", "replace"]
"""What becomes of a file whose name another has: not added yet, numbered, or put in its place."""


@dataclass(frozen=True, slots=True)
class Added:
    """What became of an uploaded file."""

    source: str
    outcome: Literal["added", "replaced", "there", "taken"]
    """``there``: the very same file was there before. ``taken``: another one is, and stays."""


@dataclass(frozen=True, slots=True)
class Trashed:
    """A file in the trash."""

    id: str
    source: str
    size_bytes: int


class ArticleFolder:
    """The folder ``seeds``, in which the index may lie; its methods may run at the same time."""

    def __init__(self, seeds: Path, index: Path) -> None:
        self._seeds = seeds
        self._index = index

    @contextmanager
    def incoming(self, name: str, size_bytes: int = 0) -> Iterator[Incoming]:
        """A file to write an upload into; gone afterwards, unless ``place`` gave it its name.

        ``size_bytes`` is how large it says it is. Raises ArticleFileError if its name or size is
        refused, or where the disk has no room for it.
        """
        source = _named(name)
        check_upload(source, size_bytes)
        with telling(source, "added"):
            self._check_place(source)
            folder = self._seeds / INCOMING
            folder.mkdir(parents=True, exist_ok=True)
            _remove_stale(folder)
            if shutil.disk_usage(folder).free < size_bytes + _FREE_BYTES:
                raise ArticleFileError(
                    f"{source} was not added: the disk is full. Free some space."
                )
            file = Incoming(source, folder / secrets.token_hex(16))
        try:
            yield file
        finally:
            with suppress(OSError):
                file.close()
            file.path.unlink(missing_ok=True)

    def place(self, file: Incoming, clash: Clash = "ask") -> Added:
        """Gives a whole file its name in one step."""
        with telling(file.source, "added"):
            file.close()
            target = self._seeds / file.source
            target.parent.mkdir(parents=True, exist_ok=True)
            if not os.path.lexists(target) and _link(file.path, target):
                return Added(file.source, "added")
            if target.is_file() and file.is_same_as(target):
                return Added(file.source, "there")
            if clash == "keep" or target.is_dir():
                return Added(self._place_numbered(file), "added")
            if clash == "replace":
                self.remove(file.source)
                if _link(file.path, target):
                    return Added(file.source, "replaced")
        return Added(file.source, "taken")

    def remove(self, source: str) -> str:
        """Moves a file to the trash; returns the id under which it can be put back."""
        path = self._existing(source)
        with telling(source, "removed"):
            now = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
            trash_id = f"{now}-{secrets.token_hex(4)}"
            target = self._seeds / TRASH / trash_id / path.relative_to(self._seeds)
            target.parent.mkdir(parents=True)
            path.rename(target)
        return trash_id

    def put_back(self, trash_id: str) -> str:
        """Moves a file back to where it was; returns its source. Raises NameTakenError."""
        entry = self._entry(trash_id)
        path = _only_file(entry)
        if path is None:
            raise ArticleFileError(_NOT_IN_TRASH)
        source = source_of(path, entry)
        with telling(source, "put back"):
            self._check_place(source)
            target = self._seeds / path.relative_to(entry)
            target.parent.mkdir(parents=True, exist_ok=True)
            if os.path.lexists(target) or not _link(path, target):
                raise NameTakenError(f"{source} was not put back: another file has its name now.")
            shutil.rmtree(entry, ignore_errors=True)
        return source

    def trash(self) -> list[Trashed]:
        """What is in the trash, the last removed first."""
        folder = self._seeds / TRASH
        entries = sorted(folder.iterdir(), reverse=True) if folder.is_dir() else []
        found = ((entry, _only_file(entry)) for entry in entries)
        return [
            Trashed(entry.name, source_of(path, entry), path.lstat().st_size)
            for entry, path in found
            if path is not None
        ]

    def delete_for_good(self, trash_id: str) -> str:
        """Deletes a file that is in the trash; returns what its source was."""
        entry = self._entry(trash_id)
        path = _only_file(entry)
        if path is None:
            raise ArticleFileError(_NOT_IN_TRASH)
        source = source_of(path, entry)
        with telling(source, "deleted"):
            shutil.rmtree(entry)
        return source

    def empty_trash(self) -> None:
        """Deletes what is in the trash, for good."""
        folder = self._seeds / TRASH
        if folder.is_dir() and not folder.is_symlink():
            with telling("The trash", "emptied"):
                shutil.rmtree(folder)

    def _place_numbered(self, file: Incoming) -> str:
        for number in range(2, _MOST_NUMBERS):
            source = numbered(file.source, number)
            target = self._seeds / source
            if not os.path.lexists(target) and _link(file.path, target):
                return source
        raise NameTakenError(f"{file.source} was not added: too many files have its name.")

    def _check_place(self, source: str) -> None:
        """That a file may stand there: not in the index, nor where a link leads elsewhere."""
        path = self._seeds / source
        if is_index_file(self._seeds.resolve() / source, self._index.resolve()):
            raise ArticleFileError(f"{source} was not added: the index lies there. Rename it.")
        for parent in path.relative_to(self._seeds).parents:
            place = self._seeds / parent
            if parent != Path() and (place.is_symlink() or (place.exists() and not place.is_dir())):
                raise ArticleFileError(
                    f"{source} was not added: {parent.as_posix()} is no folder. Rename one of them."
                )

    def _existing(self, source: str) -> Path:
        """The path of a file that a build would read. Raises ArticleFileError if there is none."""
        parts = PurePosixPath(source).parts
        path = self._seeds.joinpath(*parts)
        is_hidden = any(part.startswith(".") for part in parts)
        if not parts or is_hidden or parts[0] == "/" or "\x00" in source:
            raise ArticleFileError("There is no such file.")
        if not os.path.lexists(path):  # its name may have bytes that are no UTF-8
            found = find_files(self._seeds) if self._seeds.is_dir() else []
            path = next((each for each in found if source_of(each, self._seeds) == source), path)
        folder = path.parent.resolve()
        inside = folder.is_relative_to(self._seeds.resolve())
        is_file = path.is_file() or path.is_symlink()
        if not inside or not is_file or is_index_file(folder / path.name, self._index.resolve()):
            raise ArticleFileError(f"{source} is not there any more.")
        return path

    def _entry(self, trash_id: str) -> Path:
        if not trash_id.replace("-", "").isalnum():
            raise ArticleFileError(_NOT_IN_TRASH)
        return self._seeds / TRASH / trash_id


def _named(name: str) -> str:
    try:
        return safe_source(name)
    except ArticleFileError as error:
        raise ArticleFileError(f"A file was not added: {error}.") from None


def _only_file(entry: Path) -> Path | None:
    """The one file that an entry of the trash holds."""
    for parent, _, names in os.walk(entry):
        for name in names:
            return Path(parent, name)
    return None


def _link(path: Path, target: Path) -> bool:
    """Gives a file another name; False if that is taken. Nothing is ever overwritten."""
    try:
        os.link(path, target, follow_symlinks=False)
    except FileExistsError:
        return False
    except OSError:  # a file system without links
        if os.path.lexists(target):
            return False
        path.rename(target)
        return True
    path.unlink()
    return True


def _remove_stale(folder: Path) -> None:
    """Deletes what uploads left that were cut off by a crash."""
    for path in folder.iterdir():
        with suppress(OSError):
            if time.time() - path.stat().st_mtime > _STALE_SECONDS:
                path.unlink()
