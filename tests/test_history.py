from __future__ import annotations

from collections.abc import Sequence

import pytest

from rag.history import leans_on_history, standalone_query, turns
from rag.types import Turn

TALKS: list[Turn] = [("user", "Who met in Baghdad?"), ("assistant", "Crocker met Kazemi. [1]")]


def test_turns_come_in_two_forms() -> None:
    assert turns([("user", "a"), {"role": "assistant", "content": "b"}]) == [
        ("user", "a"),
        ("assistant", "b"),
    ]


@pytest.mark.parametrize(
    "question",
    [
        "How long did they talk?",
        "And where?",
        "Why?",
        "What about the Wall Street Journal editorial?",
        "When was it written?",
        "Where was his office?",
    ],
)
def test_what_leans_on_history(question: str) -> None:
    assert leans_on_history(question)
    assert standalone_query(question, TALKS) == f"Who met in Baghdad? {question}"


@pytest.mark.parametrize(
    "question", ["Who wrote the Wall Street Journal editorial?", "How many whales came to Oslo?"]
)
def test_what_stands_alone(question: str) -> None:
    assert not leans_on_history(question)
    assert standalone_query(question, TALKS) == question


@pytest.mark.parametrize("history", [[], [("assistant", "Hello.")], [("user", "  ")]])
def test_without_a_question_before_there_is_nothing_to_lean_on(history: Sequence[Turn]) -> None:
    assert standalone_query("Why?", history) == "Why?"


def test_only_the_last_question_counts() -> None:
    history = [("user", "Who is Ada?"), *TALKS]
    assert standalone_query("And where?", history) == "Who met in Baghdad? And where?"


def test_a_question_is_never_crowded_out() -> None:
    query = standalone_query("And where?", [("user", "word " * 5000)])
    assert query.endswith(" And where?")
    assert len(query) < 600
