from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answer.cite import citation
from rag.question.follow_up import (
    FEATURES,
    MOST_TOKENS,
    Row,
    Segment,
    laid_out,
    may_stand_alone,
    refers_back,
    said_in,
    seen_words,
    standalone,
    word_key,
    worded,
    words,
)
from rag.question.history import turns
from tests.fakes import make_article

TALKS = (
    Segment("user", "Who met in Oslo?"),
    Segment("assistant", "Anna Berg, the envoy of Norland, met Karim Haddad in Oslo."),
)


def chances(segments: tuple[Segment, ...], taken: str) -> list[list[float]]:
    """0.9 for every word of the conversation that is among ``taken``, 0 for the others."""
    wanted = set(taken.split())
    return [
        [0.9 * (segment.text[start:end] in wanted) for start, end in words(segment.text)]
        for segment in segments
    ]


@pytest.mark.parametrize(
    ("question", "taken", "query"),
    [
        ("How old is she?", "Anna Berg", "How old is Anna Berg?"),
        ("how old is her brother", "Berg", "how old is Anna Berg’s brother"),
        ("Who sent her?", "Berg", "Who sent Anna Berg?"),
        ("What's its capital?", "Norland", "What's Norland’s capital?"),
        ("Why?", "met Oslo", "Why? (about met in Oslo)"),
        ("Who sent her there?", "Anna Oslo", "Who sent Anna Berg there? (about Oslo)"),
        ("When did she leave?", "", "When did she leave? (about Who met in Oslo)"),
    ],
)
def test_a_pronoun_gives_way_to_its_name_and_the_rest_follows(
    question: str, taken: str, query: str
) -> None:
    found = worded(question, TALKS, chances(TALKS, taken))
    assert (found.query, found.needs_history) == (query, True)
    assert all(phrase in query for phrase in found.carried)


def test_another_year_takes_the_place_of_the_one_before() -> None:
    said = (Segment("user", "Who won the regatta in 2002?"),)
    query = worded("and in 2006?", said, chances(said, "won regatta 2002")).query
    assert "regatta" in query
    assert "2002" not in query


def test_what_was_quoted_was_said_and_a_refusal_says_nothing() -> None:
    article = make_article("Anna Berg met Karim Haddad.", title="Talks")
    (bare,) = turns([("user", "Who met?")])
    quoted = replace(bare, status="answered", citations=(citation(1, article, 0, 9),))
    assert [(each.role, each.text) for each in said_in([quoted])] == [
        ("user", "Who met?"),
        ("title", "Talks"),
        ("assistant", "Anna Berg"),
    ]
    refused = replace(bare, text="The articles say nothing of Zembla.")
    assert not any("Zembla" in each.text for each in said_in([refused]))


def test_words_are_compared_without_case_and_plural() -> None:
    assert word_key("Berg’s") == word_key("BERG") == "berg"
    assert word_key("talks") == word_key("talk")
    assert word_key("the") == word_key("Hers") == ""


def test_questions_that_refer_back_and_that_may_stand_alone() -> None:
    assert refers_back("When did it end?")
    assert not refers_back("When did the strike end?")
    assert may_stand_alone("Who started the petition?")
    assert may_stand_alone("What is chlorine?")
    assert not may_stand_alone("Who paid?")
    assert not may_stand_alone("Who started it in Oslo?")


class Letters:
    """A tokenizer of one token a letter."""

    def encode(self, text: str, add_special_tokens: bool) -> Letters:
        self.ids = [ord(letter) for letter in text]
        self.offsets = [(place, place + 1) for place in range(len(text))]
        return self


def test_the_encoder_reads_the_question_then_the_newest_first() -> None:
    row = laid_out(Letters(), (0, 2), "ab", (Segment("user", "old one"), Segment("title", "new")))
    assert "".join(map(chr, row.ids)) == "\0query: ab\2\2T: new\2Q: old one\2"
    assert row.question_end == len("\0query: ab")
    assert row.words[-12:] == (-1, -1, -1, -1, 0, 0, 0, -1, 1, 1, 1, -1)
    assert row.words[row.question_end + 2 + 3 :][:3] == (2, 2, 2)
    long = laid_out(Letters(), (0, 2), "ab", (Segment("user", "word " * 400),) * 9)
    assert len(long.ids) == len(long.words) <= MOST_TOKENS


def test_a_word_is_the_mean_of_its_tokens() -> None:
    segments = (Segment("user", "Berg met"),)
    row = Row((0, 9, 9, 9, 5, 2, 2, 7, 8, 6, 2), 5, (-1,) * 7 + (0, 0, 1, -1))
    hidden = np.arange(22, dtype=np.float32).reshape(11, 2)
    seen = seen_words("Who met?", segments, row, hidden)
    assert seen.numbers.tolist() == [0]  # the question says "met"
    assert seen.inputs.shape == (1, 4 + FEATURES)
    assert seen.inputs[0, :4].tolist() == [15, 16, *hidden[4]]


@pytest.mark.parametrize(
    ("question", "held"),
    [("How old is she?", "Berg"), ("why?", "Berg"), ("When was that?", "Oslo")],
)
def test_a_follow_up_takes_up_what_was_said(question: str, held: str) -> None:
    history = [("user", "Who is Anna Berg?"), ("assistant", "Anna Berg is the envoy in Oslo.")]
    found = standalone(question, turns(history))
    assert found.needs_history
    assert held in found.query


@pytest.mark.parametrize(
    "question",
    ["What is the capital of France?", "How many whales came to Bergen?", "Who is Anna Berg?"],
)
def test_a_whole_question_carries_nothing_over(question: str) -> None:
    history = [("user", "Who is Anna Berg?"), ("assistant", "Anna Berg is an envoy in Oslo.")]
    assert standalone(question, turns(history)).query == question


@given(st.text(min_size=1, max_size=40), st.lists(st.text(max_size=80), max_size=3))
def test_whatever_is_said_the_query_is_short_and_keeps_the_question(
    question: str, said: list[str]
) -> None:
    segments = tuple(Segment("user", text) for text in said)
    all_taken = [[0.4] * len(words(segment.text)) for segment in segments]
    query = worded(question, segments, all_taken).query
    assert query.startswith(question)
    assert len(query) <= len(question) + 210
