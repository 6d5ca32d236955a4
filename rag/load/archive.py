"""Opens zips, and the formats that are zips inside, within bounds: no zip bomb is unpacked."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import PurePosixPath
from zipfile import ZipFile, ZipInfo

from rag.errors import LoadError

MOST_EXPANDED_BYTES = 500_000_000
MOST_MEMBERS = 100_000
DEEPEST = 3
"""Zips within zips: the outermost counts as one."""

_SYSTEM_FOLDERS = ("__MACOSX",)
_LOCKED = 0x1
"""The flag of a file that only a password opens."""


@dataclass(slots=True)
class Allowance:
    """How much may be unpacked from one file, the archives within it included."""

    most_bytes: int = MOST_EXPANDED_BYTES
    most_members: int = MOST_MEMBERS
    spent_bytes: int = 0
    spent_members: int = 0

    @property
    def is_spent(self) -> bool:
        return self.spent_bytes > self.most_bytes or self.spent_members > self.most_members

    def spend(self, expanded_bytes: int, members: int) -> None:
        """Raises LoadError where so much is not left."""
        self.spent_bytes += expanded_bytes
        self.spent_members += members
        if self.spent_bytes > self.most_bytes:
            raise LoadError(f"it unpacks to more than {self.most_bytes // 10**6} MB: split it")
        if self.spent_members > self.most_members:
            raise LoadError(f"it holds more than {self.most_members} files: split it")


_NO_ZIP = "it is no zip, or a damaged one: pack it again"


def open_archive(data: bytes, allowance: Allowance, no_zip: str = _NO_ZIP) -> ZipFile:
    """A zip, after what it announces to unpack to is spent from ``allowance``.

    zipfile never unpacks more than that. Raises LoadError for what unpacks to more, and with
    ``no_zip`` for what is no zip.
    """
    with survived(no_zip):
        archive = ZipFile(io.BytesIO(data))
    files = archive.infolist()
    allowance.spend(sum(info.file_size for info in files), len(files))
    return archive


@contextmanager
def survived(reason: str) -> Iterator[None]:
    """Turns whatever a library raises on an odd file into a LoadError, its panics too."""
    try:
        yield
    except (KeyboardInterrupt, SystemExit, GeneratorExit, LoadError):
        raise
    except BaseException as error:  # a panic in Rust is no Exception
        raise LoadError(reason) from error


def visible_files(archive: ZipFile) -> list[tuple[str, ZipInfo]]:
    """The files of a zip with their paths in it, sorted; without hidden and system ones."""
    named: list[tuple[str, ZipInfo]] = []
    for info in archive.infolist():
        parts = [part for part in PurePosixPath(info.filename).parts if part not in ("/", "..")]
        is_hidden = any(part.startswith((".", "~$")) or part in _SYSTEM_FOLDERS for part in parts)
        if parts and not is_hidden and not info.is_dir():
            named.append(("/".join(parts), info))
    return sorted(named, key=lambda file: file[0])


def unpacked(archive: ZipFile, info: ZipInfo) -> bytes:
    """The bytes of a file in a zip. Raises LoadError if it is damaged or locked."""
    if info.flag_bits & _LOCKED:
        raise LoadError("it is locked with a password: save it without one")
    with survived("it is damaged within its archive: pack it again"):
        return archive.read(info)
