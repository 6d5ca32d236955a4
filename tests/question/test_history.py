from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.question.history import needs_history, standalone_query, turns
from rag.types import Turn

TALKS: list[Turn] = [
    ("user", "Who met in Oslo?"),
    ("assistant", '"Anna Berg, the envoy of Norland, met Karim Haddad in Oslo." [1]'),
]
RIVERS: list[Turn] = [
    ("user", "Which rivers cross the valley?"),
    ("assistant", "The Alna, the Leira and the Vorma. [1]"),
]


def carried(question: str, history: Sequence[Turn]) -> str:
    """What stands before the question in the query."""
    query = standalone_query(question, history)
    assert query.endswith(question)
    return query.removesuffix(question).removesuffix(": ")


def test_turns_come_in_two_forms() -> None:
    assert turns([("user", "a"), {"role": "assistant", "content": "b"}]) == [
        ("user", "a"),
        ("assistant", "b"),
    ]


@pytest.mark.parametrize(
    "question", ["How long did they talk?", "Who?", "why?", "And where?", "and in 2006?"]
)
def test_a_follow_up_takes_up_what_the_question_before_asked(question: str) -> None:
    assert needs_history(question, TALKS)
    assert "met in Oslo" in carried(question, TALKS)


@pytest.mark.parametrize(
    "question",
    [
        "Who wrote the Wall Street Journal editorial?",
        "What is the capital of France?",
        "How many whales came to Bergen?",
    ],
)
def test_a_change_of_subject_carries_nothing_over(question: str) -> None:
    assert not needs_history(question, TALKS)
    assert standalone_query(question, TALKS) == question


def test_the_question_before_stands_whole_before_the_new_one() -> None:
    history = [
        ("user", "Who is Anna Berg?"),
        ("assistant", "Anna Berg, who speaks for Norland, was due to meet Karim Haddad. [1]"),
    ]
    before = carried("Whom was she due to meet?", history)
    assert before.rstrip().endswith("Who is Anna Berg?")


def test_a_name_is_carried_in_full() -> None:
    history = [*TALKS, ("user", "What did Berg say?"), ("assistant", "The articles do not say.")]
    before = carried("Why did she travel there?", history)
    assert "Anna Berg" in before
    assert "articles" not in before


def test_a_question_that_says_nothing_is_passed_over() -> None:
    history = [*TALKS, ("user", "Why?"), ("assistant", "The articles do not say.")]
    assert "Who met in Oslo?" in carried("And when?", history)


def test_words_that_stand_together_stay_together() -> None:
    history = [("user", "When does the round of talks begin?")]
    assert "round of talks" in carried("Where?", history)


def test_another_year_takes_the_place_of_the_one_before() -> None:
    history = [("user", "Who won the regatta in 2002?"), ("assistant", "Norland won. [1]")]
    before = carried("and in 2006?", history)
    assert "regatta" in before
    assert "2002" not in before


def test_another_ordinal_takes_the_place_of_the_one_before() -> None:
    history = [("user", "When was the first round of talks?")]
    assert carried("what about the second one?", history) == "round of talks"


def test_the_second_one_is_the_second_of_the_list() -> None:
    before = carried("what about the second one?", RIVERS)
    assert "Leira" in before
    assert "rivers" in before
    assert "Alna" not in before
    assert "Vorma" not in before


@pytest.mark.parametrize("history", [[], [("assistant", "Hello.")], [("user", "  ")]])
def test_without_anything_said_before_there_is_nothing_to_lean_on(
    history: Sequence[Turn],
) -> None:
    assert standalone_query("Why?", history) in ("Why?", "Hello: Why?")


def test_markers_and_quotation_marks_are_left_behind() -> None:
    query = standalone_query("Who were they?", TALKS)
    assert not set('[]"“”') & set(query)


def test_a_question_is_never_crowded_out() -> None:
    query = standalone_query("And where?", [("user", "zebra crossing lights " * 2000)])
    assert query.endswith("And where?")
    assert len(query) < 350


@given(
    st.text(min_size=1, max_size=60),
    st.lists(st.tuples(st.sampled_from(["user", "assistant"]), st.text(max_size=200)), max_size=4),
)
def test_whatever_is_said_the_query_ends_with_the_question(
    question: str, history: list[tuple[str, str]]
) -> None:
    query = standalone_query(question, history)
    assert query.endswith(question)
    assert query == standalone_query(question, history)
