"""Does a noun of a claim stand for as much as it does in the quote? Pure.

"Reciprocating pumps drained most mines" says nothing of pumps, nor of all mines; "members who have
paid may vote" nothing of members; "the state religion was Zoism" nothing of whose religion is
asked for.
"""

from __future__ import annotations

import re

from rag.text.content import content
from rag.text.quantities import LATER_ORDINALS
from rag.write.pieces import Piece, speaks

_QUANTIFIER = re.compile(
    r"\b(all|every|each|both|either|neither|some|any|most|many|several|few|only|least|fewest|half"
    r"|(?:parts?|portions?|sections?|fragments?|pieces?|remains|members|dozens|hundreds|thousands"
    r"|majority|minority)(?=\s+of\b))"
    r"\s+(?:(?:\w+\s+)?of\s+)?(?:(?:the|its|his|her|their|these|those)\s+)?$",
    re.IGNORECASE,
)
_SAME = {"every": "all", "each": "all"}
_DETERMINER = re.compile(
    r"\b(?:the|an?|this|that|these|those|his|her|its|their)\s+$", re.IGNORECASE
)
_RESTRICTED = re.compile(
    r"\s+(?:who|that)\s|\s+(?:(?:aged|under|over|above|below)\s+[^\w\s]?\d)", re.IGNORECASE
)
_WORD_BEFORE = re.compile(r"([^\W\d_]+)\s$")
_IS_A = re.compile(r"\s+(?:is|are|was|were)\s+(?:an?\s|the\s|[A-Z])")
_PHRASE_AFTER = re.compile(r"\s+(?:of|from|in|with|without|for|on|under|at)\s", re.IGNORECASE)
_SUPERLATIVE = re.compile(r"\s*(?:most\b|least\b|[a-z]+est\b)", re.IGNORECASE)
_ORDINAL_BEFORE = re.compile(
    rf"\b(?:{'|'.join(LATER_ORDINALS)}|\d+(?:nd|rd|th))[\s-]+"
    r"(?:most\s+|least\s+)?$",
    re.IGNORECASE,
)
_SUPERLATIVE_PHRASE = re.compile(
    r"(?:\bthe|['’]s|\bits|\btheir|\bhis|\bher)\s+(?:[\w-]+\s+)?"
    r"(?P<superlative>(?:most|least)\s+[\w-]+"
    r"|(?!(?:\w*west|forest|interest|request|test|rest|guest|protest|harvest|contest|conquest|quest"
    r"|chest|priest|nest|arrest|crest)\b)[a-z]+est)\b"
    r"(?:[\s-]+\w+){0,3}?"
    r"(?:\s+(?P<scope>of|in|on|at|to|for|from|with|by|among|between|under|outside|able|ever|that|who)"
    r"\b|(?=[.,;:)]|$))"
)
"""A superlative, up to the word that opens what it is the superlative of."""


def is_widened(claim: str, said: Piece, quote: str, stated: Piece, *, is_general: bool) -> bool:
    """Whether ``said`` of the claim stands for more, or other, than ``stated`` of the quote.

    ``is_general``: the claim begins with it, and may be about all that it names.
    """
    before, there_before = claim[: said.span.start], quote[: stated.span.start]
    after, there_after = claim[said.span.end :], quote[stated.span.end :]
    if said.kind != "number" and _quantifier(before) != _quantifier(there_before):
        return True
    if _ORDINAL_BEFORE.search(there_before) and not _ORDINAL_BEFORE.search(before):
        return _SUPERLATIVE.match(quote[stated.span.start :]) is not None or "most" in before[-6:]
    if said.kind != "word" or said.is_verb or speaks(stated):  # "stated that" restricts nothing
        return False
    if (limit := _RESTRICTED.match(there_after)) and not after.lower().startswith(
        limit.group().lower()
    ):
        return not _DETERMINER.search(there_before)
    qualifier = _WORD_BEFORE.search(there_before)
    if before.strip().lower() == "the" and _IS_A.match(after):
        return qualifier is not None and bool(content(qualifier[1]))
    if not is_general or before.strip() or _DETERMINER.search(there_before):
        return False
    phrase = _PHRASE_AFTER.match(there_after)
    return (qualifier is not None and bool(content(qualifier[1]))) or (
        phrase is not None and not after.lower().startswith(phrase.group().lower())
    )


def other_superlative(claim: str, quote: str) -> str | None:
    """A superlative of the claim that is one of something else, or of more, in the quote, or None.

    "The highest court able to hear appeals" is not "the highest court in the country".
    """
    there: dict[str, set[str | None]] = {}
    for phrase in _SUPERLATIVE_PHRASE.finditer(quote):
        there.setdefault(phrase["superlative"].lower(), set()).add(phrase["scope"])
    for phrase in _SUPERLATIVE_PHRASE.finditer(claim):
        scopes = there.get(phrase["superlative"].lower(), {phrase["scope"]})
        if phrase["scope"] not in scopes and None not in scopes:
            return phrase["superlative"]
    return None


def _quantifier(before: str) -> str:
    match = _QUANTIFIER.search(before)
    word = match[1].lower() if match else ""
    return _SAME.get(word, word)
