"""The decision to answer, and what is shown."""

from __future__ import annotations

from rag.evidence import MIN_CONFIDENCE, NEAR_BEST, enough, worth_showing
from rag.types import Quote
from tests.fakes import make_article

ARTICLE = make_article("One. Two. Three. One.")


def _quotes(*scored: tuple[str, float]) -> list[Quote]:
    return [
        Quote(ARTICLE, text, ARTICLE.text.index(text), ARTICLE.text.index(text) + len(text), score)
        for text, score in scored
    ]


def test_the_threshold() -> None:
    assert enough(MIN_CONFIDENCE, None)
    assert not enough(MIN_CONFIDENCE - 0.01, None)
    assert enough(0.0, 0.0)
    assert not enough(0.99, 1.0)


def test_only_what_comes_near_the_best_is_shown() -> None:
    near, far = 5.0 - NEAR_BEST, 4.99 - NEAR_BEST
    quotes = _quotes(("One.", 5.0), ("Two.", near), ("Three.", far))
    assert [quote.text for quote in worth_showing(quotes, 3)] == ["One.", "Two."]
    assert [quote.text for quote in worth_showing(quotes, 1)] == ["One."]


def test_the_same_sentence_is_shown_once() -> None:
    quotes = _quotes(("One.", 5.0), ("One.", 4.9), ("Two.", 4.8))
    assert [(quote.text, quote.score) for quote in worth_showing(quotes, 3)] == [
        ("One.", 5.0),
        ("Two.", 4.8),
    ]
