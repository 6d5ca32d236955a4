"""Conversations kept on the disk: asked, answered, searched, renamed, deleted.

    conversations.sqlite            conversations, turns, feedback
    conversations.sqlite.serving    locked by the server of it, while it serves

Each operation names its owner, and finds nothing of another's: a stranger's conversation and one
that is gone are the same. The owner is the user's name, or "" where nobody logs in. What was
committed outlives a crash and a power cut (write-ahead log, synchronous FULL).
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rag.conversations.stored_turns import (
    Conversation,
    ConversationSummary,
    StoredTurn,
    TurnState,
    answer_from_json,
    answer_to_json,
    filters_from_json,
    filters_to_json,
)
from rag.errors import ConversationMissingError, ConversationsError
from rag.shown.escaping import folded, one_line
from rag.types import Answer, Filters

MAX_TITLE_CHARS = 200
MAX_SEARCH_CHARS = 200
"""What is searched for is cut to this."""
PAGE = 50
"""Conversations that a list holds at most, unless told otherwise."""
INTERRUPTED = "Footnote stopped before this was answered: ask again."
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
        # The folded words of question and answer, to be searched; its rowid is the turn's id. In
        # older files it is a full-text index, which takes the same statements.
        "CREATE TABLE turn_words (words TEXT NOT NULL)",
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
    """The SQLite file, opened, checked and brought up to date.

    Threads take its one connection by turns; processes share the file by SQLite's own locks. Every
    method raises ConversationsError where the file cannot be used.
    """

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
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError) and "locked" in str(error):
                raise ConversationsError(
                    f"{self._path} is being written by another program: try again."
                ) from None
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


@dataclass(frozen=True, slots=True)
class Pending:
    """Where the answer to a question belongs."""

    conversation_id: str
    turn_id: int


class ConversationStore:
    """The conversations in one file; safe to share between threads, and the file by processes.

    Every method raises ConversationsError where the file cannot be used.
    """

    def __init__(self, path: Path, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)):
        self._file = ConversationFile(path)
        self._now = now

    def ask(
        self,
        owner: str,
        conversation_id: str | None,
        question: str,
        filters: Filters = Filters(),
        settings: Mapping[str, Any] = {},
        *,
        replacing: int | None = None,
    ) -> Pending:
        """Keeps a question, pending, at the end of a conversation, or of a new one for None.

        ``settings`` are those it is to be answered under, as JSON values, for feedback on it.
        ``replacing`` names the turn whose place it takes; those after it are dropped with it. So
        an answer is made anew, or a question edited. The first question is the title, unless the
        conversation was renamed. Raises ConversationMissingError.
        """
        question, time = _storable(question), self._time()
        with self._file.transaction() as connection:
            if conversation_id is None:
                # It names the conversation in addresses, so nobody may guess it.
                conversation_id = secrets.token_urlsafe(16)
                connection.execute(
                    "INSERT INTO conversations VALUES (?, ?, '', '', 0, ?, ?)",
                    (conversation_id, owner, time, time),
                )
            else:
                self._touch(connection, owner, conversation_id)
            if replacing is not None:
                place = (conversation_id, replacing)
                found = "FROM turns WHERE conversation_id = ? AND id"
                if not connection.execute(f"SELECT 1 {found} = ?", place).fetchone():
                    raise _missing()
                connection.execute(f"DELETE {found} >= ?", place)
            title = shortened(question)
            connection.execute(
                "UPDATE conversations SET title = ?, folded_title = ? WHERE id = ? AND NOT renamed"
                " AND NOT EXISTS (SELECT 1 FROM turns WHERE conversation_id = conversations.id)",
                (title, folded(title), conversation_id),
            )
            kept = (filters_to_json(filters), json.dumps(dict(settings)))
            turn_id = connection.execute(
                "INSERT INTO turns (conversation_id, question, asked, filters, settings, state)"
                " VALUES (?, ?, ?, ?, ?, 'pending')",
                (conversation_id, question, time, *kept),
            ).lastrowid
            assert turn_id is not None
            connection.execute(
                "INSERT INTO turn_words (rowid, words) VALUES (?, ?)", (turn_id, folded(question))
            )
        return Pending(conversation_id, turn_id)

    def answer(
        self, turn_id: int, answer: Answer, note: str | None = None, *, articles: int = 0
    ) -> bool:
        """Keeps the answer to a pending turn, which so many ``articles`` were searched for.

        False, and nothing kept, where it came too late: the turn was stopped, replaced or deleted
        meanwhile.
        """
        return self._settle(turn_id, "done", note, answer, articles)

    def write_out(self, turn_id: int, answer: Answer, note: str | None = None) -> None:
        """Keeps what was written out after an answer that was kept before, if that is there."""
        kept = answer_to_json(answer), note and _storable(note), turn_id
        with self._file.transaction() as connection:
            connection.execute(
                "UPDATE turns SET answer = ?, note = ? WHERE id = ? AND state = 'done'", kept
            )

    def stop(self, turn_id: int, note: str | None = None) -> bool:
        """Marks a pending turn as stopped by who asked; False where it is not pending."""
        return self._settle(turn_id, "stopped", note)

    def fail(self, turn_id: int, note: str) -> bool:
        """Marks a pending turn as failed, and why; False where it is not pending."""
        return self._settle(turn_id, "failed", note)

    def fail_all_pending(self) -> int:
        """Marks what a server that is gone left pending, and returns how many turns that were.

        Only while no other server is at work on this file; ``serving`` sees to that.
        """
        with self._file.transaction() as connection:
            return connection.execute(
                "UPDATE turns SET state = 'failed', note = ? WHERE state = 'pending'",
                (INTERRUPTED,),
            ).rowcount

    def get(self, owner: str, conversation_id: str) -> Conversation:
        """The whole conversation. Raises ConversationMissingError."""
        found = self._file.read(
            "SELECT id, title, created, updated FROM conversations WHERE id = ? AND owner = ?",
            (conversation_id, owner),
        )
        if not found:
            raise _missing()
        rows = self._file.read(
            "SELECT id, question, asked, filters, state, answer, note, articles FROM turns"
            " WHERE conversation_id = ? ORDER BY id",
            (conversation_id,),
        )
        return Conversation(*[*found[0], tuple(self._turn(*row) for row in rows)])

    def find(
        self, owner: str, search: str = "", *, limit: int = PAGE, offset: int = 0
    ) -> list[ConversationSummary]:
        """The owner's conversations, the one last used first, from the ``offset``-th on.

        ``search`` keeps those in which every word of it stands, in any case and with or without
        accents, as a part of a word: all in the title, or all in one question with its answer.
        """
        where, values = _search_condition(_storable(search))
        rows = self._file.read(
            "SELECT id, title, created, updated,"
            " (SELECT count(*) FROM turns WHERE conversation_id = conversations.id)"
            f" FROM conversations WHERE owner = ? AND {where}"
            " ORDER BY updated DESC, conversations.rowid DESC LIMIT ? OFFSET ?",
            (owner, *values, limit, offset),
        )
        return [ConversationSummary(*row) for row in rows]

    def rename(self, owner: str, conversation_id: str, title: str) -> str:
        """Gives a title, and returns it as kept: on one line, cut to MAX_TITLE_CHARS.

        Raises ConversationMissingError, and ConversationsError for a title without characters.
        """
        title = shortened(_storable(title))
        if not title:
            raise ConversationsError("A title needs a character that can be seen: write one.")
        with self._file.transaction() as connection:
            self._touch(connection, owner, conversation_id, used=False)
            connection.execute(
                "UPDATE conversations SET title = ?, folded_title = ?, renamed = 1 WHERE id = ?",
                (title, folded(title), conversation_id),
            )
        return title

    def delete(self, owner: str, conversation_id: str) -> None:
        """Deletes a conversation with all feedback on it. Raises ConversationMissingError."""
        with self._file.transaction() as connection:
            self._touch(connection, owner, conversation_id)
            connection.execute("DELETE FROM conversations WHERE id = ?", (conversation_id,))

    def close(self) -> None:
        self._file.close()

    def _time(self) -> str:
        return self._now().astimezone(UTC).isoformat(timespec="microseconds")

    def _touch(
        self, connection: sqlite3.Connection, owner: str, conversation_id: str, used: bool = True
    ) -> None:
        """Makes sure that the conversation is the owner's; ``used`` moves it up the list."""
        change = (self._time() if used else None, conversation_id, owner)
        if not connection.execute(
            "UPDATE conversations SET updated = coalesce(?, updated) WHERE id = ? AND owner = ?",
            change,
        ).rowcount:
            raise _missing()

    def _settle(
        self,
        turn_id: int,
        state: TurnState,
        note: str | None,
        answer: Answer | None = None,
        articles: int = 0,
    ) -> bool:
        kept = answer and answer_to_json(answer), note and _storable(note), articles
        with self._file.transaction() as connection:
            settled = connection.execute(
                "UPDATE turns SET state = ?, answer = ?, note = ?, articles = ?"
                " WHERE id = ? AND state = 'pending'",
                (state, *kept, turn_id),
            ).rowcount
            if settled and answer:
                connection.execute(
                    "UPDATE turn_words SET words = words || ' ' || ? WHERE rowid = ?",
                    (folded(answer.text), turn_id),
                )
        return bool(settled)

    def _turn(
        self,
        turn_id: int,
        question: str,
        asked: str,
        filters: str,
        state: TurnState,
        answer: str | None,
        *rest: Any,
    ) -> StoredTurn:
        try:
            searched, found = filters_from_json(filters), answer and answer_from_json(answer)
        except ValueError as error:
            raise self._file.damaged(error) from None
        return StoredTurn(turn_id, question, asked, searched, state, found or None, *rest)


