"""Thumbs on answers, with a reason, kept beside the conversations; and question sets of them.

Question, answer, hits and settings are taken from the stored turn, never from the browser.

A thumb up on an answer makes its first quote known as right, and one on a refusal makes the
question absent, as does "should have refused". Nothing else tells what would have been right, and
what was asked under filters might be answered otherwise without them, as ``rag eval`` asks. So the
others go into ``unjudged.jsonl``, which ``rag eval`` does not read.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, TypeAlias, get_args

from rag.conversations.store import ConversationFile
from rag.conversations.stored_turns import answer_from_json, filters_from_json
from rag.errors import ConversationsError, EvaluationError
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
Standing: TypeAlias = Literal["question", "absent", "unjudged"]
FILES: Mapping[Standing, str] = {
    "question": "questions.jsonl",
    "absent": "absent.jsonl",
    "unjudged": "unjudged.jsonl",
}
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


@dataclass(frozen=True, slots=True)
class Exported:
    """How many lines each file of a question set got."""

    questions: int
    absent: int
    unjudged: int


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
            row = connection.execute(
                "SELECT conversation_id, question, filters, answer, settings FROM turns"
                " WHERE id = ? AND answer IS NOT NULL AND conversation_id IN"
                " (SELECT id FROM conversations WHERE owner = ?)",
                (turn_id, owner),
            ).fetchone()
            if row is None:
                raise ConversationsError(
                    "There is no such answer any more to say this of: reload the page."
                )
            conversation_id, question, *about = row
            earlier = connection.execute(
                "SELECT question, json_extract(answer, '$.text') FROM turns"
                " WHERE conversation_id = ? AND id < ? AND answer IS NOT NULL ORDER BY id",
                (conversation_id, turn_id),
            )
            history = [
                said for asked, told in earlier for said in (("user", asked), ("assistant", told))
            ]
            place = turn_id, conversation_id, owner
            said = verdict.thumb, verdict.reason, comment
            connection.execute(
                "INSERT OR REPLACE INTO feedback VALUES (?,?,?,?,?,?,?,?,?,?,?,?)",
                (*place, time, *said, question, json.dumps(history), *about),
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

    def _feedback(self, given: str, turn_id: int, owner: str, *row: Any) -> Feedback:
        *verdict, question, history, filters, answer, settings = row
        try:
            said = tuple((role, text) for role, text in json.loads(history))
            about = filters_from_json(filters), answer_from_json(answer), json.loads(settings)
            return Feedback(Verdict(*verdict), owner, given, question, said, *about)
        except ValueError as error:
            raise self._file.damaged(f"feedback on turn {turn_id}: {error}") from None


def export_question_set(feedback: Iterable[Feedback], folder: Path) -> Exported:
    """Writes the set into ``folder``, which is made; files without lines are left out.

    Where people contradict each other about a question it stays unjudged. The same line is
    written once. Raises EvaluationError if the folder holds a file of a set or cannot be written.
    """
    lines = _lines([*feedback])
    for name in FILES.values():
        if (folder / name).exists():
            raise EvaluationError(
                f"{folder} already holds {name}, which may have been judged by hand: name a new"
                " folder."
            )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for standing, name in FILES.items():
            if lines[standing]:
                content = "".join(f"{line}\n" for line in lines[standing])
                (folder / name).write_text(content, encoding="utf-8")
    except OSError as error:
        raise EvaluationError(
            f"{folder} cannot be written: {error.strerror}. Name another folder."
        ) from None
    return Exported(*(len(lines[standing]) for standing in FILES))


def _lines(feedback: list[Feedback]) -> dict[Standing, list[str]]:
    """The distinct lines of each file."""
    standings: dict[tuple[object, ...], set[Standing]] = {}
    asked = [(each.question, each.history, each.filters) for each in feedback]
    for each, key in zip(feedback, asked, strict=True):
        standings.setdefault(key, set()).add(_standing(each))
    lines: dict[Standing, list[str]] = {standing: [] for standing in FILES}
    for each, key in zip(feedback, asked, strict=True):
        agreed = not standings[key] >= {"question", "absent"}
        standing = _standing(each) if agreed else "unjudged"
        lines[standing].append(json.dumps(_record(each, standing), ensure_ascii=False))
    return {standing: [*dict.fromkeys(those)] for standing, those in lines.items()}


def _standing(feedback: Feedback) -> Standing:
    """Where one verdict by itself puts its question."""
    refused = feedback.answer.status == "abstained"
    if feedback.filters != Filters():
        return "unjudged"
    if feedback.verdict.thumb == "up":
        if refused:
            return "absent"
        return "question" if feedback.answer.citations else "unjudged"
    should_have = feedback.verdict.reason == "should have refused"
    return "absent" if should_have and not refused else "unjudged"


def _record(feedback: Feedback, standing: Standing) -> dict[str, Any]:
    """The fields of docs/evaluation.md; an unjudged line has what a person needs beside them."""
    answer = feedback.answer
    record: dict[str, Any] = {"question": feedback.question}
    if feedback.history:
        record["history"] = [{"role": role, "content": text} for role, text in feedback.history]
    if standing == "question":
        record["quote"] = answer.citations[0].quote
        record["relevant"] = [*dict.fromkeys(each.source for each in answer.citations)]
        if answer.unanswered:
            record["answerability"] = "PARTIAL"
    if standing == "unjudged":
        record |= {
            **asdict(feedback.verdict),
            "filters": asdict(feedback.filters),
            "shown": answer.text,
            "quotes": [each.quote for each in answer.citations],
        }
    return record
