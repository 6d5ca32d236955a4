from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answer.cite import citation
from rag.errors import QuestionError
from rag.question.history import standalone_query, turns
from rag.types import Turn
from tests.fakes import make_article

TALKS: list[Turn] = [
    ("user", "Who met in Oslo?"),
    ("assistant", '"Anna Berg, the envoy of Norland, met Karim Haddad in Oslo." [1]'),
]


def carried(question: str, history: Sequence[Turn]) -> str:
    """What stands before the question in the query."""
    query = standalone_query(question, turns(history))
    assert query.endswith(question)
    return query.removesuffix(question).removesuffix(": ")


def test_turns_come_in_three_forms() -> None:
    (text,) = turns([("user", "a"), {"role": "assistant", "content": "b"}])
    assert (text.question, text.text, text.status, text.citations) == ("a", "b", "answered", ())
    unanswered, other = turns([("user", "a"), ("user", "b")])
    assert (unanswered.question, unanswered.status) == ("a", "abstained")
    assert turns([text, ("user", "b")]) == (text, other)


@pytest.mark.parametrize("turn", [("user",), {"role": "user"}, ("user", 1), "who?", 3])
def test_a_turn_that_is_none(turn: object) -> None:
    with pytest.raises(QuestionError, match=r"^Turn 2 of the history is neither"):
        turns([("user", "a"), turn])  # type: ignore[list-item]


@pytest.mark.parametrize("question", ["How long did they talk?", "why?", "And where?"])
def test_a_follow_up_takes_up_what_the_question_before_asked(question: str) -> None:
    assert "met in Oslo" in carried(question, TALKS)


@pytest.mark.parametrize(
    "question", ["What is the capital of France?", "How many whales came to Bergen?"]
)
def test_a_change_of_subject_carries_nothing_over(question: str) -> None:
    assert carried(question, TALKS) == ""


def test_what_was_quoted_is_taken_up_and_what_was_refused_is_not() -> None:
    article = make_article("Anna Berg, the envoy of Norland, met Karim Haddad in Oslo.")
    (bare,) = turns([("user", "Who met in Oslo?")])
    cited = replace(bare, status="answered", citations=(citation(1, article, 0, 9),))
    (refused,) = turns([("user", "What did Berg say?")])
    refused = replace(refused, text="The articles do not say.")
    before = carried("Why did she travel there?", [cited, refused])
    assert "Anna Berg" in before
    assert "articles" not in before


def test_another_year_takes_the_place_of_the_one_before() -> None:
    history = [("user", "Who won the regatta in 2002?"), ("assistant", "Norland won. [1]")]
    before = carried("and in 2006?", history)
    assert "regatta" in before
    assert "2002" not in before


def test_a_question_is_never_crowded_out() -> None:
    query = standalone_query("And where?", turns([("user", "zebra crossing lights " * 2000)]))
    assert query.endswith("And where?")
    assert len(query) < 350


@given(
    st.text(min_size=1, max_size=60),
    st.lists(st.tuples(st.sampled_from(["user", "assistant"]), st.text(max_size=200)), max_size=4),
)
def test_whatever_is_said_the_query_ends_with_the_question(
    question: str, history: list[tuple[str, str]]
) -> None:
    assert standalone_query(question, turns(history)).endswith(question)