@contextmanager
def serving(conversations: ConversationStore, path: Path) -> Iterator[None]:
    """Held by the one server of the conversations in ``path`` while it serves.

    All that is pending was left by a server that is gone, and is marked so. The operating system
    releases the lock when a process ends, however it ends. Raises ConversationsError.
    """
    with ExitStack() as held:
        try:
            file = held.enter_context(path.with_name(f"{path.name}.serving").open("a"))
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            is_held = isinstance(error, BlockingIOError)
            why = "another server keeps its conversations there" if is_held else error.strerror
            raise ConversationsError(
                f"{path} cannot be served: {why}. Mend that, or name another file by"
                " RAG_CONVERSATIONS=FILE."
            ) from None
        conversations.fail_all_pending()
        yield


def shortened(text: str) -> str:
    """``text`` on one line, cut to MAX_TITLE_CHARS."""
    line = one_line(text)
    return line if len(line) <= MAX_TITLE_CHARS else line[: MAX_TITLE_CHARS - 1].rstrip() + "…"


def _search_condition(search: str) -> tuple[str, tuple[str, ...]]:
    """SQL that holds for the conversations to list, and its values."""
    words = folded(search[:MAX_SEARCH_CHARS]).split()
    if not words:
        return "TRUE", ()
    in_title = " AND ".join("instr(folded_title, ?) > 0" for _ in words)
    in_turn = " AND ".join("instr(words, ?) > 0" for _ in words)
    return (
        f"(({in_title}) OR id IN (SELECT conversation_id FROM turns JOIN turn_words"
        f" ON turn_words.rowid = turns.id WHERE {in_turn}))",
        (*words, *words),
    )


def _storable(text: str) -> str:
    """``text`` with "?" for the halves of pairs, which SQLite refuses."""
    return text.encode("utf-8", "replace").decode()


def _missing() -> ConversationMissingError:
    return ConversationMissingError(
        "This conversation is gone or was changed meanwhile: reload the page."
    )
