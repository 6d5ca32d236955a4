"""Feedback -> a question set for ``rag eval``: what can be judged, and the rest for a person.

A thumb up on an answer makes its first quote known as right, and one on a refusal makes the
question absent, as does "should have refused". Nothing else tells what would have been right, and
what was asked under filters might be answered otherwise without them, as ``rag eval`` asks. So the
others go into ``unjudged.jsonl``, which ``rag eval`` does not read.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

from rag.conversations.feedback import Feedback
from rag.errors import EvaluationError
from rag.types import Filters

Standing: TypeAlias = Literal["question", "absent", "unjudged"]
FILES: Mapping[Standing, str] = {
    "question": "questions.jsonl",
    "absent": "absent.jsonl",
    "unjudged": "unjudged.jsonl",
}


@dataclass(frozen=True, slots=True)
class Exported:
    """How many lines each file got."""

    questions: int
    absent: int
    unjudged: int


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


def standing_of(feedback: Feedback) -> Standing:
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


def _lines(feedback: list[Feedback]) -> dict[Standing, list[str]]:
    """The distinct lines of each file."""
    standings: dict[tuple[object, ...], set[Standing]] = {}
    for each in feedback:
        standings.setdefault(_asked(each), set()).add(standing_of(each))
    lines: dict[Standing, list[str]] = {standing: [] for standing in FILES}
    for each in feedback:
        agreed = not standings[_asked(each)] >= {"question", "absent"}
        standing = standing_of(each) if agreed else "unjudged"
        lines[standing].append(json.dumps(_record(each, standing), ensure_ascii=False))
    return {standing: [*dict.fromkeys(those)] for standing, those in lines.items()}


def _asked(feedback: Feedback) -> tuple[object, ...]:
    return feedback.question, feedback.history, feedback.filters


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
            "thumb": feedback.verdict.thumb,
            "reason": feedback.verdict.reason,
            "comment": feedback.verdict.comment,
            "filters": asdict(feedback.filters),
            "shown": answer.text,
            "quotes": [each.quote for each in answer.citations],
        }
    return record
