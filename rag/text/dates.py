"""Dates in English text: those that it states, and the period that a question names; pure."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from rag.text.numbers import NUMBERS
from rag.types import Span

MONTHS = {
    name: number
    for number, names in enumerate(
        "january jan|february feb|march mar|april apr|may|june jun|july jul|august aug"
        "|september sept sep|october oct|november nov|december dec".split("|"),
        start=1,
    )
    for name in names.split()
}
MONTH_NAMES = tuple(
    name.capitalize() for name in MONTHS if len(name) > 4 or name in ("may", "june", "july")
)
WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
YEAR = r"(?:1[5-9]|20|21)\d\d"
_MONTH = rf"(?:{'|'.join(sorted(MONTHS, key=len, reverse=True))})\b\.?"
_DAY = r"\d{1,2}(?:st|nd|rd|th)?(?![\d%])"
_BEFORE_MONTH = "(?:{})".format(
    "|".join(
        rf"(?<=\b{word} )"
        for word in "in since until last early late from of to and during for through".split()
    )
)
"""So May and March are told from a verb, a wish and a walk."""
_STATED = [
    re.compile(form, re.IGNORECASE)
    for form in (
        r"(?<!\d)(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)(?!\d)",
        rf"(?<![\d.,])(?P<day>{_DAY})(?:\s+of)?\s+(?P<month>{_MONTH})(?:,?\s+(?P<year>{YEAR})\b)?",
        rf"\b(?P<month>{_MONTH})\s+(?:the\s+)?(?P<day>{_DAY})(?:,?\s+(?P<year>{YEAR})\b)?",
        rf"\b(?P<month>{_MONTH}),?\s+(?:of\s+)?(?P<year>{YEAR})\b",
        rf"{_BEFORE_MONTH}(?P<month>{_MONTH})(?!\s*\d)",
        rf"\b(?P<weekday>{'|'.join(WEEKDAYS)})s?\b",
    )
]
_YEAR_ALONE = re.compile(rf"(?<![\w.,$€£-])(?P<year>{YEAR})(?![\w%-]|[.,]\d)")

_NUMBER = rf"(?:\d{{1,3}}|{'|'.join(NUMBERS)}|an?|(?:a )?couple of|(?:a )?few)"
_UNIT = "(?P<unit>day|week|month|year)"
_RELATIVE = [
    re.compile(rf"\b{form}\b", re.IGNORECASE)
    for form in (
        r"(?P<back>the day before yesterday|yesterday|today)",
        rf"(?P<count>{_NUMBER}) {_UNIT}s? (?P<ago>ago)",
        rf"(?:last|past|previous) (?P<count>{_NUMBER}) {_UNIT}s?",
        rf"(?P<which>last|past|previous|this) {_UNIT}",
        r"(?P<decade>(?:1[5-9]|20)\d)0s",
    )
]
_OPEN = re.compile(r"\b(since|after|before|until|till|up to)\s+(?:the )?$", re.IGNORECASE)
_JOINED = re.compile(r"\s*(?:and|to|until|till|through|-|–)\s*", re.IGNORECASE)
_PREPOSITION = re.compile(
    r"(?:\b(?:in|on|during|from|of|for|within|over|between|since|after|before|until|till|up to"
    r"|dated|the|last) ?)+$",
    re.IGNORECASE,
)


class Days(NamedTuple):
    """From the first to the last day, both included."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class StatedDate:
    """Day, month, year and weekday (Monday is 0), as far as they are stated."""

    day: int | None
    month: int | None
    year: int | None
    weekday: int | None
    span: Span

    def days(self, published: date) -> Days | None:
        """The days meant in a text of that day, the latest not after it; None if there are none.

        "On Saturday" is the last Saturday; a day or month without a year is of the last year that
        had it.
        """
        try:
            if self.weekday is not None:
                day = published - timedelta((published.weekday() - self.weekday) % 7)
                return Days(day, day)
            year = self.year or published.year
            days = _days_of(year, self.month, self.day)
            if self.year is None and days.first > published:
                days = _days_of(year - 1, self.month, self.day)
            return days
        except ValueError:  # 31 June
            return None


class Period(NamedTuple):
    """A time that a question names, as ISO dates of days, both included; None where it is open."""

    since: str | None
    until: str | None
    span: Span
    """Where it stands, with its preposition."""
    named: str
    """The words there: "in May 2007"."""


def stated_dates(text: str) -> list[StatedDate]:
    """Every date and weekday of ``text``, in order; a year alone is among them."""
    found: list[StatedDate] = []
    taken = list(" " * len(text))
    for form in (*_STATED, _YEAR_ALONE):
        for match in form.finditer(text):
            if "x" in taken[match.start() : match.end()]:
                continue
            taken[match.start() : match.end()] = "x" * (match.end() - match.start())
            said = {key: value for key, value in match.groupdict().items() if value}
            weekday = said.get("weekday")
            found.append(
                StatedDate(
                    int(re.sub(r"\D", "", said["day"])) if "day" in said else None,
                    _month(said.get("month")),
                    int(said["year"]) if "year" in said else None,
                    WEEKDAYS.index(weekday.lower()) if weekday else None,
                    Span(*match.span()),
                )
            )
    return sorted(found, key=lambda stated: stated.span)


