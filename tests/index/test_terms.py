from __future__ import annotations

import math
import random
from pathlib import Path

import pytest

from rag.index.terms import TITLE_WEIGHT, TermIndex, TermWriter
from rag.text.words import terms
from rag.types import Passage

K1, B = 1.2, 0.75
WORDS = "harbour whale fog boat tide gull rope anchor lamp crew storm island".split()


def write(folder: Path, documents: list[tuple[str, str]]) -> TermIndex:
    """An index of (text, title)."""
    writer = TermWriter(folder)
    for text, title in documents:
        writer.add(Passage("", "", text, 0, 0), title)
    writer.finish()
    writer.close()
    return TermIndex(folder)


def bm25(query: str, fields: list[list[str]]) -> list[float]:
    """Scores of documents, by the definition."""
    average = sum(map(len, fields)) / len(fields)
    scores = [0.0] * len(fields)
    for term in set(terms(query)):
        holding = sum(term in field for field in fields)
        idf = math.log(1 + (len(fields) - holding + 0.5) / (holding + 0.5))
        for number, field in enumerate(fields):
            tf = field.count(term)
            scores[number] += idf * tf * (K1 + 1) / (tf + K1 * (1 - B + B * len(field) / average))
    return scores


@pytest.mark.parametrize("named_at_most", [0, 60])
@pytest.mark.parametrize("allowed", [None, [3], list(range(0, 60, 3)), list(range(1, 60))])
def test_scores_are_those_of_brute_force(
    tmp_path: Path, allowed: list[int] | None, named_at_most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.index.terms._NAMED_AT_MOST", named_at_most)
    draw = random.Random(1)
    documents = [  # at most 40 terms a field: Tantivy keeps such lengths exactly
        (" ".join(draw.choices(WORDS, k=draw.randint(1, 40))), " ".join(draw.choices(WORDS, k=3)))
        for _ in range(60)
    ]
    query = "Whales in the fog, whales near an anchor"
    texts, titles = ([list(terms(doc[field])) for doc in documents] for field in (0, 1))
    expected = {
        ordinal: in_text + TITLE_WEIGHT * in_title
        for ordinal, (in_text, in_title) in enumerate(
            zip(bm25(query, texts), bm25(query, titles), strict=True)
        )
        if in_text + in_title > 0 and (allowed is None or ordinal in allowed)
    }
    found = dict(write(tmp_path / "t", documents).search(query, 100, allowed))
    assert found == pytest.approx(expected, rel=1e-4)
    ranking = write(tmp_path / "u", documents).search(query, 5, allowed)
    assert ranking == sorted(found.items(), key=lambda hit: (-hit[1], hit[0]))[:5]


def test_a_passage_is_found_by_its_headings(tmp_path: Path) -> None:
    writer = TermWriter(tmp_path / "t")
    writer.add(Passage("", "", "It was dark.", 0, 0, ("The coast", "Whales")), "")
    writer.finish()
    assert len(TermIndex(tmp_path / "t").search("whale", 5)) == 1


@pytest.mark.parametrize("query", ["", "the of and", "?!", "鲸鱼", "кит", "\x00", "zebra"])
def test_queries_without_known_terms_find_nothing(tmp_path: Path, query: str) -> None:
    assert write(tmp_path / "t", [("a whale in the fog", "")]).search(query, 5) == []


@pytest.mark.parametrize("query", ["text:whale AND (", "whale^9 title:[a TO b]", "whale " * 4000])
def test_queries_are_words_not_a_language(tmp_path: Path, query: str) -> None:
    index = write(tmp_path / "t", [("a whale", ""), ("a boat", "")])
    assert [ordinal for ordinal, _ in index.search(query, 5)] == [0]


def test_bounds(tmp_path: Path) -> None:
    index = write(tmp_path / "t", [("a whale", ""), ("two whales", "")])
    assert index.search("whale", 0) == []
    assert len(index.search("whale", 10**9)) == 2
    assert index.search("whale", 5, []) == []
    assert write(tmp_path / "empty", []).search("whale", 5) == []


def test_what_was_not_finished_is_lost(tmp_path: Path) -> None:
    writer = TermWriter(tmp_path / "t")
    writer.add(Passage("", "", "a whale", 0, 0), "")
    writer.close()
    assert TermIndex(tmp_path / "t").search("whale", 5) == []


def test_allowed_passages_far_down_the_ranking_are_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Too many to name, and the best of all are not among them."""
    monkeypatch.setattr("rag.index.terms._NAMED_AT_MOST", 5)
    best = [("whale " * 9, "")] * 70
    allowed = [("whale fog tide " + "rope " * n, "") for n in range(30)]
    found = write(tmp_path / "t", best + allowed).search("whale", 10, list(range(70, 100)))
    assert [ordinal for ordinal, _ in found] == list(range(70, 80))
