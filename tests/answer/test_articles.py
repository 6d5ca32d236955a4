"""What is asked of articles as such, and of dated events."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date

import pytest

from rag.answer.answer import Section
from rag.answer.articles import WHICH_ARTICLE, listed, meant, of_article, summary, topics
from rag.answer.cite import citation
from rag.answer.timeline import timeline
from rag.index import LocalStore
from rag.question.ask import understood
from rag.question.history import turns
from rag.retrieval import retrieve
from rag.types import Answer, Article, Ask, BuildReport, Filters, Header, Hit, Mark, Span
from tests.fakes import FakeEmbedder, make_article


def article(name: str, title: str, author: str, day: str, body: str) -> Article:
    text = f"{title}\n\n{author}\n\n{body}"
    found = make_article(text, name, title=title, author=author, date=day)
    byline = Span(len(title) + 2, len(title) + 2 + len(author))
    return replace(
        found,
        header=Header(Span(0, len(title)), byline),
        marks=(Mark("title", 0, len(title)), Mark("byline", *byline)),
    )


FERRY = article(
    "ferry",
    "Ferry captain resigns",
    "Nora Lind",
    "2014-03-05",
    "The ferry Kestrel struck the bridge on Monday. Captain Brandt left on 4 March.",
)
PRIZE = article(
    "prize",
    "Three growers win the prize",
    "Tomas Reed",
    "2014-05-09",
    "The Pear Prize went to Anna Berg. The captain of the ferry Kestrel was there.",
)
WHALES = article(
    "whales", "Whales near the harbour", "Nora Lind", "2015-01-02", "Grey whales came. Fog fell."
)


@pytest.fixture
def store(
    build_index: Callable[[Sequence[Article]], BuildReport], open_index: Callable[[], LocalStore]
) -> Iterator[LocalStore]:
    build_index([FERRY, PRIZE, WHALES])
    store = open_index()
    yield store
    store.close()


def asked(
    store: LocalStore, question: str, history: Sequence[Answer] = ()
) -> tuple[Ask, list[Hit]]:
    ask = understood(question, history, store, FakeEmbedder(), today=date(2015, 2, 1))
    hits = retrieve(store, FakeEmbedder(), ask.query, 10, candidates=50, filters=ask.filters)
    return ask, hits


def sources(section: Section | None) -> list[str]:
    assert section is not None
    return [quote.article.source.removesuffix(".txt") for quote in section.quotes]


def cited(*articles: Article) -> Answer:
    (bare,) = turns([("user", "Who?")])
    citations = [citation(n, each, 0, 3) for n, each in enumerate(articles, start=1)]
    return replace(bare, status="answered", citations=tuple(citations))


@pytest.mark.parametrize(
    ("question", "remark", "found"),
    [
        ("List the articles", "3 articles:", ["whales", "prize", "ferry"]),
        ("Which articles are by Nora Lind?", "2 articles:", ["whales", "ferry"]),
        ("Which articles are from 2014?", "2 articles of 2014:", ["prize", "ferry"]),
        ("Which articles mention Kestrel?", "2 articles mention it:", ["prize", "ferry"]),
        ("Which articles mention Anna Berg?", "1 article mentions it:", ["prize"]),
        ("Which articles are about whales?", "1 article mentions it:", ["whales"]),
        ("Which articles mention penguins?", "No article mentions it.", []),
        ("Which articles are by Ada Wik?", "No article is by Ada Wik.", []),
        ("Which articles are from 1999?", "No article within the filters is of that time.", []),
    ],
)
def test_articles_are_listed(
    store: LocalStore, question: str, remark: str, found: list[str]
) -> None:
    ask, _ = asked(store, question)
    section = listed(ask, store)
    assert (ask.kind, section.remark, sources(section)) == ("articles", remark, found)
    assert all(q.article.text[q.start : q.end] == q.text for q in section.quotes)


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("Who wrote “Ferry captain resigns”?", "Nora Lind"),
        ("Who is the author of the article about the prize?", "Tomas Reed"),
        ("What is the title of the article on grey whales?", "Whales near the harbour"),
        ("Which article says that of grey whales?", "Whales near the harbour"),
    ],
)
def test_what_an_article_says_of_itself(store: LocalStore, question: str, said: str) -> None:
    ask, hits = asked(store, question)
    section = of_article(replace(ask, kind="about an article"), store, hits)
    assert section is not None
    assert (section.short, [quote.text for quote in section.quotes]) == (said, [said])


def test_what_an_article_does_not_state(store: LocalStore) -> None:
    ask, hits = asked(store, "When was the article about the prize published?")
    section = of_article(ask, store, hits)
    assert section is not None
    assert section.quotes == ()


def test_the_article_that_is_meant(store: LocalStore) -> None:
    both = [cited(PRIZE, FERRY)]
    for question, history, found in (
        ("Sum up “Ferry captain resigns”", [], ["ferry"]),
        ("Sum up the latest article", [], ["whales"]),
        ("Sum up the article about the Pear Prize", [], ["prize"]),
        ("Sum it up", both, ["prize"]),
        ("Sum up the second one", both, ["ferry"]),
        ("Sum them up", both, ["prize", "ferry"]),
    ):
        ask, hits = asked(store, question, history)
        articles, confidence = meant(ask, store, hits)
        assert [each.source.removesuffix(".txt") for each in articles] == found, question
        assert confidence >= 0.75


def test_summaries(store: LocalStore) -> None:
    ask, hits = asked(store, "Sum up the article about the Pear Prize in one sentence")
    (section,) = summary(ask, store, FakeEmbedder(), hits) or []
    assert section.remark == "The article in one of its sentences:"
    assert sources(section) == ["prize"]
    ask, hits = asked(store, "Sum them up", [cited(PRIZE, FERRY)])
    several = summary(ask, store, FakeEmbedder(), hits) or []
    assert [each.heading for each in several] == [
        "Three growers win the prize, 9 May 2014",
        "Ferry captain resigns, 5 March 2014",
    ]
    ask, hits = asked(store, "Sum it up")
    (section,) = summary(ask, store, FakeEmbedder(), ()) or []
    assert (section.remark, section.quotes) == (WHICH_ARTICLE, ())


def test_what_the_folder_is_about(store: LocalStore) -> None:
    ask, _ = asked(store, "What is this folder about?")
    opening, *told = topics(ask, store, FakeEmbedder())
    assert opening.remark == "3 articles, dated 5 March 2014 to 2 January 2015, by topic:"
    assert sorted(name for each in told for name in sources(each)) == ["ferry", "prize", "whales"]
    assert all(each.heading for each in told)
    only = replace(ask, filters=Filters(source="prize.txt"))
    (alone,) = topics(only, store, FakeEmbedder())
    assert alone.remark == "1 article, dated 9 May 2014. In some of its sentences:"
    assert set(sources(alone)) == {"prize"}


def test_a_timeline_reckons_days_from_the_day_of_the_article(store: LocalStore) -> None:
    ask, hits = asked(store, "timeline of the ferry Kestrel")
    events = timeline(ask, hits)
    assert [(each.heading, each.quotes[0].text) for each in events] == [
        ("3 March 2014", "The ferry Kestrel struck the bridge on Monday."),
        ("4 March 2014", "Captain Brandt left on 4 March."),
    ]
    assert timeline(*asked(store, "timeline of grey whales")) == []
