"""Names that no article mentions, through a real index."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import pytest

from rag.answer.answer import ABSTENTION
from rag.answer.unmentioned import nothing_found, unmentioned
from rag.index import LocalStore
from rag.types import Article, BuildReport, Hit
from tests.fakes import make_article

TEXT = (
    "The ferry struck the Halden bridge. Captain Olaf Brandt resigned. Norway's king sent a letter."
    " The United States lent a crane. Ingrid Moe of the harbour saw it."
)


@pytest.fixture
def store(
    build_index: Callable[[Sequence[Article]], BuildReport], open_index: Callable[[], LocalStore]
) -> Iterator[LocalStore]:
    build_index(
        [
            make_article(TEXT, "ferry", title="Kestrel in trouble", author="Nora Lindqvist"),
            make_article("It rained.", "rain"),
        ]
    )
    store = open_index()
    yield store
    store.close()


def hits_of(store: LocalStore) -> list[Hit]:
    return [Hit(*pair, score=1.0) for pair in store.fetch(range(store.passage_count))]


def found(question: str, store: LocalStore) -> str | None:
    return unmentioned(question, hits_of(store), store)


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("What did Hugo Zweig say about the bridge?", "Hugo Zweig"),
        ("Did Zweig’s ferry strike the bridge?", "Zweig"),
        ("Who is Hugo Zweig?", "Hugo Zweig"),
        ("Was it Brandt or Zweig who resigned?", "Zweig"),
        ("What did Prime Minister Zweig write to Brandt?", "Prime Minister Zweig"),
        ("Why did Captain Olaf Brandt leave Quixburg?", "Quixburg"),
    ],
)
def test_a_name_that_no_article_has(store: LocalStore, question: str, name: str) -> None:
    assert found(question, store) == name


@pytest.mark.parametrize(
    "question",
    [
        "Who struck the bridge?",
        "What did Olaf Brandt do?",
        "What did Vera Brandt do?",  # one of his name is mentioned
        "What did Olav Brand do?",  # misspelt
        "Where is Haldn?",
        "What happened to the Kestrel?",  # in a title alone
        "What did Lindqvist write about the ferry?",  # a byline
        "Who is Nora Lindqvist?",  # a byline, of an article with no word of the question
        "What did the Norwegian king send?",
        "What did the U.S. lend?",
        "What did the USA lend?",
        "Which Americans lent a crane?",
        "What did the Swiss lend?",
        "What did the German chancellor say?",
        "What happened on Monday in October?",
        "Is there a letter in English?",
        "Who is the Prime Minister?",
        "What did Parliament decide?",
        "Who won the 2006 World Cup?",
        "What is it in degrees Celsius?",
        "Zweig?",
        "Bridges: who struck them?",
    ],
)
def test_what_may_be_mentioned_or_is_no_name(store: LocalStore, question: str) -> None:
    assert found(question, store) is None


@pytest.mark.parametrize(
    "question",
    [
        "WHAT DID HUGO ZWEIG SAY?",
        "What Did Hugo Zweig Say About the Bridge?",
        "Was sagte Hugo Zweig über die Brücke?",
        "Wer hat in Quixburg den Kapitän gesehen?",
        "Qu’a dit Hugo Zweig du pont ?",
        "雨果·茨威格说了什么？",
        "Что сказал Гуго Цвейг?",
    ],
)
def test_other_cases_and_other_languages_are_left_alone(store: LocalStore, question: str) -> None:
    assert found(question, store) is None


def test_what_is_said_where_nothing_answers(store: LocalStore) -> None:
    hits = hits_of(store)
    said = "The articles do not mention Hugo Zweig."
    assert nothing_found("Who is Hugo Zweig?", hits, store) == said
    assert nothing_found("Who is Olaf Brandt?", hits, store) == ABSTENTION
    assert nothing_found("Who is Hugo Zweig?", [], store) == ABSTENTION
    assert nothing_found("", hits, store) == ABSTENTION
