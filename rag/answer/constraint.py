"""Whether a further quote keeps to the place, the time and the kind of words that are asked for.

Beside a quote that does, one that does not is a near miss: who met elsewhere, who won in another
year. Pure; English only.
"""

from __future__ import annotations

import re

from rag.question.answer_type import asked_type, type_fit
from rag.text.words import terms
from rag.types import Quote

_PLACE = re.compile(
    r"\b[Ii]n\s+(?:(?:the|central|northern|southern|eastern|western|downtown)\s+)?"
    r"(?!(?:January|February|March|April|May|June|July|August|September|October|November|December"
    r"|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day)\b)([A-Z][\w’'-]*(?:\s[A-Z][\w’'-]*)*)"
)
_YEAR = re.compile(r"\b(?:1\d|20)\d\d\b")


def fits_beside(question: str, quote: Quote, best: Quote) -> bool:
    """Whether ``quote`` may stand beside ``best``, which answers the question.

    Not if it is of another place or year than the question, where ``best`` is of this one; nor if
    a number, date or duration is asked for and its marked words are none, where the best's are.
    """
    kind = asked_type(question)
    measured = None if kind == "name" else kind
    fits, best_fits = (
        type_fit(each.words, measured, question) if each.words else 0.0 for each in (quote, best)
    )
    if fits < 0 < best_fits:
        return False
    return not any(
        _has(asked, best.text, pattern)
        and (found := _found(pattern, quote.text))
        and asked.isdisjoint(found)
        for pattern in (_PLACE, _YEAR)
        if (asked := _found(pattern, question))
    )


def _has(asked: set[str], text: str, pattern: re.Pattern[str]) -> bool:
    return not asked.isdisjoint(_found(pattern, text))


def _found(pattern: re.Pattern[str], text: str) -> set[str]:
    """The index terms of what ``pattern`` finds: names of places, or years."""
    return {term for match in pattern.finditer(text) for term in terms(match[match.lastindex or 0])}
