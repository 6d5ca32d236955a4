"""What is shown for one part of a question."""

from __future__ import annotations

from dataclasses import replace

from rag.answer.answer import Section
from rag.answer.sections import section_of, without_repetition
from rag.types import Quote, Reading
from tests.fakes import FakeEmbedder, make_article

CREW = make_article(
    "The ship had a crew of Ann Lee, Bo Rask and Cy Ode.", "crew", date="2001-02-03"
)
LATER = make_article("The ship had a crew of four.", "later", title="Four", date="2005-06-07")
QUESTION = "Who were the members of the crew?"


def _quote(article_text_from: Quote | None, text: str, words: str, score: float) -> Quote:
    article = CREW if article_text_from is None else article_text_from.article
    start = article.text.index(text)
    return Quote(article, text, start, start + len(text), score, words, 0.9)


BEST = _quote(None, CREW.text, "Ann Lee", 5.0)
NEXT = Quote(LATER, LATER.text, 0, len(LATER.text), 4.0, "four", 0.9)


def test_a_question_for_a_list_gets_the_whole_list() -> None:
    section = section_of(
        QUESTION, Reading((BEST,), 0.9, short="Ann Lee"), 3, FakeEmbedder(), newest_first=False
    )
    assert section.short == "Ann Lee, Bo Rask and Cy Ode"
    assert not section.in_lines
    assert section.part == QUESTION


def test_articles_that_differ_are_told_apart_line_by_line() -> None:
    reading = Reading((BEST, NEXT), 0.9, short="Ann Lee")
    section = section_of("What crew had the ship?", reading, 3, FakeEmbedder(), newest_first=False)
    assert section.differ
    assert section.in_lines
    assert [quote.article for quote in section.quotes] == [CREW, LATER]


def test_what_differs_is_shown_where_one_quote_is_wanted() -> None:
    reading = Reading((BEST, NEXT), 0.9, short="Ann Lee")
    section = section_of("What crew had the ship?", reading, 1, FakeEmbedder(), newest_first=False)
    assert section.differ
    assert [quote.article for quote in section.quotes] == [CREW, LATER]
    alike = replace(NEXT, words="crew")
    agreeing = Reading((replace(BEST, words="crew"), alike), 0.9, short="crew")
    section = section_of("What had the ship?", agreeing, 1, FakeEmbedder(), newest_first=False)
    assert (section.differ, len(section.quotes), section.remark) == (False, 1, None)


def test_the_latest_comes_first_where_it_is_asked_for() -> None:
    reading = Reading((BEST, NEXT), 0.9, short="Ann Lee")
    section = section_of("What crew had the ship?", reading, 3, FakeEmbedder(), newest_first=True)
    assert section.quotes[0].article == LATER
    assert section.short == "four"


def test_where_a_sentence_answers_there_is_no_short_answer() -> None:
    assert (
        section_of("Why?", Reading((BEST,), 0.9), 3, FakeEmbedder(), newest_first=False).short
        is None
    )


def test_a_quote_shown_for_one_part_is_not_shown_again_for_the_next() -> None:
    first, second, third = Section((BEST,)), Section((NEXT, BEST)), Section((BEST, NEXT))
    assert without_repetition([first, second]) == [first, Section((NEXT,))]
    assert without_repetition([first, third]) == [first]
