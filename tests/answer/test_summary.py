"""Articles to the sentences that cover them."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answer.summary import MAX_SENTENCES_READ, covering, evenly, lead_sentences, summarize
from rag.types import Span
from tests.fakes import FakeEmbedder, make_article

WORDS = st.text(alphabet="abc .!?\n“”", max_size=400)


@given(text=WORDS, count=st.integers(1, 12))
def test_offsets_are_exact_and_in_order(text: str, count: int) -> None:
    article = make_article(text)
    quotes = summarize(article, FakeEmbedder(), count)
    assert len(quotes) <= min(count, 10)
    assert all(text[quote.start : quote.end] == quote.text for quote in quotes)
    assert [quote.start for quote in quotes] == sorted({quote.start for quote in quotes})
    assert bool(quotes) == bool(text.strip())
    for quote in lead_sentences(article, 2):
        assert text[quote.start : quote.end] == quote.text


@given(st.integers(2, 7), st.integers(1, 3), st.integers(0, 1000))
def test_greedy_cover_is_near_the_best_there_is(rows: int, count: int, seed: int) -> None:
    vectors = np.random.default_rng(seed).normal(size=(rows, 4)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    similar = np.maximum(vectors @ vectors.T, 0)

    def covered(chosen: tuple[int, ...]) -> float:
        return float(similar[list(chosen)].max(axis=0).sum())

    chosen = covering(vectors, [1.0] * rows, count)
    assert len(set(chosen)) == len(chosen) == min(count, rows)
    best = max(covered(each) for each in combinations(range(rows), min(count, rows)))
    assert covered(tuple(chosen)) >= (1 - 1 / np.e) * best - 1e-5


def test_one_of_each_group_is_chosen() -> None:
    vectors = np.eye(3, dtype=np.float32)[[0, 0, 0, 1, 1, 2]]
    assert covering(vectors, [1.0] * 6, 3) == [0, 3, 5]


def test_headings_and_lists_are_left_out() -> None:
    article = make_article(
        "History\n\nThe harbour was built by monks in the year 1200.\n\n- one\n- two\n\n"
        "Its walls fell in the great storm of 1421."
    )
    assert [quote.text for quote in summarize(article, FakeEmbedder())] == [
        "The harbour was built by monks in the year 1200.",
        "Its walls fell in the great storm of 1421.",
    ]
    assert lead_sentences(article, 1)[0].text.startswith("The harbour")


def test_only_the_body_is_read() -> None:
    text = "A headline that is a whole sentence.\n\nThe harbour froze over in the winter."
    article = make_article(text, body=(Span(text.index("The"), len(text)),))
    assert [quote.text for quote in summarize(article, FakeEmbedder())] == [
        "The harbour froze over in the winter."
    ]


@pytest.mark.parametrize("opening", ["It sank", "In 2023 it sank", "By that evening it sank"])
def test_a_pronoun_at_the_start_gives_way_to_a_name(opening: str) -> None:
    article = make_article(
        f"{opening} off the coast of Visby in May. The ferry sank off the coast of Visby in May."
    )
    (quote,) = summarize(article, FakeEmbedder(), 1)
    assert quote.text.startswith("The ferry")


@pytest.mark.parametrize("sentence_count", [3, 5])
def test_longer_articles_get_more_sentences(sentence_count: int) -> None:
    numbers = range(10 if sentence_count == 3 else 40)
    article = make_article(" ".join(f"Ship {n} carried {n} crates of tea." for n in numbers))
    assert len(summarize(article, FakeEmbedder())) == sentence_count


def test_of_a_book_only_a_sample_is_embedded() -> None:
    text = "\n\n".join(f"Ship {n} carried {n} crates of tea. Nobody saw it." for n in range(5000))
    embedder = FakeEmbedder()
    assert summarize(make_article(text), embedder)
    assert len(embedder.embedded) <= MAX_SENTENCES_READ
    long_sentence = make_article("The ship " + "sailed on and " * 1000 + "sank.")
    assert len(lead_sentences(long_sentence, 1)) == 1


@given(st.integers(0, 50), st.integers(1, 20))
def test_evenly_spaced(count: int, most: int) -> None:
    chosen = evenly(range(count), most)
    assert len(chosen) == min(count, most)
    assert chosen == sorted(set(chosen))
    assert chosen[:1] == list(range(count))[:1]
