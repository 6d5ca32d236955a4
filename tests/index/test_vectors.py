"""Vectors against brute force, compared one by one and in inverted lists."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest

from rag.index import vectors
from rag.index.vectors import TARGET_RECALL, VectorIndex, VectorSearch, VectorWriter

RANDOM = np.random.default_rng(0)
EXACT = VectorSearch("exact", 1.0)


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


def check(
    found: list[tuple[int, float]],
    vectors: np.ndarray,
    query: np.ndarray,
    k: int,
    allowed: list[int] | None = None,
) -> None:
    """That these are the nearest, best first, with the cosines of what is stored."""
    cosines = stored(vectors) @ query
    ordinals = range(len(vectors)) if allowed is None else allowed
    ranking = sorted(ordinals, key=lambda ordinal: -cosines[ordinal])[:k]
    assert [ordinal for ordinal, _ in found] == ranking
    np.testing.assert_allclose([score for _, score in found], cosines[ranking], atol=1e-6)


@pytest.mark.parametrize("allowed", [None, [], [0], [5, 17, 18, 40, 299], [*range(0, 300, 2)]])
def test_search_is_that_of_brute_force(tmp_path: Path, allowed: list[int] | None) -> None:
    vectors, query = unit(300, 24), unit(24)
    index, search = write(tmp_path / "v", vectors)
    for k in (1, 10, 300, 10**9):
        check(index.search(query, k, allowed), vectors, query, k, allowed)
    assert search == EXACT


def test_no_vectors_no_hits(tmp_path: Path) -> None:
    index, search = write(tmp_path / "v", np.zeros((0, 8), dtype=np.float32))
    assert (index.search(unit(8), 3), search) == ([], EXACT)


def test_a_vector_comes_back_and_is_written_again_without_further_loss(tmp_path: Path) -> None:
    vectors = unit(5, 384)
    once = write(tmp_path / "v", vectors)[0].vectors([3])
    np.testing.assert_allclose(once[0], vectors[3], atol=3e-4)
    assert abs(float(once[0] @ vectors[3]) - 1) < 5e-4
    np.testing.assert_array_equal(write(tmp_path / "w", once)[0].vectors([0]), once)


# Inverted lists: what they find, and that every filter is kept.

GROUPED = grouped(6000, 32, 60)


@pytest.fixture(scope="module")
def lists(tmp_path_factory: pytest.TempPathFactory) -> object:
    """Inverted lists over few vectors; up to 1,000 are searched exactly."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(vectors, "EXACT_UP_TO", 1000)
        yield write(tmp_path_factory.mktemp("lists") / "v", GROUPED)


def test_lists_find_what_the_manifest_says(lists: tuple[VectorIndex, VectorSearch]) -> None:
    index, search = lists
    assert search.method == "lists"
    assert 0 < search.probes <= search.lists / 4
    assert TARGET_RECALL <= search.recall_at_10 <= 1
    turned = GROUPED[::60] * 0.7 + unit(100, 32) * 0.7
    right = 0
    for query in turned / np.linalg.norm(turned, axis=1, keepdims=True):
        cosines = stored(GROUPED) @ query
        found = dict(index.search(query, 10))
        right += len({*np.argsort(-cosines)[:10].tolist()} & found.keys())
        assert [*found.values()] == pytest.approx(cosines[[*found]], abs=1e-6)
    assert right / 1000 >= TARGET_RECALL - 0.02  # another sample of queries


@pytest.mark.parametrize(("count", "k"), [(900, 10), (900, 2000), (3000, 2500), (3000, 10**9)])
def test_lists_search_all_of_the_allowed_ones(
    lists: tuple[VectorIndex, VectorSearch], count: int, k: int
) -> None:
    """Few of them, or more hits than few lists hold; and though the query is far from all."""
    query = unit(32)
    furthest = np.argsort(GROUPED @ query)[:count].tolist()
    check(lists[0].search(query, k, furthest), GROUPED, query, k, furthest)


def test_lists_find_only_allowed_ones(lists: tuple[VectorIndex, VectorSearch]) -> None:
    query = unit(32)
    furthest = np.argsort(GROUPED @ query)[:3000].tolist()
    found = {ordinal for ordinal, _ in lists[0].search(query, 10, furthest)}
    assert len(found) == 10
    assert found <= {*furthest}


def test_lists_give_every_vector_back(lists: tuple[VectorIndex, VectorSearch]) -> None:
    back = {}

    def read(ordinals: range) -> None:
        back.update({ordinal: lists[0].vectors([ordinal])[0] for ordinal in ordinals})

    threads = [threading.Thread(target=read, args=(range(n, 2000, 4),)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    np.testing.assert_array_equal([back[n] for n in range(2000)], stored(GROUPED)[:2000])
    np.testing.assert_array_equal(lists[0].vectors([7, 1999, 3]), stored(GROUPED)[[7, 1999, 3]])


def test_where_lists_would_miss_too_much_all_are_compared(tmp_path: Path, lists: object) -> None:
    """Directions without any order, in many dimensions: no few lists hold the neighbours."""
    vectors, query = unit(3000, 256), unit(256)
    index, search = write(tmp_path / "v", vectors)
    assert (search.method, search.recall_at_10, search.lists, search.probes) == ("exact", 1, 0, 0)
    assert "lists would find 0." in search.note
    check(index.search(query, 10), vectors, query, 10)


def test_the_same_vectors_make_the_same_file(tmp_path: Path, lists: object) -> None:
    vectors = grouped(2000, 16, 9)
    write(tmp_path / "v", vectors)
    write(tmp_path / "w", vectors)
    assert (tmp_path / "v").read_bytes() == (tmp_path / "w").read_bytes()
