from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest

from rag.index import vectors
from rag.index.vectors import TARGET_RECALL, VectorIndex, VectorSearch, VectorWriter

RANDOM = np.random.default_rng(0)


def unit(*shape: int) -> np.ndarray:
    vectors = RANDOM.standard_normal(shape, dtype=np.float32)
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)


def grouped(count: int, dimensions: int, groups: int) -> np.ndarray:
    """Vectors in groups, as passages lie by subject."""
    near = unit(groups, dimensions)[RANDOM.integers(groups, size=count)]
    mixed = near + 0.5 * unit(count, dimensions)
    return mixed / np.linalg.norm(mixed, axis=1, keepdims=True)


def stored(vectors: np.ndarray) -> np.ndarray:
    """What half precision keeps of them."""
    return vectors.astype(np.float16).astype(np.float32)


def write(path: Path, vectors: np.ndarray) -> tuple[VectorIndex, VectorSearch]:
    writer = VectorWriter(path, vectors.shape[1])
    half = len(vectors) // 2
    writer.add(vectors[:half])
    writer.add(vectors[half:])
    search = writer.finish()
    return VectorIndex(path), search


@pytest.fixture
def lists_from_1000(monkeypatch: pytest.MonkeyPatch) -> None:
    """Inverted lists over few vectors; up to 1,000 are searched exactly."""
    monkeypatch.setattr(vectors, "EXACT_UP_TO", 1000)


def brute_force(
    vectors: np.ndarray, query: np.ndarray, k: int, allowed: list[int] | None = None
) -> tuple[list[int], np.ndarray]:
    cosines = stored(vectors) @ query
    ordinals = range(len(vectors)) if allowed is None else allowed
    ranking = sorted(ordinals, key=lambda ordinal: -cosines[ordinal])[:k]
    return ranking, cosines[ranking]


@pytest.mark.parametrize("allowed", [None, [0], [5, 17, 18, 40, 299], list(range(0, 300, 2))])
@pytest.mark.parametrize("k", [1, 10, 300, 10**9])
def test_search_is_that_of_brute_force(tmp_path: Path, k: int, allowed: list[int] | None) -> None:
    vectors, query = unit(300, 24), unit(24)
    index, search = write(tmp_path / "v", vectors)
    found = index.search(query, k, allowed)
    ranking, cosines = brute_force(vectors, query, k, allowed)
    assert [ordinal for ordinal, _ in found] == ranking
    np.testing.assert_allclose([score for _, score in found], cosines, atol=1e-6)
    assert search == VectorSearch("exact", 1.0)


def test_no_vectors_no_hits(tmp_path: Path) -> None:
    index, search = write(tmp_path / "v", np.zeros((0, 8), dtype=np.float32))
    assert index.search(unit(8), 3) == []
    assert search == VectorSearch("exact", 1.0)
    assert write(tmp_path / "w", unit(4, 8))[0].search(unit(8), 3, []) == []


def test_a_vector_comes_back_and_is_written_again_without_further_loss(tmp_path: Path) -> None:
    vectors = unit(5, 384)
    once = write(tmp_path / "v", vectors)[0].vectors([3])
    np.testing.assert_allclose(once[0], vectors[3], atol=3e-4)
    assert abs(float(once[0] @ vectors[3]) - 1) < 5e-4
    np.testing.assert_array_equal(write(tmp_path / "w", once)[0].vectors([0]), once)


# Inverted lists: what they find, and that every filter is kept.


@pytest.mark.usefixtures("lists_from_1000")
def test_lists_find_what_the_manifest_says(tmp_path: Path) -> None:
    vectors = grouped(6000, 32, 60)
    index, search = write(tmp_path / "v", vectors)
    assert search.method == "lists"
    assert 0 < search.probes <= search.lists / 4
    assert TARGET_RECALL <= search.recall_at_10 <= 1
    turned = vectors[::60] * 0.7 + unit(100, 32) * 0.7
    queries = turned / np.linalg.norm(turned, axis=1, keepdims=True)
    right = 0
    for query in queries:
        ranking, _ = brute_force(vectors, query, 10)
        found = index.search(query, 10)
        right += len(set(ranking) & {ordinal for ordinal, _ in found})
        cosines = stored(vectors) @ query
        for ordinal, score in found:
            assert score == pytest.approx(cosines[ordinal], abs=1e-6)
    assert right / 1000 >= TARGET_RECALL - 0.02  # another sample of queries


@pytest.mark.usefixtures("lists_from_1000")
@pytest.mark.parametrize("k", [10, 2000])
def test_lists_search_few_allowed_ones_exactly(tmp_path: Path, k: int) -> None:
    """Wherever they lie, and though the query is far from all of them."""
    vectors = grouped(6000, 32, 60)
    index, _ = write(tmp_path / "v", vectors)
    query = unit(32)
    furthest = np.argsort(vectors @ query)[:900].tolist()
    found = index.search(query, k, furthest)
    ranking, cosines = brute_force(vectors, query, k, furthest)
    assert {ordinal for ordinal, _ in found} == set(ranking)
    np.testing.assert_allclose([score for _, score in found], cosines, atol=1e-6)


@pytest.mark.usefixtures("lists_from_1000")
@pytest.mark.parametrize("k", [10, 2500, 10**9])
def test_lists_search_many_allowed_ones(tmp_path: Path, k: int) -> None:
    vectors = grouped(6000, 32, 60)
    index, _ = write(tmp_path / "v", vectors)
    query = unit(32)
    furthest = np.argsort(vectors @ query)[:3000].tolist()
    found = [ordinal for ordinal, _ in index.search(query, k, furthest)]
    assert len(found) == min(k, 3000)
    assert set(found) <= set(furthest)
    if k > 10:  # no few lists hold so many: all are read
        assert set(found) == set(brute_force(vectors, query, k, furthest)[0])


@pytest.mark.usefixtures("lists_from_1000")
def test_lists_give_every_vector_back(tmp_path: Path) -> None:
    vectors = grouped(2000, 16, 9)
    index, search = write(tmp_path / "v", vectors)
    assert search.method == "lists"
    back = {}

    def read(ordinals: range) -> None:
        back.update({ordinal: index.vectors([ordinal])[0] for ordinal in ordinals})

    threads = [threading.Thread(target=read, args=(range(n, 2000, 4),)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    np.testing.assert_array_equal([back[n] for n in range(2000)], stored(vectors))
    np.testing.assert_array_equal(index.vectors([7, 1999, 3]), stored(vectors)[[7, 1999, 3]])


@pytest.mark.usefixtures("lists_from_1000")
def test_where_lists_would_miss_too_much_all_are_compared(tmp_path: Path) -> None:
    """Directions without any order, in many dimensions: no few lists hold the neighbours."""
    vectors, query = unit(3000, 256), unit(256)
    index, search = write(tmp_path / "v", vectors)
    assert (search.method, search.recall_at_10, search.lists, search.probes) == ("exact", 1, 0, 0)
    assert "lists would find 0." in search.note
    assert [ordinal for ordinal, _ in index.search(query, 10)] == brute_force(vectors, query, 10)[0]


@pytest.mark.usefixtures("lists_from_1000")
def test_the_same_vectors_make_the_same_file(tmp_path: Path) -> None:
    vectors = grouped(2000, 16, 9)
    write(tmp_path / "v", vectors)
    write(tmp_path / "w", vectors)
    assert (tmp_path / "v").read_bytes() == (tmp_path / "w").read_bytes()
