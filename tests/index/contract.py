"""What every ``rag.types.Store`` must do; tests/index/test_store.py runs it on each of them.

Whatever a store finds is compared with what brute force finds in the same passages.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase

import pytest

from rag.errors import FilterError
from rag.ingest.build import embedded_text
from rag.text.words import terms
from rag.types import Article, Filters, Passage, Store
from tests.fakes import FakeEmbedder, make_article

Opened = Callable[[Sequence[Article]], Store]
"""Makes an index of some articles and opens it."""


def article(number: int, text: str, date: str | None, author: str | None, source: str) -> Article:
    made = make_article(text, str(number), title=f"Report {number}", author=author, date=date)
    return replace(made, source=source, url="https://example.org/?a=1&b=2", language="en")


WHALES = "Grey whales were seen near the harbour. Eleven of them."
LAMPS = "The harbour lamp went out. The lamps of the pier burned on."
MAYOR = "A lamp maker spoke of whales, of harbours and of fog.\n\nHe met the mayor."
BEIJING = "灯塔在北京的港口。\n\nДоговор подписан в Москве."
FERRIES = "".join(f"Ferry {n} to the islands was late again. " for n in range(1000))
ARTICLES = [
    article(1, WHALES, "2011-06-02", "Ada Lind", "2011/june_2.txt"),
    article(2, LAMPS, "2011", 'Bo "Fog" O\'Neil \\', "2011/juneX2.txt"),
    article(3, MAYOR, "2012-01", None, "2012/a [draft].txt"),
    article(4, BEIJING, None, "ÉLODIE 100% Faure", 'ünï/\\ "odd"\n.txt'),
    article(5, FERRIES, "2007-05-31", "Ada Lind", "2007/ferry.txt"),
    article(6, "", "2009-09-09", None, "2009/empty.txt"),
]
FILTERS = [
    *(Filters(since=day) for day in ("2011-06-02", "2011-06-03", "2011", "2012", "2013")),
    *(Filters(until=day) for day in ("2007-05-31", "2007-05-30", "2011", "2011-06", "1999")),
    Filters(since="2011-06", until="2011-06"),
    *(Filters(author=part) for part in ("ada", "LIND", "élodie", "%", "_", '"fog"', "'", "\\")),
    *(Filters(source=path) for path in ("2011/june_2.txt", "2011/june?2.txt", "2011/*", "*.txt")),
    *(Filters(source=path) for path in ("201[12]/*", "201[0-1]/*", "[1-3]*/[a-k]*", "june*")),
    *(
        Filters(source=path)
        for path in ("2012/a [draft].txt", "*%*", 'ünï/\\ "odd"\n.txt', "?????*")
    ),
    Filters(since="2007", author="ada", source="2007/*"),
]


def all_passages(store: Store) -> list[tuple[Passage, Article]]:
    return store.fetch(range(store.passage_count))


def passes(filters: Filters, found: Article) -> bool:
    """Dates compare as text, padded to the first or last day they may mean."""
    first = ((found.date or "9999") + "-01-01")[:10]
    last = ((found.date or "0000") + "-99-99"[: 10 - len(found.date or "0000")])[:10]
    return (
        (filters.since is None or last >= filters.since)
        and (filters.until is None or first <= filters.until + "-99-99"[: 10 - len(filters.until)])
        and (filters.author or "").casefold() in (found.author or "").casefold()
        and (
            filters.source is None
            or filters.source == found.source
            or fnmatchcase(found.source, filters.source)
        )
    )


class StoreContract:
    @pytest.fixture
    def opened(self) -> Opened:
        raise NotImplementedError

    @pytest.fixture
    def store(self, opened: Opened) -> Store:
        return opened(ARTICLES)

    def test_articles_are_whole_and_by_source(self, store: Store) -> None:
        assert list(store.articles()) == sorted(ARTICLES, key=lambda one: one.source.encode())
        assert store.article_count == len(ARTICLES)

    def test_passages_stand_where_they_say(self, store: Store) -> None:
        found = all_passages(store)
        assert len(found) == store.passage_count > len(ARTICLES)
        assert len({passage.id for passage, _ in found}) == len(found)
        for passage, one in found:
            assert one in ARTICLES
            assert passage.article_id == one.id
            assert passage.text == one.text[passage.start : passage.end] != ""
        asked = [3, 0, store.passage_count - 1, 3]
        assert store.fetch(asked) == [found[ordinal] for ordinal in asked]
        assert store.fetch([]) == []

    def test_the_nearest_are_those_of_brute_force(self, store: Store) -> None:
        embedder = FakeEmbedder()
        found = all_passages(store)
        vectors = embedder.embed_passages([embedded_text(one, passage) for passage, one in found])
        for query in ("harbour lamp", "northern ferry", "北京"):
            vector = embedder.embed_query([query])[0]
            cosines = vectors @ vector
            for k in (1, 3, len(found) + 5):
                hits = store.search_vectors(vector, k)
                scores = [score for _, score in hits]
                assert len({ordinal for ordinal, _ in hits}) == len(hits) == min(k, len(found))
                assert scores == sorted(scores, reverse=True)
                assert scores == pytest.approx(sorted(cosines, reverse=True)[:k], abs=1e-3)
                assert scores == pytest.approx([cosines[hit] for hit, _ in hits], abs=1e-3)

    def test_terms_find_the_passages_that_hold_them(self, store: Store) -> None:
        found = all_passages(store)
        for query in ("lamp", "harbours whales", "北京", "договоры", "mayor of the ferry"):
            hits = store.search_terms(query, len(found))
            wanted = set(terms(query))
            holding = {
                ordinal
                for ordinal, (passage, one) in enumerate(found)
                if wanted & {*terms(passage.text), *terms(one.title)}
            }
            assert {ordinal for ordinal, _ in hits} == holding != set()
            scores = [score for _, score in hits]
            assert scores == sorted(scores, reverse=True)
            assert scores[-1] > 0
            assert store.search_terms(query, 1) == hits[:1]

    def test_more_of_the_words_and_rarer_ones_rank_higher(self, store: Store) -> None:
        found = all_passages(store)
        (best, _), *_ = store.search_terms("harbour lamp storm pier", 5)
        assert found[best][1] == ARTICLES[1]
        (best, _), *_ = store.search_terms("lamp mayor harbours", 5)
        assert found[best][1] == ARTICLES[2]
        (once, _), (other, _), *_ = store.search_terms("whales", 5)
        assert [found[once][1], found[other][1]] == [ARTICLES[0], ARTICLES[2]], "the shorter first"

    @pytest.mark.parametrize("query", ["", "   ", "the of and", "?!", "zyzzyva"])
    def test_words_that_nothing_holds_find_nothing(self, store: Store, query: str) -> None:
        assert store.search_terms(query, 5) == []

    def test_filters_let_pass_what_they_say(self, store: Store) -> None:
        found = all_passages(store)
        vector = FakeEmbedder().embed_query(["harbour"])[0]
        for filters in FILTERS:
            passing = {n for n, (_, one) in enumerate(found) if passes(filters, one)}
            dense = store.search_vectors(vector, len(found), filters)
            assert {ordinal for ordinal, _ in dense} == passing, filters
            lexical = store.search_terms("harbour ferry 北京 report", len(found), filters)
            assert {ordinal for ordinal, _ in lexical} == passing, filters
        with pytest.raises(FilterError, match="'May' is not an ISO date"):
            store.search_vectors(vector, 5, Filters(since="May"))

    def test_passages_are_counted_by_word(self, store: Store) -> None:
        found = all_passages(store)
        words = ["lamp", "Lamps", "harbour lamp", "the", "zyzzyva", "北京", "Москва", "ferry", ""]
        held = [{*terms(passage.text), *terms(one.title)} for passage, one in found]
        expected = [
            min((sum(term in some for some in held) for term in terms(word)), default=0)
            for word in words
        ]
        assert store.passages_holding(words) == expected
        assert max(expected) > 30

    def test_articles_by_date(self, store: Store) -> None:
        def numbers(since: str | None, until: str | None, limit: int) -> list[int]:
            found = store.articles_between(since, until, limit)
            assert all(one in ARTICLES for one in found)
            return [ARTICLES.index(one) + 1 for one in found]

        assert numbers(None, None, 10) == [3, 2, 1, 6, 5, 4]
        assert numbers(None, None, 2) == [3, 2]
        assert numbers(None, None, 5) == [3, 2, 1, 6, 5]
        assert numbers("2011", "2011", 10) == [2, 1]
        assert numbers("2011-06", "2011-06", 10) == [1]
        assert numbers("2011-06-03", None, 10) == [3]
        assert numbers(None, "2009-09-09", 10) == [6, 5]
        assert numbers(None, "2009-09-08", 1) == [5]
        assert numbers("2013", None, 10) == []
        assert store.first_and_last_day() == ("2007-05-31", "2012-01-31")

    def test_articles_that_pass_filters(self, store: Store) -> None:
        for filters in FILTERS:
            wanted = [one for one in ARTICLES if passes(filters, one)]
            found = store.articles_between(None, None, 10, filters)
            assert sorted(one.id for one in found) == sorted(one.id for one in wanted)
            assert store.count_articles(filters) == len(wanted)
            within = store.articles_between("2011", "2011", 10, filters)
            in_2011 = [one for one in wanted if (one.date or "").startswith("2011")]
            assert {one.id for one in within} == {one.id for one in in_2011}
            dated = [one.date for one in wanted if one.date]
            days = store.first_and_last_day(filters)
            assert (days is None) == (not dated)
            if days:
                assert (days[0][:4], days[1][:4]) == (min(dated)[:4], max(dated)[:4])

    def test_of_one_day_or_none_the_first_by_source_are_taken(self, opened: Opened) -> None:
        for date in ("2011-06-02", None):
            store = opened([make_article("Fog.", name, date=date) for name in "dbeac"])
            found = store.articles_between(None, None, 3)
            assert [one.source for one in found] == ["a.txt", "b.txt", "c.txt"]
            assert (store.first_and_last_day() is None) == (date is None)
            assert len(store.articles_between("1999", None, 9)) == (5 if date else 0)

    def test_a_sample_of_the_articles(self, opened: Opened) -> None:
        articles = [make_article(f"Fog {number}.", f"{number}") for number in range(60)]
        store = opened(articles)
        sample = store.some_articles(20)
        assert 10 < len(sample) <= 20
        assert len({one.id for one in sample}) == len(sample)
        assert all(one in articles for one in sample)
        assert len(store.some_articles(60)) == 60
        latest = store.latest_articles(20)
        assert 10 < len(latest) <= 20
        assert all(one in articles for one in latest)

    def test_an_open_store_keeps_its_generation(self, opened: Opened) -> None:
        before = opened(ARTICLES)
        found = all_passages(before)
        after = opened([replace(one, text=f"New: {one.text}") for one in ARTICLES[:2]])
        assert after.article_count == 2
        assert before.generation != after.generation
        assert all_passages(before) == found
        assert list(before.articles()) == sorted(ARTICLES, key=lambda one: one.source.encode())
