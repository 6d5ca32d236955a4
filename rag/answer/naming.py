"""What is left of a reading where the question names one of several that were spoken of."""

from __future__ import annotations

from collections.abc import Sequence
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
    left = keeping(reading, kept)
    if not quotes or quotes[0] == reading.quotes[0]:
        return replace(left, quotes=quotes)
    return replace(left, quotes=quotes, short=quotes[0].words)


def not_of_others(reading: Reading, name: str, others: Sequence[str]) -> Reading:
    """The reading without the quotes that name one of ``others``, and of ``name`` no word."""
    own = set(terms(name))
    foreign = set(terms(", ".join(others))) - own
    kept = [
        quote
        for quote in reading.quotes
        if own.intersection(said := terms(quote.text)) or not foreign.intersection(said)
    ]
    return keeping(reading, kept) if len(kept) < len(reading.quotes) else reading


def keeping(reading: Reading, kept: Sequence[Quote]) -> Reading:
    """The reading with only ``kept`` of its quotes, as sure as the first of these is."""
    if not kept:
        return Reading((), confidence=0.0, hits=reading.hits)
    if kept[0] == reading.quotes[0]:
        return replace(reading, quotes=tuple(kept))
    short = kept[0].words if reading.short else None
    return replace(reading, quotes=tuple(kept), confidence=kept[0].confidence, short=short)


def _said_by(quote: Quote) -> set[str]:
    return set(terms(f"{quote.article.title} {quote.text}"))
