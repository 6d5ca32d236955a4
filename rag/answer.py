"""Quotes to an answer: its text with [n] markers, or the one sentence of an abstention; pure."""

from __future__ import annotations

from collections.abc import Sequence

from rag.cite import cite
from rag.types import Answer, Hit, Quote, Reading

ABSTENTION = "The articles do not say."
"""The whole text of every answer that abstains."""


def answered(
    question: str,
    query: str,
    quotes: Sequence[Quote],
    hits: Sequence[Hit],
    reading: Reading,
    model: str,
) -> Answer:
    """An answer made of ``quotes``, in the order in which they are to be read."""
    citations = cite(quotes)
    return Answer(
        question=question,
        query=query,
        status="answered",
        short=reading.short,
        text=" ".join(f"“{citation.quote}” [{citation.number}]" for citation in citations),
        citations=citations,
        hits=tuple(hits),
        confidence=reading.confidence,
        model=model,
    )


def abstained(
    question: str,
    query: str,
    hits: Sequence[Hit],
    confidence: float,
    model: str,
) -> Answer:
    """An abstention; ``hits`` are the nearest passages."""
    return Answer(
        question=question,
        query=query,
        status="abstained",
        short=None,
        text=ABSTENTION,
        citations=(),
        hits=tuple(hits),
        confidence=confidence,
        model=model,
    )


def reading_order(quotes: Sequence[Quote]) -> list[Quote]:
    """The best quote, then the others article by article, each article's as the article has them.

    The best comes first, since a reader may stop there; so its article is the first one, too.
    """
    best, *others = quotes
    articles = list(dict.fromkeys(quote.article.id for quote in quotes))
    others.sort(key=lambda quote: (articles.index(quote.article.id), quote.start))
    return [best, *others]
