"""Dense and keyword search, fused by their scores, to hits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rag.types import Filters, Hit

if TYPE_CHECKING:
    from rag.types import Embedder, Store


def retrieve(
    store: Store,
    embedder: Embedder,
    query: str,
    k: int,
    *,
    candidates: int,
    filters: Filters = Filters(),
) -> list[Hit]:
    """The ``k`` passages that answer ``query`` best, best first.

    A hit's score is the mean of its similarities in both searches, each scaled to 0 to 1 between
    the worst and the best that was found: 1.0 means best in both. ``candidates`` passages are taken
    from each search, or ``k`` if that is more.
    """
    if k < 1:
        raise ValueError("k must be at least 1")
    depth = max(k, candidates)
    vector = embedder.embed_query([query])[0]
    dense = store.search_vectors(vector, depth, filters)
    lexical = store.search_terms(query, depth, filters)
    fused = fuse((dense, lexical))[:k]
    found = store.fetch([ordinal for ordinal, _ in fused])
    cosines = dict(dense)
    farthest = min(cosines.values(), default=0.0)
    return [
        Hit(passage=passage, article=article, score=score, cosine=cosines.get(ordinal, farthest))
        for (passage, article), (ordinal, score) in zip(found, fused, strict=True)
    ]


def fuse(searches: Sequence[Sequence[tuple[int, float]]]) -> list[tuple[int, float]]:
    """The searches' mean, each scaled to 0 to 1 by its worst and best score, as (ordinal, score).

    Best first; ties keep the lower ordinal first. A convex combination of scaled scores, which
    keeps how far apart two passages are, and so beats their ranks alone (Bruch, Gai and Ingber
    2023, "An Analysis of Fusion Functions for Hybrid Retrieval").
    """
    fused: defaultdict[int, float] = defaultdict(float)
    for found in searches:
        for ordinal, score in _scaled(found):
            fused[ordinal] += score / len(searches)
    return sorted(fused.items(), key=lambda pair: (-pair[1], pair[0]))


def _scaled(found: Sequence[tuple[int, float]]) -> list[tuple[int, float]]:
    scores = [score for _, score in found]
    worst, best = min(scores, default=0.0), max(scores, default=0.0)
    return [
        (ordinal, (score - worst) / (best - worst) if best > worst else 1.0)
        for ordinal, score in found
    ]
