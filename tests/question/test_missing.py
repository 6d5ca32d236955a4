"""Sentences for the parts of a question that the articles leave open."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.question.missing import missing_sentence


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ("Who met in Baghdad?", "who met in Baghdad"),
        ("Which team won?", "which team won"),
        ("How many people died", "how many people died"),
        ("Who was elected?", "who was elected"),
        ("When was he born?", "when he was born"),
        ("When was Ivo Brandt born?", "when Ivo Brandt was born"),
        ("Where was the bridge built?", "where the bridge was built"),
        ("Where can they buy it?", "where they can buy it"),
        ("Where is Baghdad?", "where Baghdad is"),
        ("Why?", "why"),
        ("Tell me how long they talked (who met).", "how long they talked"),
        ("Who lost (who met in Baghdad)?", "who lost"),
    ],
)
def test_what_can_surely_be_said_indirectly(part: str, said: str) -> None:
    assert missing_sentence(part) == f"The articles do not say {said}."


@pytest.mark.parametrize(
    "part",
    [
        "How long did they talk?",
        "What is the capital of France?",
        "When was Ivo Brandt’s wife born?",
        "When was the red painted house sold?",
        "Why was the man accused of theft released?",
        "What were the houses built by the town typical of?",
        "What about gas?",
        "Who will Ann marry?",
        "Did they agree?",
    ],
)
def test_other_questions_are_quoted(part: str) -> None:
    assert missing_sentence(part) == f"The articles do not answer “{part}”."


def test_what_was_carried_over_is_not_said() -> None:
    said = missing_sentence("How long did they talk (who met in Baghdad)?")
    assert said == "The articles do not answer “How long did they talk?”."


@given(st.text())
def test_it_is_one_sentence_about_the_articles(part: str) -> None:
    said = missing_sentence(part)
    assert said.startswith(("The articles do not say ", "The articles do not answer “"))
    assert said.endswith(".")
