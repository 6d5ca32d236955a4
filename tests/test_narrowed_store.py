"""An index under filters: no article that does not pass is seen."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import pytest

from rag.index import LocalStore
from rag.narrowed_store import NarrowedStore
from rag.types import Article, BuildReport, Filters
from tests.fakes import FakeEmbedder, make_article

ARTICLES = [
    make_article("The ferry was late.", "ferry", author="Ada Lind", date="2007-05-02"),
    make_article("The ferry sank.", "sinking", author="Ada Lind", date="2007-06-04"),
    make_article("The ferry was sold.", "sale", author="Tom Berg", date="2008-01-01"),
]


@pytest.fixture
def whole(
    build_index: Callable[[Sequence[Article]], BuildReport], open_index: Callable[[], LocalStore]
) -> Iterator[LocalStore]:
    build_index(ARTICLES)
    store = open_index()
    yield store
    store.close()


def sources(articles: Sequence[Article]) -> list[str]:
    return [article.source for article in articles]


def test_only_what_passes_is_seen(whole: LocalStore, embedder: FakeEmbedder) -> None:
    store = NarrowedStore(whole, Filters(author="lind"))
    assert store.article_count == 2
    assert sources([*store.articles()]) == ["ferry.txt", "sinking.txt"]
    assert sources(store.some_articles(1)) == ["sinking.txt"]
    assert sources(store.articles_between("2007-06", None, 9)) == ["sinking.txt"]
    assert store.first_and_last_day() == ("2007-05-02", "2007-06-04")
    vector = embedder.embed_query(["ferry"])[0]
    for found in (store.search_terms("ferry", 9), store.search_vectors(vector, 9)):
        pairs = store.fetch([ordinal for ordinal, _ in found])
        assert sorted(sources([article for _, article in pairs])) == ["ferry.txt", "sinking.txt"]


def test_a_second_author_must_agree_with_the_first(whole: LocalStore) -> None:
    store = NarrowedStore(whole, Filters(author="lind"))
    assert len(store.search_terms("ferry", 9, Filters(author="Ada Lind"))) == 2
    assert len(store.search_terms("ferry", 9, Filters(author="in"))) == 2
    assert store.search_terms("ferry", 9, Filters(author="Berg")) == []
    assert store.count_articles(Filters(author="Berg")) == 0
    assert store.count_articles(Filters(author="ada")) == 2
    assert sources(store.articles_between(None, "2007-05", 9, Filters(author="ada"))) == [
        "ferry.txt"
    ]
    assert sources(store.articles_between(None, None, 1, Filters(author="ada"))) == ["sinking.txt"]
