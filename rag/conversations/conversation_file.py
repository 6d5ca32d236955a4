"""The SQLite file that keeps conversations and feedback: opened, checked, brought up to date.

One connection for each ``ConversationFile``, which its threads take by turns; processes share the
file by SQLite's own locks. What was committed outlives a crash and a power cut (write-ahead log,
synchronous FULL).
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rag.errors import ConversationsError

BUSY_SECONDS = 10.0
"""How long one process waits for another's writing."""
_APPLICATION_ID = 0x466F6F74  # "Foot"
_SCHEMAS = (
    (
        """CREATE TABLE conversations (
            id TEXT PRIMARY KEY, owner TEXT NOT NULL, title TEXT NOT NULL,
            folded_title TEXT NOT NULL, renamed INTEGER NOT NULL, created TEXT NOT NULL,
            updated TEXT NOT NULL
        ) STRICT""",
        "CREATE INDEX conversations_of_owner ON conversations (owner, updated)",
        """CREATE TABLE turns (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            conversation_id TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
            question TEXT NOT NULL, asked TEXT NOT NULL, filters TEXT NOT NULL,
            state TEXT NOT NULL, note TEXT, answer TEXT
        ) STRICT""",
        "CREATE INDEX turns_of_conversation ON turns (conversation_id)",
        "CREATE INDEX pending_turns ON turns (state) WHERE state = 'pending'",
        # The folded words of question and answer, to be searched; its rowid is the turn's id.
        "CREATE VIRTUAL TABLE turn_words USING fts5(words, tokenize = 'trigram case_sensitive 1')",
        """CREATE TRIGGER words_of_turn_gone AFTER DELETE ON turns BEGIN
            DELETE FROM turn_words WHERE rowid = old.id;
        END""",
        # No reference to the turn: feedback outlives an edit of what it was about.
        """CREATE TABLE feedback (
            turn_id INTEGER NOT NULL,
            conversation_id TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
            owner TEXT NOT NULL, given TEXT NOT NULL, thumb TEXT NOT NULL, reason TEXT,
            comment TEXT NOT NULL, question TEXT NOT NULL, history TEXT NOT NULL,
            filters TEXT NOT NULL, answer TEXT NOT NULL, settings TEXT NOT NULL,
            PRIMARY KEY (turn_id, owner)
        ) STRICT""",
        "CREATE INDEX feedback_of_conversation ON feedback (conversation_id)",
    ),
    (
        # What an answer was made under, as a JSON object, and how many articles were searched;
        # of turns from before nobody knows.
        "ALTER TABLE turns ADD COLUMN settings TEXT NOT NULL DEFAULT '{}'",
        "ALTER TABLE turns ADD COLUMN articles INTEGER NOT NULL DEFAULT 0",
    ),
)
"""What each version adds to the one before; the file's version counts those it has."""
_making = threading.Lock()


class ConversationFile:
    """The opened file. Every method raises ConversationsError where the file cannot be used."""

    def __init__(self, path: Path) -> None:
        """Opens ``path``, made with its folder where missing, for this user's eyes alone."""
        self._path = path
        self._lock = threading.Lock()
        try:
            _make(path)
        except OSError as error:
            raise self._unusable(error.strerror or str(error)) from None
        with self._told():
            self._connection = sqlite3.connect(
                path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
            )
        try:
            self._bring_up_to_date()
        except ConversationsError:
            self._connection.close()
            raise

    def read(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """The rows that one SELECT finds."""
        with self._lock, self._told():
            return self._connection.execute(statement, values).fetchall()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All that its block executes is kept, or, if it raises, nothing."""
        with self._lock, self._told():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    def damaged(self, what: object) -> ConversationsError:
        """The error for a row that does not hold what it should."""
        return self._unusable(f"a row is damaged ({what})")

    def _bring_up_to_date(self) -> None:
        with self._told():
            self._connection.execute("BEGIN")  # one look, while another process may be making it
            self._check_version()
            self._connection.execute("COMMIT")
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = FULL")
            self._connection.execute("PRAGMA foreign_keys = ON")
        with self.transaction() as connection:
            # Another process may have done it since it was looked at.
            for schema in _SCHEMAS[self._check_version() :]:
                for statement in schema:
                    connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {len(_SCHEMAS)}")
            connection.execute(f"PRAGMA application_id = {_APPLICATION_ID}")

    def _check_version(self) -> int:
        """The file's version, 0 where it is new; refuses another program's and a later one's."""
        ((tables,),) = self._connection.execute("SELECT count(*) FROM sqlite_master")
        ((version,),) = self._connection.execute("PRAGMA user_version")
        ((application,),) = self._connection.execute("PRAGMA application_id")
        if application != _APPLICATION_ID and (tables or version):
            raise ConversationsError(
                f"{self._path} belongs to another program: name another file by"
                " RAG_CONVERSATIONS=FILE."
            )
        if version > len(_SCHEMAS):
            raise ConversationsError(
                f"{self._path} was written by a newer version of Footnote: update this one, or"
                " name another file by RAG_CONVERSATIONS=FILE."
            )
        return int(version)

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Turns SQLite's errors into a line that says what to do."""
        try:
            yield
        except (UnicodeEncodeError, OverflowError) as error:  # a name or number of a browser's
            raise ConversationsError(
                f"This can name nothing that is kept ({error}): reload the page."
            ) from None
        except sqlite3.OperationalError as error:
            if "locked" in str(error):
                raise ConversationsError(
                    f"{self._path} is being written by another program: try again."
                ) from None
            raise self._unusable(str(error)) from None
        except sqlite3.DatabaseError as error:
            raise self._unusable(str(error)) from None

    def _unusable(self, why: str) -> ConversationsError:
        return ConversationsError(
            f"Conversations cannot be kept in {self._path}: {why}. Mend that, move the file away"
            " for a new one, or name another by RAG_CONVERSATIONS=FILE."
        )


def _make(path: Path) -> None:
    """Makes an empty file for this user's eyes alone where none is.

    One that is there is not opened: a process that closes any descriptor of a file loses the locks
    of its connections to it, and another process then deletes the log that these still write.
    """
    with _making:  # or another thread could connect before the descriptor is closed
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
