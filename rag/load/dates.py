"""Dates as articles write them, to ISO 8601."""

from __future__ import annotations

import re
from datetime import date

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan januar janvier enero gennaio janeiro",
            "february feb februar février fevrier febrero febbraio fevereiro",
            "march mar märz maerz mars marzo março",
            "april apr avril abril aprile",
            "may mai mayo maggio maio",
            "june jun juni juin junio giugno junho",
            "july jul juli juillet julio luglio julho",
            "august aug août aout agosto",
            "september sep sept septembre septiembre settembre setembro",
            "october oct oktober okt octobre octubre ottobre outubro",
            "november nov novembre noviembre novembro",
            "december dec dezember dez décembre decembre diciembre dicembre dezembro",
        ),
        start=1,
    )
    for name in names.split()
}
_MONTH = rf"(?P<month>{'|'.join(sorted(_MONTHS, key=len, reverse=True))})\.?"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th|er|º|\.)?"
_YEAR = r"(?P<year>1[5-9]\d\d|20\d\d|21\d\d)"
_EXACT = (
    rf"{_YEAR}[-/.](?P<month>\d\d?)[-/.](?P<day>\d\d?)(?:T[\d:.]+(?:Z|[+-]\d\d:?\d\d)?)?",
    rf"{_DAY}(?: |-| de )(?:of )?{_MONTH}(?:,? |-| de )(?:of )?{_YEAR}",
    rf"{_MONTH} {_DAY},? {_YEAR}",
    rf"(?P<day>\d\d?)\.(?P<month>\d\d?)\.{_YEAR}",
    rf"(?P<first>\d\d?)/(?P<second>\d\d?)/{_YEAR}",
    rf"{_YEAR}年(?P<month>\d\d?)月(?P<day>\d\d?)日",
)
_MONTH_ONLY = (rf"{_MONTH},? {_YEAR}", rf"{_YEAR}-(?P<month>\d\d)")
_YEAR_ONLY = (_YEAR,)
_PATTERNS = tuple(
    [re.compile(rf"(?<![\w/.-]){form}(?![\w/-])", re.IGNORECASE) for form in forms]
    for forms in (_EXACT, _MONTH_ONLY, _YEAR_ONLY)
)


def find_date(text: str) -> tuple[str, int, int] | None:
    """The first of the most exact dates in ``text``: (ISO date, start, end), or None.

    A day that the calendar lacks is no date. Of "03/04/2007" only the year is sure.
    """
    for patterns in _PATTERNS:
        found = [
            (match.start(), match.end(), iso)
            for pattern in patterns
            for match in pattern.finditer(text)
            if (iso := _to_iso(match.groupdict()))
        ]
        if found:
            start, end, iso = min(found)
            return iso, start, end
    return None


def _to_iso(parts: dict[str, str | None]) -> str | None:
    year = parts["year"]
    month, day = parts.get("month"), parts.get("day")
    if (first := parts.get("first")) and (second := parts.get("second")):
        if int(first) > 12:
            day, month = first, second
        elif int(second) > 12 or first == second:
            month, day = first, second
    if month is None:
        return year
    number = _MONTHS.get(month.lower()) or (int(month) if month.isdigit() else 0)
    try:
        exact = date(int(year or 0), number, int(day or 1)).isoformat()
    except ValueError:
        return None
    return exact if day else exact[:7]
