"""A follow-up that only names another."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.question.exchanged import exchanged


def _asked(message: str, *earlier: str) -> str | None:
    turns = [turn for text in earlier for turn in (("user", text), ("assistant", "“Nine.” [1]"))]
    found = exchanged(message, turns)
    return found.question if found else None


@pytest.mark.parametrize(
    ("earlier", "message", "question"),
    [
        ("How many ships did Norland send?", "and Vestria?", "How many ships did Vestria send?"),
        (
            "How many ships did Norland send?",
            "What about the US?",
            "How many ships did the US send?",
        ),
        ("What did the US send?", "And Norland?", "What did Norland send?"),
        (
            "How many of Norland's ships sank?",
            "and Vestria’s?",
            "How many of Vestria's ships sank?",
        ),
        (
            "How many ships did Norland send to Vestria?",
            "And Ostmark?",
            "How many ships did Ostmark send to Vestria?",
        ),
        (
            "How many ships did Norland send to Vestria?",
            "and to Ostmark?",
            "How many ships did Norland send to Ostmark?",
        ),
        ("When did Anna Berg leave?", "how about Olaf Brun?", "When did Olaf Brun leave?"),
        ("What did bread cost in March?", "and in April?", "What did bread cost in April?"),
    ],
)
def test_the_name_of_like_kind_gives_way(earlier: str, message: str, question: str) -> None:
    assert _asked(message, earlier) == question


def test_one_name_after_the_other() -> None:
    asked = "How many ships did Norland send?"
    assert _asked("and Ostmark?", asked, "and Vestria?") == "How many ships did Ostmark send?"


@pytest.mark.parametrize(
    ("earlier", "message"),
    [
        ("Who signed the treaty?", "And Vestria?"),
        ("How many ships did Norland send?", "and where?"),
        ("How many ships did Norland send?", "and Vestria refused?"),
        ("How many ships did Norland send?", "and in Vestria?"),
        ("How many ships did Norland send?", "and in April?"),
        ("Did ships from Norland reach Vestria and Ostmark?", "and Sudland?"),
        ("When did Anna Berg leave?", "and Berg?"),
        ("How many ships did Norland send?", "What about the second one?"),
        ("How many ships did Norland send?", "Vestria"),
    ],
)
def test_nothing_is_exchanged_where_it_is_not_sure(earlier: str, message: str) -> None:
    assert _asked(message, earlier) is None
    assert _asked(message) is None


@given(st.text(max_size=40), st.text(max_size=80))
def test_any_text_is_read(message: str, earlier: str) -> None:
    found = exchanged(message, [("user", earlier)])
    assert found is None or found.turns == []