def period_of(question: str, today: date) -> Period | None:
    """The time that ``question`` names: "in May 2007", "last week", "since 2005", "from 3 to 9
    May"; None if it names none. Where a year is not said, it is the latest that has begun."""
    named: list[tuple[Span, Days | StatedDate]] = [
        (Span(*match.span()), days)
        for form in _RELATIVE
        for match in form.finditer(question)
        if (days := _relative(match.groupdict(), today))
    ]
    relative = [span for span, _ in named]
    named += [
        (stated.span, stated)
        for stated in stated_dates(question)
        if stated.days(today)
        and not any(span.start <= stated.span.start < span.end for span in relative)
    ]
    if not named:
        return None
    named.sort(key=lambda each: each[0])
    ((start, end), meant), *others = named
    days = _meant(meant, today)
    second = others[0] if others and _JOINED.fullmatch(question[end : others[0][0].start]) else None
    if second:  # "from May to July 2007": of that year
        end, then = second[0].end, _meant(second[1], today)
        days = Days(_meant(meant, then.last).first, then.last)
    first: date | None = days.first
    last: date | None = days.last
    bound = _OPEN.search(question[:start])
    if bound and not second:
        match bound[1].lower():
            case "since":
                last = None
            case "after":
                first, last = days.last + timedelta(1), None
            case "before":
                first, last = None, days.first - timedelta(1)
            case _:
                first = None
    preposition = _PREPOSITION.search(question[:start])
    span = Span(preposition.start() if preposition else start, end)
    since = first.isoformat() if first else None
    return Period(since, last.isoformat() if last else None, span, question[slice(*span)])


def format_date(iso_date: str) -> str:
    """``2007-05-31`` as ``31 May 2007``; a date without a day or month keeps what it has."""
    parts = re.fullmatch(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?", iso_date)
    if not parts or not 1 <= int(parts[2] or 1) <= 12:
        return iso_date
    words = (parts[3] and str(int(parts[3])), parts[2] and MONTH_NAMES[int(parts[2]) - 1], parts[1])
    return " ".join(word for word in words if word)


def _meant(named: Days | StatedDate, today: date) -> Days:
    days = named.days(today) if isinstance(named, StatedDate) else named
    assert days is not None  # those that the calendar lacks are left out
    return days


def _relative(said: dict[str, str | None], today: date) -> Days | None:
    unit, count = said.get("unit"), _count(said.get("count"))
    try:
        if back := said.get("back"):
            day = today - timedelta({"today": 0, "yesterday": 1}.get(back.lower(), 2))
            return Days(day, day)
        if decade := said.get("decade"):
            return Days(date(int(decade) * 10, 1, 1), date(int(decade) * 10 + 9, 12, 31))
        assert unit is not None
        if said.get("ago"):
            return _unit(unit.lower(), today, count)
        if which := said.get("which"):
            days = _unit(unit.lower(), today, 0 if which.lower() == "this" else 1)
            return Days(days.first, min(days.last, today))
        return Days(_back(unit.lower(), today, count), today)
    except (ValueError, OverflowError):
        return None


def _count(words: str | None) -> int:
    if words is None or words.lower() in ("a", "an"):
        return 1
    if "couple" in words.lower():
        return 2
    if "few" in words.lower():
        return 5
    return int(words) if words.isdigit() else NUMBERS[words.lower()]


def _unit(unit: str, today: date, back: int) -> Days:
    """The whole day, week, month or year so many before today's."""
    day = _back(unit, today, back)
    if unit == "week":
        monday = day - timedelta(day.weekday())
        return Days(monday, monday + timedelta(6))
    return _days_of(
        day.year, None if unit == "year" else day.month, day.day if unit == "day" else None
    )


def _back(unit: str, today: date, count: int) -> date:
    if unit in ("day", "week"):
        return today - timedelta(count * (7 if unit == "week" else 1))
    months = today.year * 12 + today.month - 1 - count * (12 if unit == "year" else 1)
    year, month = divmod(months, 12)
    return date(year, month + 1, min(today.day, monthrange(year, month + 1)[1]))


def _days_of(year: int, month: int | None, day: int | None) -> Days:
    if month is None:
        return Days(date(year, 1, 1), date(year, 12, 31))
    if day is None:
        return Days(date(year, month, 1), date(year, month, monthrange(year, month)[1]))
    return Days(date(year, month, day), date(year, month, day))


def _month(name: str | None) -> int | None:
    if name is None:
        return None
    return int(name) if name.isdigit() else MONTHS[name.rstrip(".").lower()]
