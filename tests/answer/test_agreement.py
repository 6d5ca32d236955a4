"""What articles say beside one another; here only equal words are alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from rag.answer.agreement import (
    DIFFERS_FROM,
    Agreement,
    Likeness,
    compared,
    compared_answers,
    same_matter,
)
from rag.question.answer_type import AnswerType
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


def test_articles_that_mark_the_same_words_agree_also_where_one_is_not_shown() -> None:
    said = "2 articles say so."
    assert _compared(QUESTION, [ELEVEN, ALSO_ELEVEN]) == Agreement((ELEVEN, ALSO_ELEVEN), said)
    hidden = compared(QUESTION, [ELEVEN], FakeEmbedder(), [ALSO_ELEVEN])
    assert hidden == Agreement((ELEVEN,), said)


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


def _marked(text: str, date: str | None = "2007-05-31") -> Quote:
    """A sentence whose answer stands between bars."""
    before, words, after = text.split("|")
    whole = before + words + after
    return Quote(make_article(whole, whole, date=date), whole, 0, len(whole), 1.0, words)


@pytest.mark.parametrize(
    ("kind", "some", "other", "likeness"),
    [
        ("duration", "It took |four hours|.", "It took about |240 minutes|.", "same"),
        ("duration", "It took |14 months|.", "It took |more than a year|.", "same"),
        ("duration", "It took |four hours|.", "It took |four days|.", "other"),
        ("number", "It cost |$12 million|.", "It cost |twelve million|.", "same"),
        ("number", "About |60,000| books burnt.", "|61,000| books burnt.", "same"),
        ("number", "|60,000| books burnt.", "|61,000| books burnt.", "other"),
        ("number", "It is |248 metres| long.", "It is |814 feet| long.", "same"),
        ("number", "It rose |5 per cent|.", "It rose |5 dollars|.", "other"),
        ("date", "It was signed on |Monday|.", "Signed on |28 May 2007|.", "same"),
        ("date", "It was signed on |Tuesday|.", "Signed on |28 May 2007|.", "other"),
        ("date", "It was signed in |May 2007|.", "Signed on |28 May 2007|.", "same"),
        ("date", "It was signed in |2006|.", "Signed on |28 May 2007|.", "other"),
        ("date", "It was signed |last week|.", "Signed on |28 May 2007|.", "open"),
        ("name", "|Ms Okafor| said so.", "|Grace Okafor| said so.", "same"),
        ("name", "|Iran| proposed it.", "|the Iranian ambassador| proposed it.", "same"),
        ("name", "|the French envoy| came.", "|the Iranian ambassador| came.", "other"),
        ("name", "|Hassan Kazemi| proposed it.", "|the Iranian ambassador| did.", "open"),
        ("name", "It is |the judge|.", "It is |Ann Lee|.", "open"),
        ("name", "|Tomas Berg| leads.", "|Tomas Bergman| leads.", "other"),
        (None, "It was |a short circuit|.", "It was |arson|.", "other"),
        (None, "It was |a broken lamp|.", "It was |a lamp left burning|.", "open"),
    ],
)
def test_phrases_for_one_answer_are_told_from_two_answers(
    kind: AnswerType | None, some: str, other: str, likeness: Likeness
) -> None:
    first, second = _marked(some), _marked(other)
    assert compared_answers(kind, first, second) == likeness
    assert compared_answers(kind, second, first) == likeness


@pytest.mark.parametrize(
    ("question", "best", "quote", "same"),
    [
        (
            "When was the ferry built?",
            "The ferry was built in |1987|.",
            "The ferry, built in |1989|, sank.",
            True,
        ),
        (
            "When was the ferry built?",
            "The ferry was built in |1987|.",
            "The ferry sank in |2009|.",
            False,
        ),
        (
            "Who is the chief of Norair?",
            "The chief of Norair is |Paul Verne|.",
            "Its chief is |Karin Aas|.",
            False,
        ),
        ("How many ships sank?", "|Nine| ships sank.", "The ships sank off |Visby|.", False),
    ],
)
def test_the_same_matter_has_the_questions_words_names_and_kind(
    question: str, best: str, quote: str, same: bool
) -> None:
    assert same_matter(question, _marked(quote), _marked(best), FakeEmbedder()) == same


@pytest.mark.parametrize(
    ("before", "same"), [("The bridge was opened in May. ", True), ("The ferry sank. ", False)]
)
def test_what_opens_with_a_pronoun_says_what_the_sentence_before_says(
    before: str, same: bool
) -> None:
    said = "It cost 48 million crowns."
    article = make_article(before + said, "town")
    quote = Quote(article, said, len(before), len(before + said), 1.0, "48 million crowns")
    best = _marked("The bridge cost |61 million crowns|.")
    assert same_matter("What did the bridge cost?", quote, best, FakeEmbedder()) is same
