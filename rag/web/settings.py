"""What a page's address asks for: filters, the open conversation, how answers are made.

Also the dialog in which a person chooses how: their browser keeps it, over the server's settings.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import fields
from pathlib import PurePath
from typing import Any, Literal, NamedTuple
from urllib.parse import parse_qs, urlsplit, urlunsplit

from rag.answer.evidence import MIN_CONFIDENCE
from rag.encoder.network import has_fast_int8
from rag.errors import FilterError
from rag.settings import Settings
from rag.shown.answer_facts import SURE
from rag.shown.filters import days_searched, first_and_last
from rag.text.counted import count
from rag.text.dates import find_date
from rag.types import Filters
from rag.web.pages import render

MOST_QUOTES = 8
"""More can be set for the whole server only."""
SHOWS_MORE = 0.5
"""Where more is to be shown, this share of the usual confidence is enough."""
MAX_FILTER_CHARS = 300
"""A longer value is cut."""
DATE_FORMS = "31 May 2007, 2007-05-31, May 2007, 2007-05 or 2007"
"""How a date may be written."""
_MAX_ADDRESS_CHARS = 4000


class DateProblem(NamedTuple):
    name: Literal["since", "until"]
    """Of the filter that is wrong."""
    line: str


def _given(query: str) -> dict[str, str]:
    """The first value of each name in the query part of an address."""
    found = parse_qs(query.lstrip("?")[:_MAX_ADDRESS_CHARS])
    return {name: values[0] for name, values in found.items()}


def conversation_from_address(query: str) -> str:
    """The id of the open conversation (``c=...``); "" where the address names none."""
    return _given(query).get("c", "")


def filters_from_address(query: str) -> Filters:
    """The filters of an address (``since=May 2007&author=Symonds``), dates as ISO dates.

    What names no filter is left alone; a blank value restricts nothing.
    """
    given = _given(query)
    values = {
        field.name: given[field.name].strip()[:MAX_FILTER_CHARS] or None
        for field in fields(Filters)
        if field.name in given
    }
    for name in ("since", "until"):
        if date := values.get(name):
            values[name] = _iso_date(date)
    return Filters(**values)


def _iso_date(text: str) -> str:
    """``May 2007`` as ``2007-05``; what is no date, or may be two, stays as it is."""
    found = find_date(text)
    if found is None or found[1:] != (0, len(text)):
        return text
    is_half_read = len(found[0]) == 4 and "/" in text  # of 03/04/2007 only the year is sure
    return text if is_half_read else found[0]


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


def checked_filters(query: str) -> Filters:
    """``filters_from_address``; raises FilterError with the line of ``date_problem``."""
    filters = filters_from_address(query)
    if problem := date_problem(filters):
        raise FilterError(problem.line)
    return filters


def chosen_settings(address: str, settings: Settings) -> Settings:
    """``settings``, changed as the page's address says (``writes=0&quotes=3&strictness=sure``).

    What names no choice that the page offers is left alone: nobody can ask for more than that.
    """
    given = _given(address)
    changed: dict[str, Any] = {}
    if given.get("writes") == "0":
        changed["writer"] = ""
    if given.get("quotes", "") in map(str, quote_choices(settings)):
        changed["max_quotes"] = int(given["quotes"])
    if (strictness := given.get("strictness", "")) == "balanced":
        changed["min_confidence"] = settings.min_confidence
    elif strictness in (enough := least_confidences(settings)):
        changed["min_confidence"] = enough[strictness]
    return settings.model_copy(update=changed)


def kept_settings(settings: Settings) -> dict[str, Any]:
    """What an answer is made under, as JSON values, to be kept with it: without passwords."""
    kept = settings.model_dump(mode="json", exclude={"milvus"})
    address = urlsplit(settings.writer)
    if "@" in address.netloc:
        machine = address.netloc.rpartition("@")[2]
        kept["writer"] = urlunsplit(address._replace(netloc=machine))
    return kept


def quote_choices(settings: Settings) -> range:
    """How many quotes may be asked for."""
    return range(1, max(MOST_QUOTES, settings.max_quotes) + 1)


def least_confidences(settings: Settings) -> Mapping[str, float]:
    """The confidence that is enough, for each strictness; "balanced" is the server's."""
    balanced = settings.min_confidence
    usual = MIN_CONFIDENCE if balanced is None else balanced
    return {"sure": max(SURE, usual), "balanced": usual, "more": SHOWS_MORE * usual}


def render_settings(settings: Settings, problem: str = "") -> str:
    """The dialog's choices, with those of the server chosen.

    ``problem``: why the model that is set cannot write. Without one, nothing offers it.
    """
    return render(
        "settings",
        writer=_writer_name(settings.writer),
        problem=problem,
        quotes=quote_choices(settings),
        most=settings.max_quotes,
        machine=describe_machine(),
    )


def _writer_name(writer: str) -> str:
    """Of a server only its machine and model: its address may hold a password."""
    address = urlsplit(writer)
    if address.scheme in ("http", "https"):
        return address.fragment or address.hostname or "a server"
    return PurePath(writer).name or writer


def describe_machine() -> str:
    """Its cores, and whether its processor has what makes searching and reading faster."""
    cores = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    which = "with instructions" if has_fast_int8() else "without the instructions"
    machine = f"{count(cores, 'core')}, and a processor {which} that make answers faster (int8)"
    return f"This machine has {machine}."
