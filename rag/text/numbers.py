"""The amounts that a text states, in digits or in English words, in one unit each; pure.

"4.5 million" and "4,500,000", "twelve" and "12", "5%" and "five per cent", "two hours" and "120
minutes" are the same amount; "5 miles" and "5 dollars" are not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, TypeAlias

from rag.types import Span

Bound: TypeAlias = Literal["", "about", "more", "less"]

NUMBERS = {
    word: value
    for words, first, step in (
        (
            "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen",
            0,
            1,
        ),
        ("fifteen sixteen seventeen eighteen nineteen twenty", 15, 1),
        ("thirty forty fifty sixty seventy eighty ninety", 30, 10),
    )
    for value, word in enumerate(words.split())
    for value in (first + step * value,)
}
"""The value of a number word below a hundred."""
ORDINALS = {
    word: place
    for place, word in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split(),
        1,
    )
}
_SCALES = {
    "dozen": 12,
    "hundred": 10**2,
    "thousand": 10**3,
    "million": 10**6,
    "billion": 10**9,
    "bn": 10**9,
    "trillion": 10**12,
}
_UNITS: tuple[tuple[str, str, float], ...] = (
    (r"%|per\s?cent|pct", "percent", 1),
    (r"dollars?|usd", "$", 1),
    (r"euros?|eur", "€", 1),
    (r"pounds?|gbp", "£", 1),
    (r"yen", "¥", 1),
    (r"seconds?", "day", 1 / 86_400),
    (r"minutes?|mins?", "day", 1 / 1440),
    (r"hours?|hrs?", "day", 1 / 24),
    (r"days?", "day", 1),
    (r"weeks?", "day", 7),
    (r"months?", "day", 30.4),
    (r"years?|yrs?", "day", 365),
    (r"centur(?:y|ies)", "day", 36_500),
    (r"millimet(?:er|re)s?|mm", "meter", 0.001),
    (r"centimet(?:er|re)s?|cm", "meter", 0.01),
    (r"met(?:er|re)s?|m", "meter", 1),
    (r"kilomet(?:er|re)s?|km", "meter", 1000),
    (r"miles?", "meter", 1609),
    (r"f(?:oo|ee)t|ft", "meter", 0.3048),
    (r"inch(?:es)?", "meter", 0.0254),
    (r"kilo(?:gram)?s?|kg", "kilogram", 1),
    (r"ton(?:ne)?s?", "kilogram", 1000),
    (r"hectares?", "acre", 2.47),
    (r"acres?", "acre", 1),
    (r"degrees?|°", "degree", 1),
)
_WORD = "|".join([*NUMBERS, *_SCALES])
_AMOUNT = re.compile(
    r"(?P<currency>[$€£¥])?\s?(?<![\w.])(?P<digits>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
    rf"(?:(?P<ordinal>st|nd|rd|th)\b)?(?:[\s-]?(?P<scale>{'|'.join(_SCALES)})\b)?"
    rf"|\b(?P<words>(?:an?\s+(?={'|'.join(_SCALES)}))?(?:{_WORD})(?:(?:[\s-]+|\s+and\s+)(?:{_WORD}))*)\b"
    r"|\b(?P<one>an?)(?=\s+(?:second|minute|hour|day|week|month|year|century|mile)\b)",
    re.IGNORECASE,
)
_UNIT = re.compile(
    r"[\s-]*(?:"
    + "|".join(rf"(?P<u{place}>(?:{spelled})(?!\w))" for place, (spelled, *_) in enumerate(_UNITS))
    + ")",
    re.IGNORECASE,
)
_BOUNDS: tuple[tuple[Bound, re.Pattern[str]], ...] = tuple(
    (bound, re.compile(rf"\b(?:{words})(?:\s+an?|\s+the)?\s*$", re.IGNORECASE))  # type: ignore[misc]
    for bound, words in (
        ("more", r"at\s+least|more\s+than|over|above|no\s+(?:fewer|less)\s+than|exceed\w*"),
        ("less", r"at\s+most|up\s+to|no\s+more\s+than|(?:less|fewer)\s+than|under|below"),
        ("about", r"about|around|some|roughly|approximately|estimated|nearly|almost|close\s+to"),
    )
)


@dataclass(frozen=True, slots=True)
class Amount:
    """A number as it is stated."""

    value: float
    """In ``unit``: days, meters, kilograms and acres stand for all of their kind."""
    unit: str
    """Empty where none is stated; ``ordinal`` for what counts nothing."""
    bound: Bound
    span: Span


def amounts(text: str) -> list[Amount]:
    """Every number of ``text``, in order; "one of them" counts nothing."""
    found = []
    for match in _AMOUNT.finditer(text):
        after = text[match.end() : match.end() + 12]
        if match.group().lower() == "one" and re.match(r"\s+(?:of|another)\b|['’]s\b", after):
            continue
        value, end = _value(match), match.end()
        unit, factor = "ordinal" if match["ordinal"] else match["currency"] or "", 1.0
        if not unit and (spelled := _UNIT.match(text, end)):
            _, unit, factor = _UNITS[int(str(spelled.lastgroup)[1:])]
            end = spelled.end()
        before = text[max(0, match.start() - 30) : match.start()]
        bound: Bound = next((each for each, words in _BOUNDS if words.search(before)), "")
        found.append(Amount(value * factor, unit, bound, Span(match.start(), end)))
    return found


def _value(match: re.Match[str]) -> float:
    if match["one"]:
        return 1.0
    if match["digits"]:
        return float(match["digits"].replace(",", "")) * _SCALES.get(
            (match["scale"] or "").lower(), 1
        )
    total, current = 0, 0
    for word in re.findall(r"[a-z]+", match["words"].lower()):
        if word in ("hundred", "dozen"):
            current = max(1, current) * _SCALES[word]
        elif word in _SCALES:
            total, current = total + max(1, current) * _SCALES[word], 0
        else:
            current += NUMBERS.get(word, 0)
    return float(total + current)
