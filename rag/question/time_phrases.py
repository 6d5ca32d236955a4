"""A question -> the time that it names, and whether it means when articles were published; pure.

Of "What was reported last week?" the period is one of publication, of "Who won in 2006?" it is part
of what is asked. English.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from rag.question.calendar_words import ANY, LONE, YEAR, Days, days_meant
from rag.types import Span


@dataclass(frozen=True, slots=True)
class Period:
    """A time that a question names, both days included; None where it is open or not said."""

    since: str | None
    until: str | None
    """ISO dates of days."""
    words: Span
    """Where the question names it, with its preposition: "in May 2007"."""
    latest: bool
    """Whether the newest articles are asked for."""
    about_publication: bool
    """Whether the question asks by when articles were published; else it may mean events."""


_NEWS = (
    r"(?:news(?: (?:articles|stories|items|reports))?|articles|stories|reports|reporting|coverage"
    r"|headlines|editorials)"
)
_NOUN = rf"(?:{_NEWS}|article|story|report|headline|editorial)"
_ABOUT = r"(?:about|on|of|from|by|mentioning|that mention)"
_PUBLISHED = r"(?:published|reported|written|printed|posted|dated|filed)"
_FORM = {"phrase": rf"(?P<phrase>{ANY})", "second": rf"(?P<second>{ANY})"}
_PHRASES = [
    re.compile(rf"(?<![\w/.-]){form}(?![\w/-])(?!\.\d)", re.IGNORECASE)
    for form in (
        rf"(?:between|from|during|in)(?: the years)? {_FORM['phrase']}"
        rf"(?: (?:and|to|until|till|through|-|–) ?|[-–]){_FORM['second']}",
        rf"(?P<open>since|after|before|until|till|up to) {_FORM['phrase']}",
        rf"(?:in|on|during|from|of|for|within|over|dated) {_FORM['phrase']}",
        rf"(?P<phrase>{LONE})",
        rf"(?P<phrase>{YEAR})(?= {_NEWS}\b)",
    )
]
_LATEST = re.compile(
    rf"\b(?:the )?(?:(?:latest|newest|most recent)\b|recent(?= {_NOUN}\b))", re.IGNORECASE
)
_LATEST_NEWS = re.compile(
    rf"\b(?:latest|newest|most recent|recent) (?:\w+ )?{_NOUN}\b|\blatest (?:on|about|from)\b"
    r"|\bthe latest\W*$",
    re.IGNORECASE,
)
_NO_VERB = r"(?:(?!\b(?:did|do|does|was|were|is|are|has|have|had|who|that|which|when)\b)[^.?!§])"
_BY_PUBLICATION = [
    re.compile(form, re.IGNORECASE)
    for form in (
        # "articles about Iran that were published §", "news there was §"
        rf"(?<!who ){_NOUN}\b(?: {_ABOUT} {_NO_VERB}{{1,80}}?)?"
        rf"(?: (?:that|which))?(?: (?:is|are|was|were|has been|have been)(?: there)?"
        rf"| there (?:is|are|was|were))?(?: {_PUBLISHED})?(?: about {_NO_VERB}{{1,80}}?)? ?§",
        # "articles did you write §"
        rf"(?:news|articles?|stories|editorials?) did {_NO_VERB}{{1,40}}? "
        r"(?:publish|print|report|write|post) ?§",
        # "what was reported about Iran §", but not "what was written § by Joyce"
        rf"\bwhat (?:is|was|were|has been|have been|got)(?: being| recently)? {_PUBLISHED}\b"
        rf"(?: (?:about|on) {_NO_VERB}{{1,80}}?)? ?(?:§|\W*$)(?! by\b)",
        # "§ articles", "§'s top headlines"
        rf"§(?:['’]s)? (?:\w+ )?{_NEWS}\b",
        # "everything §", "anything published §"
        rf"\b(?:everything|anything)(?: {_PUBLISHED})? ?§(?:\W*$| (?:about|on)\b)",
        # "what happened §?" and nothing else
        r"^\W*(?:§,? )?what(?:['’]s| is| was| has| have)? ?(?:happened|happening|been happening|new"
        r"|going on|went on)(?: in the (?:news|world))?(?: ?§)?\W*$",
    )
]


def period_of(question: str, today: date) -> Period | None:
    """The first time that ``question`` names, or None; the newest articles are a time, too."""
    latest = _LATEST.search(question)
    said = question.replace("§", "|")
    for span, (first, last) in _periods(question, today):
        around = f"{said[: span.start]}§{said[span.end :]}"
        return Period(
            since=first.isoformat() if first else None,
            until=last.isoformat() if last else None,
            words=span,
            latest=latest is not None,
            about_publication=any(form.search(around) for form in _BY_PUBLICATION),
        )
    if latest is None:
        return None
    return Period(
        since=None,
        until=None,
        words=Span(*latest.span()),
        latest=True,
        about_publication=_LATEST_NEWS.search(question) is not None,
    )


def _periods(question: str, today: date) -> Iterator[tuple[Span, tuple[date | None, date | None]]]:
    """Times named in ``question``, those of the fullest form first."""
    for form in _PHRASES:
        for match in form.finditer(question):
            if days := _days(match.groupdict(), today):
                yield Span(*match.span()), days


def _days(said: Mapping[str, str | None], today: date) -> tuple[date | None, date | None] | None:
    phrase, second, bound = said["phrase"] or "", said.get("second"), said.get("open")
    if second:
        return _range(phrase, second, today)
    days = days_meant(phrase, today)
    if days is None or bound is None:
        return days
    match bound.lower():
        case "since":
            return days.first, None
        case "after":
            return days.last + timedelta(1), None
        case "before":
            return None, days.first - timedelta(1)
        case _:
            return None, days.last


def _range(first: str, second: str, today: date) -> Days | None:
    """From the one to the other; "May" of "from May to July 2007" is that of the same year."""
    end = days_meant(second, today)
    start = days_meant(first, end.last) if end else None
    if start is None or end is None or start.first > end.last:
        return None
    return Days(start.first, end.last)
