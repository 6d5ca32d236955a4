"""Articles to topics: those that tell of one thing, under the names that they share."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.answer.summary import covering
from rag.text.names import names
from rag.types import Article

if TYPE_CHECKING:
    from rag.types import Embedder

MAX_TOPICS = 8
_READ_CHARS = 2000
"""Of an article so much tells what it is about: news says it first."""
_NAMES = 2


@dataclass(frozen=True, slots=True)
class Topic:
    """Articles that belong together, newest first, and the names that tell them from the others."""

    heading: str
    articles: tuple[Article, ...]


def clustered(articles: Sequence[Article], embedder: Embedder) -> list[Topic]:
    """The topics of ``articles``, the largest first: about one for every two, at most MAX_TOPICS.

    Each article goes to the nearest of those that stand best for all of them (see ``covering``), by
    vectors of which the mean is taken away: what all articles share tells none apart.
    """
    import numpy as np

    texts = [f"{article.title}\n{article.text[:_READ_CHARS]}" for article in articles]
    if not texts:
        return []
    vectors = embedder.embed_passages(texts)
    vectors = vectors - vectors.mean(0)
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    centres = covering(vectors, [1.0] * len(texts), min(MAX_TOPICS, math.ceil(len(texts) / 2)))
    nearest = (vectors @ vectors[centres].T).argmax(1)
    of_article = [Counter(name.text for name in names(text) if not name.opens) for text in texts]
    found = []
    for number in range(len(centres)):
        members = [place for place in range(len(texts)) if nearest[place] == number]
        newest = sorted((articles[place] for place in members), key=lambda each: each.date or "")
        heading = ", ".join(_telling([of_article[place] for place in members], of_article))
        if newest:
            found.append(Topic(heading or newest[-1].title, tuple(reversed(newest))))
    return sorted(found, key=lambda topic: -len(topic.articles))


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
