"""What was read to the decision whether to answer, and with which quotes; pure."""

from __future__ import annotations

from collections.abc import Sequence

from rag.types import Quote
from rag.words import terms

MIN_CONFIDENCE = 0.45
"""Below it the answer is an abstention (LOG.md, "evidence fitted again")."""
NEAR_BEST = 1.5
"""A quote is shown beside the best if its score comes this near (LOG.md, "evidence fitted
again")."""

AGREES_WITHIN = 4.0
"""A quote of another article with the same words is shown too if its score comes this near: by hand
(LOG.md, "set by hand")."""


def enough(confidence: float, min_confidence: float | None) -> bool:
    """Whether to answer; ``min_confidence`` None takes the calibrated default."""
    return confidence >= (MIN_CONFIDENCE if min_confidence is None else min_confidence)


def worth_showing(quotes: Sequence[Quote], max_quotes: int) -> list[Quote]:
    """The best quote, the next that come near it, and those of other articles that agree with it.

    No sentence twice, unless articles agree in it. They agree where the same words are marked as
    the answer.
    """
    best = quotes[0]
    near = [quote for quote in quotes[:max_quotes] if best.score - quote.score <= NEAR_BEST]
    near = list({quote.text: quote for quote in reversed(near)}.values())[::-1]
    return (near + _agreeing(quotes, near))[:max_quotes]


def _agreeing(quotes: Sequence[Quote], shown: Sequence[Quote]) -> list[Quote]:
    """Of each article not shown yet the best quote with the same words as the best one."""
    best = quotes[0]
    if not best.words:
        return []
    cited = {quote.article.id for quote in shown}
    found: dict[str, Quote] = {}
    for quote in quotes:
        close = best.score - quote.score <= AGREES_WITHIN
        if close and quote.article.id not in cited and _same_words(quote.words, best.words):
            found.setdefault(quote.article.id, quote)
    return list(found.values())


def _same_words(some: str | None, others: str) -> bool:
    return some is not None and terms(some) == terms(others)
