"""The folder of articles as the page changes it: files come in whole, and none is ever lost.

What is removed or replaced goes to ``.trash`` in that folder, which no build reads, and can be put
back. A file on its way in lies in ``.incoming`` until it is whole; then one step gives it its name.
"""

from __future__ import annotations

import errno
import filecmp
import os
import re
import secrets
import shutil
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Literal, TypeAlias

from rag.errors import ArticleFileError, LoadError, NameTakenError
from rag.index import is_index_file
from rag.load import check_readable, find_files, largest_bytes, source_of
from rag.shown.escaping import visible

MOST_NAME_BYTES = 200
"""Of one part of a path in UTF-8; file systems take 255, and a name may get a number."""
MOST_FOLDERS = 12
_ON_NO_SYSTEM = re.compile(r'[<>:"|?*\\\x00-\x1f\x7f]')
_WINDOWS_DEVICE = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\.|$)")
_TRASH, _INCOMING = ".trash", ".incoming"
_FREE_BYTES = 200_000_000
"""What an upload leaves of the disk, for the index and everything else."""
_MOST_NUMBERS = 1000

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


class Incoming:
    """A file on its way in; made by ``ArticleFolder.incoming``."""

    def __init__(self, source: str, path: Path) -> None:
        self.source = source
        self.path = path
        self.size_bytes = 0
        self._file = path.open("xb")

    def write(self, chunk: bytes) -> None:
        """Raises ArticleFileError as soon as there is more than is read of such a file."""
        self.size_bytes += len(chunk)
        _check_size(self.source, self.size_bytes)
        with _telling(self.source, "added"):
            self._file.write(chunk)

    def close(self) -> None:
        """Has what was written on the disk before the file gets its name."""
        if not self._file.closed:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()


