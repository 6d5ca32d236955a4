"""The hits of a search in the order that the reader gives them; pure.

Retrieval's fused score and the reader's are weighed together: the reader alone puts a passage that
merely sounds like an answer first (Nogueira and Cho 2019, "Passage Re-ranking with BERT", is the
plain form). A query that asks nothing, such as a list of topics, is not read, since the reader is
trained on questions (LOG.md, "reranking").
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from rag.read.sentence_features import logistic
from rag.types import Hit

if TYPE_CHECKING:
    from rag.read.read import PassageReading

FUSION_WEIGHT = 2.0
RELEVANCE_WEIGHT = 0.3
SPAN_WEIGHT = 0.1
INTERCEPT = -2.0
NEXT_PASSAGE = 0.3
"""What the next best passage of an article adds to it for a topic, and so on by powers."""
PASSAGES_COUNTED = 4
_QUESTION_WORD = r"(?:who|whom|whose|what|which|when|where|why|how)"
_OPENING_WORD = r"(?:and|but|so|in|on|at|to|from|for|by|of|with|about|since|until)"
_ASKS = re.compile(
    r"\?"
    rf"|^\W*(?:{_OPENING_WORD}\s+){{0,2}}{_QUESTION_WORD}\b"
    rf"|\b{_QUESTION_WORD}\W*$"
    r"|^\W*(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should)\b",
    re.IGNORECASE,
)
"""A question word in the middle mostly opens a relative clause of a topic."""


def asks(query: str) -> bool:
    """Whether a query is put as a question, rather than as the topic that is looked for."""
    return _ASKS.search(query) is not None


def reranked(query: str, hits: Sequence[Hit], readings: Sequence[PassageReading]) -> list[Hit]:
    """The hits that were read, best first; then those that were not, in their order.

    ``readings`` are those of the first hits. A hit's new score is between 0 and 1, as its score
    was before; what was not read scores below what was. Where the query asks nothing, see
    ``by_article``.
    """
    if not asks(query):
        return by_article(hits)
    if not readings:
        return list(hits)
    read = [
        replace(hit, score=_score(hit, made)) for hit, made in zip(hits, readings, strict=False)
    ]
    read.sort(key=lambda hit: -hit.score)
    rest = hits[len(read) :]
    return read + [replace(hit, score=read[-1].score * hit.score) for hit in rest]


def by_article(hits: Sequence[Hit]) -> list[Hit]:
    """The hits for a topic: an article's best passage gains by the others found in the article.

    A topic is what whole articles are about, so that several good passages tell more than one
    (LOG.md, "topics"). Scores stay between 0 and 1.
    """
    scores: defaultdict[str, list[float]] = defaultdict(list)
    for hit in hits:
        scores[hit.article.id].append(hit.score)
    gained = {
        article: sum(
            score * NEXT_PASSAGE**rank
            for rank, score in enumerate(sorted(found, reverse=True)[:PASSAGES_COUNTED])
        )
        for article, found in scores.items()
    }
    most = max(1.0, *gained.values()) if gained else 1.0
    topical = []
    for hit in hits:
        score = gained.pop(hit.article.id, hit.score)  # the first of an article is its best
        topical.append(replace(hit, score=score / most))
    return sorted(topical, key=lambda hit: -hit.score)


def _score(hit: Hit, reading: PassageReading) -> float:
    best_span = max((span.score for span in reading.spans), default=0.0)
    return logistic(
        FUSION_WEIGHT * hit.score
        + RELEVANCE_WEIGHT * reading.relevance
        + SPAN_WEIGHT * best_span
        + INTERCEPT
    )
