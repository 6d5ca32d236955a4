"""The dates that a text states, in English or ISO form, each as far as it is stated; pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.types import Span

_MONTHS = (
    "January|Jan",
    "February|Feb",
    "March|Mar",
    "April|Apr",
    "May",
    "June|Jun",
    "July|Jul",
    "August|Aug",
    "September|Sept|Sep",
    "October|Oct",
    "November|Nov",
    "December|Dec",
)
_MONTH = "|".join(_MONTHS)
_NUMBER_OF_MONTH = {
    name: number for number, names in enumerate(_MONTHS, start=1) for name in names.split("|")
}
_DATE = re.compile(
    r"(?<!\d)(?P<iso_year>\d{4})-(?P<iso_month>\d\d)-(?P<iso_day>\d\d)(?!\d)"
    rf"|(?<!\d)(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?:\s+of)?\s+(?P<month>{_MONTH})\b\.?"
    r"(?:,?\s+(?P<year>[12]\d{3})\b)?"
    rf"|\b(?P<month_first>{_MONTH})\b\.?\s+(?P<day_second>\d{{1,2}})(?:st|nd|rd|th)?(?!\w)"
    r"(?:,?\s+(?P<year_third>[12]\d{3})\b)?"
    rf"|\b(?P<month_of>{_MONTH})\b\.?,?\s+(?:of\s+)?(?P<of_year>[12]\d{{3}})\b"
    r"|\b(?P<month_alone>January|February|April|June|July|August|September|October|November|December"
    r"|(?<=[Ii]n )(?:March|May)|(?<=[Ss]ince )(?:March|May)|(?<=[Uu]ntil )(?:March|May)"
    r"|(?<=[Ll]ast )(?:March|May)|(?<=[Ee]arly )(?:March|May)|(?<=[Ll]ate )(?:March|May))\b"
)
_WEEKDAY = re.compile(r"\b(Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)days?\b")


@dataclass(frozen=True, slots=True)
class StatedDate:
    """Day, month and year, as far as they are stated."""

    day: int | None
    month: int | None
    year: int | None
    weekday: str | None
    span: Span

    def holds(self, claim: StatedDate) -> bool:
        """Whether everything that ``claim`` states is stated here, too."""
        return (
            claim.day in (None, self.day)
            and claim.month in (None, self.month)
            and claim.year in (None, self.year)
            and claim.weekday in (None, self.weekday)
        )


def stated_dates(text: str) -> list[StatedDate]:
    """Every date and weekday of ``text``. A year alone is a number like another, and none here."""
    found = []
    for match in _DATE.finditer(text):
        if match["iso_year"]:
            parts = [match["iso_day"], match["iso_month"], match["iso_year"]]
            day, month, year = map(int, parts)
        else:
            day = int(match["day"] or match["day_second"] or 0)
            name = match["month"] or match["month_first"] or match["month_of"]
            month = _NUMBER_OF_MONTH[name or match["month_alone"]]
            year = int(match["year"] or match["year_third"] or match["of_year"] or 0)
        found.append(StatedDate(day or None, month, year or None, None, Span(*match.span())))
    found += [
        StatedDate(None, None, None, match[1], Span(*match.span()))
        for match in _WEEKDAY.finditer(text)
    ]
    return found


def unstated_date(claimed: Sequence[StatedDate], stated: Sequence[StatedDate]) -> StatedDate | None:
    """The first of ``claimed`` that none of ``stated`` holds; None if all are held."""
    return next((claim for claim in claimed if not any(date.holds(claim) for date in stated)), None)
