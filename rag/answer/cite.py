"""Numbered citations: offsets, markers and how a source is named; pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.text.dates import format_date
from rag.types import Article, Citation, Quote

__all__ = ["MARKER", "citation", "cite", "format_date", "markers", "named", "quoted", "references"]

MARKER = re.compile(r"\[(\d{1,9})\]", re.ASCII)


def cite(quotes: Sequence[Quote]) -> tuple[Citation, ...]:
    """One citation a quote, numbered from 1 in the order given."""
    return tuple(
        citation(number, quote.article, quote.start, quote.end)
        for number, quote in enumerate(quotes, start=1)
    )


def citation(number: int, article: Article, start: int, end: int) -> Citation:
    """The citation of ``article.text[start:end]``."""
    return Citation(
        number=number,
        article_id=article.id,
        title=article.title,
        author=article.author,
        date=article.date,
        source=article.source,
        quote=article.text[start:end],
        start=start,
        end=end,
    )


def markers(text: str, citations: Sequence[Citation]) -> list[re.Match[str]]:
    """The markers in an answer's text, in order.

    "[2]" is none inside the quotation marks of a cited quote, where it is the article's, nor where
    nothing has that number.
    """
    numbers = {citation.number for citation in citations}
    quoted = [
        found.span()
        for quote in {citation.quote for citation in citations}
        for found in re.finditer(re.escape(f"“{quote}”"), text)
    ]
    return [
        marker
        for marker in MARKER.finditer(text)
        if int(marker[1]) in numbers
        and not any(start < marker.start() < end for start, end in quoted)
    ]


def quoted(quote: Quote) -> str:
    """The quote in quotation marks, after the words of ours that go before it."""
    return f"{quote.lead} “{quote.text}”".lstrip()


def references(citations: Sequence[Citation]) -> list[str]:
    """One line an article, as a list of sources has it: ``[1] [3] Title, Author, date (file)``."""
    articles: dict[str, list[Citation]] = {}
    for citation in citations:
        articles.setdefault(citation.article_id, []).append(citation)
    return [_reference(cited) for cited in articles.values()]


def _reference(cited: Sequence[Citation]) -> str:
    first = cited[0]
    numbers = " ".join(f"[{citation.number}]" for citation in cited)
    known = ", ".join(filter(None, (first.title, first.author, first.date)))
    return f"{numbers} {known} ({first.source})"


def named(article: Article) -> str:
    """Its title and, where it is dated, the day."""
    name = article.title or article.source
    return f"{name}, {format_date(article.date)}" if article.date else name
