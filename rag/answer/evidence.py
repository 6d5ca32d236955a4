"""What was read to the decision whether to answer, and with which quotes; pure."""

from __future__ import annotations

from collections.abc import Sequence

from rag.answer.constraint import fits_beside
from rag.text.words import terms
from rag.types import Quote

MIN_CONFIDENCE = 0.5
"""Below it the answer is an abstention (LOG.md, "seven tenths of one run")."""
NEAR_BEST = 1.5
"""A quote is shown beside the best if its score comes this near (LOG.md, "evidence fitted
again")."""

MAX_NEAR = 3
"""Quotes near the best, itself included, whichever articles they are of."""
AGREES_WITHIN = 4.0
"""A quote of another article with the same words is shown too if its score comes this near: by hand
(LOG.md, "set by hand")."""


def enough(confidence: float, min_confidence: float | None) -> bool:
    """Whether to answer; ``min_confidence`` None takes the calibrated default."""
    return confidence >= (MIN_CONFIDENCE if min_confidence is None else min_confidence)


def worth_showing(question: str, quotes: Sequence[Quote], max_quotes: int) -> list[Quote]:
    """The best quote, the next that come near it, and one of every other article that answers.

    Another article answers if its best quote would by itself (LOG.md, "what other articles say"),
    or marks the same words as the best quote of all. How strict the user is does not count there:
    what contradicts the best quote is not to be hidden. No sentence twice, unless of two articles.
    Beside the best quote none is shown that misses the question's place or year, which that one
    has, or marks no number where one is asked for.
    """
    best = quotes[0]
    fitting = [best, *(quote for quote in quotes[1:] if fits_beside(question, quote, best))]
    near = [quote for quote in fitting[:MAX_NEAR] if best.score - quote.score <= NEAR_BEST]
    near = list({quote.text: quote for quote in reversed(near)}.values())[::-1]
    return (near + _other_articles(fitting, near))[:max_quotes]


def _other_articles(quotes: Sequence[Quote], shown: Sequence[Quote]) -> list[Quote]:
    """Of each article not shown yet the best quote that answers by itself or agrees."""
    cited = {quote.article.id for quote in shown}
    found: dict[str, Quote] = {}
    for quote in quotes:
        if quote.article.id not in cited and (
            (quote.words and enough(quote.confidence, None)) or _agrees(quote, quotes[0])
        ):
            found.setdefault(quote.article.id, quote)
    return list(found.values())


def _agrees(quote: Quote, best: Quote) -> bool:
    return (
        best.score - quote.score <= AGREES_WITHIN
        and quote.words is not None
        and best.words is not None
        and terms(quote.words) == terms(best.words)
    )
