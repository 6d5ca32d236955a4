"""The numbers that a text states, in digits or in English words, and what they are said of; pure.

"4.5 million" and "4,500,000", "twelve" and "12", "5%" and "five per cent" are the same quantity;
"5 miles" and "5 kilometres", "more than 5" and "5", "by 5%" and "to 5%" are not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise

from rag.text.words import terms
from rag.types import Span

_SMALL = {
    word: value
    for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen"
        " fifteen sixteen seventeen eighteen nineteen".split()
    )
}
_TENS = {
    word: 10 * value
    for value, word in enumerate(
        "twenty thirty forty fifty sixty seventy eighty ninety".split(), start=2
    )
}
_SCALES = {
    "hundred": 10**2,
    "thousand": 10**3,
    "million": 10**6,
    "billion": 10**9,
    "trillion": 10**12,
    "bn": 10**9,
    "dozen": 12,
}
ORDINALS = {
    word: value
    for value, word in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split(),
        start=1,
    )
}
"""The place that a word counts to."""
LATER_ORDINALS = tuple(ORDINALS)[1:]
"""Without "first", which is a word of time more often."""
_WORD = "|".join([*_SMALL, *_TENS, *_SCALES])
_NUMBER = re.compile(
    r"(?P<currency>(?:\b(?:US|A|C))?[$€£¥]\s?)?"
    r"(?:(?<![\w.:])(?P<clock>\d{1,2}[:.]\d\d(?=\s?[ap]\.?m\b)|\d{1,2}:\d\d)\b"
    r"|(?<![\w.])(?P<digits>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
    r"(?:(?P<ordinal>st|nd|rd|th)\b|(?P<decade>s)\b|[\s-]?(?P<scale>hundred|thousand|million|billion"
    r"|trillion|bn|dozen)\b|(?![A-Za-z]|[,.]\d|\d)|(?=(?:km|cm|mm|kg|am|pm|mph|m)\b))"
    rf"|\b(?P<words>(?:{_WORD})(?:(?:[\s-]+|\s+and\s+)(?:{_WORD}))*)\b"
    rf"|\b(?P<ordinal_word>{'|'.join(ORDINALS)})\b|\b(?P<half>half)\b)",
    re.IGNORECASE,
)
_NOT_A_NUMBER = re.compile(
    r"\b(?:no|any|every|some|the|this|that|which|each|another)[\s-]one$|\bone$(?=\s+(?:of|another)\b)",
    re.IGNORECASE,
)
_UNITS = {
    spelling: unit
    for unit, spellings in {
        "percent": "% percent per\\scent pct",
        "percentage point": "percentage\\spoints? points",
        "$": "dollars? usd",
        "€": "euros? eur",
        "£": "pounds? sterling",
        "¥": "yen",
        "kilometer": "km kilomet(?:er|re)s?",
        "meter": "m met(?:er|re)s?",
        "centimeter": "cm centimet(?:er|re)s?",
        "millimeter": "mm millimet(?:er|re)s?",
        "mile": "miles?",
        "foot": "f(?:oo|ee)t ft",
        "inch": "inch(?:es)?",
        "kilogram": "kg kilos? kilograms?",
        "ton": "ton(?:ne)?s?",
        "hectare": "hectares?",
        "acre": "acres?",
        "degree": "° degrees?",
        "second": "seconds?",
        "minute": "minutes? mins?",
        "hour": "hours? hrs?",
        "day": "days?",
        "week": "weeks?",
        "month": "months?",
        "year": "years? yrs?",
        "century": "centur(?:y|ies)",
        "mile an hour": "mph",
        "a.m.": "a\\.?m",
        "p.m.": "p\\.?m",
    }.items()
    for spelling in spellings.split()
}
_UNIT = re.compile(
    r"[\s-]*(?:"
    + "|".join(f"(?P<u{index}>{spelling})(?!\\w)" for index, spelling in enumerate(_UNITS))
    + r")(?P<old>[\s-]old\b)?",
    re.IGNORECASE,
)
_UNIT_OF_GROUP = {f"u{index}": unit for index, unit in enumerate(_UNITS.values())}
_BOUNDS = {
    bound: re.compile(rf"\b(?:{words})(?:\s+an?|\s+the)?\s*$", re.IGNORECASE)
    for bound, words in {
        "at least": r"at\s+least|no\s+(?:fewer|less)\s+than|a\s+minimum\s+of",
        "at most": r"at\s+most|up\s+to|no\s+more\s+than|as\s+(?:many|much)\s+as|a\s+maximum\s+of",
        "more than": r"more\s+than|over|above|(?:great|long|larg|old)er\s+than"
        r"|in\s+excess\s+of|exceed\w*",
        "less than": r"(?:less|fewer|short|small|young)(?:er)?\s+than|under|below",
        "nearly": r"nearly|almost|close\s+to",
        "about": r"about|around|some|roughly|approximately|(?:an\s+)?estimated|circa",
    }.items()
}
_SAYS_LESS = {
    ("at least", "more than"),
    ("at most", "less than"),
    ("less than", "nearly"),
    ("about", "nearly"),
    ("about", ""),
}
"""(claimed, stated): what follows from what is stated, though the words differ."""
_ROLE = re.compile(r"\b(from|to|by)\s+(?:(?:an?|the|about|nearly|almost|over|under)\s+)?$")
_MOVED = re.compile(
    r"\b(?:rose|risen|rises?|fell|fallen|falls?|grew|grown|grows?|gained|lost|climbed|dropped|declined"
    r"|increased|decreased|jumped|slipped|shrank)\s+$"
)
_OF_THE_WHOLE = re.compile(r"\s+(?:out\s+)?of\s+(?:(?:the|its|their|his|her|all|these|those)\s+)*")
_ONE_OF = re.compile(r"\bone\s+of\s+(?:(?:the|its|their|his|her|these|those)\s+)?$", re.IGNORECASE)
_WORD_BEFORE = re.compile(r"(?:[^\W\d]+ )?$")
_WORDS_AFTER = re.compile(r"(?:[\s-]+[^\W\d]+){0,2}")


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number as it is stated."""

    value: Decimal
    unit: str
    """Percent, a currency or a measure; "ordinal" or "decade" for what counts nothing."""
    bound: str
    """``more than``, ``about`` and their like; empty where the number is said to be exact."""
    role: str
    """``from``, ``to`` or ``by`` where something moves, ``of`` where a part of it is meant; else
    empty."""
    beside: frozenset[str]
    """The index terms next to it, which mostly are what is counted and what happens to it."""
    span: Span


