"""Dense and keyword search, fused by rank, to hits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from rag.duplicates import without_repeats
from rag.types import Filters, Hit

if TYPE_CHECKING:
    from rag.types import Embedder, Store

FUSION_RANK = 60
"""The constant of reciprocal rank fusion (Cormack, Clarke and Büttcher, SIGIR 2009)."""


def retrieve(
    store: Store,
    embedder: Embedder,
    query: str,
    k: int,
    *,
    candidates: int,
    filters: Filters = Filters(),
) -> list[Hit]:
    """The ``k`` passages that answer ``query`` best, best first; of a repeated story one.

    A hit's score is its reciprocal rank fusion, scaled so that 1.0 means first in both searches.
    ``candidates`` passages are taken from each search, or ``k`` if that is more.
    """
    if k < 1:
        raise ValueError("k must be at least 1")
    depth = max(k, candidates)
    vector = embedder.embed([query])[0]
    dense = store.search_vectors(vector, depth, filters)
    lexical = store.search_terms(query, depth, filters)
    fused = fuse([ordinal for ordinal, _ in ranking] for ranking in (dense, lexical))
    hits: list[Hit] = []
    while len(hits) < k and fused:
        some, fused = fused[:k], fused[k:]
        found = store.fetch([ordinal for ordinal, _ in some])
        hits += [
            Hit(passage=passage, article=article, score=score)
            for (passage, article), (_, score) in zip(found, some, strict=True)
        ]
        hits = without_repeats(hits)
    return hits[:k]


def fuse(rankings: Iterable[Sequence[int]]) -> list[tuple[int, float]]:
    """Reciprocal rank fusion: (ordinal, score), best first; ties keep the lower ordinal first."""
    scores: defaultdict[int, float] = defaultdict(float)
    count = 0
    for ranking in rankings:
        count += 1
        for rank, ordinal in enumerate(ranking):
            scores[ordinal] += (FUSION_RANK + 1) / (FUSION_RANK + 1 + rank)
    return sorted(
        ((ordinal, score / count) for ordinal, score in scores.items()),
        key=lambda pair: (-pair[1], pair[0]),
    )
