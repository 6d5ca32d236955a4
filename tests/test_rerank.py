"""Retrieval's order and the reader's, weighed together."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.read import PassageReading
from rag.rerank import asks, reranked
from rag.spans import ScoredSpan
from rag.types import Hit, Passage
from tests.fakes import make_article

logits = st.floats(-30, 30)


def _hits(scores: list[float]) -> list[Hit]:
    article = make_article("The Orion sank off Visby.")
    return [
        Hit(Passage(f"p{number}", article.id, article.text, 0, 25), article, score)
        for number, score in enumerate(scores)
    ]


def _reading(relevance: float, span: float) -> PassageReading:
    return PassageReading(relevance, (ScoredSpan(0, 3, span),))


def test_a_relevant_passage_goes_before_one_that_retrieval_found_first() -> None:
    found = reranked("Who sank?", _hits([1.0, 0.9]), [_reading(-6, -4), _reading(6, 9)])
    assert [hit.passage.id for hit in found] == ["p1", "p0"]


def test_where_the_reader_sees_no_difference_retrieval_decides() -> None:
    found = reranked("Who sank?", _hits([0.2, 0.9]), [_reading(1, 1), _reading(1, 1)])
    assert [hit.passage.id for hit in found] == ["p1", "p0"]


@given(st.lists(st.tuples(logits, logits), max_size=6), st.lists(st.floats(0.01, 1.0), max_size=9))
def test_nothing_is_lost_and_scores_fall(
    read: list[tuple[float, float]], scores: list[float]
) -> None:
    hits = _hits(sorted(scores, reverse=True))
    readings = [_reading(*each) for each in read[: len(hits)]]
    found = reranked("Who sank?", hits, readings)
    assert {hit.passage.id for hit in found} == {hit.passage.id for hit in hits}
    assert [hit.score for hit in found] == sorted((hit.score for hit in found), reverse=True)
    assert all(0 <= hit.score <= 1 for hit in found)
    rest = hits[len(readings) :]
    assert [hit.passage for hit in found[len(readings) :]] == [hit.passage for hit in rest]


def test_a_topic_keeps_retrievals_order() -> None:
    hits = _hits([1.0, 0.9])
    assert reranked("ferry disasters", hits, [_reading(-9, -9), _reading(9, 9)]) == hits


@pytest.mark.parametrize(
    ("query", "question"),
    [
        ("Who met in Baghdad?", True),
        ("did they agree", True),
        ("and in what year", True),
        ("they met where", True),
        ("federation of countries which may join .", False),
        ("nuclear talks in baghdad .", False),
        ("Super Bowl 2021 location", False),
    ],
)
def test_what_asks(query: str, question: bool) -> None:
    assert asks(query) is question
