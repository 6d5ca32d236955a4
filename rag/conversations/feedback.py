"""Thumbs on answers, with a reason, kept beside the conversations.

Question, answer, hits and settings are taken from the stored turn, never from the browser.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, TypeAlias, get_args

from rag.conversations.conversation_file import ConversationFile
from rag.conversations.stored_turns import answer_from_json, filters_from_json
from rag.errors import ConversationsError
from rag.shown.escaping import visible
from rag.types import Answer, Filters, Status

Thumb: TypeAlias = Literal["up", "down"]
Reason: TypeAlias = Literal[
    "wrong",
    "not in the source",
    "incomplete",
    "should have refused",
    "the articles do say",
    "the question was misunderstood",
    "other",
]
REASONS: Mapping[Status, tuple[Reason, ...]] = {
    "answered": ("wrong", "not in the source", "incomplete", "should have refused", "other"),
    "abstained": ("the articles do say", "the question was misunderstood", "other"),
}
"""What may be wrong with an answer, and with an abstention."""
MAX_COMMENT_CHARS = 2000
"""A longer comment is cut."""
_ROWS_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Verdict:
    """What someone thinks of an answer."""

    thumb: Thumb
    reason: Reason | None = None
    """Only with a thumb down, and even there it may be missing."""
    comment: str = ""

    def __post_init__(self) -> None:
        """Raises ConversationsError for what no button says: it comes from a browser."""
        reasons = get_args(Reason)
        if self.thumb not in get_args(Thumb) or self.reason not in (None, *reasons):
            raise ConversationsError(
                "Feedback is a thumb up or down, with one of these reasons: " + ", ".join(reasons)
            )
        if self.thumb == "up" and self.reason is not None:
            raise ConversationsError("A reason goes with a thumb down only: leave it out.")


@dataclass(frozen=True, slots=True)
class Feedback:
    """A verdict with all that it was about."""

    verdict: Verdict
    owner: str
    given: str
    """When, ISO 8601 in UTC."""
    question: str
    history: tuple[tuple[str, str], ...]
    """The turns before it, as (role, text)."""
    filters: Filters
    answer: Answer
    """Without article texts; it names the query, the hits and the model, too."""
    settings: Mapping[str, Any]
    """What the answer was made under; empty where that was not kept."""


class FeedbackStore:
    """The feedback in the file of the conversations; safe to share between threads.

    Every method raises ConversationsError where the file cannot be used.
    """

    def __init__(self, path: Path, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)):
        self._file = ConversationFile(path)
        self._now = now

    def give(self, owner: str, turn_id: int, verdict: Verdict) -> None:
        """Keeps the owner's verdict on an answered turn, in place of an earlier one.

        Raises ConversationsError if the turn is not the owner's or not answered.
        """
        time = self._now().astimezone(UTC).isoformat(timespec="microseconds")
        comment = visible(verdict.comment).strip()[:MAX_COMMENT_CHARS]
        with self._file.transaction() as connection:
            rows = connection.execute(
                "SELECT conversation_id, question, filters, answer, settings FROM turns"
                " WHERE id = ? AND answer IS NOT NULL AND conversation_id IN"
                " (SELECT id FROM conversations WHERE owner = ?)",
                (turn_id, owner),
            ).fetchall()
            if not rows:
                raise ConversationsError(
                    "There is no such answer any more to say this of: reload the page."
                )
            ((conversation_id, question, filters, answer, settings),) = rows
            earlier = connection.execute(
                "SELECT question, json_extract(answer, '$.text') FROM turns"
                " WHERE conversation_id = ? AND id < ? AND answer IS NOT NULL ORDER BY id",
                (conversation_id, turn_id),
            ).fetchall()
            history = [
                said for asked, told in earlier for said in (("user", asked), ("assistant", told))
            ]
            connection.execute(
                "INSERT OR REPLACE INTO feedback VALUES (?,?,?,?,?,?,?,?,?,?,?,?)",
                (
                    turn_id,
                    conversation_id,
                    owner,
                    time,
                    verdict.thumb,
                    verdict.reason,
                    comment,
                    question,
                    json.dumps(history),
                    filters,
                    answer,
                    settings,
                ),
            )

    def withdraw(self, owner: str, turn_id: int) -> None:
        """Forgets the owner's verdict on a turn, if there is one."""
        with self._file.transaction() as connection:
            connection.execute(
                "DELETE FROM feedback WHERE turn_id = ? AND owner = ?", (turn_id, owner)
            )

    def of_conversation(self, owner: str, conversation_id: str) -> dict[int, Verdict]:
        """The owner's verdicts on the turns of a conversation, by turn."""
        rows = self._file.read(
            "SELECT turn_id, thumb, reason, comment FROM feedback"
            " WHERE conversation_id = ? AND owner = ?",
            (conversation_id, owner),
        )
        return {turn_id: Verdict(*verdict) for turn_id, *verdict in rows}

    def all(self) -> Iterator[Feedback]:
        """Everybody's feedback, the oldest first."""
        last = ("", -1, "")
        while rows := self._file.read(
            "SELECT given, turn_id, owner, thumb, reason, comment, question, history, filters,"
            " answer, settings FROM feedback WHERE (given, turn_id, owner) > (?, ?, ?)"
            " ORDER BY given, turn_id, owner LIMIT ?",
            (*last, _ROWS_AT_ONCE),
        ):
            yield from (self._feedback(*row) for row in rows)
            last = rows[-1][:3]

    def close(self) -> None:
        self._file.close()

    def _feedback(
        self,
        given: str,
        turn_id: int,
        owner: str,
        thumb: Thumb,
        reason: Reason | None,
        comment: str,
        question: str,
        history: str,
        filters: str,
        answer: str,
        settings: str,
    ) -> Feedback:
        try:
            return Feedback(
                verdict=Verdict(thumb, reason, comment),
                owner=owner,
                given=given,
                question=question,
                history=tuple((role, text) for role, text in json.loads(history)),
                filters=filters_from_json(filters),
                answer=answer_from_json(answer),
                settings=json.loads(settings),
            )
        except ValueError as error:
            raise self._file.damaged(f"feedback on turn {turn_id}: {error}") from None
