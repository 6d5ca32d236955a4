from __future__ import annotations

import random
from collections.abc import Callable, Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.index import LocalStore
from rag.text.duplicates import SIGNATURE_HASHES, first_of_story, signature
from rag.types import Article, BuildReport, Filters
from tests.fakes import FakeEmbedder, make_article

Build = Callable[[Sequence[Article]], BuildReport]
Open = Callable[[], LocalStore]

WORDS = (
    "harbour lamp storm fog whale captain pilot minister treaty border river bridge market grain"
    " price wage strike doctor fever village school teacher court judge prison train engine coal"
).split()


def story(seed: int, words: int = 300) -> list[str]:
    """Words that make no sense, drawn from few enough to repeat often."""
    return random.Random(seed).choices(WORDS, k=words)


def stories(*texts: str) -> list[int]:
    rows = b"".join(signature(make_article(text)) or b"" for text in texts)
    signatures = np.frombuffer(rows, dtype="<u2").reshape(len(texts), SIGNATURE_HASHES)
    return first_of_story(signatures).tolist()


def shared(one: str, other: str) -> float:
    """Share of runs of five words in common, by brute force."""

    def runs(text: str) -> set[tuple[str, ...]]:
        words = text.split()
        return {tuple(words[first : first + 5]) for first in range(len(words) - 4)}

    return len(runs(one) & runs(other)) / len(runs(one) | runs(other))


# Which articles tell one story.


def test_a_copy_cut_short_and_edited_is_the_same_story() -> None:
    words = story(1)
    edited = [*words[:100], "said", *words[100:250]]
    upper = " ".join(words).upper().replace(" ", "\n")
    assert stories(" ".join(words), " ".join(story(2)), " ".join(edited), upper) == [0, 1, 0, 0]


def test_articles_that_share_a_paragraph_are_not() -> None:
    background = story(3, 100)
    ones, others = [*story(4, 150), *background], [*story(5, 150), *background]
    assert stories(" ".join(ones), " ".join(others)) == [0, 1]


def test_a_story_that_changes_step_by_step_does_not_stay_the_same() -> None:
    words = story(6)
    steps = [" ".join(words[first : first + 200]) for first in range(0, 101, 20)]
    assert shared(steps[0], steps[1]) > 0.7
    assert shared(steps[0], steps[-1]) < 0.4
    found = stories(*steps)
    assert found[:2] == [0, 0]
    assert found[-1] != 0


@pytest.mark.parametrize(
    "text", ["鲸鱼在雾中回到了海港。渔民数了十一头。" * 3, "Sold out.", "x", "один два три"]
)
def test_texts_of_any_length_and_script(text: str) -> None:
    assert stories(text, "Something else altogether.", text) == [0, 1, 0]


@given(
    st.lists(st.lists(st.sampled_from("abcdefgh"), min_size=8, max_size=20), max_size=12),
    st.integers(0, 10),
)
def test_groups_hold_what_is_alike_by_brute_force(texts: list[list[str]], seed: int) -> None:
    """Exact copies are always found, what shares little never is."""
    lines = [" ".join(text) for text in texts]
    random.Random(seed).shuffle(lines)
    for position, first in enumerate(stories(*lines)):
        assert first <= position
        assert stories(*lines)[first] == first
        assert first <= lines.index(lines[position])
        assert shared(lines[first], lines[position]) > 0.3


# In an index.


def test_an_index_knows_where_else_a_story_stands(build_index: Build, open_index: Open) -> None:
    text = " ".join(story(8)).capitalize() + "."
    late = make_article(text, "late", date="2011-06-02")
    early = make_article(f"{text} More fog.", "early", title="Another headline", date="2011-06-01")
    undated = make_article(text, "undated")
    report = build_index([make_article("Something else.", "else"), late, undated, early])
    assert report.duplicates == 2
    store = open_index()
    found = {article.source: article.also_in for article in store.articles()}
    assert found == {
        "early.txt": ("late.txt", "undated.txt"),
        "late.txt": ("early.txt", "undated.txt"),
        "undated.txt": ("early.txt", "late.txt"),
        "else.txt": (),
    }
    vector = FakeEmbedder().embed_query([text])[0]
    found_late = store.search_vectors(vector, 1, Filters(source="late.txt"))
    assert store.fetch([found_late[0][0]])[0][1].also_in == ("early.txt", "undated.txt")


def test_a_story_whose_first_article_is_gone_has_another_first(
    build_index: Build, open_index: Open
) -> None:
    text = " ".join(story(9))
    articles = [make_article(text, name) for name in "abc"]
    assert build_index(articles).duplicates == 2
    assert build_index(articles[1:]).duplicates == 1
    assert [article.also_in for article in open_index().articles()] == [("c.txt",), ("b.txt",)]
    assert build_index(articles[2:]).duplicates == 0
    assert [article.also_in for article in open_index().articles()] == [()]
