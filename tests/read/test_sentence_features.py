"""Features of sentences: BM25 against its formula, shares of terms, offsets."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.read.sentence_features import (
    BM25_B,
    BM25_K1,
    bm25,
    logistic,
    sentence_features,
    sentences_of,
    type_fit,
)
from rag.types import Hit, Passage
from tests.fakes import make_article

TEXT = "The Orion sank off Visby. Nine sailors drowned in May 1998. Nobody knew why."
WORDS = st.sampled_from(["orion", "sank", "visby", "nine", "sailor"])


def _hit(text: str = TEXT, title: str = "The ferry") -> Hit:
    article = make_article(text, title=title)
    return Hit(Passage("p", article.id, text, 0, len(text)), article, 1.0)


@given(
    query=st.lists(WORDS, max_size=4),
    documents=st.lists(st.lists(WORDS, max_size=6), min_size=1, max_size=5),
)
def test_bm25_is_the_formula(query: list[str], documents: list[list[str]]) -> None:
    average = sum(len(document) for document in documents) / len(documents) or 1.0
    for document, score in zip(documents, bm25(query, documents), strict=True):
        expected = 0.0
        for term in set(query):
            holding = len([other for other in documents if term in other])
            idf = math.log(1 + (len(documents) - holding + 0.5) / (holding + 0.5))
            count = document.count(term)
            norm = BM25_K1 * (1 - BM25_B + BM25_B * len(document) / average)
            expected += idf * count * (BM25_K1 + 1) / (count + norm)
        assert score == pytest.approx(expected)


def test_sentences_of_hits_are_exact_and_carry_their_rank() -> None:
    found = sentences_of([_hit(), _hit("Another story.", "Other")])
    assert [(quote.text, rank) for quote, rank in found] == [
        ("The Orion sank off Visby.", 0),
        ("Nine sailors drowned in May 1998.", 0),
        ("Nobody knew why.", 0),
        ("Another story.", 1),
    ]
    assert all(q.article.text[q.start : q.end] == q.text for q, _ in found)


def test_features_of_a_question() -> None:
    hits = [_hit()]
    found = sentences_of(hits)
    question = "How many sailors of the Orion drowned at Gotland?"
    first, second, third = sentence_features(question, question, hits, found, [0.1, 0.2, 0.3])
    assert [each.similarity for each in (first, second, third)] == [0.1, 0.2, 0.3]
    assert [each.coverage for each in (first, second, third)] == [1 / 4, 2 / 4, 0.0]
    assert {each.passage_coverage for each in (first, second, third)} == {3 / 4}
    assert second.lexical == 1.0
    assert (first.type_fit, second.type_fit) == (-1.0, 1.0)
    assert second.words == 6


def test_the_title_counts_for_its_passages() -> None:
    hits = [_hit(title="Shipwreck on Sunday")]
    found = sentences_of(hits)
    features = sentence_features("shipwreck", "shipwreck", hits, found, [0.0] * 3)
    assert [each.passage_coverage for each in features] == [1.0] * 3
    assert [each.coverage for each in features] == [0.0] * 3


def test_any_kind_will_do_where_none_is_asked_for() -> None:
    assert type_fit("Nobody knew.", None, "What happened?") == 0.0


@given(st.floats(-1e6, 1e6))
def test_logistic_is_a_chance(logit: float) -> None:
    assert 0.0 < logistic(logit) <= 1.0
    assert logistic(logit) + logistic(-logit) == pytest.approx(1.0)
