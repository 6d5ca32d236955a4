"""Whether a quote corrects an earlier article."""

from __future__ import annotations

from rag.answer.corrections import corrects
from rag.types import Quote
from tests.fakes import make_article


def _quote(text: str, sentence: str, words: str, date: str, title: str = "News") -> Quote:
    article = make_article(text, date + title, title=title, date=date)
    start = article.text.index(sentence)
    return Quote(article, sentence, start, start + len(sentence), 1.0, words)


OPENED = "The library opened in 1904."
FIRST = _quote(OPENED, OPENED, "1904", "2011-11-04")
NOTE = (
    "A report wrongly stated that the library opened in 1904. It opened in 1914.\n\n"
    "The mayor was elected in 2010. The city has two bridges."
)
QUESTION = "When did the library open?"


def test_what_stands_after_the_mistake_and_is_about_it_corrects() -> None:
    fixed = _quote(NOTE, "It opened in 1914.", "1914", "2011-11-10")
    assert corrects(QUESTION, fixed, FIRST)
    assert not corrects(QUESTION, FIRST, fixed)  # it is the earlier one


def test_other_facts_of_an_article_headed_correction_correct_nothing() -> None:
    fact = "The mayor was elected in 2010."
    stated = _quote(NOTE, fact, "2010", "2011-11-10", title="Correction")
    elected = _quote("He was elected in 2009.", "He was elected in 2009.", "2009", "2011-11-04")
    assert not corrects("When was the mayor elected?", stated, elected)


def test_the_mistake_is_not_what_precedes_it() -> None:
    text = "An article of 12 March on the sinking of the ferry misstated the name of the judge."
    day = _quote(text, text, "12 March", "2011-11-10", title="Correction")
    sunk = _quote("The ferry sank on Friday.", "The ferry sank on Friday.", "Friday", "2011-11-04")
    assert not corrects("When did the ferry sink?", day, sunk)


def test_under_such_a_heading_not_the_old_words_is_enough() -> None:
    said = "The library opened in 1914, not in 1904."
    assert corrects(
        QUESTION, _quote(said, said, "1914", "2011-11-10", title="Correction: the library"), FIRST
    )
    assert not corrects(QUESTION, _quote(said, said, "1914", "2011-11-10"), FIRST)


def test_undated_articles_correct_nothing() -> None:
    undated = Quote(make_article(OPENED), OPENED, 0, len(OPENED), 1.0, "1904")
    fixed = _quote(NOTE, "It opened in 1914.", "1914", "2011-11-10")
    assert not corrects(QUESTION, fixed, undated)
