"""Conversations kept on the disk: asked, answered, searched, renamed, deleted.

Each operation names its owner, and finds nothing of another's: a stranger's conversation and one
that is gone are the same. The owner is the user's name, or "" where nobody logs in.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rag.conversations.conversation_file import ConversationFile
from rag.conversations.conversation_search import folded, search_condition
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
from rag.shown.escaping import one_line
from rag.types import Answer, Filters

MAX_TITLE_CHARS = 200
PAGE = 50
"""Conversations that a list holds at most, unless told otherwise."""
INTERRUPTED = "Footnote stopped before this was answered: ask again."


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
                self._drop_from(connection, conversation_id, replacing)
            if not connection.execute(
                "SELECT 1 FROM turns WHERE conversation_id = ?", (conversation_id,)
            ).fetchone():
                title = shortened(question)
                connection.execute(
                    "UPDATE conversations SET title = ?, folded_title = ?"
                    " WHERE id = ? AND NOT renamed",
                    (title, folded(title), conversation_id),
                )
            turn_id = connection.execute(
                "INSERT INTO turns (conversation_id, question, asked, filters, settings, state)"
                " VALUES (?, ?, ?, ?, ?, 'pending')",
                (
                    conversation_id,
                    question,
                    time,
                    filters_to_json(filters),
                    json.dumps(dict(settings)),
                ),
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
        return self._settle(turn_id, "done", answer_to_json(answer), note, answer.text, articles)

    def stop(self, turn_id: int, note: str | None = None) -> bool:
        """Marks a pending turn as stopped by who asked; False where it is not pending."""
        return self._settle(turn_id, "stopped", None, note)

    def fail(self, turn_id: int, note: str) -> bool:
        """Marks a pending turn as failed, and why; False where it is not pending."""
        return self._settle(turn_id, "failed", None, note)

    def fail_all_pending(self) -> int:
        """Marks what a server that is gone left pending, and returns how many turns that were.

        Only while no server is at work on this file; ``serving`` sees to that.
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
        _, title, created, updated = found[0]
        turns = tuple(self._turn(*row) for row in rows)
        return Conversation(conversation_id, title, created, updated, turns)

    def find(
        self, owner: str, search: str = "", *, limit: int = PAGE, offset: int = 0
    ) -> list[ConversationSummary]:
        """The owner's conversations, the one last used first, from the ``offset``-th on.

        ``search`` keeps those in which every word of it stands, in any case and with or without
        accents, as a part of a word: all in the title, or all in one question with its answer.
        """
        where, values = search_condition(_storable(search))
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

    def _drop_from(
        self, connection: sqlite3.Connection, conversation_id: str, turn_id: int
    ) -> None:
        place = (conversation_id, turn_id)
        if not connection.execute(
            "SELECT 1 FROM turns WHERE conversation_id = ? AND id = ?", place
        ).fetchone():
            raise _missing()
        connection.execute("DELETE FROM turns WHERE conversation_id = ? AND id >= ?", place)

    def _settle(
        self,
        turn_id: int,
        state: TurnState,
        answer: str | None,
        note: str | None,
        text: str | None = None,
        articles: int = 0,
    ) -> bool:
        with self._file.transaction() as connection:
            settled = connection.execute(
                "UPDATE turns SET state = ?, answer = ?, note = ?, articles = ?"
                " WHERE id = ? AND state = 'pending'",
                (state, answer, None if note is None else _storable(note), articles, turn_id),
            ).rowcount
            if settled and text is not None:
                connection.execute(
                    "UPDATE turn_words SET words = words || ' ' || ? WHERE rowid = ?",
                    (folded(text), turn_id),
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
        note: str | None,
        articles: int,
    ) -> StoredTurn:
        try:
            return StoredTurn(
                id=turn_id,
                question=question,
                asked=asked,
                filters=filters_from_json(filters),
                state=state,
                answer=None if answer is None else answer_from_json(answer),
                note=note,
                articles=articles,
            )
        except ValueError as error:
            raise self._file.damaged(error) from None


def shortened(text: str) -> str:
    """``text`` on one line, cut to MAX_TITLE_CHARS."""
    line = one_line(text)
    return line if len(line) <= MAX_TITLE_CHARS else line[: MAX_TITLE_CHARS - 1].rstrip() + "…"


def _storable(text: str) -> str:
    """``text`` with "?" for the halves of pairs, which SQLite refuses."""
    return text.encode("utf-8", "replace").decode()


def _missing() -> ConversationMissingError:
    return ConversationMissingError(
        "This conversation is gone or was changed meanwhile: reload the page."
    )
