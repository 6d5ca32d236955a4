"""A file on its way into the folder of articles: bounded while it comes, named once it is whole."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rag.errors import ArticleFileError, LoadError
from rag.load import check_readable, largest_bytes


class Incoming:
    """A file on its way in; made by ``ArticleFolder.incoming``."""

    def __init__(self, source: str, path: Path) -> None:
        self.source = source
        self.path = path
        self.size_bytes = 0
        self._digest = hashlib.sha256()
        self._file = path.open("xb")

    def write(self, chunk: bytes) -> None:
        """Raises ArticleFileError as soon as there is more than is read of such a file."""
        self.size_bytes += len(chunk)
        check_upload(self.source, self.size_bytes)
        with telling(self.source, "added"):
            self._file.write(chunk)
        self._digest.update(chunk)

    def close(self) -> None:
        """Has what was written on the disk before the file gets its name."""
        if not self._file.closed:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()

    def is_same_as(self, path: Path) -> bool:
        if path.stat().st_size != self.size_bytes:
            return False
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").digest() == self._digest.digest()


def check_upload(source: str, size_bytes: int) -> None:
    """As rag.load.check_readable, told of an upload."""
    try:
        check_readable(source, size_bytes)
    except LoadError as error:
        too_large = size_bytes > largest_bytes(source)
        why = f"it has more than {largest_bytes(source) / 1e6:.0f} MB: split it"
        raise ArticleFileError(f"{source} was not added: {why if too_large else error}.") from None


@contextmanager
def telling(source: str, done: str) -> Iterator[None]:
    """Turns what the file system raises into one line."""
    try:
        yield
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        why = "the disk is full. Free some space" if full else f"{error.strerror}"
        raise ArticleFileError(f"{source} was not {done}: {why}.") from error
