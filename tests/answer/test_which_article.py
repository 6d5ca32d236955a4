"""Which article is meant, through a real index."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

import pytest

from rag.answer.which_article import Meant, article_meant
from rag.index import LocalStore
from rag.question.intent import intent_of
from rag.retrieval import retrieve
from rag.types import Article, BuildReport
from tests.fakes import FakeEmbedder, make_article

Turns = Sequence[tuple[str, str]]
Find = Callable[..., Meant | None]

WHALES = make_article(
    "Grey whales were seen near the harbour.",
    "whales",
    title='The "Grey Ones" are back: harbour counts whales',
    author="Jane Doe",
    date="2007-05-02",
)
FOG = make_article(
    "The fog hid the whales for nine days.",
    "fog",
    title="Fog over the harbour",
    author="Jane Doe",
    date="2007-05-30",
)
STRIKE = make_article(
    "The dockers ended their strike.",
    "strike",
    title="Strike of the dockers ends, part 1",
    author="Tom Birk",
    date="2007-06-01",
)
SEQUEL = make_article(
    "The dockers went on strike again.", "sequel", title="Strike of the dockers ends, part 2"
)


@pytest.fixture
def find(
    build_index: Callable[[Sequence[Article]], BuildReport],
    open_index: Callable[[], LocalStore],
    embedder: FakeEmbedder,
) -> Find:
    build_index([WHALES, FOG, STRIKE, SEQUEL])
    store = open_index()

    def find_in(message: str, history: Turns = ()) -> Meant | None:
        intent = intent_of(message, date(2007, 6, 6), history)
        assert intent is not None
        assert intent.kind == "summary"
        hits = retrieve(store, embedder, message, 10, candidates=50)
        return article_meant(intent, history, store, embedder, hits)

    return find_in


@pytest.mark.parametrize(
    ("message", "articles"),
    [
        ("Summarize the article the grey ones are back - harbour counts whales", [WHALES]),
        ('Summarize the article The "Grey Ones" are back: harbour counts whales', [WHALES]),
        ("Summarize “Fog over the harbor”", [FOG]),
        ("Summarize the article harbour counts whales", [WHALES]),
        ("Summarize Strike of the dockers ends, part 2", [SEQUEL]),
        ("Summarize the article Strike of the dockers", [STRIKE, SEQUEL]),
        ("Summarize the article by tom birk", [STRIKE]),
        ("Summarize the article by Jane Doe", [FOG, WHALES]),
        ("Summarize Jane Doe's article about the fog", [FOG]),
        ("Summarize the latest article by Doe", [FOG]),
        ("Summarize the strike article", [STRIKE, SEQUEL]),
        ("Summarize the article by Ann Nobody", []),
        ("Summarize the article about penguins", []),
    ],
)
def test_the_articles_meant(find: Find, message: str, articles: list[Article]) -> None:
    meant = find(message)
    assert meant is not None
    assert {article.id for article in meant.articles} == {article.id for article in articles}
    assert (meant.confidence > 0) or not articles


def test_what_names_no_article_is_a_plain_question(find: Find) -> None:
    assert find("Summarize the position of the union") is None
    assert find("Summarize the harbour") is None


def test_an_article_is_meant_by_its_place_in_the_last_answer(find: Find) -> None:
    answer = "2 articles:\n- “The fog hid the whales for nine days.” [1]\n- “The dockers ended” [2]"
    history = [("user", "What happened?"), ("assistant", answer)]
    for message in ("Summarize the second one", "What about the second one?", "And the other?"):
        meant = find(message, history)
        assert meant is not None
        assert [article.id for article in meant.articles] == [STRIKE.id]
    assert find("Summarize the fourth one", history) == Meant((), 0.0)


def test_names_in_a_row_are_meant_rather_than_articles(find: Find) -> None:
    answer = "“The fog hid Ann Ek and Bo Dal.” [1] “The dockers ended their strike.” [2]"
    assert find("And the second?", [("user", "Which people hid?"), ("assistant", answer)]) is None
