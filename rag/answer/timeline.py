"""Dated events: the sentences on a subject that say when something happened, in order of time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from itertools import groupby

from rag.answer.answer import Section
from rag.answer.cite import format_date
from rag.text.dates import stated_dates
from rag.text.sentences import sentences
from rag.text.words import content_terms, terms
from rag.types import Article, Ask, Hit, Quote, Span

MAX_EVENTS = 15
_PROBABLE = 0.75
_ABOUT = 0.6
"""The share of the subject's terms that a passage on it holds, its title included."""


def timeline(ask: Ask, hits: Sequence[Hit]) -> list[Section]:
    """One section a day (or month, or year), the earliest first; empty with fewer than two events.

    A day is the one that the sentence states, reckoned from the day of its article: "on Saturday".
    Of the hits, best first, so many sentences are taken as are shown; an article that most of them
    are of is read whole.
    """
    wanted = set(content_terms(ask.subject or ask.query))
    told = [
        hit
        for hit in hits
        if len(wanted & set(terms(f"{hit.article.title} {hit.passage.text}")))
        >= _ABOUT * len(wanted)
    ]
    stretches = [(hit.article, Span(hit.passage.start, hit.passage.end)) for hit in told]
    for article_id, count in Counter(article.id for article, _ in stretches).most_common(1):
        if count > len(stretches) / 2:
            article = next(hit.article for hit in told if hit.article.id == article_id)
            stretches = [(article, span) for span in article.body]
    found: dict[str, tuple[str, Quote]] = {}
    for article, span in stretches:
        for quote, day in _events(article, span):
            found.setdefault(quote.text, (day, quote))
    events = sorted([*found.values()][:MAX_EVENTS], key=lambda event: event[0])
    if len(events) < 2:
        return []
    return [
        Section(
            tuple(quote for _, quote in of_day),
            heading=format_date(day),
            in_lines=True,
            confidence=_PROBABLE,
            hits=tuple(hits),
        )
        for day, of_day in groupby(events, key=lambda event: event[0])
    ]


def _events(article: Article, span: Span) -> list[tuple[Quote, str]]:
    """The sentences there that state a day, month or year, with the first that each states."""
    published = article.date or ""
    day = date.fromisoformat(published) if len(published) == 10 else None
    events = []
    for start, end in sentences(article.text, *span, article.language):
        text = article.text[start:end]
        for stated in stated_dates(text):
            days = (
                stated.days(day) if day else stated.year and stated.days(date(stated.year, 12, 31))
            )
            if days:
                iso = days.first.isoformat()
                exact = stated.day or stated.weekday is not None
                iso = iso if exact else iso[:7] if stated.month else iso[:4]
                events.append((Quote(article, text, start, end, 1.0), iso))
                break
    return events
