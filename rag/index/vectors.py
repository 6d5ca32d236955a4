"""Passage vectors in FAISS: half precision, memory-mapped, searched by inner product.

Up to EXACT_UP_TO passages every search compares all of them. Beyond that they are sorted into
inverted lists around centres, and a search reads the nearest lists alone (Sivic and Zisserman,
"Video Google", ICCV 2003; Jégou, Douze and Schmid, "Product quantization for nearest neighbor
search", TPAMI 2011, here with halves in place of codes: the scores are exact, and only a neighbour
in a list that is not read is missed). How many lists are read is settled when the index is built,
by what that finds of the exact ten nearest of sample queries.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from rag.types import Vectors

FILE = "vectors.faiss"
EXACT_UP_TO = 100_000
"""As many passages of 384 dimensions are compared in 8 ms on one core (docs/scale.md)."""
TARGET_RECALL = 0.98
"""Share of the exact ten nearest that must be found, or every search stays exact."""
_TUNED_RECALL = 0.99
"""What the probes are tuned to: other queries than the tuning ones find a little less."""
_DEPTH = 10
_SAMPLE_QUERIES = 512
"""Half of them tune, half measure: 2,560 neighbours, a standard error of 0.003."""
_PASSAGES_OF_QUERY = 8
"""A sample query is the sum of so many passages, each added or taken away. Such queries miss about
as many neighbours as real questions, whatever the number of lists read; passages turned away at
random miss fewer, the more so the larger the library (docs/scale.md)."""
_LISTS_PER_ROOT = 2
"""Lists for the square root of the passages. Four, as FAISS's guidelines have it, take four times
as long to train and make no search faster that takes 2 ms (docs/scale.md)."""
_TRAINING_PER_LIST = 40
"""Vectors that each centre is learned from; FAISS warns below 39."""
_TRAINING_ROUNDS = 10
_LARGEST_SHARE = 0.25
"""Of the lists read; beyond that, comparing all passages costs little more."""
_BLOCK_ROWS = 16_384
_SCORE_TOLERANCE = 1e-5
_SEED = 7


@dataclass(frozen=True, slots=True)
class VectorSearch:
    """How vectors are searched, and the share of the exact ten nearest that this finds.

    The recall was measured when the index was built, on sample queries; 1.0 where it is exact.
    """

    method: Literal["exact", "lists"] = "exact"
    recall_at_10: float = 1.0
    lists: int = 0
    probes: int = 0
    """Lists that a search reads."""
    note: str = ""
    """Why so many passages are compared one by one, where they are."""


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
        found = self._ranking(vector, k, selector, self._probes(allowed, ordinals is not None))
        if len(found) < k:
            found = self._ranking(vector, k, selector, self._lists)
        return found

    def vectors(self, ordinals: Sequence[int]) -> Vectors:
        """The vectors of some passages, shape (len(ordinals), dimensions)."""
        import numpy as np

        if not len(ordinals):
            return np.zeros((0, int(self._index.d)), dtype=np.float32)
        with self._locating:  # in which list each stands, noted when the first one is asked for
            if self._lists and self._index.direct_map.no():
                self._index.make_direct_map()
        vectors: Vectors = self._index.reconstruct_batch(np.asarray(ordinals, dtype=np.int64))
        return vectors

    def _probes(self, allowed: int, is_filtered: bool) -> int:
        """Lists to read, so that as many allowed passages are compared as without a filter."""
        if not self._lists or (is_filtered and allowed <= EXACT_UP_TO):
            return self._lists
        probes = int(self._index.nprobe)
        if not is_filtered:
            return probes
        return min(self._lists, math.ceil(probes * int(self._index.ntotal) / allowed))

    def _selector(self, ordinals: Sequence[int] | NDArray[np.int64]) -> Any:
        import faiss
        import numpy as np

        is_allowed = np.zeros(int(self._index.ntotal), dtype=bool)
        is_allowed[np.asarray(ordinals, dtype=np.int64)] = True
        bitmap: Any = faiss.IDSelectorBitmap
        return bitmap(np.packbits(is_allowed, bitorder="little"))

    def _ranking(
        self, vector: Vectors, k: int, selector: Any, probes: int
    ) -> list[tuple[int, float]]:
        import faiss

        parameters: Any = faiss.SearchParametersIVF() if probes else faiss.SearchParameters()
        parameters.sel = selector  # FAISS only points to it: the caller holds on to it
        if probes:
            parameters.nprobe = probes
        # For one question two threads are slower wherever the processors have other work, since
        # the search ends with the later of them (docs/scale.md).
        threads = faiss.omp_get_max_threads()
        faiss.omp_set_num_threads(1)
        try:
            scores, found = self._index.search(vector.reshape(1, -1), k, params=parameters)
        finally:
            faiss.omp_set_num_threads(threads)
        ranking = zip(found[0].tolist(), scores[0].tolist(), strict=True)
        return sorted((hit for hit in ranking if hit[0] >= 0), key=lambda hit: (-hit[1], hit[0]))


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
        index, search = None, VectorSearch()
        if self._count > EXACT_UP_TO:
            index, search = build_lists(rows)
        if index is None:
            half, metric = faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
            index = _filled(faiss.IndexScalarQuantizer(self._dimensions, half, metric), rows)
        with self._path.open("wb") as file:  # of an error on closing FAISS itself would only print
            faiss.write_index(index, faiss.PyCallbackIOWriter(file.write))  # type: ignore[attr-defined]
        self._rows_path.unlink()
        return search

    def close(self) -> None:
        """Lets go of the file; what was not finished is lost."""
        with suppress(OSError):  # a full disk does not take what is still in memory
            self._rows.close()


def build_lists(rows: Any) -> tuple[Any, VectorSearch]:
    """An index over half-precision unit vectors of shape (n, dimensions), and what it finds.

    None in its place where reading a quarter of the lists does not find TARGET_RECALL.
    """
    import faiss
    from faiss.contrib.exhaustive_search import knn_ground_truth

    index = _filled(_trained(rows), rows)
    queries = _sample_queries(rows)
    nearest: Any = knn_ground_truth
    tenth_scores = nearest(queries, _blocks(rows), _DEPTH, faiss.METRIC_INNER_PRODUCT)[0][:, -1]
    tuning, held_out = slice(0, None, 2), slice(1, None, 2)
    low, high = 1, max(1, int(index.nlist * _LARGEST_SHARE))
    while low < high:  # the fewest lists that find enough, by halving
        index.nprobe = (low + high) // 2
        if _recall(index, queries[tuning], tenth_scores[tuning]) >= _TUNED_RECALL:
            high = index.nprobe
        else:
            low = index.nprobe + 1
    index.nprobe = high
    recall = _recall(index, queries[held_out], tenth_scores[held_out])
    if recall < TARGET_RECALL:
        note = f"{index.nprobe} of {index.nlist} lists would find {recall:.3f}"
        return None, VectorSearch(note=note)
    return index, VectorSearch("lists", round(recall, 4), int(index.nlist), int(index.nprobe))


def _trained(rows: Any) -> Any:
    """An empty index with its centres, by spherical k-means over a sample."""
    import faiss
    import numpy as np

    count, dimensions = rows.shape
    lists = int(_LISTS_PER_ROOT * count**0.5)
    half, metric = faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
    centres = faiss.IndexFlatIP(dimensions)
    index = faiss.IndexIVFScalarQuantizer(centres, dimensions, lists, half, metric, False)
    index.cp.niter = _TRAINING_ROUNDS
    index.cp.seed = _SEED
    size = min(count, lists * _TRAINING_PER_LIST)
    sample = np.sort(np.random.default_rng(_SEED).choice(count, size, replace=False))
    index.train(rows[sample].astype(np.float32))
    return index


def _filled(index: Any, rows: Any) -> Any:
    """``index`` with every row."""
    index.is_trained = True
    for block in _blocks(rows):
        index.add(block)
    return index


def _sample_queries(rows: Any) -> Vectors:
    """Unit vectors as far from passages as questions are."""
    import numpy as np

    random = np.random.default_rng(_SEED + 1)
    shape = (_SAMPLE_QUERIES, _PASSAGES_OF_QUERY)
    passages = rows[random.integers(len(rows), size=shape)].astype(np.float32)
    signs = random.choice(np.array([-1, 1], dtype=np.float32), (*shape, 1))
    sums = (signs * passages).sum(axis=1)
    lengths = np.linalg.norm(sums, axis=1, keepdims=True)
    queries: Vectors = sums / np.maximum(lengths, np.finfo(np.float32).tiny)  # some may cancel out
    return queries


def _recall(index: Any, queries: Vectors, tenth_scores: Vectors) -> float:
    """Share of the ten nearest that are found; of equal ones, any are right."""
    scores, _ = index.search(queries, _DEPTH)
    return float((scores >= tenth_scores[:, None] - _SCORE_TOLERANCE).mean())


def _blocks(rows: Any) -> Iterator[Vectors]:
    import numpy as np

    for start in range(0, len(rows), _BLOCK_ROWS):
        yield rows[start : start + _BLOCK_ROWS].astype(np.float32)
