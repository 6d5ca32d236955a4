"""Passage vectors in FAISS: exact search by inner product."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rag.types import Vectors

FILE = "vectors.faiss"


class VectorIndex:
    """The vectors of one generation, by ordinal."""

    def __init__(self, path: Path) -> None:
        import faiss

        self._index: Any = faiss.read_index(str(path))

    def search(
        self, vector: Vectors, k: int, ordinals: Sequence[int] | None = None
    ) -> list[tuple[int, float]]:
        """The ``k`` nearest to a unit vector of shape (dimensions,): (ordinal, cosine), best first.

        Only ``ordinals`` are searched, where given. Ties by ordinal.
        """
        import faiss
        import numpy as np

        k = min(k, int(self._index.ntotal) if ordinals is None else len(ordinals))
        if k == 0:
            return []
        parameters: Any = None
        if ordinals is not None:
            parameters = faiss.SearchParameters()
            parameters.sel = faiss.IDSelectorBatch(np.asarray(ordinals, dtype=np.int64))
        scores, found = self._index.search(vector[np.newaxis], k, params=parameters)
        ranking = zip(map(int, found[0]), map(float, scores[0]), strict=True)
        return sorted(ranking, key=lambda hit: (-hit[1], hit[0]))

    def vector(self, ordinal: int) -> Vectors:
        """The vector of one passage, shape (dimensions,)."""
        vector: Vectors = self._index.reconstruct(ordinal)
        return vector


class VectorWriter:
    """Collects vectors in the order of their ordinals and writes them as one file."""

    def __init__(self, path: Path, dimensions: int) -> None:
        import faiss

        self._path = path
        self._index: Any = faiss.IndexFlatIP(dimensions)

    def add(self, vectors: Vectors) -> None:
        """Appends unit vectors of shape (n, dimensions)."""
        self._index.add(vectors)

    def finish(self) -> None:
        """Writes everything to the file."""
        import faiss

        faiss.write_index(self._index, str(self._path))
