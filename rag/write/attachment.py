"""Is a name, number or date said of the same thing? Pure.

A sentence of several parts can be cut up and put together to say something else with its own words:
"he fled to Lisbon, his brother stayed in Luanda" to "he fled to Luanda". There is no parser here.
A claim fails where, in the quote, another name or number of the same kind stands nearer to the word
that it is attached to; where an object has become the subject; and where it is taken from an aside
("built in 1998") that the claim leaves out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from rag.text.content import index_terms
from rag.write.pieces import SPEAKS, Piece, is_past, pieces, same_piece, speaks

_NEAR = 3
"""Pieces between a speaker and the verb at most, less one: "officials in Manila said"."""
_IS_A = re.compile(r"\b(?:is|are|was|were)\s+(?:also\s+|\w+ly\s+)?(?:an?|the)\s+$", re.IGNORECASE)
_HANGS_ON = re.compile(
    r"\b(?:during|following|despite|among|throughout|within|without|like|amid|upon)"
    r"\s+(?:(?:the|an?)\s+)?$",
    re.IGNORECASE,
)
"""Besides what ``Piece.governed`` knows."""
_ASIDE_END = re.compile(r"[,;:()–—]\s|\s[–—-]\s")


def wrongly_attached(claim: str, stated: str) -> str | None:
    """A name or number of ``claim`` that ``stated`` says of something else, or None."""
    claimed, there = pieces(claim, stated), pieces(stated, claim)
    for index, fact in enumerate(claimed):
        text = claim[slice(*fact.span)]
        if _is_no_longer_subject(claimed, index, there, stated):
            return text
        if _is_no_predicate(claim, fact, there, stated):
            return text
        if fact.kind == "word":
            continue
        if any(_another_is_nearer(fact, word, claimed, there) for word in _holders(claimed, index)):
            return text
        if fact.kind == "name" and _changed_sides(claimed, index, there):
            return text
        if _is_from_an_aside(fact, claimed, there, stated):
            return text
    return _said_by_another(claim, claimed, there)


def _is_no_predicate(claim: str, noun: Piece, there: Sequence[Piece], stated: str) -> bool:
    """Whether the claim says that something is what only hangs on a preposition there."""
    if noun.kind != "word" or not _IS_A.search(claim, 0, noun.span.start):
        return False
    places = [piece for piece in there if same_piece(noun, piece)]
    return bool(places) and all(
        piece.governed or _HANGS_ON.search(stated, 0, piece.span.start) for piece in places
    )


def _holders(claimed: Sequence[Piece], index: int) -> Iterator[Piece]:
    """The words that a name or number of the claim may be attached to."""
    words = [place for place, piece in enumerate(claimed) if piece.kind == "word"]
    before = [claimed[place] for place in words if place < index][-1:]
    after = claimed[index + 1 : index + 2]
    if claimed[index].governed:
        hold = before or after
    elif claimed[index].kind == "name":
        hold = [*before, *after]
    else:
        hold = [*after, *(piece for piece in before if piece.is_verb or not after)]
    yield from (piece for piece in hold if piece.kind == "word")


def _another_is_nearer(
    fact: Piece, holder: Piece, claimed: Sequence[Piece], there: Sequence[Piece]
) -> bool:
    """Whether wherever the two stand, a rival that the claim leaves out is nearer to the holder."""
    rivals = [
        (place, piece)
        for place, piece in enumerate(there)
        if piece.kind == fact.kind
        and piece.modifies == fact.modifies
        and not any(same_piece(own, piece) for own in claimed)
    ]
    pairs = [
        (place, at)
        for place, piece in enumerate(there)
        if same_piece(fact, piece)
        for at, other in enumerate(there)
        if same_piece(holder, other)
    ]
    return bool(pairs) and all(
        any(
            (fact.modifies or piece.governed == there[place].governed)
            and abs(rival - at) < abs(place - at)
            for rival, piece in rivals
        )
        for place, at in pairs
    )


def _changed_sides(claimed: Sequence[Piece], index: int, there: Sequence[Piece]) -> bool:
    """Whether a name beside a verb stands only on its other side there."""
    fact = claimed[index]
    for at in (index - 1, index + 1):
        if not 0 <= at < len(claimed) or not claimed[at].is_verb or fact.governed:
            continue
        sides = {
            (place < other) == (index < at)
            for place, piece in enumerate(there)
            if same_piece(fact, piece) and not piece.governed
            for other, verb in enumerate(there)
            if verb.is_verb and same_piece(claimed[at], verb)
        }
        if sides == {False}:
            return True
    return False


def _is_no_longer_subject(
    claimed: Sequence[Piece], index: int, there: Sequence[Piece], stated: str
) -> bool:
    """Whether a verb follows in the claim that has another subject there.

    It has if the claim's stands behind it only, or beyond a comma after which another could be the
    subject.
    """
    subject = claimed[index]
    verb = next((piece for piece in claimed[index + 1 :] if not piece.governed), subject)
    if subject.governed or subject.is_verb or not verb.is_verb:
        return False
    if speaks(verb):
        return False
    pairs = [
        (place, at)
        for place, piece in enumerate(there)
        if same_piece(subject, piece)
        for at, other in enumerate(there)
        if other.is_verb and verb.keys & other.keys
    ]
    return bool(pairs) and all(
        place >= at or _another_may_be_subject(there[place + 1 : at + 1], there[place], stated)
        for place, at in pairs
    )


def _another_may_be_subject(up_to_verb: Sequence[Piece], subject: Piece, stated: str) -> bool:
    """Whether a comma parts them, and something that no preposition governs follows it."""
    *between, verb = up_to_verb
    commas = [*_ASIDE_END.finditer(stated, subject.span.end, verb.span.start)]
    return bool(commas) and any(
        piece.span.start >= commas[-1].end() and not piece.governed and not is_past(piece, stated)
        for piece in between
    )


def _said_by_another(claim: str, claimed: Sequence[Piece], there: Sequence[Piece]) -> str | None:
    """Who says something in the claim, and stands beside no such verb there."""
    for speaker, verb in pairwise(claimed):
        if not speaks(verb):
            continue
        places = [place for place, piece in enumerate(there) if same_piece(speaker, piece)]
        verbs = [place for place, piece in enumerate(there) if piece.keys & index_terms(SPEAKS)]
        if not any(abs(one - other) <= _NEAR for one in places for other in verbs):
            return claim[slice(*speaker.span)]
    return None


def _is_from_an_aside(
    fact: Piece, claimed: Sequence[Piece], there: Sequence[Piece], stated: str
) -> bool:
    """Whether it stands there only in stretches with a verb of which the claim has nothing else."""
    ends = [0, *(match.end() for match in _ASIDE_END.finditer(stated)), len(stated)]
    words = [piece for piece in claimed if piece.kind == "word" or not piece.governed]
    places = [piece for piece in there if same_piece(fact, piece)]
    if any(piece.kind == "name" and not piece.governed for piece in places):
        return False  # a subject stands before its verbs, whatever comes between
    for place in places:
        start = max(end for end in ends if end <= place.span.start)
        stop = min(end for end in ends if end > place.span.start)
        around = [
            piece for piece in there if start <= piece.span.start < stop and piece is not place
        ]
        has_verb = any(is_past(piece, stated) for piece in around)
        if not has_verb or any(same_piece(own, piece) for own in words for piece in around):
            return False
    return bool(places)
