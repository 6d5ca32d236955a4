"""Dates as texts state them, and the period that a question names; pure.

One grammar reads them all. English months are looked for everywhere; those of other languages, from
Unicode's CLDR by Babel, where an article says when it was published.
"""

from __future__ import annotations

import re
from calendar import day_name, month_abbr, month_name, monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, lru_cache
from typing import NamedTuple, TypeAlias

from rag.text.numbers import NUMBERS
from rag.types import Span

_ENGLISH = {
    name.lower(): number
    for names in (month_name, month_abbr)
    for number, name in enumerate(names)
    if name
} | {"sept": 9}
_WEEKDAYS = [name.lower() for name in day_name]
_LANGUAGES = "en de fr es it pt nl sv da ru ar ar_LB".split()
_YEAR = r"(?P<year>(?:1[5-9]|20|21)\d\d)"
_BETWEEN = r"(?:,?[ \n]| de )(?:of |the )?"
_BEFORE_MONTH = "|".join(
    rf"(?<=\b{word} )"
    for word in "in since until last early late from of to and during for through".split()
)
"""So May and March are told from a verb, a wish and a walk."""
_BARE_MONTH = rf"(?:{_BEFORE_MONTH})(?P<month>{'|'.join(_ENGLISH)})\b(?!\s*\d)"
_EAST_ASIAN = rf"(?<!\d){_YEAR} ?[年년](?: ?(?P<month>\d\d?) ?[月월](?: ?(?P<day>\d\d?) ?[日일])?)?"
_LETTERS = str.maketrans(
    "٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹०१२३४५६७८९０１２３４５６７８９أإآ", "0123456789" * 4 + "ااا"
)
"""Arabic, Persian, Hindi and full-width digits, and letters that Arabic writes for each other."""

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

_Grammar: TypeAlias = list[re.Pattern[str]]


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
            days = _days_of(self.year or published.year, self.month, self.day)
            if self.year is None and days.first > published:
                days = _days_of(published.year - 1, self.month, self.day)
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
    """Every date and weekday of English ``text``, in order; a year alone is among them."""
    return _stated(text, _ENGLISH, _grammar())


@lru_cache(maxsize=1024)
def find_date(text: str) -> tuple[str, int, int] | None:
    """The first of the most exact dates in ``text``: (ISO date, start, end), or None.

    It may be written in any language that is known here. A day that the calendar lacks is no date;
    of "03/04/2007" only the year is sure.
    """
    text = text.translate(_LETTERS)
    if not re.search(r"\d{4}", text):
        return None
    months, grammar = _of_all_languages()
    found: list[tuple[int, int, int, str]] = []
    for stated in _stated(text, months, grammar):
        parts = [part for part in (stated.year, stated.month, stated.day) if part is not None]
        if stated.year and stated.days(date.max):
            iso = "-".join(f"{part:02}" for part in parts)
            found.append((-len(parts), *stated.span, iso))
    if not found:
        return None
    _, start, end, iso = min(found)
    return iso, start, end


@cache
def _grammar(
    names: frozenset[str] = frozenset(_ENGLISH), ordinals: str = "st|nd|rd|th"
) -> _Grammar:
    """The forms of dates with these months, the most exact first."""
    month = rf"(?P<month>{'|'.join(sorted(names, key=len, reverse=True))})\b\.?"
    day = rf"(?P<day>\d\d?)(?:{ordinals})?"
    in_digits = (
        rf"{_YEAR}[-/.](?P<month>\d\d?)[-/.](?P<day>\d\d?)(?:T[\d:.]+(?:Z|[+-]\d\d:?\d\d)?)?",
        rf"(?P<day>\d\d?)\.(?P<month>\d\d?)\.{_YEAR}",
        rf"(?P<first>\d\d?)/(?P<second>\d\d?)/{_YEAR}",
        rf"{day}{_BETWEEN}{month}(?:{_BETWEEN}{_YEAR}\b)?",
    )
    in_words = (
        rf"{month}[ \n](?:the )?{day}(?!%)(?:,?[ \n]{_YEAR}\b)?",
        rf"{month}{_BETWEEN}{_YEAR}\b",
        rf"(?P<weekday>{'|'.join(_WEEKDAYS)})s?",
    )
    bounded = (
        *(rf"(?<![\w/.,$€£-]){form}(?![\w/]|-\d)" for form in in_digits),
        *(rf"(?<!\w){form}(?![\w/]|-\d)" for form in in_words),
        rf"(?<![\w/.,$€£-]){_YEAR}(?![\w/%-]|[.,]\d)",
    )
    return [re.compile(form, re.IGNORECASE) for form in (_EAST_ASIAN, *bounded, _BARE_MONTH)]


