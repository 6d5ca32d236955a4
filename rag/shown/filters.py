"""Filters in words, and the days that they name; pure."""

from __future__ import annotations

from rag.answer.cite import format_date
from rag.errors import FilterError
from rag.index.articles import days_of
from rag.types import Filters


def describe_filters(filters: Filters) -> str:
    """ "of May 2007, by “Symonds”, in “2007/*.txt”"; "" without filters."""
    known = (
        _published(filters),
        filters.author and f"by “{filters.author}”",
        filters.source and f"in “{filters.source}”",
    )
    return ", ".join(part for part in known if part)


def _published(filters: Filters) -> str:
    """ "of May 2007", "from May 2007 to June 2008", "from 2007 on", "until 2008"; "" if neither."""
    first, last = first_and_last(filters)
    if first and last:
        # The fewest of year, month and day that say the same.
        for chars in (4, 7, 10):
            ends = first[:chars], last[:chars]
            if (days_of(ends[0])[0], days_of(ends[1])[1]) == (first, last):
                since, until = map(format_date, ends)
                return f"of {since}" if since == until else f"from {since} to {until}"
    known = (
        filters.since and f"from {format_date(filters.since)} on",
        filters.until and f"until {format_date(filters.until)}",
    )
    return ", ".join(part for part in known if part)


def first_and_last(filters: Filters) -> tuple[str | None, str | None]:
    """The days between which articles are searched, where they are said and can be read."""
    since, until = (
        days_searched(date) if date else None for date in (filters.since, filters.until)
    )
    return since and since[0], until and until[1]


def days_searched(date: str) -> tuple[str, str] | None:
    """First and last day of an ISO date; None if it is none."""
    try:
        return days_of(date)
    except FilterError:
        return None
