"""Dates as articles write them, to ISO 8601."""

from __future__ import annotations

import re
from datetime import date

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan januar januari jänner janvier enero gennaio janeiro января يناير"
            " كانون_الثاني",
            "february feb februar februari février fevrier febrero febbraio fevereiro февраля"
            " فبراير شباط",
            "march mar märz maerz maart mars marzo março марта مارس آذار",
            "april apr avril abril aprile апреля أبريل ابريل نيسان",
            "may mai mei mayo maggio maio мая مايو أيار",
            "june jun juni juin junio giugno junho июня يونيو يونيه حزيران",
            "july jul juli juillet julio luglio julho июля يوليو يوليه تموز",
            "august aug augustus augusti août aout agosto августа أغسطس اغسطس آب",
            "september sep sept septembre septiembre settembre setembro сентября سبتمبر أيلول",
            "october oct oktober okt octobre octubre ottobre outubro октября أكتوبر"
            " اكتوبر تشرين_الأول",
            "november nov novembre noviembre novembro ноября نوفمبر تشرين_الثاني",
            "december dec dezember dez décembre decembre diciembre dicembre dezembro декабря ديسمبر"
            " كانون_الأول",
        ),
        start=1,
    )
    for name in (word.replace("_", " ") for word in names.split())
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
    rf"{_YEAR} ?년 ?(?P<month>\d\d?) ?월 ?(?P<day>\d\d?) ?일",
)
_MONTH_ONLY = (rf"{_MONTH},? (?:de )?{_YEAR}", rf"{_YEAR}-(?P<month>\d\d)")
_YEAR_ONLY = (_YEAR,)
_CHINESE_EXACT = rf"{_YEAR} ?年 ?(?P<month>\d\d?) ?月 ?(?P<day>\d\d?) ?日"
_CHINESE_MONTH = rf"{_YEAR} ?年 ?(?P<month>\d\d?) ?月(?! ?\d)"
_CHINESE_YEAR = rf"{_YEAR} ?年"
"""Chinese and Japanese set no spaces around a date."""
_PATTERNS = tuple(
    [
        *(re.compile(rf"(?<![\w/.-]){form}(?![\w/-])", re.IGNORECASE) for form in forms),
        re.compile(rf"(?<![0-9]){chinese}"),
    ]
    for forms, chinese in (
        (_EXACT, _CHINESE_EXACT),
        (_MONTH_ONLY, _CHINESE_MONTH),
        (_YEAR_ONLY, _CHINESE_YEAR),
    )
)
_OTHER_DIGITS = str.maketrans(
    "٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹०१२३४५६७८९０１２３４５６７８９", "0123456789" * 4
)
"""Arabic, Persian, Hindi and full-width digits."""


def find_date(text: str) -> tuple[str, int, int] | None:
    """The first of the most exact dates in ``text``: (ISO date, start, end), or None.

    A day that the calendar lacks is no date. Of "03/04/2007" only the year is sure.
    """
    text = text.translate(_OTHER_DIGITS)
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