def quantities(text: str) -> list[Quantity]:
    """Every number of ``text``, in order."""
    found = list(_quantities(text))
    for index, (part, whole) in enumerate(pairwise(found)):
        # "twelve of the 40 villages": it is twelve villages of which something is said
        if _OF_THE_WHOLE.fullmatch(text[part.span.end : whole.span.start]):
            found[index] = replace(part, beside=part.beside | whole.beside)
            found[index + 1] = replace(whole, role="of")
    return found


def unstated(claimed: Sequence[Quantity], stated: Sequence[Quantity]) -> Quantity | None:
    """The first of ``claimed`` that none of ``stated`` holds; None if all are held."""
    for claim in claimed:
        if not any(_holds(quantity, claim, stated) for quantity in stated):
            return claim
    return None


def _holds(stated: Quantity, claim: Quantity, others: Sequence[Quantity]) -> bool:
    same_bound = stated.bound == claim.bound or (claim.bound, stated.bound) in _SAYS_LESS
    moved_otherwise = stated.role and claim.role and stated.role != claim.role
    is_whole = stated.role == "of" != claim.role
    elsewhere = claim.beside - stated.beside
    counts_another = any(
        other.value != claim.value and other.role != "of" and other.beside & elsewhere
        for other in others
    )
    return (
        stated.value == claim.value
        and stated.unit == claim.unit
        and same_bound
        and not moved_otherwise
        and not is_whole
        and not counts_another
    )


def _quantities(text: str) -> Iterator[Quantity]:
    for match in _NUMBER.finditer(text):
        if _NOT_A_NUMBER.search(text[: match.end()]) or _is_part_of_one(text, match):
            continue
        values, unit = _values(match)
        end = match.end()
        if not unit and (found := _UNIT.match(text, end)):
            unit = "" if found["old"] else _UNIT_OF_GROUP[str(found.lastgroup)]
            end = found.end()
        if match["currency"]:
            unit = match["currency"].strip()[-1]
        before = text[max(0, match.start() - 40) : match.start()]
        bound = next((name for name, words in _BOUNDS.items() if words.search(before)), "")
        role = "by" if _MOVED.search(before) else ""
        if not bound.startswith("at most") and (preposition := _ROLE.search(before)):
            role = preposition[1]
        if _ONE_OF.search(before):
            role = "of"
        if re.match(r"\s+or\s+(?:more|less|fewer)\b", text[end:]):
            bound = "at least" if "more" in text[end : end + 10] else "at most"
        first, then = _WORD_BEFORE.findall(before)[0], _WORDS_AFTER.findall(text, end)[0]
        beside = frozenset([*terms(first)[-1:], *terms(then)[:1]])
        for value in values:
            yield Quantity(value, unit, bound, role, beside, Span(match.start(), end))


def _is_part_of_one(text: str, match: re.Match[str]) -> bool:
    """Whether "one" stands in "one of", "one another": nothing is counted."""
    follows = re.match(r"\s+(?:of|another)\b|['’]s\b", text[match.end() :])
    return match.group().lower() == "one" and follows is not None


def _values(match: re.Match[str]) -> tuple[list[Decimal], str]:
    """The numbers matched, and their unit where their form tells it."""
    if match["clock"]:
        return [Decimal(match["clock"].replace(":", "."))], ""
    if match["digits"]:
        value = Decimal(match["digits"].replace(",", "")) * _SCALES.get(
            (match["scale"] or "").lower(), 1
        )
        return [value], "ordinal" if match["ordinal"] else "decade" if match["decade"] else ""
    if match["ordinal_word"]:
        return [Decimal(ORDINALS[match["ordinal_word"].lower()])], "ordinal"
    if match["half"]:
        return [Decimal("0.5")], ""
    return [Decimal(value) for value in _spelled(match["words"].lower())], ""


def _spelled(words: str) -> list[int]:
    """The values of number words that follow each other: "twenty-one" is one, "two three" two."""
    values: list[int] = []
    total, current, smallest = 0, 0, 10**15
    for word in re.findall(r"[a-z]+", words):
        if word == "and":
            continue
        if (scale := _SCALES.get(word)) is not None:
            if scale == 100 or word == "dozen":
                current = max(1, current) * scale
            else:
                total, current = total + max(1, current) * scale, 0
            smallest = scale
            continue
        value = _SMALL.get(word, _TENS.get(word, 0))
        # Twenty may be followed by one, and hundred by twenty; one by neither.
        if (total or current) and value >= smallest:
            values.append(total + current)
            total, current = 0, 0
        current += value
        smallest = 10 if word in _TENS else 1
    return [*values, total + current]