class ArticleFolder:
    """The folder ``seeds``, in which the index may lie; its methods may run at the same time."""

    def __init__(self, seeds: Path, index: Path) -> None:
        self._seeds = seeds
        self._index = index
        shutil.rmtree(seeds / _INCOMING, ignore_errors=True)  # what a crash cut off

    @contextmanager
    def incoming(self, name: str, size_bytes: int = 0) -> Iterator[Incoming]:
        """A file to write an upload into; gone afterwards, unless ``place`` gave it its name.

        ``size_bytes`` is how large it says it is. Raises ArticleFileError if its name or size is
        refused, or where the disk has no room for it.
        """
        try:
            source = safe_source(name)
        except ArticleFileError as error:
            raise ArticleFileError(f"A file was not added: {error}.") from None
        _check_size(source, size_bytes)
        with _telling(source, "added"):
            self._check_place(source)
            folder = self._seeds / _INCOMING
            folder.mkdir(parents=True, exist_ok=True)
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
        with _telling(file.source, "added"):
            file.close()
            target = self._seeds / file.source
            target.parent.mkdir(parents=True, exist_ok=True)
            if not os.path.lexists(target) and _link(file.path, target):
                return Added(file.source, "added")
            if target.is_file() and filecmp.cmp(file.path, target, shallow=False):
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
        with _telling(source, "removed"):
            now = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
            trash_id = f"{now}-{secrets.token_hex(4)}"
            target = self._seeds / _TRASH / trash_id / path.relative_to(self._seeds)
            target.parent.mkdir(parents=True)
            path.rename(target)
        return trash_id

    def put_back(self, trash_id: str) -> str:
        """Moves a file back to where it was; returns its source. Raises NameTakenError."""
        entry, path, source = self._trashed(trash_id)
        with _telling(source, "put back"):
            self._check_place(source)
            target = self._seeds / path.relative_to(entry)
            target.parent.mkdir(parents=True, exist_ok=True)
            if os.path.lexists(target) or not _link(path, target):
                raise NameTakenError(f"{source} was not put back: another file has its name now.")
            shutil.rmtree(entry, ignore_errors=True)
        return source

    def trash(self) -> list[Trashed]:
        """What is in the trash, the last removed first."""
        folder = self._seeds / _TRASH
        entries = sorted(folder.iterdir(), reverse=True) if folder.is_dir() else []
        return [
            Trashed(entry.name, source_of(path, entry), path.lstat().st_size)
            for entry in entries
            if (path := _only_file(entry))
        ]

    def empty_trash(self) -> None:
        """Deletes what is in the trash, for good."""
        folder = self._seeds / _TRASH
        if folder.is_dir() and not folder.is_symlink():
            with _telling("The trash", "emptied"):
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
        if is_index_file(self._seeds.resolve() / source, self._index.resolve()):
            raise ArticleFileError(f"{source} was not added: the index lies there. Rename it.")
        for parent in [*PurePosixPath(source).parents][:-1]:
            place = self._seeds / parent
            if place.is_symlink() or (place.exists() and not place.is_dir()):
                raise ArticleFileError(
                    f"{source} was not added: {parent} is no folder. Rename one of them."
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

    def _trashed(self, trash_id: str) -> tuple[Path, Path, str]:
        """The folder of an entry of the trash, its file, and what its source was."""
        entry = self._seeds / _TRASH / trash_id
        is_id = trash_id.replace("-", "").isalnum()
        if not is_id or (path := _only_file(entry)) is None:
            raise ArticleFileError("This file is not in the trash any more.")
        return entry, path, source_of(path, entry)


def safe_source(name: str) -> str:
    """The path under which an uploaded file may be kept, relative to the folder of articles.

    ``name`` is a file's name, or its path within an uploaded folder, with ``/``, and comes from
    another machine: it may climb out of the folder, hide, deceive the eye or be no name at all on
    this system. What may not stand in it is replaced or left out. Raises ArticleFileError where no
    name is left.
    """
    *folders, file = name.split("/")
    parts = [_safe_part(part) for part in folders if part not in ("", ".")]
    if ".." in folders or not all(parts):
        raise ArticleFileError("its folder has no name that can be used: rename it")
    if len(parts) > MOST_FOLDERS:
        raise ArticleFileError(f"it lies within more than {MOST_FOLDERS} folders: move it up")
    if not (last := _safe_part(file)):
        raise ArticleFileError("it has no name that can be used: rename it")
    return "/".join([*parts, last])


def _safe_part(part: str) -> str:
    """A name without what hides, deceives or separates, cut before its suffix to the bytes that
    file systems take; "" where nothing is left."""
    text = unicodedata.normalize("NFC", visible(part))
    text = " ".join(_ON_NO_SYSTEM.sub("_", text).split()).lstrip(". ").rstrip(". ")
    if _WINDOWS_DEVICE.match(text):
        text = f"_{text}"
    if len(text.encode()) <= MOST_NAME_BYTES:
        return text
    suffix = PurePosixPath(text).suffix
    if len(suffix.encode()) > MOST_NAME_BYTES // 4:
        suffix = ""
    kept = text.encode()[: MOST_NAME_BYTES - len(suffix.encode())].decode("utf-8", "ignore")
    return kept.rstrip(". ") + suffix


def numbered(source: str, number: int) -> str:
    """``source`` with a number before its suffix: ``talks (2).txt``."""
    path = PurePosixPath(source)
    return str(path.with_name(f"{path.stem} ({number}){path.suffix}"))


def _check_size(source: str, size_bytes: int) -> None:
    """As rag.load.check_readable, told of an upload."""
    try:
        check_readable(source, size_bytes)
    except LoadError as error:
        too_large = size_bytes > largest_bytes(source)
        why = f"it has more than {largest_bytes(source) / 1e6:.0f} MB: split it"
        raise ArticleFileError(f"{source} was not added: {why if too_large else error}.") from None


@contextmanager
def _telling(source: str, done: str) -> Iterator[None]:
    """Turns what the file system raises into one line."""
    try:
        yield
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        why = "the disk is full. Free some space" if full else f"{error.strerror}"
        raise ArticleFileError(f"{source} was not {done}: {why}.") from error


def _only_file(entry: Path) -> Path | None:
    """The one file that an entry of the trash holds."""
    found = (Path(parent, name) for parent, _, names in os.walk(entry) for name in names)
    return next(found, None)


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
