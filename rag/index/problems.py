"""What can go wrong with an index on disk, each told with the command that mends it."""

from __future__ import annotations

import errno
import shlex
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rag.errors import BuildError, IndexCorruptError, IndexMismatchError, OpenError

_BACKEND_ERRORS = (OSError, sqlite3.Error, RuntimeError, ValueError)
"""What the file system, SQLite, FAISS and Tantivy raise."""
_FULL_ERRORS = (errno.ENOSPC, errno.EDQUOT)
_FULL_WORDS = ("no space left", "disk is full", "quota exceeded")
"""What SQLite and Tantivy say of a full disk."""
_FULL_DISK_BYTES = 1_000_000
_LONGEST_REASON_CHARS = 200


def rebuild_command(index: Path) -> str:
    """The command that builds the index in this folder."""
    return "rag build" if index == Path("index") else f"rag build --index {shlex.quote(str(index))}"


def corrupt(index: Path, what: str) -> IndexCorruptError:
    """The error of an index that is not as it was written."""
    return IndexCorruptError(f"Index {index} is damaged: {what}. Run {rebuild_command(index)}.")


def mismatch(index: Path, what: str) -> IndexMismatchError:
    """The error of an index that is whole but made otherwise."""
    return IndexMismatchError(
        f"Index {index} cannot be used: {what}. Run {rebuild_command(index)}."
    )


@contextmanager
def reading(index: Path) -> Iterator[None]:
    """Turns what the file system and the backends raise into an OpenError."""
    try:
        yield
    except _BACKEND_ERRORS as error:
        raise OpenError(
            f"Index {index} cannot be opened ({_reason(error)}): "
            "check that this user may read it and write in it."
        ) from error


@contextmanager
def writing(index: Path) -> Iterator[None]:
    """Turns what the file system and the backends raise into a BuildError."""
    try:
        yield
    except _BACKEND_ERRORS as error:
        # Asked at once: what was written so far will be removed, and the disk be no longer full.
        if _is_disk_full(index, error):
            what, remedy = "the disk is full", "Free some space"
        else:
            what, remedy = _reason(error), "Mend that"
        raise BuildError(
            f"Index {index} could not be written ({what}); what was there before is unchanged. "
            f"{remedy}, then run {rebuild_command(index)}."
        ) from error


@contextmanager
def confirming(index: Path) -> Iterator[None]:
    """Turns what the file system raises once a new index is in force into a BuildError."""
    try:
        yield
    except OSError as error:
        raise BuildError(
            f"Index {index} is new, but the disk did not confirm it ({_reason(error)}): "
            f"check the disk, then run {rebuild_command(index)}."
        ) from error


def _is_disk_full(index: Path, error: Exception) -> bool:
    """Whether writing failed for want of space; FAISS and Tantivy's threads do not always say."""
    if isinstance(error, OSError):
        return error.errno in _FULL_ERRORS
    if any(words in str(error).lower() for words in _FULL_WORDS):
        return True
    return index.is_dir() and shutil.disk_usage(index).free < _FULL_DISK_BYTES


def _reason(error: Exception) -> str:
    reason = error.strerror if isinstance(error, OSError) else None
    return " ".join((reason or str(error)).split())[:_LONGEST_REASON_CHARS]
