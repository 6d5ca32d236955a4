from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from rag.question.follow_up import (
    FollowUp,
    candidate_features,
    follow_up_of,
    may_stand_alone,
    question_features,
    refers_back,
)
from rag.question.mentions import Said

SAID = [
    Said("user", "Where did Anna Berg grow up?"),
    Said("assistant", "Berg grew up in Norland."),
    Said("user", "When did Berg leave?"),
]


def features_of(follow_up: FollowUp, wording: str) -> dict[str, float]:
    candidate = next(c for c in follow_up.candidates if c.fullest.text == wording)
    return candidate_features(follow_up, candidate, {"leav": -2.0})


def test_a_name_gathers_its_shorter_forms() -> None:
    follow_up = follow_up_of("Why?", SAID)
    berg = next(c for c in follow_up.candidates if "berg" in c.terms)
    assert berg.fullest.text == "Anna Berg"
    assert [mention.text for mention in berg.mentions] == ["Anna Berg", "Berg", "Berg"]


def test_what_the_question_says_is_no_candidate() -> None:
    follow_up = follow_up_of("Did Anna leave Norland?", SAID)
    assert {term for c in follow_up.candidates for term in c.terms} == {"berg", "grow"}


def test_where_and_by_whom_a_candidate_was_said() -> None:
    follow_up = follow_up_of("Why?", SAID)
    berg, norland = features_of(follow_up, "Anna Berg"), features_of(follow_up, "Norland")
    assert (berg["user turns saying it"], berg["answers saying it"]) == (2.0, 1.0)
    assert (berg["in last user turn"], norland["in last user turn"]) == (1.0, 0.0)
    assert (norland["user turns since"], berg["user turns since"]) == (1.0, 0.0)
    assert (norland["said by user"], norland["turns before"]) == (0.0, 1.0)
    assert features_of(follow_up, "leave")["prior"] == -2.0
    assert berg["rank"] == 0.0


def test_how_a_question_refers_back() -> None:
    features = question_features(
        follow_up_of("And why did she leave it for Norland in 2006?", SAID)
    )
    assert features["person"] == features["thing"] == features["continues"] == 1.0
    assert features["group"] == 0.0
    assert (features["names"], features["names said before"], features["new names"]) == (1, 1, 0)
    assert features["has number"] == 1.0
    assert question_features(follow_up_of("Why?", SAID))["asks bare"] == 1.0


def test_words_that_stand_for_something_else() -> None:
    assert refers_back("Why did Anna Berg leave it?")
    assert refers_back("What else did Anna Berg sign there?")
    assert not refers_back("How old is Anna Berg?")
    assert not refers_back("Wie alt ist Anna Berg?")


def test_what_may_ask_in_full() -> None:
    for whole in ("Who started the petition?", "What is a misdemeanor?", "What are operators?"):
        assert may_stand_alone(whole)
    for leaning in (
        "Who paid?",
        "Who started it?",
        "And who started the petition?",
        "The petition",
    ):
        assert not may_stand_alone(leaning)


@given(
    st.text(max_size=60),
    st.lists(
        st.builds(Said, st.sampled_from(["user", "assistant"]), st.text(min_size=1)), max_size=3
    ),
)
def test_features_are_finite_numbers(question: str, said: list[Said]) -> None:
    follow_up = follow_up_of(question, said)
    rows = [question_features(follow_up)]
    rows += [candidate_features(follow_up, each, {}) for each in follow_up.candidates]
    assert all(math.isfinite(value) for row in rows for value in row.values())
