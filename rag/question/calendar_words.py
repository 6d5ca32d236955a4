"""English words for days, months and years -> the days that they mean; pure."""

from __future__ import annotations

import re
from datetime import MAXYEAR, MINYEAR, date, timedelta
from typing import NamedTuple

_MONTHS = {
    name: number
    for number, names in enumerate(
        "january jan|february feb|march mar|april apr|may|june jun|july jul|august aug"
        "|september sept sep|october oct|november nov|december dec".split("|"),
        start=1,
    )
    for name in names.split()
}
_WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
_NUMBERS = {
    word: number
    for number, words in enumerate(
        "a an one|two couple|three|four|five few|six|seven|eight|nine|ten|eleven|twelve".split("|"),
        start=1,
    )
    for word in words.split()
}
"""How many "a couple of" and "a few" are is by hand."""

_MONTH = rf"(?:{'|'.join(sorted(_MONTHS, key=len, reverse=True))})\b\.?"
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
YEAR = r"(?:1[5-9]|20|21)\d\d"
_UNIT = "day|week|month|year"
_NUMBER = rf"(?:\d{{1,3}}|{'|'.join(_NUMBERS)})"
_DAY_FIRST = rf"(?:the )?(?P<day>{_DAY})(?: of)? (?P<month>{_MONTH})"
_MONTH_FIRST = rf"(?P<month>{_MONTH}) (?:the )?(?P<day>{_DAY})"

_FORMS = [
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"(?P<year>{YEAR})-(?P<month>\d\d)-(?P<day>\d\d)",
        rf"{_DAY_FIRST},? (?P<year>{YEAR})",
        rf"{_MONTH_FIRST},? (?P<year>{YEAR})",
        rf"(?P<month>{_MONTH})(?:,| of)? (?P<year>{YEAR})",
        rf"(?P<year>{YEAR})-(?P<month>\d\d)",
        r"(?P<relative>the day before yesterday|yesterday|today)",
        rf"(?P<count>{_NUMBER}) (?P<ago>{_UNIT})s? ago",
        rf"(?:the )?(?:last|past|previous) (?:(?P<count>{_NUMBER}) (?:of )?)(?P<unit>{_UNIT})s?",
        rf"(?:the (?:last|past)|past) (?P<unit>{_UNIT})",
        rf"(?P<which>last|previous|the previous|this) (?P<unit>{_UNIT})",
        rf"(?P<which>last|this) (?P<weekday>{'|'.join(_WEEKDAYS)})",
        _DAY_FIRST,
        _MONTH_FIRST,
        r"(?:the )?(?P<decade>(?:1[5-9]|20|21)\d)0s",
        rf"(?:the year )?(?P<year>{YEAR})",
        rf"(?:last )?(?P<month>{_MONTH})",
        rf"(?P<weekday>{'|'.join(_WEEKDAYS)})",
    )
]
_LONE_FORMS = 11
"""So many forms, the first ones, are about time wherever they stand; "May" and "2006" need not."""
ANY = "|".join(re.sub(r"\?P<\w+>", "?:", form.pattern) for form in _FORMS)
LONE = "|".join(re.sub(r"\?P<\w+>", "?:", form.pattern) for form in _FORMS[:_LONE_FORMS])


class Days(NamedTuple):
    """From the first to the last day, both included."""

    first: date
    last: date


def days_meant(words: str, today: date) -> Days | None:
    """The days that ``words`` mean, which match ``ANY``; None where the calendar lacks them.

    Where a year is not said, it is the latest in which the days have begun.
    """
    for form in _FORMS:
        if match := form.fullmatch(words):
            try:
                return _days({k: v.lower() for k, v in match.groupdict().items() if v}, today)
            except (ValueError, OverflowError):
                return None
    return None


def _days(said: dict[str, str], today: date) -> Days:
    if "relative" in said:
        back = {"today": 0, "yesterday": 1}.get(said["relative"], 2)
        return Days(today - timedelta(back), today - timedelta(back))
    if "ago" in said:
        return _unit(said["ago"], today, back=_number(said["count"]))
    if "unit" in said and "which" in said:
        days = _unit(said["unit"], today, back=0 if said["which"] == "this" else 1)
        return Days(days.first, min(days.last, today))
    if "unit" in said:
        return Days(_back(said["unit"], today, _number(said.get("count", "one"))), today)
    if "weekday" in said:
        back = (today.weekday() - _WEEKDAYS.index(said["weekday"])) % 7
        if said.get("which") == "last" and back == 0:
            back = 7
        return Days(today - timedelta(back), today - timedelta(back))
    if "decade" in said:
        first = int(said["decade"]) * 10
        return Days(date(first, 1, 1), date(first + 9, 12, 31))
    return _calendar_days(said, today)


def _calendar_days(said: dict[str, str], today: date) -> Days:
    month = _month(said["month"]) if "month" in said else None
    day = int(re.sub(r"\D", "", said["day"])) if "day" in said else None
    if "year" in said:
        return _span_of(int(said["year"]), month, day)
    days = _span_of(today.year, month, day)
    return days if days.first <= today else _span_of(today.year - 1, month, day)


def _span_of(year: int, month: int | None, day: int | None) -> Days:
    if month is None:
        return Days(date(year, 1, 1), date(year, 12, 31))
    if day is None:
        return _unit("month", date(year, month, 1), back=0)
    return Days(date(year, month, day), date(year, month, day))


def _unit(unit: str, today: date, back: int) -> Days:
    """The calendar's day, week (from Monday), month or year so many before that of ``today``."""
    if unit == "day":
        first = last = today - timedelta(back)
    elif unit == "week":
        first = today - timedelta(today.weekday() + 7 * back)
        last = first + timedelta(6)
    elif unit == "month":
        first = _months_back(today.replace(day=1), back)
        last = _months_back(first, -1) - timedelta(1)
    else:
        first, last = date(today.year - back, 1, 1), date(today.year - back, 12, 31)
    return Days(first, last)


def _back(unit: str, today: date, count: int) -> date:
    """The day so many units before ``today``."""
    if unit in ("day", "week"):
        return today - timedelta(count * (7 if unit == "week" else 1))
    first = _months_back(today.replace(day=1), count * (12 if unit == "year" else 1))
    return min(first + timedelta(today.day - 1), _unit("month", first, back=0).last)


def _months_back(first: date, count: int) -> date:
    months = first.year * 12 + first.month - 1 - count
    year, month = divmod(months, 12)
    if not MINYEAR <= year <= MAXYEAR:
        raise OverflowError(year)
    return date(year, month + 1, 1)


def _month(word: str) -> int:
    return int(word) if word.isdigit() else _MONTHS[word.rstrip(".")]


def _number(word: str) -> int:
    return int(word) if word.isdigit() else _NUMBERS[word]
