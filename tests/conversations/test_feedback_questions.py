"""What ``rag eval`` reads is what people said, and nothing that they did not."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rag.conversations.feedback import REASONS, Feedback, Reason, Thumb, Verdict
from rag.conversations.feedback_questions import Exported, export_question_set
from rag.errors import EvaluationError
from rag.evaluate.questions import read_set
from rag.types import Answer, Filters
from tests.stored import HOSTILE, LAKE, answer_of, lake_answer, quote_of, refusal


def feedback_on(
    answer: Answer, thumb: Thumb, reason: Reason | None = None, **changed: Any
) -> Feedback:
    given = Feedback(
        verdict=Verdict(thumb, reason, changed.pop("comment", "")),
        owner="ada",
        given="2026-12-03T00:00:00.000000+00:00",
        question=answer.question,
        history=(),
        filters=Filters(),
        answer=answer,
        settings={},
    )
    return replace(given, **changed)


def lines_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_thumbs_up_are_known_as_right_and_refusals_as_absent(tmp_path: Path) -> None:
    two = answer_of([quote_of(LAKE, "The lake froze in January."), quote_of(LAKE, "Skaters")])
    written = export_question_set(
        [
            feedback_on(two, "up"),
            feedback_on(refusal("Who won?"), "up"),
            feedback_on(lake_answer("What did it cost?"), "down", "should have refused"),
        ],
        tmp_path / "set",
    )
    assert written == Exported(questions=1, absent=2, unjudged=0)
    assert lines_of(tmp_path / "set" / "questions.jsonl") == [
        {
            "question": "When did the lake freeze?",
            "quote": "The lake froze in January.",
            "relevant": ["lake.txt"],
        }
    ]
    (collection,) = read_set(tmp_path / "set")
    known, absent, other = collection.questions
    assert (known.expected, known.quote) == ("answer", "The lake froze in January.")
    assert known.relevant == ("lake.txt",)
    assert [absent.text, other.text] == ["Who won?", "What did it cost?"]
    assert {absent.expected, other.expected} == {"abstain"}
    assert not (tmp_path / "set" / "unjudged.jsonl").exists()


def test_a_follow_up_brings_its_history(tmp_path: Path) -> None:
    history = (("user", "Which lake?"), ("assistant", "The cold one."))
    export_question_set([feedback_on(lake_answer("And when?"), "up", history=history)], tmp_path)
    ((question,),) = (collection.questions for collection in read_set(tmp_path))
    assert question.kind == "follow-up"
    assert question.history == history


def test_a_part_left_open_makes_a_question_partial(tmp_path: Path) -> None:
    answer = replace(lake_answer(), unanswered=("Why?",))
    export_question_set([feedback_on(answer, "up")], tmp_path)
    ((question,),) = (collection.questions for collection in read_set(tmp_path))
    assert question.partial


@pytest.mark.parametrize(
    "given",
    [
        *(
            feedback_on(lake_answer(), "down", reason)
            for reason in (None, *REASONS["answered"])
            if reason != "should have refused"
        ),
        feedback_on(refusal(), "down", "should have refused"),
        *(feedback_on(refusal(), "down", reason) for reason in REASONS["abstained"]),
        feedback_on(replace(lake_answer(), citations=()), "up"),
        feedback_on(lake_answer(), "up", filters=Filters(since="2007")),
        feedback_on(refusal(), "up", filters=Filters(author="Lund")),
    ],
)
def test_what_cannot_be_judged_is_for_a_person(given: Feedback, tmp_path: Path) -> None:
    assert export_question_set([given], tmp_path) == Exported(0, 0, 1)
    assert [path.name for path in tmp_path.iterdir()] == ["unjudged.jsonl"]
    (line,) = lines_of(tmp_path / "unjudged.jsonl")
    assert line["question"] == given.question
    assert line["thumb"] == given.verdict.thumb
    assert line["reason"] == given.verdict.reason
    assert line["shown"] == given.answer.text
    with pytest.raises(EvaluationError, match="holds no question set"):
        read_set(tmp_path)


def test_who_contradicts_is_not_believed_and_who_repeats_is_one(tmp_path: Path) -> None:
    once = feedback_on(lake_answer("Right?"), "up")
    contradicted = feedback_on(lake_answer(), "up")
    contradicting = feedback_on(lake_answer(), "down", "should have refused")
    written = export_question_set([once, contradicted, once, contradicting], tmp_path)
    assert written == Exported(questions=1, absent=0, unjudged=2)
    assert [line["question"] for line in lines_of(tmp_path / "questions.jsonl")] == ["Right?"]


def test_any_text_is_one_line(tmp_path: Path) -> None:
    text = HOSTILE + "\n\u2028\u0085 “ü”"
    answer = replace(lake_answer(text), text=text)
    written = export_question_set(
        [feedback_on(answer, "up"), feedback_on(answer, "down")], tmp_path
    )
    assert written == Exported(1, 0, 1)
    ((question,),) = (collection.questions for collection in read_set(tmp_path))
    assert question.text == text


def test_a_set_that_is_there_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "unjudged.jsonl").write_text("judged by hand")
    with pytest.raises(EvaluationError, match="name a new folder"):
        export_question_set([feedback_on(lake_answer(), "up")], tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["unjudged.jsonl"]
    with pytest.raises(EvaluationError, match="Name another folder"):
        export_question_set([], tmp_path / "unjudged.jsonl")
