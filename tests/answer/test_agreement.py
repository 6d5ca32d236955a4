"""What articles say beside one another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rag.answer.agreement import DIFFERS_FROM, Agreement, compared
from rag.types import Article, Quote
from tests.fakes import FakeEmbedder, make_article

QUESTION = "How many ships were sunk?"


def _quote(article: Article, words: str | None, confidence: float = 0.9) -> Quote:
    text = article.text
    return Quote(article, text, 0, len(text), 1.0, words, confidence)


def _compared(question: str, quotes: Sequence[Quote]) -> Agreement:
    return compared(question, quotes, FakeEmbedder())


ELEVEN = _quote(
    make_article("Eleven ships were sunk.", "a", title="At sea", date="2007-05-03"), "Eleven"
)
ALSO_ELEVEN = _quote(
    make_article("The navy lost eleven ships.", "b", title="Losses"), "eleven ships"
)
NINE = _quote(make_article("Nine ships were sunk.", "c", title="Nine", date="2007-05-04"), "Nine")


def test_one_article_is_not_compared() -> None:
    assert _compared(QUESTION, [ELEVEN]) == Agreement((ELEVEN,))
    assert _compared(QUESTION, [ELEVEN, _quote(ELEVEN.article, "sunk")]).remark is None


def test_articles_that_mark_the_same_words_agree() -> None:
    agreement = _compared(QUESTION, [ELEVEN, ALSO_ELEVEN])
    assert agreement == Agreement((ELEVEN, ALSO_ELEVEN), "2 articles say so.")


def test_articles_that_mark_other_words_differ_and_each_is_named_with_its_date() -> None:
    agreement = _compared(QUESTION, [ELEVEN, NINE, ALSO_ELEVEN])
    assert agreement.differ
    assert agreement.remark is not None
    assert "different answers" in agreement.remark
    assert [quote.lead for quote in agreement.quotes] == [
        "At sea, 3 May 2007:",
        "Nine, 4 May 2007:",
        "Losses:",
    ]


def test_what_differs_is_shown_first() -> None:
    built = _quote(make_article("Two ships were built.", "f"), "Two")
    agreement = _compared(QUESTION, [ELEVEN, built, NINE])
    assert [quote.words for quote in agreement.quotes] == ["Eleven", "Nine", "Two"]


def test_two_further_articles_may_differ() -> None:
    fleet = _quote(make_article("The fleet and its ships were sunk.", "f"), "The fleet")
    assert _compared(QUESTION, [fleet, ELEVEN, NINE]).differ


def test_a_number_of_something_else_is_no_disagreement() -> None:
    built = _quote(make_article("Two ships were built.", "f"), "Two")
    assert not _compared(QUESTION, [ELEVEN, built]).differ


def test_who_is_unsure_does_not_contradict() -> None:
    unsure = _quote(NINE.article, "Nine", DIFFERS_FROM - 0.01)
    assert not _compared(QUESTION, [ELEVEN, unsure]).differ


def test_words_that_stand_in_the_other_quote_do_not_contradict() -> None:
    both = _quote(make_article("Eleven ships of the fleet were sunk.", "e"), "of the fleet")
    assert not _compared(QUESTION, [ELEVEN, both]).differ
    assert not _compared(QUESTION, [both, ELEVEN]).differ


def test_a_sentence_without_marked_words_is_not_compared() -> None:
    assert _compared(QUESTION, [_quote(ELEVEN.article, None), NINE]).remark is None


def test_a_story_in_two_papers_counts_once() -> None:
    copy = replace(
        ALSO_ELEVEN, article=replace(ALSO_ELEVEN.article, also_in=(ELEVEN.article.source,))
    )
    first = replace(ELEVEN, article=replace(ELEVEN.article, also_in=(ALSO_ELEVEN.article.source,)))
    assert _compared(QUESTION, [first, copy]).remark is None
