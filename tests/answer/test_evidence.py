"""The decision to answer, and what is shown."""

from __future__ import annotations

from dataclasses import replace

from rag.answer.evidence import AGREES_WITHIN, MIN_CONFIDENCE, NEAR_BEST, enough, worth_showing
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
    assert [quote.score for quote in worth_showing(quotes, 3)] == [5.0, 4.8]


def test_other_articles_that_mark_the_same_words_are_shown_too() -> None:
    best = replace(_quotes(("One.", 9.0))[0], words="One")
    other = replace(ARTICLE, id="other", source="other.txt")
    same = replace(best, article=other, text="In all, one.", score=9.0 - AGREES_WITHIN, words="one")
    far = replace(same, article=replace(other, id="third"), score=8.9 - AGREES_WITHIN)
    unlike = replace(same, article=replace(other, id="fourth"), words="two")
    assert worth_showing([best, same, far, unlike], 3) == [best, same]
    assert worth_showing([best, same], 1) == [best]
    unmarked = [replace(best, words=None), replace(same, words=None)]
    assert worth_showing(unmarked, 3) == unmarked[:1]


def test_other_articles_that_would_answer_by_themselves_are_shown_too() -> None:
    best = replace(_quotes(("One.", 9.0))[0], words="One", confidence=0.9)
    other = replace(ARTICLE, id="other", source="other.txt")
    sure = replace(best, article=other, score=1.0, words="Two", confidence=MIN_CONFIDENCE)
    worse = replace(sure, score=0.9, words="Three")
    unsure = replace(sure, article=replace(other, id="third"), confidence=MIN_CONFIDENCE - 0.01)
    own = replace(best, score=1.0, text="Two.", confidence=0.9)
    assert worth_showing([best, own, sure, worse, unsure], 5) == [best, sure]


def test_a_repeated_story_is_shown_once() -> None:
    first = replace(ARTICLE, also_in=("copy.txt",))
    copy = replace(ARTICLE, id="copy", source="copy.txt", also_in=(ARTICLE.source,))
    best = replace(_quotes(("One.", 9.0))[0], article=first, words="One", confidence=0.9)
    again = replace(best, article=copy, score=8.9)
    changed = replace(again, text="Four.", words="Four", score=8.0)
    assert worth_showing([best, again], 3) == [best]
    assert worth_showing([best, changed], 3) == [best, changed]
