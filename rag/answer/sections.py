"""What was read for one part of a question to what is shown for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from rag.answer.agreement import compared
from rag.answer.answer import Section, place_of, reading_order
from rag.answer.compose import composed
from rag.answer.evidence import worth_showing
from rag.answer.list_answer import list_short
from rag.question.list_question import asks_for_list
from rag.types import Quote, Reading

if TYPE_CHECKING:
    from rag.types import Embedder

_LEAST_COMPARED = 5
"""Quotes looked at for what contradicts, however few are to be shown."""


def section_of(
    part: str, reading: Reading, max_quotes: int, embedder: Embedder, *, newest_first: bool
) -> Section:
    """The quotes worth showing, put into order, compared between articles and trimmed for reading.

    ``reading`` must have quotes. ``embedder`` tells words that are alike; ``newest_first`` is for
    what asks for the latest. Of articles that differ two are shown, even where one quote is wanted.
    """
    is_list = asks_for_list(part)
    quotes = worth_showing(part, reading.quotes, max(max_quotes, _LEAST_COMPARED))
    if is_list:
        quotes = [_with_whole_list(part, quote) for quote in quotes]
    agreement = compared(part, _in_order(quotes, newest_first), embedder)
    if len(quotes) > max_quotes and not agreement.differ:
        agreement = compared(part, _in_order(quotes[:max_quotes], newest_first), embedder)
    most = max(max_quotes, 2) if agreement.differ else max_quotes
    agreement = replace(agreement, quotes=agreement.quotes[:most])
    best = agreement.quotes[0]
    shown = composed(part, agreement.quotes)
    return Section(
        quotes=tuple(shown),
        remark=agreement.remark,
        short=best.words if reading.short and best.words != best.text else None,
        differ=agreement.differ,
        in_lines=agreement.differ or (is_list and len(shown) > 1),
        part=part,
    )


def _in_order(quotes: Sequence[Quote], newest_first: bool) -> list[Quote]:
    """As they read best; the newest first where the latest is asked for."""
    ordered = reading_order(quotes)
    if newest_first:
        ordered.sort(key=lambda quote: quote.article.date or "", reverse=True)
    return ordered


def _with_whole_list(question: str, quote: Quote) -> Quote:
    """The quote with all items of its list marked, where the reader marked some of them."""
    whole = list_short(question, quote.text, quote.words or "")
    return replace(quote, words=quote.text[whole.start : whole.end]) if whole else quote


def without_repetition(sections: Sequence[Section]) -> list[Section]:
    """The sections without quotes shown in an earlier one; none whose best quote was."""
    kept: list[Section] = []
    shown: set[tuple[str, int, int]] = set()
    for section in sections:
        if place_of(section.quotes[0]) in shown:
            continue
        fresh = [quote for quote in section.quotes if place_of(quote) not in shown]
        shown |= set(map(place_of, fresh))
        kept.append(replace(section, quotes=tuple(fresh)))
    return kept
