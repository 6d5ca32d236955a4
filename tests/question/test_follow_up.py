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
    refers_back,
    said_in,
    says_enough,
    seen_words,
    standalone,
    taken_up,
    word_key,
    worded,
    words,
)
from rag.question.history import turns
from tests.fakes import make_article

TALKS = (
    Segment("user", "Who met in Oslo in 2002?"),
    Segment("assistant", "Anna Berg, the envoy of Norland, met Karim Haddad in Oslo."),
)


@pytest.mark.parametrize(
    ("question", "about", "query"),
    [
        ("How old is she?", ["Anna Berg"], "Anna Berg: how old is she?"),
        ("why", ["the strike", "Oslo"], "the strike, Oslo: why?"),
        ("Berg said no?", ["Oslo"], "Oslo: Berg said no?"),
        ("Who met?", [], "Who met?"),
    ],
)
def test_what_a_question_leans_on_goes_before_it(
    question: str, about: list[str], query: str
) -> None:
    assert worded(question, about) == query


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


def test_questions_that_refer_back() -> None:
    assert refers_back("When did it end?")
    assert not refers_back("When did the strike end?")
    assert says_enough("How long did the trial take?")
    assert not any(map(says_enough, ("Why did she resign from it?", "Why?", "And the trial?")))


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
    ("question", "taken", "about"),
    [
        ("How old is she?", "Berg", ["Anna Berg"]),  # the whole name
        ("Why?", "met Oslo", ["met in Oslo"]),  # the longest wording, once
        ("Who sent her?", "envoy Norland Berg", ["envoy of Norland", "Anna Berg"]),
        ("Where?", "", []),
        ("and then?", "2002 Oslo", ["Oslo in 2002"]),
        ("and in 2006?", "2002 Oslo", ["Oslo"]),  # another year takes its place
    ],
)
def test_phrases_that_are_taken_up(question: str, taken: str, about: list[str]) -> None:
    chances = [
        [0.9 * (segment.text[start:end] in taken.split()) for start, end in words(segment.text)]
        for segment in TALKS
    ]
    assert sorted(taken_up(question, TALKS, chances)) == sorted(about)


HISTORY = [("user", "Who is Anna Berg?"), ("assistant", "Anna Berg is the envoy in Oslo.")]


@pytest.mark.parametrize(
    ("question", "held"),
    [("How old is she?", "Berg"), ("why?", "Berg"), ("When was that?", "Oslo")],
)
def test_a_follow_up_takes_up_what_was_said(question: str, held: str) -> None:
    query, leans = standalone(question, turns(HISTORY))
    assert leans
    assert held in query


@pytest.mark.parametrize(
    "question",
    ["What is the capital of France?", "How many whales came to Bergen?", "Who is Anna Berg?"],
)
def test_a_whole_question_carries_nothing_over(question: str) -> None:
    assert standalone(question, turns(HISTORY)) == (question, False)
    assert standalone(question, ()) == (question, False)


@given(st.text(min_size=1, max_size=40), st.lists(st.text(max_size=80), max_size=3))
def test_whatever_is_said_the_query_is_short_and_keeps_the_question(
    question: str, said: list[str]
) -> None:
    segments = tuple(Segment("user", text) for text in said)
    all_taken = [[0.4] * len(words(segment.text)) for segment in segments]
    query = worded(question, taken_up(question, segments, all_taken))
    assert question[1:] in query
    assert len(query) <= len(question) + 210
