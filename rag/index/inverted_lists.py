"""Inverted lists in FAISS: vectors sorted into lists around centres, of which few are read.

Sivic and Zisserman, "Video Google" (ICCV 2003); Jégou, Douze and Schmid, "Product quantization for
nearest neighbor search" (TPAMI 2011), here with halves in place of codes: the scores are exact, and
only a neighbour in a list that is not read is missed. How many lists are read is settled when the
index is built, by what that finds of the exact ten nearest of sample queries.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from rag.index.manifest import VectorSearch

if TYPE_CHECKING:
    from rag.types import Vectors

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


def build_lists(rows: Any) -> tuple[Any, VectorSearch]:
    """An index over half-precision unit vectors of shape (n, dimensions), and what it finds.

    None in its place where reading a quarter of the lists does not find TARGET_RECALL.
    """
    index = _fill(_train(rows), rows)
    queries = _sample_queries(rows)
    tenth_scores = _tenth_scores(rows, queries)
    tuning, held_out = slice(0, None, 2), slice(1, None, 2)
    largest = max(1, int(index.nlist * _LARGEST_SHARE))
    index.nprobe = _fewest_probes(index, queries[tuning], tenth_scores[tuning], largest)
    recall = _recall(index, queries[held_out], tenth_scores[held_out])
    if recall < TARGET_RECALL:
        note = f"{index.nprobe} of {index.nlist} lists would find {recall:.3f}"
        return None, VectorSearch("exact", recall_at_10=1.0, note=note)
    return index, VectorSearch("lists", round(recall, 4), int(index.nlist), int(index.nprobe))


def _train(rows: Any) -> Any:
    """An empty index with its centres, by spherical k-means over a sample."""
    import faiss
    import numpy as np

    count, dimensions = rows.shape
    lists = int(_LISTS_PER_ROOT * count**0.5)
    half = faiss.ScalarQuantizer.QT_fp16
    metric = faiss.METRIC_INNER_PRODUCT
    centres = faiss.IndexFlatIP(dimensions)
    index = faiss.IndexIVFScalarQuantizer(centres, dimensions, lists, half, metric, False)
    index.cp.niter = _TRAINING_ROUNDS
    index.cp.seed = _SEED
    size = min(count, lists * _TRAINING_PER_LIST)
    sample = np.sort(np.random.default_rng(_SEED).choice(count, size, replace=False))
    index.train(rows[sample].astype(np.float32))
    return index


def _fill(index: Any, rows: Any) -> Any:
    """``index`` with every row in the list of its nearest centre."""
    import faiss
    import numpy as np

    nearest = np.concatenate([index.quantizer.assign(block, 1)[:, 0] for block in _blocks(rows)])
    by_list = np.argsort(nearest, kind="stable")
    ends = np.cumsum(np.bincount(nearest, minlength=index.nlist))
    for number, ordinals in enumerate(np.split(by_list, ends[:-1])):
        if len(ordinals):
            # FAISS keeps halves as they are, so that the rows are its codes.
            codes = np.ascontiguousarray(rows[ordinals]).view(np.uint8)
            index.invlists.add_entries(
                number, len(ordinals), faiss.swig_ptr(ordinals), faiss.swig_ptr(codes)
            )
    index.ntotal = len(rows)
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


def _tenth_scores(rows: Any, queries: Vectors) -> Vectors:
    """The tenth best cosine of each query, from comparing all rows, in blocks."""
    import numpy as np

    best = np.full((len(queries), _DEPTH), -np.inf, dtype=np.float32)
    for block in _blocks(rows):
        scores = np.concatenate([best, queries @ block.T], axis=1)
        best = -np.partition(-scores, _DEPTH - 1, axis=1)[:, :_DEPTH]
    tenth: Vectors = best.min(axis=1)
    return tenth


def _fewest_probes(index: Any, queries: Vectors, tenth_scores: Vectors, largest: int) -> int:
    """The fewest lists that find _TUNED_RECALL, by halving; ``largest`` where none do."""
    low, high = 1, largest
    while low < high:
        index.nprobe = (low + high) // 2
        if _recall(index, queries, tenth_scores) >= _TUNED_RECALL:
            high = index.nprobe
        else:
            low = index.nprobe + 1
    return high


def _recall(index: Any, queries: Vectors, tenth_scores: Vectors) -> float:
    """Share of the ten nearest that are found; of equal ones, any are right."""
    scores, _ = index.search(queries, _DEPTH)
    return float((scores >= tenth_scores[:, None] - _SCORE_TOLERANCE).mean())


def _blocks(rows: Any) -> Iterator[Vectors]:
    import numpy as np

    for start in range(0, len(rows), _BLOCK_ROWS):
        yield rows[start : start + _BLOCK_ROWS].astype(np.float32)
