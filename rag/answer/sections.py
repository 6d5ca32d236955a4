"""What was read for one part of a question to the section that shows it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from rag.answer.agreement import Agreement, compared
from rag.answer.answer import Section, place_of
from rag.answer.evidence import enough, worth_showing
from rag.text.marks import unit_of
from rag.text.words import terms
from rag.types import Quote, Reading, Span

if TYPE_CHECKING:
    from rag.types import Embedder

_LEAST_COMPARED = 5
"""Quotes looked at for what contradicts, however few are to be shown."""
_SAME_PARAGRAPH = re.compile(r"[^\S\n]*\n?[^\S\n]*")


def section_of(
    part: str,
    reading: Reading,
    max_quotes: int,
    embedder: Embedder,
    *,
    newest_first: bool = False,
    in_lines: bool = False,
) -> Section:
    """The quotes worth showing, in order, compared between articles, each list whole.

    ``reading`` must have quotes. ``embedder`` tells words that are alike; ``newest_first`` is for
    what asks for the latest. Of articles that differ two are shown, even where one quote is wanted.
    ``in_lines`` is for a list: every item, named once.
    """
    quotes, agreeing = _items(reading.quotes, max_quotes), list[Quote]()
    agreement = Agreement(tuple(quotes))
    if not in_lines:
        quotes, agreeing = worth_showing(reading.quotes, max(max_quotes, _LEAST_COMPARED))
        agreement = compared(part, _in_order(quotes, newest_first), embedder, agreeing)
    most = max(max_quotes, 2) if agreement.differ else max_quotes
    shown = _joined([_with_whole_list(quote) for quote in agreement.quotes[:most]])
    best = agreement.quotes[0]
    return Section(
        quotes=tuple(shown),
        agreeing=tuple(agreeing) if best.article == quotes[0].article else (),
        remark=agreement.remark,
        short=best.words if reading.short and best.words != best.text else None,
        differ=agreement.differ,
        in_lines=agreement.differ or (in_lines and len(shown) > 1),
        part=part,
        confidence=reading.confidence,
        hits=reading.hits,
    )


def without_repetition(sections: Sequence[Section]) -> list[Section]:
    """The sections without quotes shown in an earlier one, and none whose best quote was.

    Of sides, which have headings, each quote stands at the one that it answers better, and all are
    kept: one without quotes says that it has none.
    """
    best: dict[tuple[str, int, int], Section] = {}
    for section in sections:
        for quote in section.quotes:
            other = best.setdefault(place_of(quote), section)
            if section.heading and _score(quote, section) > _score(quote, other):
                best[place_of(quote)] = section
    kept: list[Section] = []
    for section in sections:
        own = tuple(quote for quote in section.quotes if best[place_of(quote)] is section)
        if section.heading or not section.quotes or best[place_of(section.quotes[0])] is section:
            agreeing = section.agreeing if own[:1] == section.quotes[:1] else ()
            kept.append(replace(section, quotes=own, agreeing=agreeing))
    return kept


def _score(quote: Quote, section: Section) -> float:
    return next(each.score for each in section.quotes if place_of(each) == place_of(quote))


def _items(quotes: Sequence[Quote], most: int) -> list[Quote]:
    """The best quote and, of those that answer by themselves, each that marks other words."""
    found: list[Quote] = []
    told: set[str] = set()
    for quote in quotes:
        marked = set(terms(quote.words or ""))
        if not found or (marked - told and enough(quote.confidence, None)):
            found.append(quote)
            told |= set(terms(quote.text))
    return found[:most]


def _in_order(quotes: Sequence[Quote], newest_first: bool) -> list[Quote]:
    """The best quote, then article by article, each article's as it has them; or the newest first.

    The best comes first, since a reader may stop there; so its article is the first one, too.
    """
    best, *others = quotes
    articles = list(dict.fromkeys(quote.article.id for quote in quotes))
    others.sort(key=lambda quote: (articles.index(quote.article.id), quote.start))
    ordered = [best, *others]
    if newest_first:
        ordered.sort(key=lambda quote: quote.article.date or "", reverse=True)
    return ordered


def _joined(quotes: Sequence[Quote]) -> list[Quote]:
    """Sentences that follow each other in an article and here as one quote; none within another."""
    joined: list[Quote] = []
    for quote in quotes:
        if any(_is_within(quote, other) for other in joined):
            continue
        joined = [other for other in joined if not _is_within(other, quote)]
        if joined and _follows(quote, joined[-1]):
            joined[-1] = _both(joined[-1], quote)
        else:
            joined.append(quote)
    return joined


def _is_within(inner: Quote, outer: Quote) -> bool:
    return inner.article.id == outer.article.id and inner.text in outer.text


def _follows(quote: Quote, before: Quote) -> bool:
    """Whether only white space parts the two, within a paragraph."""
    return (
        quote.article.id == before.article.id
        and before.end <= quote.start
        and not quote.lead
        and _SAME_PARAGRAPH.fullmatch(quote.article.text, before.end, quote.start) is not None
    )


def _both(first: Quote, second: Quote) -> Quote:
    better = max(first, second, key=lambda quote: (quote.words is not None, quote.score))
    text = first.article.text[first.start : second.end]
    return replace(first, text=text, end=second.end, words=better.words)


def _with_whole_list(quote: Quote) -> Quote:
    """The quote, or where it is the lead-in or an item of a list, the lead-in and all items."""
    unit = unit_of(quote.article, Span(quote.start, quote.end))
    text = quote.article.text[unit.start : unit.end]
    return replace(quote, text=text, start=unit.start, end=unit.end)
