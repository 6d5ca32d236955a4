"""Whether the words of two quotes give the same answer, another one, or leave it open; pure.

"12 million" and "$12 million", "four hours" and "about four hours", "Monday" in an article of 31
May 2007 and "28 May", "Ms Okafor" and "Grace Okafor", "Iran" and "Tehran's envoy" are not two
answers. A description beside a name ("the judge", "Ann Lee") leaves it open. English only.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Literal, TypeAlias

from rag.question.answer_type import AnswerType
from rag.text.names import PERSON_NOUNS
from rag.text.proper_names import Name, names, one_spelling, same_name
from rag.text.quantities import Quantity, quantities
from rag.text.stated_dates import StatedDate, stated_dates
from rag.text.words import terms
from rag.types import Quote, Span

Likeness: TypeAlias = Literal["same", "other", "open"]

MOST_TERMS = 6
"""Longer words are a clause; two clauses may say the same in any words."""
_ABOUT = 0.1
"""What is "about" a number is at most this share of it away."""
_ROUNDED = 0.03
"""So far apart are "248 metres" and "814 feet"."""
_IN_ONE_UNIT: dict[str, tuple[str, float]] = {
    "second": ("day", 1 / 86_400),
    "minute": ("day", 1 / 1440),
    "hour": ("day", 1 / 24),
    "day": ("day", 1),
    "week": ("day", 7),
    "month": ("day", 30.4),
    "year": ("day", 365),
    "century": ("day", 36_500),
    "millimeter": ("meter", 0.001),
    "centimeter": ("meter", 0.01),
    "meter": ("meter", 1),
    "kilometer": ("meter", 1000),
    "mile": ("meter", 1609),
    "foot": ("meter", 0.3048),
    "inch": ("meter", 0.0254),
    "hectare": ("acre", 2.47),
    "acre": ("acre", 1),
}
_A_UNIT = re.compile(
    r"\ban?\s+(?=(?:second|minute|hour|day|week|month|year|century|mile|dozen|hundred|thousand"
    r"|million|billion)\b)",
    re.IGNORECASE,
)
_YEAR = re.compile(r"\b(?:1\d|20)\d\d\b")
_PERSON = re.compile(rf"\b(?i:{PERSON_NOUNS})s?\b(?!\s+[A-Z])")
_NAMED_BEFORE = re.compile(
    r"\b(?![A-Z]+\b|The\b|An?\b|His\b|Her\b|Its\b|Their\b)[A-Z][\w-]*\b(?!['’]s?\b)"
)
_DEMONYM = re.compile(r"[A-Z]\w+(?:an|ese|ish|i|ch)\b")
_SPEAKS_FOR = dict(
    pair.split(":")
    for pair in (
        "washington:us tehran:iran moscow:russia beijing:china london:uk paris:france"
        " berlin:germany rome:italy madrid:spain tokyo:japan seoul:korea pyongyang:korea"
        " baghdad:iraq damascus:syria beirut:lebanon cairo:egypt ankara:turkey"
        " kabul:afghanistan islamabad:pakistan kyiv:ukraine kiev:ukraine minsk:belarus"
        " warsaw:poland prague:czech budapest:hungary vienna:austria athens:greece"
        " lisbon:portugal dublin:ireland ottawa:canada canberra:australia havana:cuba"
        " caracas:venezuela bogota:colombia lima:peru riyadh:saudi doha:qatar"
        " tripoli:libya tunis:tunisia khartoum:sudan nairobi:kenya pretoria:africa"
        " jakarta:indonesia manila:philippines hanoi:vietnam bangkok:thailand"
        " brussels:eu jerusalem:israel amman:jordan"
    ).split()
)
"""In news a capital stands for its government."""


def compared_answers(kind: AnswerType | None, some: Quote, other: Quote) -> Likeness:
    """How the marked words of two quotes, of whatever articles, stand to one another.

    ``kind`` is what the question asks for. Both quotes have marked words.
    """
    shared = set(_terms(some)), set(_terms(other))
    if all(shared) and (shared[0] <= shared[1] or shared[1] <= shared[0]):
        return "same"
    if kind in (None, "date") and (found := _compared_dates(kind, some, other)):
        return found
    if kind != "name" and (found := _compared_quantities(some, other)):
        return found
    if kind in (None, "name") and (found := _compared_names(some, other)):
        return found
    if kind is not None or max(map(len, shared)) > MOST_TERMS:
        return "open"
    return "open" if shared[0] & shared[1] else "other"


def _terms(quote: Quote) -> list[str]:
    return list(terms(quote.words or ""))


def _marked(quote: Quote) -> Span:
    words = quote.words or ""
    start = max(0, quote.text.find(words))
    return Span(start, start + len(words))


def _touches(span: Span, marked: Span) -> bool:
    return span.start < marked.end and marked.start < span.end


def _compared_quantities(some: Quote, other: Quote) -> Likeness | None:
    first, second = _quantities_of(some), _quantities_of(other)
    if not first or not second:
        return None
    return "same" if any(_is_as_much(a, b) for a in first for b in second) else "other"


def _quantities_of(quote: Quote) -> list[Quantity]:
    """The quantities that the marked words state, with unit and bound, which may stand beside."""
    marked = _marked(quote)
    return [
        quantity
        for quantity in quantities(_A_UNIT.sub(_one_of_same_length, quote.text))
        if _touches(quantity.span, marked)
    ]


def _one_of_same_length(article: re.Match[str]) -> str:
    return "1".ljust(len(article.group()))


def _is_as_much(some: Quantity, other: Quantity) -> bool:
    amounts = []
    for quantity in (some, other):
        unit, factor = _IN_ONE_UNIT.get(quantity.unit, (quantity.unit, 1.0))
        amounts.append((unit, float(quantity.value) * factor))
    (unit, value), (other_unit, other_value) = amounts
    if unit and other_unit and unit != other_unit:
        return False
    if not unit or not other_unit:  # "$12 million" and "twelve million"
        value, other_value = float(some.value), float(other.value)
    bounds = {some.bound, other.bound}
    apart = abs(value - other_value) / (max(abs(value), abs(other_value)) or 1.0)
    if bounds & {"about", "nearly"}:
        return apart <= _ABOUT
    if apart <= (_ROUNDED if some.unit != other.unit and unit == other_unit else 0.0):
        return True
    larger = some if value > other_value else other
    smaller = other if larger is some else some
    return smaller.bound in ("more than", "at least") or larger.bound in ("less than", "at most")


def _compared_dates(kind: AnswerType | None, some: Quote, other: Quote) -> Likeness | None:
    first, second = _dates_of(kind, some), _dates_of(kind, other)
    if not first or not second:
        return "open" if kind == "date" else None
    return "same" if any(_may_be_one(a, b) for a in first for b in second) else "other"


def _dates_of(kind: AnswerType | None, quote: Quote) -> list[StatedDate]:
    """The dates that the marked words state; where a date is asked for, years alone are dates."""
    marked = _marked(quote)
    found = [each for each in stated_dates(quote.text) if _touches(each.span, marked)]
    if kind == "date":
        found += [
            StatedDate(None, None, int(year.group()), None, Span(*year.span()))
            for year in _YEAR.finditer(quote.text, *marked)
            if not any(_touches(each.span, Span(*year.span())) for each in found)
        ]
    return [_with_year(each, quote.article.date) for each in found]


def _with_year(stated: StatedDate, published: str | None) -> StatedDate:
    """A day and month without a year are mostly of the year in which the article was published."""
    if not published or stated.year or not stated.day or not stated.month:
        return stated
    return StatedDate(stated.day, stated.month, int(published[:4]), stated.weekday, stated.span)


def _may_be_one(some: StatedDate, other: StatedDate) -> bool:
    parts = ((some.day, other.day), (some.month, other.month), (some.year, other.year))
    weekdays = _weekday_of(some), _weekday_of(other)
    return all(None in pair or pair[0] == pair[1] for pair in (*parts, weekdays))


def _weekday_of(stated: StatedDate) -> str | None:
    if stated.weekday or not (stated.year and stated.month and stated.day):
        return stated.weekday
    try:
        day = date(stated.year, stated.month, stated.day)
    except ValueError:  # 31 June
        return None
    return ("Mon", "Tues", "Wednes", "Thurs", "Fri", "Satur", "Sun")[day.weekday()]


def _compared_names(some: Quote, other: Quote) -> Likeness | None:
    first, second = (one_spelling(quote.words or "") for quote in (some, other))
    fewer, more = sorted((_names_in(first), _names_in(second)), key=len)
    if not fewer:
        return None
    if all(any(_are_one(name, each) for each in more) for name in fewer):
        return "same"
    if _is_description(first) != _is_description(second):
        return "open"
    return "other"


def _names_in(words: str) -> list[Name]:
    """The names among the words; a capital stands for its state."""
    return [
        Name(name.text, (_SPEAKS_FOR.get(name.parts[0], name.parts[0]),), name.opens, name.span)
        if len(name.parts) == 1
        else name
        for name in names(words)
    ]


def _are_one(some: Name, other: Name) -> bool:
    return same_name(some, other) or same_name(other, some)


def _is_description(words: str) -> bool:
    """Whether a person is told by an office alone: "Tehran's envoy", "the presidents of both"."""
    office = _PERSON.search(words)
    return office is not None and not any(
        not _DEMONYM.fullmatch(name.group())
        for name in _NAMED_BEFORE.finditer(words, 0, office.start())
    )
