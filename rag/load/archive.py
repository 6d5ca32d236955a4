"""Opens zips, and the formats that are zips inside, within bounds: no zip bomb is unpacked."""

from __future__ import annotations

import io
import lzma
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from rag.errors import LoadError

MOST_EXPANDED_BYTES = 500_000_000
MOST_MEMBERS = 100_000
MOST_NESTED = 3
"""Zips within zips: the outermost counts as one."""

_SYSTEM_FOLDERS = ("__MACOSX",)
_BROKEN = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError),
    *(EOFError, NotImplementedError, OSError, RuntimeError, ValueError),
)
"""What zipfile and its decompressors raise on damaged files."""


class ArchiveTooLargeError(LoadError):
    """An archive, with those within it, unpacks to more than is allowed."""


@dataclass(slots=True)
class Allowance:
    """How much may be unpacked from one file, the archives within it included."""

    most_bytes: int = MOST_EXPANDED_BYTES
    most_members: int = MOST_MEMBERS
    spent_bytes: int = 0
    spent_members: int = 0

    def spend(self, expanded_bytes: int, members: int) -> None:
        """Raises ArchiveTooLargeError where so much is not left."""
        self.spent_bytes += expanded_bytes
        self.spent_members += members
        if self.spent_bytes > self.most_bytes:
            raise ArchiveTooLargeError(
                f"it unpacks to more than {self.most_bytes // 10**6} MB: split it"
            )
        if self.spent_members > self.most_members:
            raise ArchiveTooLargeError(f"it holds more than {self.most_members} files: split it")


@dataclass(frozen=True, slots=True)
class Member:
    """A file in an archive; ``name`` is its path there, with ``/``."""

    name: str
    expanded_bytes: int
    _archive: zipfile.ZipFile
    _info: zipfile.ZipInfo

    def read(self) -> bytes:
        """Its bytes, as many as the archive announced. Raises LoadError if it is damaged."""
        if self._info.flag_bits & 1:
            raise LoadError("it is locked with a password: save it without one")
        try:
            return self._archive.read(self._info)
        except _BROKEN as error:
            raise LoadError("it is damaged within its archive: pack it again") from error


def members(data: bytes, allowance: Allowance) -> Iterator[Member]:
    """The files in a zip, by name; hidden files and those of systems are passed over.

    What they announce to unpack to is spent from ``allowance`` before any is unpacked; zipfile
    unpacks no more than that. Raises LoadError for what is no zip.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except _BROKEN as error:
        raise LoadError("it is no zip, or a damaged one: pack it again") from error
    with archive:
        files = [info for info in archive.infolist() if not info.is_dir()]
        allowance.spend(sum(info.file_size for info in files), len(files))
        for info in sorted(files, key=lambda info: info.filename):
            parts = [part for part in PurePosixPath(info.filename).parts if part not in ("/", "..")]
            if parts and not any(_is_hidden(part) for part in parts):
                yield Member("/".join(parts), info.file_size, archive, info)


def _is_hidden(part: str) -> bool:
    return part.startswith(".") or part in _SYSTEM_FOLDERS
