"""The real models on the article that ships: what a person would ask of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import rag
from rag.answer.answer import ABSTENTION
from rag.library import Library
from rag.settings import Settings

SEEDS = Path(__file__).parent.parent / "seeds"

pytestmark = pytest.mark.models


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    settings = Settings(seeds=SEEDS, index=tmp_path_factory.mktemp("seed") / "index")
    with rag.build(settings=settings) as library:
        yield library


@pytest.mark.parametrize(
    ("question", "held"),
    [
        ("Where did the talks take place?", "Baghdad"),
        ("Who is Iran's supreme leader?", "Khamenei"),
        ("In whose offices did the ambassadors meet?", "Nouri al-Maliki"),
        ("What is Tehran accused of?", "meddling"),
        ("Why was the meeting narrowly confined?", "At Washington's insistence"),
        ("Which newspaper published an editorial about the meeting?", "Wall Street Journal"),
        ("What commission did Iran propose?", "trilateral commission"),
        ("Was a joint statement issued?", "no joint statement was issued"),
        ("How much did the discussion produce?", "very little"),
        ("What is the title of the article?", "The US holds talks with Iran in Baghdad"),
        ("Who is the author?", "Peter Symonds"),
    ],
)
def test_answers_in_the_articles_words(library: Library, question: str, held: str) -> None:
    answer = library.ask(question)
    assert answer.status == "answered"
    assert held in " ".join(citation.quote for citation in answer.citations)
    for citation in answer.citations:
        article = library.article(citation.article_id)
        assert article is not None
        assert article.text[citation.start : citation.end] == citation.quote
        assert f"“{citation.quote}” [{citation.number}]" in answer.text


@pytest.mark.parametrize(
    "question",
    [
        "Who is the prime minister of Israel?",
        "What did the German chancellor say about the meeting?",
        "Who won the Iranian election?",
        "How do I visit the WSWS?",
        "谁在巴格达会面？",
    ],
)
def test_abstains_where_the_article_does_not_say(library: Library, question: str) -> None:
    answer = library.ask(question)
    assert (answer.status, answer.text, answer.citations) == ("abstained", ABSTENTION, ())
    assert answer.hits


def test_a_follow_up_uses_the_turn_before(library: Library) -> None:
    answer = library.ask("And who is his deputy?", history=[("user", "Who is Ali Larijani?")])
    assert "Ali Larijani" in answer.query
    answer = library.ask(
        "What was he critical of?",
        history=[{"role": "user", "content": "Who is ambassador Kazemi?"}],
    )
    assert "the American invaders" in answer.text


def test_a_sentence_that_a_page_break_cut_is_whole(library: Library) -> None:
    (article,) = library.articles()
    assert "four hours of discussion between Crocker and Kazemi produced very little" in (
        article.text
    )


def test_names_that_the_article_does_not_mention_are_said(library: Library) -> None:
    answer = library.ask("What did Tony Blair think of the talks?")
    assert (answer.status, answer.citations) == ("abstained", ())
    assert answer.text == "The articles do not mention Tony Blair."
    assert answer.hits
