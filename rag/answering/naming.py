"""What is left of a reading where the question has another name in the place of the one before."""

from __future__ import annotations

from dataclasses import replace

from rag.text.words import terms
from rag.types import Quote, Reading


def naming(reading: Reading, name: str, other: str) -> Reading:
    """The reading without the quotes that name ``name`` neither themselves nor in their title.

    The reader gives the figure of ``other`` where the articles have none of ``name``. Where a quote
    names both, none of its words is marked as the answer, since they may be those of ``other``.
    """
    wanted, before = set(terms(name)), set(terms(other))
    kept = [quote for quote in reading.quotes if wanted <= _said_by(quote)]
    quotes = tuple(
        replace(quote, words=None) if before <= set(terms(quote.text)) else quote for quote in kept
    )
    if not quotes:
        return Reading((), confidence=0.0, hits=reading.hits)
    if quotes[0] == reading.quotes[0]:
        return replace(reading, quotes=quotes)
    is_first = kept[0] == reading.quotes[0]
    confidence = reading.confidence if is_first else kept[0].confidence
    return replace(reading, quotes=quotes, confidence=confidence, short=quotes[0].words)


def _said_by(quote: Quote) -> set[str]:
    return set(terms(f"{quote.article.title} {quote.text}"))
