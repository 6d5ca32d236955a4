"""Identifiers in a question, as of parts, cases and flights: each stands for one thing alone.

A part PPR-9087 is no answer to a question about PPR-9088, however alike the rest of it is, and a
reader that reads word pieces tells two such numbers badly apart.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from rag.types import Hit

_IDENTIFIER = re.compile(
    r"(?<![\w$€£.,])(?:"
    r"[A-Z]{1,5}[- ]?\d{2,}[A-Z]?"  # PPR-9088, KL 1874, A20
    r"|\d{3,}[/-]\d+|\d+/\d{3,}"  # 1147/21
    r"|\d+\.\d+|\d{3,}"  # version 2.5, boat 157
    r")(?![\w%]|[.,]\d|\s?(?:%|per\s?cent|[mbtr]\w*illion))"
)
_YEAR = re.compile(r"(?:1\d|20)\d\d(?:-\d+)?")
"""Articles have it in their date, or in words ("last year")."""


def identifiers(question: str) -> list[str]:
    """The identifiers that a question names, in order."""
    found = (match.group() for match in _IDENTIFIER.finditer(question))
    return [each for each in found if not _YEAR.fullmatch(each)]


def identified(question: str, hits: Sequence[Hit]) -> list[Hit]:
    """The hits whose articles mention an identifier of the question; all where it names none."""
    patterns = list(map(_mention, identifiers(question)))
    return [
        hit
        for hit in hits
        if not patterns
        or any(pattern.search(f"{hit.article.title}\n{hit.article.text}") for pattern in patterns)
    ]


@cache
def _mention(identifier: str) -> re.Pattern[str]:
    """It as it may be written: "KL1874", "KL-1874", "10,000"."""
    parts = re.findall(r"[^\W\d]+|\d+|[/.]", identifier)
    spelled = [re.sub(r"(?<=\d)(?=(?:\d{3})+$)", ",?", part) for part in map(re.escape, parts)]
    return re.compile(rf"(?<!\w){'[- ]?'.join(spelled)}(?!\w|[./]\d)", re.IGNORECASE)
