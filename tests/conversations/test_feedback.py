"""A thumb is kept with all that it was about; question sets hold what people said, no more."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any, cast, get_args

import pytest

from rag.conversations.feedback import (
    MAX_COMMENT_CHARS,
    REASONS,
    Exported,
    Feedback,
    FeedbackStore,
    Reason,
    Thumb,
    Verdict,
    export_question_set,
)
from rag.conversations.store import ConversationStore
from rag.conversations.stored_turns import without_article_texts
from rag.errors import ConversationsError, EvaluationError
from rag.evaluate.questions import read_set
from rag.types import Answer, Filters
from tests.conversations.test_store import Clock
from tests.stored import HOSTILE, LAKE, answer_of, lake_answer, quote_of, refusal

UP = Verdict("up")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "conversations.sqlite"


@pytest.fixture
def conversations(path: Path) -> Iterator[ConversationStore]:
    with closing(ConversationStore(path, now=Clock())) as opened:
        yield opened


@pytest.fixture
def feedback(path: Path) -> Iterator[FeedbackStore]:
    with closing(FeedbackStore(path, now=Clock())) as opened:
        yield opened


def test_feedback_is_kept_with_all_that_it_was_about(
    conversations: ConversationStore, feedback: FeedbackStore, path: Path
) -> None:
    first = conversations.ask("ada", None, "Who won?")
    conversations.answer(first.turn_id, refusal("Who won?"))
    stopped = conversations.ask("ada", first.conversation_id, "Hm")
    conversations.stop(stopped.turn_id)
    settings = {"max_quotes": 5, "reader": "footnote"}
    filters = Filters(since="2007")
    asked = conversations.ask("ada", first.conversation_id, "When?", filters, settings)
    conversations.answer(asked.turn_id, lake_answer("When?"))
    verdict = Verdict("down", "incomplete", " What\u202e of\nthe towns? ")
    feedback.give("ada", asked.turn_id, verdict)
    with closing(FeedbackStore(path)) as reopened:
        (kept,) = reopened.all()
    assert kept.verdict == Verdict("down", "incomplete", "What of\nthe towns?")
    assert kept.owner == "ada"
    assert kept.given == "2026-12-03T00:00:01.000000+00:00"
    assert kept.question == "When?"
    assert kept.history == (("user", "Who won?"), ("assistant", refusal().text))
    assert kept.filters == Filters(since="2007")
    assert kept.answer == without_article_texts(lake_answer("When?"))
    assert kept.settings == {"max_quotes": 5, "reader": "footnote"}
    assert feedback.of_conversation("ada", first.conversation_id) == {asked.turn_id: kept.verdict}


def test_feedback_outlives_an_edit_and_goes_with_its_conversation(
    conversations: ConversationStore, feedback: FeedbackStore
) -> None:
    asked = conversations.ask("", None, "When?")
    conversations.answer(asked.turn_id, lake_answer())
    feedback.give("", asked.turn_id, UP)
    feedback.give("", asked.turn_id, Verdict("down", "wrong"))
    assert [each.verdict.reason for each in feedback.all()] == ["wrong"]
    feedback.withdraw("another", asked.turn_id)
    conversations.ask("", asked.conversation_id, "Where?", replacing=asked.turn_id)
    assert len([*feedback.all()]) == 1
    feedback.withdraw("", asked.turn_id)
    assert [*feedback.all()] == []
    again = conversations.ask("", asked.conversation_id, "When?")
    conversations.answer(again.turn_id, lake_answer())
    feedback.give("", again.turn_id, UP)
    conversations.delete("", asked.conversation_id)
    assert [*feedback.all()] == []


def test_only_own_answers_can_be_judged(
    conversations: ConversationStore, feedback: FeedbackStore
) -> None:
    pending = conversations.ask("ada", None, "When?")
    with pytest.raises(ConversationsError, match="reload"):
        feedback.give("ada", pending.turn_id, UP)
    conversations.answer(pending.turn_id, lake_answer())
    with pytest.raises(ConversationsError, match="reload"):
        feedback.give("bob", pending.turn_id, UP)
    feedback.give("ada", pending.turn_id, UP)
    assert feedback.of_conversation("bob", pending.conversation_id) == {}


def test_what_no_button_says_is_refused() -> None:
    with pytest.raises(ConversationsError, match="should have refused"):
        Verdict("down", cast(Reason, "because"))
    with pytest.raises(ConversationsError, match="up or down"):
        Verdict(cast(Thumb, "sideways"))
    with pytest.raises(ConversationsError, match="leave it out"):
        Verdict("up", "wrong")
    reasons = get_args(Reason)
    assert {*REASONS["answered"], *REASONS["abstained"]} == {*reasons}
    assert [Verdict("down", reason).reason for reason in reasons] == [*reasons]


def test_all_goes_on_past_one_page_and_long_comments_are_cut(
    conversations: ConversationStore, feedback: FeedbackStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.conversations.feedback._ROWS_AT_ONCE", 2)
    for number in range(5):
        asked = conversations.ask("", None, f"{number}")
        conversations.answer(asked.turn_id, lake_answer())
        feedback.give("", asked.turn_id, Verdict("up", comment="x" * 3000))
    assert [each.question for each in feedback.all()] == list("01234")
    assert {len(each.verdict.comment) for each in feedback.all()} == {MAX_COMMENT_CHARS}


@pytest.mark.parametrize("turn_id", [0, -1, 2**63, 10**100])
def test_a_number_of_no_turn_is_told(turn_id: int, feedback: FeedbackStore) -> None:
    with pytest.raises(ConversationsError, match="reload"):
        feedback.give("", turn_id, UP)


# Question sets.


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


def test_history_and_what_is_missing_go_along(tmp_path: Path) -> None:
    history = (("user", "Which lake?"), ("assistant", "The cold one."))
    answer = replace(lake_answer("And when?"), unanswered=("Why?",))
    export_question_set([feedback_on(answer, "up", history=history)], tmp_path)
    ((question,),) = (collection.questions for collection in read_set(tmp_path))
    assert (question.kind, question.history) == ("follow-up", history)
    assert question.answerability == "PARTIAL"


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
