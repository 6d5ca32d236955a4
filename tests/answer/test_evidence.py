"""The decision to answer, and what is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rag.answer.evidence import (
    AGREES_WITHIN,
    ANSWERS_BESIDE,
    MIN_CONFIDENCE,
    NEAR_BEST,
    enough,
    worth_showing,
)
from rag.types import Quote
from tests.fakes import make_article

ARTICLE = make_article("One. Two. Three. One.")


def _quotes(*scored: tuple[str, float]) -> list[Quote]:
    return [
        Quote(ARTICLE, text, at, at + len(text), score, words=text.strip("."))
        for text, score in scored
        for at in [ARTICLE.text.index(text)]
    ]


def test_the_threshold() -> None:
    assert enough(MIN_CONFIDENCE, None)
    assert not enough(MIN_CONFIDENCE - 0.01, None)
    assert enough(0.0, 0.0)
    assert not enough(0.99, 1.0)


def texts(shown: Sequence[Quote]) -> list[str]:
    return [quote.text for quote in shown]


def test_beside_the_best_is_shown_what_comes_near_it_and_tells_more() -> None:
    near, far = 5.0 - NEAR_BEST, 4.99 - NEAR_BEST
    shown, _ = worth_showing(_quotes(("One.", 5.0), ("Two.", near), ("Three.", far)), 3)
    assert texts(shown) == ["One.", "Two."]
    assert texts(worth_showing(_quotes(("One.", 5.0), ("Two.", near)), 1)[0]) == ["One."]
    shown, _ = worth_showing(_quotes(("One.", 5.0), ("One.", 4.9), ("Two.", 4.8)), 3)
    assert [quote.score for quote in shown] == [5.0, 4.8]


def test_of_other_articles_is_shown_what_would_answer_by_itself_and_tells_more() -> None:
    best = replace(_quotes(("One.", 9.0))[0], confidence=0.9)
    other = replace(ARTICLE, id="other", source="other.txt")
    sure = replace(
        best, article=other, score=1.0, text="Two.", words="Two", confidence=ANSWERS_BESIDE
    )
    again = replace(sure, score=0.9, text="Three.", words="Three")
    unsure = replace(sure, article=replace(other, id="third"), confidence=ANSWERS_BESIDE - 0.01)
    repeating = replace(sure, article=replace(other, id="fourth"))
    own = replace(best, score=1.0, text="Two.", words="Two")
    shown, agreeing = worth_showing([best, own, sure, again, unsure, repeating], 5)
    assert (shown, agreeing) == ([best, sure], [])


def test_what_marks_no_other_words_than_the_best_is_not_shown_but_agrees() -> None:
    best = replace(_quotes(("One.", 9.0))[0], words="one of them")
    other = replace(ARTICLE, id="other", source="other.txt")
    same = replace(best, article=other, text="In all, one.", score=9.0 - AGREES_WITHIN, words="one")
    far = replace(same, article=replace(other, id="third"), score=8.9 - AGREES_WITHIN)
    fuller = replace(
        same, article=replace(other, id="fourth"), words="one of four", confidence=ANSWERS_BESIDE
    )
    assert worth_showing([best, same, far, fuller], 3) == ([best, fuller], [same])
    unmarked = [replace(best, words=None), replace(same, words=None)]
    assert worth_showing(unmarked, 3) == (unmarked[:1], [])
