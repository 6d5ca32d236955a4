"""Passage vectors in FAISS: half precision, memory-mapped, searched by inner product.

Up to EXACT_UP_TO passages every search compares all of them. Beyond that they are sorted into
lists around centres, and a search reads the nearest lists alone: see rag.index.inverted_lists.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.index.inverted_lists import build_lists
from rag.index.manifest import VectorSearch

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from rag.types import Vectors

FILE = "vectors.faiss"
EXACT_UP_TO = 100_000
"""As many passages of 384 dimensions are compared in 8 ms on one core (docs/scale.md)."""


class VectorIndex:
    """The vectors of one generation, by ordinal; safe to share between threads.

    The file is memory-mapped: opening reads next to nothing, and processes share the pages.
    """

    def __init__(self, path: Path) -> None:
        import faiss

        self._index: Any = faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)
        self._lists: int = getattr(self._index, "nlist", 0)
        self._locating = threading.Lock()

    def search(
        self, vector: Vectors, k: int, ordinals: Sequence[int] | NDArray[np.int64] | None = None
    ) -> list[tuple[int, float]]:
        """The ``k`` nearest to a unit vector of shape (dimensions,): (ordinal, cosine), best first.

        Only ``ordinals`` are searched, where given: exactly, up to EXACT_UP_TO of them. Ties by
        ordinal. Cosines are those of the stored vectors, within 0.0005 of the given ones'.
        """
        allowed = int(self._index.ntotal) if ordinals is None else len(ordinals)
        k = min(k, allowed)
        if k == 0:
            return []
        selector = None if ordinals is None else self._selector(ordinals)
        if not self._lists:
            return self._ranking(vector, k, self._parameters(selector))
        probes = self._probes(allowed, ordinals is not None)
        found = self._ranking(vector, k, self._parameters(selector, probes))
        if len(found) < k:
            found = self._ranking(vector, k, self._parameters(selector, self._lists))
        return found

    def vectors(self, ordinals: Sequence[int]) -> Vectors:
        """The vectors of some passages, shape (len(ordinals), dimensions)."""
        import numpy as np

        if not len(ordinals):
            return np.zeros((0, int(self._index.d)), dtype=np.float32)
        self._locate()
        vectors: Vectors = self._index.reconstruct_batch(np.asarray(ordinals, dtype=np.int64))
        return vectors

    def _locate(self) -> None:
        """Notes in which list each vector stands, the first time that one is asked for."""
        with self._locating:
            if self._lists and self._index.direct_map.no():
                self._index.make_direct_map()

    def _probes(self, allowed: int, is_filtered: bool) -> int:
        """Lists to read, so that as many allowed passages are compared as without a filter."""
        probes = int(self._index.nprobe)
        if not is_filtered:
            return probes
        if allowed <= EXACT_UP_TO:
            return self._lists
        return min(self._lists, math.ceil(probes * int(self._index.ntotal) / allowed))

    def _selector(self, ordinals: Sequence[int] | NDArray[np.int64]) -> Any:
        import faiss
        import numpy as np

        is_allowed = np.zeros(int(self._index.ntotal), dtype=bool)
        is_allowed[np.asarray(ordinals, dtype=np.int64)] = True
        bitmap: Any = faiss.IDSelectorBitmap
        return bitmap(np.packbits(is_allowed, bitorder="little"))

    def _parameters(self, selector: Any, probes: int = 0) -> Any:
        """What FAISS is told; the caller holds on to ``selector``, which FAISS only points to."""
        import faiss

        parameters: Any = faiss.SearchParametersIVF() if probes else faiss.SearchParameters()
        parameters.sel = selector
        if probes:
            parameters.nprobe = probes
        return parameters

    def _ranking(self, vector: Vectors, k: int, parameters: Any) -> list[tuple[int, float]]:
        with _one_thread():
            scores, found = self._index.search(vector.reshape(1, -1), k, params=parameters)
        ranking = zip(found[0].tolist(), scores[0].tolist(), strict=True)
        return sorted((hit for hit in ranking if hit[0] >= 0), key=lambda hit: (-hit[1], hit[0]))


@contextmanager
def _one_thread() -> Iterator[None]:
    """For one question: two threads are slower wherever the processors have other work, since the
    search ends with the later of them (docs/scale.md)."""
    import faiss

    threads = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(threads)


class VectorWriter:
    """Takes vectors in the order of their ordinals and writes them as one file.

    They go straight to a file beside it, in half precision, and are read back in blocks: memory
    holds the finished index at most, 2 bytes for a number.
    """

    def __init__(self, path: Path, dimensions: int) -> None:
        self._path = path
        self._dimensions = dimensions
        self._rows_path = path.with_suffix(".rows")
        self._rows = self._rows_path.open("wb")
        self._count = 0

    def add(self, vectors: Vectors) -> None:
        """Appends unit vectors of shape (n, dimensions)."""
        self._rows.write(vectors.astype("<f2").tobytes())
        self._count += len(vectors)

    def finish(self) -> VectorSearch:
        """Writes everything to the file; returns how it is searched and what that finds."""
        import faiss
        import numpy as np

        self._rows.close()
        shape = (self._count, self._dimensions)
        rows: Any = np.zeros(shape, "<f2")
        if rows.size:
            rows = np.memmap(self._rows_path, "<f2", "r", shape=shape)
        index, search = None, VectorSearch("exact", recall_at_10=1.0)
        if self._count > EXACT_UP_TO:
            index, search = build_lists(rows)
        if index is None:
            index = _exact(rows)
        with self._path.open("wb") as file:  # of an error on closing FAISS itself would only print
            faiss.write_index(index, faiss.PyCallbackIOWriter(file.write))  # type: ignore[attr-defined]
        self._rows_path.unlink()
        return search

    def close(self) -> None:
        """Lets go of the file; what was not finished is lost."""
        with suppress(OSError):  # a full disk does not take what is still in memory
            self._rows.close()


def _exact(rows: Any) -> Any:
    """An index of half-precision vectors of shape (n, dimensions) that compares all of them."""
    import faiss
    import numpy as np

    half = faiss.ScalarQuantizer.QT_fp16
    index = faiss.IndexScalarQuantizer(rows.shape[1], half, faiss.METRIC_INNER_PRODUCT)
    index.is_trained = True
    # FAISS keeps halves as they are, so that the rows are its codes.
    if len(rows):
        index.add_sa_codes(np.asarray(rows).view(np.uint8))
    return index
