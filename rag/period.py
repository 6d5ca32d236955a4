"""Words of time ("May 2007", "last week") to days, and ISO dates to words; pure."""

from __future__ import annotations

import calendar
import re
from datetime import date, timedelta

Period = tuple[str, str]
"""First and last day, ISO 8601, both included."""

_MONTHS = [name for name in calendar.month_name if name]
_MONTH = "|".join(f"{name[:3]}(?:{name[3:]})?" if name[3:] else name for name in _MONTHS)
_MONTH = rf"(?P<month>{_MONTH}|sept)\.?"
_YEAR = r"(?P<year>[12]\d{3})"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_ON_THE_CALENDAR = [
    re.compile(rf"(?:the\s+)?{form}", re.IGNORECASE | re.ASCII)
    for form in (
        rf"(?:year\s+)?{_YEAR}",
        r"(?P<decade>[12]\d{2}0)['’]?s",
        rf"(?:month\s+of\s+)?{_MONTH}(?:\s+of)?,?\s+{_YEAR}",
        rf"{_DAY}(?:\s+of)?\s+{_MONTH}(?:\s+of)?,?\s+{_YEAR}",
        rf"{_MONTH}\s+(?:the\s+)?{_DAY},?\s+{_YEAR}",
        rf"{_YEAR}-(?P<month>\d\d)(?:-(?P<day>\d\d))?",
    )
]
_FROM_TODAY = re.compile(
    r"(?P<day>today|yesterday)"
    r"|(?P<which>this|last|the previous|the past|the last|past)\s+(?P<unit>week|month|year)"
    r"|(?:the\s+)?(?:last|past)\s+(?P<count>\d{1,3})\s+(?P<units>day|week|month|year)s",
    re.IGNORECASE | re.ASCII,
)
_RANGE = re.compile(
    r"between\s+(?P<first>.+?)\s+and\s+(?P<last>.+)"
    r"|(?:from\s+)?(?P<since>.+?)\s+(?:to|until|till|through)\s+(?P<until>.+)",
    re.IGNORECASE,
)
_PREPOSITION = re.compile(r"(?:in|on|during|throughout|within|over|of|for|from)\s+", re.IGNORECASE)
_DAYS_OF_UNIT = {"day": 1, "week": 7, "month": 30, "year": 365}


def days_meant(words: str, today: date) -> Period | None:
    """The days that ``words`` mean ("in May 2007", "last week", "between 2005 and 2007").

    None if they are no words of time, or do not say which year. A week begins on Monday.
    """
    words = words.strip(" \t\n.,;:?!")
    if parts := _RANGE.fullmatch(words):
        first, last = (_days(part, today) for part in parts.groups() if part)
        return (first[0], last[1]) if first and last and first[0] <= last[1] else None
    preposition = _PREPOSITION.match(words)
    return _days(words[preposition.end() :] if preposition else words, today)


def date_in_words(iso_date: str) -> str:
    """``2007-05-31`` as ``31 May 2007``; a date without a day or month keeps what it has."""
    year, *rest = iso_date.split("-")
    day = [str(int(rest[1]))] if len(rest) > 1 else []
    month = [_MONTHS[int(rest[0]) - 1]] if rest else []
    return " ".join([*day, *month, year])


def period_in_words(period: Period) -> str:
    """``31 May 2007``, ``May 2007``, ``2007``, or two of these with "to" between them."""
    first, last = period
    end_of_month = calendar.monthrange(int(last[:4]), int(last[5:7]))[1]
    for length, start, end in ((4, "-01-01", "-12-31"), (7, "-01", f"-{end_of_month}")):
        if first[length:] == start and last[length:] == end:
            first, last = first[:length], last[:length]
    return " to ".join(dict.fromkeys((date_in_words(first), date_in_words(last))))


def _days(words: str, today: date) -> Period | None:
    try:
        found = _calendar_days(words) or _days_before(words, today)
    except (ValueError, OverflowError):  # the 31st of June, a year before the first
        return None
    return (found[0].isoformat(), found[1].isoformat()) if found else None


def _calendar_days(words: str) -> tuple[date, date] | None:
    match = next((found for form in _ON_THE_CALENDAR if (found := form.fullmatch(words))), None)
    if match is None:
        return None
    parts = match.groupdict()
    if parts.get("decade"):
        decade = int(parts["decade"])
        return date(decade, 1, 1), date(decade + 9, 12, 31)
    year = int(parts["year"])
    if not parts.get("month"):
        return date(year, 1, 1), date(year, 12, 31)
    month = _month_number(parts["month"])
    if not parts.get("day"):
        return _month_of(date(year, month, 1))
    day = date(year, month, int(parts["day"]))
    return day, day


def _days_before(words: str, today: date) -> tuple[date, date] | None:
    match = _FROM_TODAY.fullmatch(words)
    if match is None:
        return None
    if match["day"]:
        day = today - timedelta(days=match["day"].lower() == "yesterday")
        return day, day
    if match["count"]:
        days = int(match["count"]) * _DAYS_OF_UNIT[match["units"].lower()]
        return today - timedelta(days=days), today
    which, unit = match["which"].lower().split()[-1], match["unit"].lower()
    if which == "past" or match["which"].lower().startswith("the last"):
        return today - timedelta(days=_DAYS_OF_UNIT[unit]), today
    return _unit_of(unit, today, 0 if which == "this" else 1)


def _unit_of(unit: str, today: date, back: int) -> tuple[date, date]:
    """The week, month or year of ``today``, or the one before."""
    if unit == "week":
        monday = today - timedelta(days=today.weekday() + 7 * back)
        return monday, monday + timedelta(days=6)
    if unit == "month":
        first = today.replace(day=1)
        return _month_of(first - timedelta(days=1) if back else first)
    return date(today.year - back, 1, 1), date(today.year - back, 12, 31)


def _month_of(day: date) -> tuple[date, date]:
    last = calendar.monthrange(day.year, day.month)[1]
    return day.replace(day=1), day.replace(day=last)


def _month_number(word: str) -> int:
    if word.isdigit():
        return int(word)
    starts = [name[:3].lower() for name in _MONTHS]
    return starts.index(word[:3].lower()) + 1
