"""Is something told as done that a quote tells as intended, or as it is now? Pure."""

from __future__ import annotations

import re

from rag.writing.pieces import TextInPieces, is_past, speaks

_INFINITIVE = re.compile(r"\bto\s+(?:be\s+|have\s+)?(?:\w+ly\s+)?$", re.IGNORECASE)
_NO_PRESENT_FOLLOWS = re.compile(
    r"(?:\b(?:the|an?|this|these|those|his|her|its|their|own|no|to|in|on|at|of|from|by|with|for|into"
    r"|after|before|under|two|three|several|many|few|more|such"
    r"|(?:did|will|would|can|could|may|might|must|should)(?:\s+(?:not|never|\w+ly))?)"
    r"|n[’']t|\d|['’]s?)\s+$",
    re.IGNORECASE,
)
"""A noun follows, or an infinitive."""
_NO_PRESENT = re.compile(r"\w+(?:ing|ions?|ments?|als?|ers?|ors?|ances?|ences?|en|wn)")
"""Nouns and participles."""
_COPULA = re.compile(
    r"\b(?:(?P<past>was|were)|(?P<present>is|are))\s+(?:(?:not|also|\w+ly|the|an?)\s+)*$",
    re.IGNORECASE,
)


def is_other_tense(said: TextInPieces, index: int, there: TextInPieces, at: int) -> bool:
    """Whether the claim tells as done what the quote tells as intended or as it is now.

    Or, of what something is, the one in the past and the other in the present. A quote of the past
    may be told in the present: "said" as "says".
    """
    piece, before, there_before = said.pieces[index], said.before(index), there.before(at)
    copula, copula_there = _COPULA.search(before), _COPULA.search(there_before)
    if copula and copula_there:
        return copula.lastgroup != copula_there.lastgroup
    if not piece.is_verb or _INFINITIVE.search(before):
        return False
    return _INFINITIVE.search(there_before) is not None or _is_present(there, at, piece.keys)


def _is_present(there: TextInPieces, at: int, keys: frozenset[str]) -> bool:
    """Whether it looks like the present of the verb with the index terms ``keys``, or says so."""
    stated = there.pieces[at]
    word = there.text[slice(*stated.span)]
    return (
        stated.kind == "word"
        and (bool(keys & stated.keys) or speaks(stated))
        and not is_past(stated, there.text)
        and not _NO_PRESENT.fullmatch(word)
        and not _NO_PRESENT_FOLLOWS.search(there.before(at))
    )
