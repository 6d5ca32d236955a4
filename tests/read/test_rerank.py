"""Topics are ranked by article; what asks something is read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.read.rerank import asks, by_article
from rag.types import Hit, Passage
from tests.fakes import make_article


def _hits(scores: list[float]) -> list[Hit]:
    article = make_article("The Orion sank off Visby.")
    return [
        Hit(Passage(f"p{number}", article.id, article.text, 0, 25), article, score)
        for number, score in enumerate(scores)
    ]


def test_several_passages_of_an_article_tell_that_it_is_about_the_topic() -> None:
    often = make_article("Ferries. Ferries again. More ferries.", "often")
    once = make_article("A ferry.", "once")
    hits = [
        Hit(Passage("once", once.id, once.text, 0, 8), once, 0.8),
        Hit(Passage("a", often.id, "Ferries.", 0, 8), often, 0.7),
        Hit(Passage("b", often.id, "Ferries again.", 9, 23), often, 0.6),
        Hit(Passage("c", often.id, "More ferries.", 24, 37), often, 0.1),
    ]
    found = by_article(hits)
    assert [hit.passage.id for hit in found] == ["a", "once", "b", "c"]
    assert found[0].score == pytest.approx(0.7 + 0.3 * 0.6 + 0.09 * 0.1)
    assert by_article([]) == []


@given(st.lists(st.floats(0, 1), min_size=1, max_size=9))
def test_a_topics_scores_stay_within_bounds(scores: list[float]) -> None:
    hits = _hits(sorted(scores, reverse=True))
    found = by_article(hits)
    assert {hit.passage.id for hit in found} == {hit.passage.id for hit in hits}
    assert all(0 <= hit.score <= 1 for hit in found)


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
