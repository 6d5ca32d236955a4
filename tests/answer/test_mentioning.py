"""The articles that mention something, through a real index."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from rag.answer import mentioning
from rag.answer.mentioning import articles_holding
from rag.index import LocalStore
from rag.question.articles_asked import ArticlesAsked, Relation
from rag.types import Article, BuildReport, Header, Reading, Span
from tests.fakes import make_article, outside

Holding = Callable[[Relation, str], Reading | None]
ARTICLES = [
    make_article(
        "The ferry was late. Captain Ada Finch blamed the fog for it.",
        "ferry",
        title="Ferry late",
        date="2007-05-02",
    ),
    make_article(
        "Ada Brun met Olaf Finch. The fog hid the harbour. A late ferry turned back.",
        "fog",
        title="Fog",
        date="2007-05-04",
    ),
    make_article("The baker sold nine loaves.", "baker", title="Bread", date="2007-05-03"),
    make_article("Ada Finch bought bread. She left.", "shop", title="Shop", date="2007-05-05"),
]


@pytest.fixture
def holding(
    build_index: Callable[[Sequence[Article]], BuildReport], open_index: Callable[[], LocalStore]
) -> Holding:
    build_index(ARTICLES)
    store = open_index()

    def ask(relation: Relation, subject: str) -> Reading | None:
        reading = articles_holding(ArticlesAsked(relation, subject), store)
        for quote in reading.quotes if reading else ():
            assert quote.article.text[quote.start : quote.end] == quote.text
        return reading

    return ask


def _lines(reading: Reading | None) -> list[str]:
    assert reading is not None
    return [f"{quote.lead} {quote.text}" for quote in reading.quotes]


def test_a_name_with_initials_is_found_in_full_and_short(
    build_index: Callable[[Sequence[Article]], BuildReport], open_index: Callable[[], LocalStore]
) -> None:
    build_index(
        [
            make_article("The United States sent a ship.", "ship", title="A ship"),
            make_article("A U.S. ship came.", "came", title="It came"),
            make_article("Nobody came.", "nobody", title="Nobody"),
        ]
    )
    for subject in ("the United States", "the US", "U.S."):
        reading = articles_holding(ArticlesAsked("mention", subject), open_index())
        assert reading is not None
        assert reading.reply == "2 articles mention it:"


def test_a_byline_mentions_its_author(
    build_index: Callable[[Sequence[Article]], BuildReport], open_index: Callable[[], LocalStore]
) -> None:
    stated = make_article("By Nora Ellwick\n\nIt rained.", "rain", author="Nora Ellwick")
    build_index(
        [
            replace(
                stated, header=Header(author=Span(3, 15)), marks=outside(stated.text, Span(17, 27))
            ),
            make_article("It snowed. It was cold.", "snow", author="Nora Ellwick"),
            make_article("It blew.", "storm", author="Nora Ellwickson"),
            make_article("Nobody asked Nora Ellwick. She left.", "fog", author="Nora Ellwick"),
        ]
    )
    for subject in ("Nora Ellwick", "Ellwick"):
        reading = articles_holding(ArticlesAsked("mention", subject), open_index())
        assert reading is not None
        assert reading.reply == "3 articles mention it:"
        assert sorted(quote.text for quote in reading.quotes) == [
            "It snowed.",
            "Nobody asked Nora Ellwick.",
            "Nora Ellwick",
        ]


def test_a_name_stands_as_it_is_written(holding: Holding) -> None:
    reading = holding("mention", "Ada Finch")
    assert _lines(reading) == [
        "Shop, 5 May 2007: Ada Finch bought bread.",
        "Ferry late, 2 May 2007: Captain Ada Finch blamed the fog for it.",
    ]
    assert reading is not None
    assert reading.reply == "2 articles mention it:"


def test_what_is_said_stands_in_one_sentence(holding: Holding) -> None:
    reading = holding("say", "the ferry is late")
    assert _lines(reading) == [
        "Fog, 4 May 2007: A late ferry turned back.",
        "Ferry late, 2 May 2007: The ferry was late.",
    ]
    assert reading is not None
    assert reading.reply == "2 articles have these words in one sentence:"
    assert holding("say", "the harbour was late") == Reading(
        (), 0.0, reply="No article has these words in one sentence."
    )


def test_an_article_is_about_what_opens_it(holding: Holding) -> None:
    reading = holding("about", "bread")
    assert _lines(reading) == [
        "Shop, 5 May 2007: Ada Finch bought bread.",
        "Bread, 3 May 2007: The baker sold nine loaves.",
    ]
    assert reading is not None
    assert reading.reply == "2 articles have it in title or opening:"


def test_what_opens_no_article_may_be_mentioned(holding: Holding) -> None:
    reading = holding("about", "turning back")
    assert _lines(reading) == ["Fog, 4 May 2007: A late ferry turned back."]
    assert reading is not None
    assert reading.reply == "1 article mentions it:"


def test_none_is_said_where_there_is_none(holding: Holding) -> None:
    assert holding("mention", "Ivo Stahl") == Reading((), 0.0, reply="No article mentions it.")
    assert holding("mention", "the") is None


def test_what_is_not_all_looked_at_is_counted_as_at_least(
    holding: Holding, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mentioning, "MAX_PASSAGES_READ", 2)
    monkeypatch.setattr(mentioning, "MAX_LISTED", 1)
    reading = holding("mention", "fog")
    assert reading is not None
    assert reading.reply == "At least 2 articles mention it; the 1 newest of them:"
    assert len(reading.quotes) == 1
