"""What the page's address names: the filters and the conversation; pure."""

from __future__ import annotations

from dataclasses import fields
from typing import Literal, NamedTuple
from urllib.parse import parse_qs

from rag.errors import FilterError
from rag.load.dates import find_date
from rag.shown.filters import days_searched, first_and_last
from rag.types import Filters

MAX_FILTER_CHARS = 300
"""A longer value is cut."""
DATE_FORMS = "31 May 2007, 2007-05-31, May 2007, 2007-05 or 2007"
"""How a date may be written."""
_MAX_ADDRESS_CHARS = 4000


def filters_from_address(query: str) -> Filters:
    """The filters in the query part of an address (``since=May 2007&author=Symonds``).

    Dates become ISO dates. What names no filter is left alone; a blank value restricts nothing.
    """
    given = parse_qs(query.lstrip("?")[:_MAX_ADDRESS_CHARS])
    values = {
        field.name: given[field.name][0].strip()[:MAX_FILTER_CHARS] or None
        for field in fields(Filters)
        if field.name in given
    }
    for name in ("since", "until"):
        if date := values.get(name):
            values[name] = _iso_date(date)
    return Filters(**values)


def check_dates(filters: Filters) -> None:
    """Raises FilterError with the line of ``date_problem``, before anything is asked."""
    if problem := date_problem(filters):
        raise FilterError(problem.line)


class DateProblem(NamedTuple):
    name: Literal["since", "until"]
    """Of the filter that is wrong."""
    line: str


def date_problem(filters: Filters) -> DateProblem | None:
    """What is wrong with the dates of the filters, and how they can be written."""
    names: tuple[Literal["since", "until"], ...] = ("since", "until")
    for name in names:
        date = getattr(filters, name)
        if date and not days_searched(date):
            return DateProblem(name, f"“{date}” cannot be read as a date: write {DATE_FORMS}.")
    first, last = first_and_last(filters)
    if first and last and first > last:
        line = "“Published until” lies before “Published from”: swap them, or clear one."
        return DateProblem("until", line)
    return None


def conversation_from_address(query: str) -> str:
    """The id of the open conversation (``c=...``); "" where the address names none."""
    return parse_qs(query.lstrip("?")[:_MAX_ADDRESS_CHARS]).get("c", [""])[0]


def _iso_date(text: str) -> str:
    """``May 2007`` as ``2007-05``; what is no date, or may be two, stays as it is."""
    found = find_date(text)
    if found is None or found[1:] != (0, len(text)):
        return text
    is_half_read = len(found[0]) == 4 and "/" in text  # of 03/04/2007 only the year is sure
    return text if is_half_read else found[0]
