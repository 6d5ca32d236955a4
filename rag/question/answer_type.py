"""What kind of words a question asks for, and whether a sentence holds such words; pure.

English only: a question in another language asks for ``None``, and nothing is required of it.
"""

from __future__ import annotations

import re
from typing import Literal

from rag.text.words import terms

AnswerType = Literal["number", "date", "duration", "name"]

_NUMBER_WORD = (
    r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen"
    r"|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
    r"|hundreds?|thousands?|millions?|billions?|trillions?|dozens?|half|double|twice|once|third"
    r"|quarter|both|several|no|none)"
)
_MONTH = (
    r"(?:january|february|march|april|may|june|july|august|september|october|november|december"
    r"|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)"
)
_DAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_PERIOD = (
    r"(?:seconds?|minutes?|hours?|days?|nights?|weeks?|weekends?|months?|years?|decades?|centur(?:y|ies)"
    r"|miles?|kilomet(?:er|re)s?|met(?:er|re)s?|feet|foot|inch(?:es)?|pages?|rounds?|km|mi|cm|mm)"
)
_ASKED: dict[AnswerType, re.Pattern[str]] = {
    "duration": re.compile(r"\bhow\s+long\b|\bfor\s+how\s+many\b|\bwhat\s+length\b", re.IGNORECASE),
    "date": re.compile(
        r"\b(?:on\s+|in\s+)?(?:what|which)\s+(?:\w+\s+)?(?:date|day|year|month|century|decade|season"
        r"|era|time)\b|\bsince\s+when\b|^\W*(?:(?:and|but|so)\s+)?when\b",
        re.IGNORECASE,
    ),
    "number": re.compile(
        r"\bhow\s+(?:many|much|old|far|tall|high|large|big|fast|deep|often|wide|few|heavy)\b"
        r"|\b(?:what|which)\s+(?:\w+\s+)?(?:number|percentage|percent|amount|proportion|share|age"
        r"|population|score|price|cost|rate|total)\b",
        re.IGNORECASE,
    ),
    "name": re.compile(
        r"\b(?:who|whom|whose|where)\b|\b(?:what|which)\s+(?:\w+\s+)?(?:person|man|woman|company"
        r"|country|city|state|town|place|team|organi[sz]ation|group|party|nation|president"
        r"|minister|king|queen|university|newspaper|magazine|river|continent|language)\b",
        re.IGNORECASE,
    ),
}
_HELD: dict[AnswerType, re.Pattern[str]] = {
    "number": re.compile(rf"\d|\b{_NUMBER_WORD}\b", re.IGNORECASE),
    "date": re.compile(
        rf"\b(?:1\d|20)\d\d\b|\b{_MONTH}\b|\b{_DAY}\b|\b\d{{1,2}}(?:st|nd|rd|th)?[ -]centur"
        r"|\b(?:yesterday|today|tonight|tomorrow|ago|century|bc|ad|bce|ce)\b|\b\d{3,4}s?\b"
        r"|\b(?:last|next|this|earlier|late|early)\s+(?:week|month|year|night|spring|summer|autumn"
        r"|fall|winter)\b|\b(?:morning|evening|summer|winter|spring)\b",
        re.IGNORECASE,
    ),
    "duration": re.compile(
        rf"(?:\d|\b{_NUMBER_WORD}|\ba|\ban|\bfew|\bmany)(?:[\s,.-]+\w+)?[\s-]+{_PERIOD}\b"
        r"|\b(?:since|until|decades|centuries|years)\b|\bfrom\b.*\bto\b",
        re.IGNORECASE,
    ),
}
_DURATION_VERB = re.compile(r"\b(?:last|lasted|take|taken|took)\b", re.IGNORECASE)
_CAPITALISED = re.compile(r"\b[A-Z][\w'’.-]*")
_WORD = re.compile(r"\w[\w'’.-]*")


def asked_type(question: str) -> AnswerType | None:
    """The kind of words that would answer, by how the question asks; None if it may be anything."""
    matches = [
        (match.start(), kind)
        for kind, pattern in _ASKED.items()
        if (match := pattern.search(question))
    ]
    return min(matches, key=lambda match: match[0])[1] if matches else None


def without_type(question: str) -> str:
    """The question without the words that say what kind of answer it asks for."""
    kind = asked_type(question)
    if kind is None:
        return question
    rest = _ASKED[kind].sub(" ", question, count=1)
    return _DURATION_VERB.sub(" ", rest) if kind == "duration" else rest


def holds_type(sentence: str, kind: AnswerType, question: str) -> bool:
    """Whether ``sentence`` holds words of this kind that do not already stand in the question."""
    if kind == "name":
        known = set(terms(question))
        if sentence == sentence.lower():  # nothing is capitalised here, so nothing can be told
            return True
        candidates = list(_CAPITALISED.finditer(sentence))
        return any(
            match.start() > 0 and not known.issuperset(terms(match.group())) for match in candidates
        ) or _opens_with_name(sentence, known)
    return _holds_new(_HELD[kind], sentence, question)


def _holds_new(pattern: re.Pattern[str], sentence: str, question: str) -> bool:
    """Whether ``pattern`` finds words in ``sentence`` that do not already stand in the question."""
    known = set(terms(question))
    found = (terms(match.group()) for match in pattern.finditer(sentence))
    return any(not words or not known.issuperset(words) for words in found)


def _opens_with_name(sentence: str, known: set[str]) -> bool:
    """Whether the first two words are capitalised, which a first word alone does not tell."""
    words = _WORD.findall(sentence)[:2]
    return len(words) == 2 and all(
        word[0].isupper() and not known.issuperset(terms(word)) for word in words
    )
