from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rag.question.mentions import Said, content_words, mentions_of, said_of


def names_in(text: str) -> list[str]:
    return [mention.text for mention in mentions_of(Said("user", text), 0) if mention.is_name]


def test_a_name_of_several_words_is_one_mention() -> None:
    text = "Then Karim Al-Haddad of the Bank of Norland met Anna Berg and Lise Dahl."
    assert names_in(text) == ["Karim Al-Haddad of the Bank of Norland", "Anna Berg", "Lise Dahl"]


def test_a_comma_ends_a_name_and_an_owner_keeps_it() -> None:
    assert names_in("In Oslo, Norland's envoy from the U.S. spoke.") == ["Oslo", "Norland", "U.S."]


def test_a_capital_at_the_start_of_a_sentence_makes_no_name() -> None:
    assert names_in("Rivers flow. Mountains stand.") == []


def test_words_that_say_nothing_are_no_mentions() -> None:
    assert mentions_of(Said("user", "What about it, and why did they do so?"), 0) == []
    assert content_words("What about the second river?") == ["second", "river"]


def test_markers_quotation_marks_and_excuses_are_not_said() -> None:
    turns = [
        ("user", "Who came?"),
        ("assistant", "“Anna came.” [1]"),
        ("assistant", "The articles do not say."),
        ("assistant", "The articles do not mention Hugo Zweig."),
        ("assistant", "No article passes the filters."),
        ("assistant", "No article within the filters mentions it."),
        ("assistant", "I'm sorry, but I don't have an answer to your question."),
    ]
    assert said_of(turns) == [Said("user", "Who came?"), Said("assistant", "Anna came.")]


def test_of_a_long_turn_the_beginning_is_taken_of_the_user_more() -> None:
    user, answer = said_of([("user", "river " * 200), ("assistant", "river " * 200)])
    assert 290 < len(answer.text) <= 300
    assert 490 < len(user.text) <= 500
    assert answer.text.endswith("river")


def test_of_a_long_conversation_the_first_turn_and_the_last_are_taken() -> None:
    said = said_of([("user", f"river {number}") for number in range(100)])
    assert [turn.text for turn in said] == ["river 0", *(f"river {n}" for n in range(80, 100))]


@given(st.text(max_size=300))
def test_a_mention_is_where_it_says(text: str) -> None:
    for turn in said_of([("user", text)]):
        for mention in mentions_of(turn, 3):
            assert turn.text[mention.span.start : mention.span.end] == mention.text
            assert mention.turn == 3
            assert mention.terms
