"""A thumb is kept with all that it was about, for the one who gave it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import cast, get_args

import pytest

from rag.conversations.feedback import (
    MAX_COMMENT_CHARS,
    REASONS,
    FeedbackStore,
    Reason,
    Thumb,
    Verdict,
)
from rag.conversations.store import ConversationStore
from rag.conversations.stored_turns import without_article_texts
from rag.errors import ConversationsError
from rag.types import Filters
from tests.conversations.test_store import Clock
from tests.stored import lake_answer, refusal

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


def test_a_mind_may_change(conversations: ConversationStore, feedback: FeedbackStore) -> None:
    asked = conversations.ask("", None, "When?")
    conversations.answer(asked.turn_id, lake_answer())
    feedback.give("", asked.turn_id, UP)
    feedback.give("", asked.turn_id, Verdict("down", "wrong"))
    assert [each.verdict.reason for each in feedback.all()] == ["wrong"]
    feedback.withdraw("another", asked.turn_id)
    assert len([*feedback.all()]) == 1
    feedback.withdraw("", asked.turn_id)
    assert [*feedback.all()] == []


def test_feedback_outlives_an_edit_and_goes_with_its_conversation(
    conversations: ConversationStore, feedback: FeedbackStore
) -> None:
    asked = conversations.ask("", None, "When?")
    conversations.answer(asked.turn_id, lake_answer())
    feedback.give("", asked.turn_id, UP)
    conversations.ask("", asked.conversation_id, "Where?", replacing=asked.turn_id)
    assert len([*feedback.all()]) == 1
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


def test_half_a_pair_of_a_character_is_kept_as_a_mark(
    conversations: ConversationStore, feedback: FeedbackStore
) -> None:
    asked = conversations.ask("", None, "When?")
    conversations.answer(asked.turn_id, lake_answer())
    feedback.give("", asked.turn_id, Verdict("up", comment="a\ud800"))
    (kept,) = feedback.all()
    assert kept.verdict.comment == "a\ufffd"


@pytest.mark.parametrize("turn_id", [0, -1, 2**63, 10**100])
def test_a_number_of_no_turn_is_told(turn_id: int, feedback: FeedbackStore) -> None:
    with pytest.raises(ConversationsError, match="reload"):
        feedback.give("", turn_id, UP)
