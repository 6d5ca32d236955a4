"""Articles to topics: those that tell of one thing, under the names that they share."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.text.names import names
from rag.types import Article

if TYPE_CHECKING:
    from rag.types import Embedder, Vectors

MAX_TOPICS = 8
_READ_CHARS = 2000
"""Of an article so much tells what it is about: news says it first."""
_NAMES = 2
_ALIKE = 0.3
"""Groups whose mean similarity, the common mean taken away, is lower tell of different things."""


@dataclass(frozen=True, slots=True)
class Topic:
    """Articles that belong together, newest first, and the names that tell them from the others."""

    heading: str
    articles: tuple[Article, ...]


def clustered(articles: Sequence[Article], embedder: Embedder) -> list[Topic]:
    """The topics of ``articles``, the largest first, at most MAX_TOPICS.

    Vectors have their mean taken away first: what all articles share tells none apart.
    """
    import numpy as np

    texts = [f"{article.title}\n{article.text[:_READ_CHARS]}" for article in articles]
    if not texts:
        return []
    vectors = embedder.embed_passages(texts)
    vectors = vectors - vectors.mean(0)
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    named = [Counter(name.text for name in names(text) if not name.opens) for text in texts]
    found = []
    for members in _merged(vectors @ vectors.T):
        newest_last = sorted((articles[each] for each in members), key=lambda each: each.date or "")
        heading = ", ".join(_telling([named[each] for each in members], named))
        found.append(Topic(heading or newest_last[-1].title, tuple(reversed(newest_last))))
    return sorted(found, key=lambda topic: -len(topic.articles))


def _merged(similar: Vectors) -> list[list[int]]:
    """Average linkage: the two groups that are most alike become one until none are alike, and no
    more than MAX_TOPICS are left. ``similar`` has shape (texts, texts)."""
    import numpy as np

    groups = {number: [number] for number in range(len(similar))}
    total = similar.astype(np.float64)
    while len(groups) > 1:
        sizes = np.array([len(groups.get(each, ())) for each in range(len(similar))], float)
        mean = total / np.maximum(np.outer(sizes, sizes), 1)
        mean[sizes == 0] = mean[:, sizes == 0] = -np.inf
        np.fill_diagonal(mean, -np.inf)
        one, other = map(int, np.unravel_index(mean.argmax(), mean.shape))
        if mean[one, other] < _ALIKE and len(groups) <= MAX_TOPICS:
            break
        groups[one] += groups.pop(other)
        total[one] += total[other]
        total[:, one] += total[:, other]
    return [*groups.values()]


def _telling(cluster: Sequence[Counter[str]], every: Sequence[Counter[str]]) -> list[str]:
    """The names that stand often in a cluster and seldom elsewhere (Grootendorst 2022, "BERTopic",
    by articles): no word twice."""
    scores: defaultdict[str, float] = defaultdict(float)
    for name in sum(cluster, Counter[str]()):
        here = sum(name in article for article in cluster)
        times = sum(article[name] for article in cluster)
        scores[name] = here / sum(name in article for article in every) * here * math.log1p(times)
    found: list[str] = []
    for name in sorted(scores, key=lambda name: (-scores[name], name)):
        if len(found) < _NAMES and not any(word in one for one in found for word in name.split()):
            found.append(name)
    return found
