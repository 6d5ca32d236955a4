from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import FilterError
from rag.index import LocalStore
from rag.retrieval import fuse, retrieve
from rag.types import Article, BuildReport, Filters, Hit
from tests.fakes import FakeEmbedder, make_article

searches = st.lists(
    st.dictionaries(st.integers(0, 7), st.floats(-5, 5, width=16), max_size=6).map(
        lambda found: sorted(found.items(), key=lambda pair: -pair[1])
    ),
    min_size=1,
    max_size=3,
)


@given(searches)
def test_fusion_is_the_mean_of_scores_scaled_by_worst_and_best(
    found: list[list[tuple[int, float]]],
) -> None:
    expected = {}
    for ordinal in {ordinal for search in found for ordinal, _ in search}:
        total = 0.0
        for search in found:
            values = dict(search)
            if ordinal in values:
                low, high = min(values.values()), max(values.values())
                total += 1.0 if low == high else (values[ordinal] - low) / (high - low)
        expected[ordinal] = total / len(found)
    fused = fuse(found)
    assert dict(fused) == pytest.approx(expected)
    assert fused == sorted(fused, key=lambda pair: (-pair[1], pair[0]))


def test_best_everywhere_scores_one() -> None:
    assert fuse([[(3, 0.9), (1, 0.2)], [(3, 12.0), (2, 1.0)]])[0] == (3, 1.0)
    assert fuse([[], []]) == []


def test_how_far_apart_two_passages_are_counts() -> None:
    dense = [(0, 0.90), (1, 0.89), (2, 0.10)]
    lexical = [(1, 9.0), (0, 4.0), (2, 1.0)]
    assert [ordinal for ordinal, _ in fuse([dense, lexical])] == [1, 0, 2]


@pytest.fixture
def store(
    build_index: Callable[[Sequence[Article]], BuildReport], open_index: Callable[[], LocalStore]
) -> LocalStore:
    build_index(
        [
            make_article("Whales came back to the harbour.", "whales", author="Ada", date="2011"),
            make_article("The harbour lamp went out.", "lamp", author="Bo", date="2012-06"),
            make_article("Out went the harbour lamp.", "lamp again", date="2013"),
        ]
    )
    return open_index()


def search(store: LocalStore, query: str, k: int = 5, filters: Filters = Filters()) -> list[Hit]:
    return retrieve(store, FakeEmbedder(), query, k, candidates=50, filters=filters)


def names(hits: Sequence[Hit]) -> list[str]:
    return [hit.article.source.removesuffix(".txt") for hit in hits]


def test_hits_come_best_first_with_exact_offsets(store: LocalStore) -> None:
    hits = search(store, "whales")
    assert names(hits)[0] == "whales"
    assert hits[0].score == 1.0
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    for hit in hits:
        assert hit.article.text[hit.passage.start : hit.passage.end] == hit.passage.text


def test_equal_passages_come_in_the_order_of_their_articles(store: LocalStore) -> None:
    for _ in range(3):
        assert names(search(store, "The harbour lamp went out."))[:2] == ["lamp", "lamp again"]


@pytest.mark.parametrize("k", [1, 2, 3, 1000, 10**9])
def test_at_most_k_hits(store: LocalStore, k: int) -> None:
    assert len(search(store, "harbour", k)) == min(k, 3)


def test_fewer_than_one_hit_cannot_be_asked_for(store: LocalStore) -> None:
    for k in (0, -1):
        with pytest.raises(ValueError, match="at least 1"):
            search(store, "harbour", k)


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters(author="ada"), ["whales"]),
        (Filters(since="2012-06", until="2012"), ["lamp"]),
        (Filters(source="lamp*"), ["lamp", "lamp again"]),
        (Filters(author="nobody"), []),
    ],
)
def test_only_what_passes_the_filters_is_found(
    store: LocalStore, filters: Filters, expected: list[str]
) -> None:
    assert sorted(names(search(store, "harbour lamp", 5, filters))) == expected


def test_a_date_that_is_none(store: LocalStore) -> None:
    with pytest.raises(FilterError, match="Date 'May' is not an ISO date"):
        search(store, "lamp", filters=Filters(since="May"))


@pytest.mark.parametrize("query", ["?", "the", "鲸鱼回来了吗", "😀" * 500, "a" * 20_000, "\x00"])
def test_any_query_finds_something_nearest(store: LocalStore, query: str) -> None:
    assert len(search(store, query)) == 3
