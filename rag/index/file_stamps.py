"""What tells, at the next build, whether a file is still as it was read."""

from __future__ import annotations

import hashlib
import os
import time
from dataclasses import dataclass
from pathlib import Path

_CLOCK_STEP_NS = 2_000_000_000
"""A file system's times may be as coarse as this: a file changed within one step may be changed
again without another time (the "racy" entries of git's index)."""


@dataclass(frozen=True, slots=True)
class FileStamp:
    """Size, times and content of a file when it was read; times in nanoseconds."""

    size_bytes: int
    modified_ns: int
    changed_ns: int
    """When content or attributes changed last, which no program can set back; 0 where the times
    tell nothing, since the file was read in the moment in which it changed."""
    sha256: str


def stamp_of(path: Path, largest_bytes: int) -> FileStamp | None:
    """The stamp of a file as it is now; None if it is larger, is no file or may not be read."""
    try:
        if not path.is_file():  # to open a pipe would wait for its writer
            return None
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
            if status.st_size > largest_bytes:
                return None
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None
    is_settled = time.time_ns() - status.st_ctime_ns > _CLOCK_STEP_NS
    return FileStamp(
        size_bytes=status.st_size,
        modified_ns=status.st_mtime_ns,
        changed_ns=status.st_ctime_ns if is_settled else 0,
        sha256=digest,
    )


def stamp_if_same(path: Path, stamp: FileStamp) -> FileStamp | None:
    """The file's stamp now, if it holds what it held when ``stamp`` was taken; else None.

    Its content is compared only where its times do not tell.
    """
    try:
        status = path.stat()
    except OSError:
        return None
    if status.st_size != stamp.size_bytes:
        return None
    if (status.st_mtime_ns, status.st_ctime_ns) == (stamp.modified_ns, stamp.changed_ns):
        return stamp
    now = stamp_of(path, stamp.size_bytes)
    return now if now is not None and now.sha256 == stamp.sha256 else None
