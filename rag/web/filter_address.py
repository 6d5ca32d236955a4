"""What the page's address names: the filters, in words too, and the conversation; pure."""

from __future__ import annotations

from dataclasses import fields
from urllib.parse import parse_qs

from rag.answering.cite import format_date
from rag.store.articles import days_of
from rag.types import Filters

MAX_FILTER_CHARS = 300
"""A longer value is cut."""
_MAX_ADDRESS_CHARS = 4000


def filters_from_address(query: str) -> Filters:
    """The filters in the query part of an address (``since=2007&author=Symonds``).

    What names no filter is left alone; a blank value restricts nothing.
    """
    given = parse_qs(query.lstrip("?")[:_MAX_ADDRESS_CHARS])
    values = {
        field.name: given[field.name][0].strip()[:MAX_FILTER_CHARS] or None
        for field in fields(Filters)
        if field.name in given
    }
    return Filters(**values)


def check_dates(filters: Filters) -> None:
    """Raises FilterError if a date of the filters is none, before anything is asked under them."""
    for date in filter(None, (filters.since, filters.until)):
        days_of(date)


def conversation_from_address(query: str) -> str:
    """The id of the open conversation (``c=...``); "" where the address names none."""
    return parse_qs(query.lstrip("?")[:_MAX_ADDRESS_CHARS]).get("c", [""])[0]


def describe_filters(filters: Filters) -> str:
    """ "from 31 May 2007 on, until 2008, by “Symonds”, in “2007/*.txt”"; "" without filters."""
    known = (
        filters.since and f"from {format_date(filters.since)} on",
        filters.until and f"until {format_date(filters.until)}",
        filters.author and f"by “{filters.author}”",
        filters.source and f"in “{filters.source}”",
    )
    return ", ".join(part for part in known if part)
