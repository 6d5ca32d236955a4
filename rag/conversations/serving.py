"""Tells the servers of one file of conversations apart: what is pending may be another's.

    conversations.sqlite.serving    locked by every server while it serves

The operating system releases the lock when a process ends, however it ends.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from rag.conversations.store import ConversationStore
from rag.errors import ConversationsError


@contextmanager
def serving(conversations: ConversationStore, path: Path) -> Iterator[None]:
    """Held by a server of the conversations in ``path`` while it serves.

    Where no other does, all that is pending was left by servers that are gone, and is marked so.
    Raises ConversationsError.
    """
    try:
        file = path.with_name(f"{path.name}.serving").open("a")
    except OSError as error:
        raise ConversationsError(
            f"Nothing can be written beside {path}: {error.strerror}. Mend that, or name another"
            " file by RAG_CONVERSATIONS=FILE."
        ) from None
    with file:
        with suppress(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            conversations.fail_all_pending()
        fcntl.flock(file, fcntl.LOCK_SH)  # in place of the first, so that others can serve too
        yield
