from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rag.store.vectors import VectorIndex, VectorWriter

RANDOM = np.random.default_rng(0)


def unit(*shape: int) -> np.ndarray:
    vectors = RANDOM.standard_normal(shape, dtype=np.float32)
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)


def write(path: Path, vectors: np.ndarray) -> VectorIndex:
    writer = VectorWriter(path, vectors.shape[1])
    half = len(vectors) // 2
    writer.add(vectors[:half])
    writer.add(vectors[half:])
    writer.finish()
    return VectorIndex(path)


@pytest.mark.parametrize("allowed", [None, [0], [5, 17, 18, 40, 299], list(range(0, 300, 2))])
@pytest.mark.parametrize("k", [1, 10, 300, 10**9])
def test_search_is_that_of_brute_force(tmp_path: Path, k: int, allowed: list[int] | None) -> None:
    vectors, query = unit(300, 24), unit(24)
    found = write(tmp_path / "v", vectors).search(query, k, allowed)
    cosines = vectors @ query
    ordinals = range(300) if allowed is None else allowed
    expected = sorted(ordinals, key=lambda ordinal: -cosines[ordinal])[:k]
    assert [ordinal for ordinal, _ in found] == expected
    np.testing.assert_allclose([score for _, score in found], cosines[expected], atol=1e-6)


def test_equal_vectors_come_by_ordinal(tmp_path: Path) -> None:
    same = np.repeat(unit(1, 8), 50, axis=0)
    index = write(tmp_path / "v", same)
    assert [ordinal for ordinal, _ in index.search(same[0], 20)] == list(range(20))


def test_no_vectors_no_hits(tmp_path: Path) -> None:
    index = write(tmp_path / "v", np.zeros((0, 8), dtype=np.float32))
    assert index.search(unit(8), 3) == []
    assert write(tmp_path / "w", unit(4, 8)).search(unit(8), 3, []) == []


def test_a_vector_comes_back_as_it_went_in(tmp_path: Path) -> None:
    vectors = unit(5, 8)
    np.testing.assert_array_equal(write(tmp_path / "v", vectors).vector(3), vectors[3])
