"""What a reading loses for plain facts of the words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import pytest

from rag.answering.doubts import doubted
from rag.store import LocalStore
from rag.types import Article, BuildReport, Hit, Quote, Reading
from tests.fakes import make_article

TEXT = "She was born in Lofsund. He was born in Melby. Karim Haddad won."


@pytest.fixture
def store(
    build_index: Callable[[Sequence[Article]], BuildReport], open_index: Callable[[], LocalStore]
) -> Iterator[LocalStore]:
    build_index([make_article(TEXT, "births")])
    store = open_index()
    yield store
    store.close()


def reading_of(store: LocalStore, *sentences: str) -> Reading:
    ((passage, article),) = store.fetch([0])
    quotes = tuple(
        Quote(article, text, at := TEXT.index(text), at + len(text), 1.0, text[-6:-1], confidence)
        for text, confidence in zip(sentences, (0.9, 0.6, 0.3), strict=False)
    )
    return Reading(quotes, 0.95, short="fsund", hits=(Hit(passage, article, 1.0),))


def test_the_next_quote_answers_where_the_first_cannot(store: LocalStore) -> None:
    reading = reading_of(store, "She was born in Lofsund.", "He was born in Melby.")
    left = doubted("Where was he born?", "Where was he born?", reading, reading.hits, store)
    assert [quote.text for quote in left.quotes] == ["He was born in Melby."]
    assert (left.confidence, left.short, left.hits) == (0.6, "Melby", reading.hits)


def test_what_was_typed_tells_the_gender(store: LocalStore) -> None:
    reading = reading_of(store, "She was born in Lofsund.")
    left = doubted("Where was Karim Haddad born?", "And where was he born?", reading, (), store)
    assert (left.quotes, left.confidence) == ((), 0.0)


def test_a_name_that_no_article_has_is_said(store: LocalStore) -> None:
    reading = reading_of(store, "He was born in Melby.")
    question = "Where was Hugo Zweig born?"
    left = doubted(question, question, reading, reading.hits, store)
    assert (left.quotes, left.confidence) == ((), 0.0)
    assert left.reply == "The articles do not mention Hugo Zweig."
    assert left.hits == reading.hits


@pytest.mark.parametrize(
    "question", ["Where was Haddad born?", "Where was he born?", "Wo ist Zweig?", "?", "Why?"]
)
def test_else_a_reading_stays_as_it_is(store: LocalStore, question: str) -> None:
    reading = reading_of(store, "He was born in Melby.", "Karim Haddad won.")
    assert doubted(question, question, reading, reading.hits, store) == reading
    nothing = Reading((), 0.0)
    assert doubted(question, question, nothing, (), store) == nothing