@cache
def _of_all_languages() -> tuple[Mapping[str, int], _Grammar]:
    from babel.dates import get_month_names

    months = dict(_ENGLISH)
    for language in _LANGUAGES:
        for names in (
            get_month_names("wide", "format", language),
            get_month_names("wide", "stand-alone", language),
            get_month_names("abbreviated", "format", language),
        ):
            for number, name in names.items():
                months.setdefault(name.lower().rstrip(".").translate(_LETTERS), number)
    grammar = _grammar(frozenset(months), r"st|nd|rd|th|er|º|\.")
    return months, [*grammar, re.compile(rf"(?<![\w/.-]){_YEAR}-(?P<month>\d\d)(?![\w/-])")]


def _stated(text: str, months: Mapping[str, int], grammar: _Grammar) -> list[StatedDate]:
    found: list[StatedDate] = []
    taken = bytearray(len(text))
    for form in grammar:
        for match in form.finditer(text):
            if any(taken[slice(*match.span())]):
                continue
            taken[slice(*match.span())] = b"x" * len(match.group())
            said = {key: value.lower() for key, value in match.groupdict().items() if value}
            if "first" in said:  # "05/31/2007", "31/05/2007"
                pair = sorted((int(said["first"]), int(said["second"])))
                is_sure = pair[1] > 12 or pair[0] == pair[1]
                said |= {"month": str(pair[0]), "day": str(pair[1])} if is_sure else {}
            month = said.get("month", "")
            found.append(
                StatedDate(
                    int(said["day"]) if "day" in said else None,
                    int(month) if month.isdigit() else months.get(month),
                    int(said["year"]) if "year" in said else None,
                    _WEEKDAYS.index(said["weekday"]) if "weekday" in said else None,
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
    first, last = days
    since: str | None
    until: str | None
    if others and _JOINED.fullmatch(question[end : others[0][0].start]):
        end = others[0][0].end  # "from May to July 2007": of that year
        last = _meant(others[0][1], today).last
        since, until = _meant(meant, last).first.isoformat(), last.isoformat()
    else:
        bound = _OPEN.search(question[:start])
        opened = bound[1].lower() if bound else ""
        first = last + timedelta(1) if opened == "after" else first
        last = days.first - timedelta(1) if opened == "before" else last
        since = None if opened in ("before", "until", "till", "up to") else first.isoformat()
        until = None if opened in ("since", "after") else last.isoformat()
    preposition = _PREPOSITION.search(question[:start])
    span = Span(preposition.start() if preposition else start, end)
    return Period(since, until, span, question[slice(*span)])


def format_date(iso_date: str) -> str:
    """``2007-05-31`` as ``31 May 2007``; a date without a day or month keeps what it has."""
    parts = re.fullmatch(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?", iso_date)
    if not parts or not 1 <= int(parts[2] or 1) <= 12:
        return iso_date
    words = (parts[3] and str(int(parts[3])), parts[2] and month_name[int(parts[2])], parts[1])
    return " ".join(word for word in words if word)


def _meant(named: Days | StatedDate, today: date) -> Days:
    days = named.days(today) if isinstance(named, StatedDate) else named
    assert days is not None  # those that the calendar lacks are left out
    return days


def _relative(said: Mapping[str, str | None], today: date) -> Days | None:
    unit, count = (said.get("unit") or "").lower(), _count((said.get("count") or "a").lower())
    try:
        if back := said.get("back"):
            day = today - timedelta({"today": 0, "yesterday": 1}.get(back.lower(), 2))
            return Days(day, day)
        if decade := said.get("decade"):
            return Days(date(int(decade) * 10, 1, 1), date(int(decade) * 10 + 9, 12, 31))
        if said.get("ago"):
            return _unit(unit, _back(unit, today, count))
        if which := said.get("which"):
            days = _unit(unit, _back(unit, today, which.lower() != "this"))
            return Days(days.first, min(days.last, today))
        return Days(_back(unit, today, count), today)
    except (ValueError, OverflowError):
        return None


def _count(words: str) -> int:
    if words in ("a", "an"):
        return 1
    if "couple" in words or "few" in words:
        return 2 if "couple" in words else 5
    return int(words) if words.isdigit() else NUMBERS[words]


def _unit(unit: str, day: date) -> Days:
    """The whole day, week, month or year of a day."""
    if unit == "week":
        monday = day - timedelta(day.weekday())
        return Days(monday, monday + timedelta(6))
    is_day, is_year = unit == "day", unit == "year"
    return _days_of(day.year, None if is_year else day.month, day.day if is_day else None)


def _back(unit: str, today: date, count: int) -> date:
    if unit in ("day", "week"):
        return today - timedelta(count * (7 if unit == "week" else 1))
    months = today.year * 12 + today.month - 1 - count * (12 if unit == "year" else 1)
    year, month = divmod(months, 12)
    return date(year, month + 1, min(today.day, monthrange(year, month + 1)[1]))


def _days_of(year: int, month: int | None, day: int | None) -> Days:
    first = date(year, month or 1, day or 1)
    last_month = month or 12
    return Days(first, date(year, last_month, day or monthrange(year, last_month)[1]))
