"""The hits of a search in the order that the reader gives them; pure.

Retrieval's fused score and the reader's are weighed together: the reader alone puts a passage that
merely sounds like an answer first (Nogueira and Cho 2019, "Passage Re-ranking with BERT", is the
plain form). A query that asks nothing, such as a list of topics, is not read, since the reader is
trained on questions.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from rag.types import Hit

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


def by_article(hits: Sequence[Hit]) -> list[Hit]:
    """The hits for a topic: an article's best passage gains by the others found in the article.

    A topic is what whole articles are about, so that several good passages tell more than one
    (docs/experiments.md). Scores stay between 0 and 1.
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
