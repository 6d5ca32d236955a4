"""Is something told as done that a quote tells as intended, or as it is now? Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.write.contrasts import hedges
from rag.write.pieces import Piece, TextInPieces, is_past, pieces, speaks

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
    r"\b(?:(?P<past>was|were)|(?P<present>is|are))"
    r"\s+(?:(?:not|also|\w+ly|the|an?|one|of|among|most|least)\s+)*$",
    re.IGNORECASE,
)
_AUXILIARY = re.compile(
    r"\b(?:is|are|was|were|be|been|being|has|have|had)\s+(?:(?:not|also|\w+ly)\s+)*$", re.IGNORECASE
)
_IS = re.compile(r"\b(?:is|are)\b", re.IGNORECASE)
_PRESENT = re.compile(r"\b(?:is|are|has|have|can|may|does|do)\b", re.IGNORECASE)
_WAS = re.compile(r"\b(?:was|were)\b", re.IGNORECASE)


def is_other_tense(said: TextInPieces, index: int, there: TextInPieces, at: int) -> bool:
    """Whether the claim tells as done what the quote tells as intended or as it is now.

    Or the one in the past and the other in the present; but "said" and "thought" may be told as
    "says" and "thinks".
    """
    piece, before, there_before = said.pieces[index], said.before(index), there.before(at)
    copula, copula_there = _COPULA.search(before), _COPULA.search(there_before)
    if copula and copula_there:
        return copula.lastgroup != copula_there.lastgroup
    if _INFINITIVE.search(before):
        return False
    if is_past(there.pieces[at], there.text) and not hedges(said.text[slice(*piece.span)]):
        return not _AUXILIARY.search(before) and _is_present(said, index, there.pieces[at].keys)
    if not piece.is_verb:
        return False
    return _INFINITIVE.search(there_before) is not None or _is_present(there, at, piece.keys)


def told_as_now(claim: str, stated: str) -> bool:
    """Whether the claim says what something is, of which the quote says only what it was."""
    return (
        _IS.search(claim) is not None
        and _WAS.search(claim) is None
        and _WAS.search(stated) is not None
        and _PRESENT.search(stated) is None
    )


def trades_verb(claim: str, stated: str) -> str | None:
    """A participle of the claim that is the verb there, while another is the other way round.

    "A fleet outnumbering ours awaited him" is not "a fleet outnumbered ours awaiting him".
    """
    said, there = pieces(claim, stated), pieces(stated, claim)
    demoted = _in_other_form(claim, said, stated, there, "ing", "ed")
    promoted = _in_other_form(claim, said, stated, there, "ed", "ing")
    return demoted if promoted else None


def _in_other_form(
    claim: str, said: Sequence[Piece], stated: str, there: Sequence[Piece], ending: str, other: str
) -> str | None:
    """A word of the claim that ends in ``ending``, and in the quote only in ``other``."""
    for piece in said:
        word = claim[slice(*piece.span)]
        forms = [stated[slice(*each.span)] for each in there if each.keys & piece.keys]
        if word.endswith(ending) and forms and all(form.endswith(other) for form in forms):
            return word
    return None


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
