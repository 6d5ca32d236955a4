"""Tells the servers of one file of conversations apart: what is pending may be another's.

    conversations.sqlite.serving    locked by every server while it serves

The operating system releases the lock when a process ends, however it ends.
"""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from rag.conversations.store import ConversationStore
from rag.errors import ConversationsError


@contextmanager
def serving(conversations: ConversationStore, path: Path) -> Iterator[Callable[[], bool]]:
    """Held by a server of the conversations in ``path`` while it serves; tells whether it is alone.

    Where it is, all that is pending was left by servers that are gone, and is marked so. Raises
    ConversationsError.
    """
    try:
        file = path.with_name(f"{path.name}.serving").open("a")
    except OSError as error:
        raise ConversationsError(
            f"Nothing can be written beside {path}: {error.strerror}. Mend that, or name another"
            " file by RAG_CONVERSATIONS=FILE."
        ) from None

    def is_alone() -> bool:
        with _alone(file) as alone:
            return alone

    with file:
        with _alone(file) as alone:
            if alone:
                conversations.fail_all_pending()
        yield is_alone


@contextmanager
def _alone(file: TextIO) -> Iterator[bool]:
    """Whether nobody else has locked the file, nor can meanwhile; others may again afterwards."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        alone = True
    except BlockingIOError:
        alone = False
    try:
        yield alone
    finally:
        fcntl.flock(file, fcntl.LOCK_SH)
