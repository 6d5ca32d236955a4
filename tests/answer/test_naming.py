"""Quotes for a question with another name in it."""

from __future__ import annotations

from rag.answer.naming import keeping, naming, not_of_others
from rag.types import Quote, Reading
from tests.fakes import make_article

TEXT = "Norland sent nine ships. Norland sent nine and Vestria two. Vestria lost one. It sent six."
ARTICLE = make_article(TEXT, "ships", title="Ships of Ostmark")


def _reading(*sentences: str) -> Reading:
    quotes = tuple(
        Quote(ARTICLE, text, at := TEXT.index(text), at + len(text), 1.0, "nine", 0.4)
        for text in sentences
    )
    return Reading(quotes, 0.9, short="nine")


def test_only_what_names_it_is_kept() -> None:
    reading = naming(
        _reading("Norland sent nine ships.", "Vestria lost one."), "Vestria", "Norland"
    )
    assert [quote.text for quote in reading.quotes] == ["Vestria lost one."]
    assert reading.confidence == 0.4


def test_nothing_is_left_where_nothing_names_it() -> None:
    reading = naming(_reading("Norland sent nine ships."), "the US", "Norland")
    assert reading.quotes == ()
    assert reading.confidence == 0.0


def test_the_words_of_the_other_name_are_not_given_for_it() -> None:
    reading = naming(_reading("Norland sent nine and Vestria two."), "Vestria", "Norland")
    assert reading.quotes[0].words is None
    assert reading.short is None
    assert reading.confidence == 0.9


def test_the_title_may_name_it() -> None:
    reading = _reading("It sent six.")
    assert naming(reading, "Ostmark", "Norland") == reading


def test_of_a_row_of_names_only_the_others_are_left_out() -> None:
    reading = _reading("Norland sent nine ships.", "Vestria lost one.", "It sent six.")
    left = not_of_others(reading, "Vestria", ["Norland", "Ostmark"])
    assert [quote.text for quote in left.quotes] == ["Vestria lost one.", "It sent six."]
    assert not_of_others(reading, "Vestria", []) == reading
    both = _reading("Norland sent nine and Vestria two.")
    assert not_of_others(both, "Vestria", ["Norland"]) == both


def test_what_is_kept_is_as_sure_as_its_first_quote() -> None:
    reading = _reading("Norland sent nine ships.", "Vestria lost one.")
    first, second = reading.quotes
    assert keeping(reading, [first]).confidence == 0.9
    left = keeping(reading, [second])
    assert (left.quotes, left.confidence, left.short) == ((second,), 0.4, "nine")
    assert keeping(reading, []) == Reading((), confidence=0.0)
