"""Thumbs in the chat's file become a question set, and the line says of what."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from rag.cli.feedback_command import write_question_set
from rag.conversations.feedback import FeedbackStore, Thumb, Verdict
from rag.conversations.store import ConversationStore
from rag.errors import ConversationsError, EvaluationError
from rag.evaluate.questions import read_set
from rag.types import Answer
from tests.stored import lake_answer, refusal


def give(conversations: Path, answer: Answer, thumb: Thumb) -> None:
    with (
        closing(ConversationStore(conversations)) as store,
        closing(FeedbackStore(conversations)) as feedback,
    ):
        asked = store.ask("", None, answer.question)
        store.answer(asked.turn_id, answer)
        feedback.give("", asked.turn_id, Verdict(thumb))


def test_thumbs_become_a_set_that_can_be_measured_on(tmp_path: Path) -> None:
    conversations, folder = tmp_path / "chat.sqlite", tmp_path / "set"
    give(conversations, lake_answer("When did the lake freeze?"), "up")
    give(conversations, refusal("Who won?"), "up")
    give(conversations, lake_answer("What did it cost?"), "down")
    assert write_question_set(conversations, folder) == (
        f"{folder}: 1 question with a right quote, 1 that the articles do not answer; 1 to be"
        f" judged by hand. Measure with: rag eval {folder}"
    )
    (collection,) = read_set(folder)
    assert [each.text for each in collection.questions] == [
        "When did the lake freeze?",
        "Who won?",
    ]
    with pytest.raises(EvaluationError, match="name a new folder"):
        write_question_set(conversations, folder)


def test_without_feedback_nothing_is_made(tmp_path: Path) -> None:
    conversations = tmp_path / "none.sqlite"
    with pytest.raises(ConversationsError, match="give thumbs in the chat"):
        write_question_set(conversations, tmp_path / "set")
    assert not conversations.exists()
    assert not (tmp_path / "set").exists()
