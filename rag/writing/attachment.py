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
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, TypeAlias

from rag.text.content import content, index_terms
from rag.text.proper_names import names, same_name
from rag.text.quantities import quantities
from rag.text.stated_dates import stated_dates
from rag.types import Span
from rag.writing.contrasts import same_word
from rag.writing.word_order import either_way

Kind: TypeAlias = Literal["name", "number", "date", "word"]

_WORD = re.compile(r"[^\W\d_]+(?:[’'][^\W\d_]+)*")
_GOVERNED = re.compile(
    r"\b(?:in|at|of|to|from|off|on|near|for|with|by|into|onto|over|under|against|between|via|after"
    r"|before|since|until|through|across|outside|inside|around)\s+(?:(?:the|an?|his|her|its|their)\s+)?$",
    re.IGNORECASE,
)
_MODIFIES = re.compile(r"['’]s?\s|\s+[a-z]{3,}")
_NO_NOUN = frozenset(
    "and but who which that was were has had have are will would said says can may met with for"
    " from into after before while where when under over near the".split()
)
_VERB = re.compile(
    r"[a-z]{2,}ed|bought|sold|beat|won|lost|led|met|left|made|took|gave|told|sent|shot|found|fought"
    r"|built|began|became|wrote|ran|saw|hit|struck|paid|held|kept|fled|came|went|fell|rose|died|sank"
    r"|grew|brought|taught|caught|chose|drove|drew|flew|threw|stole|spoke|broke|sought|fled|cut|put|set"
)
_YEAR = re.compile(r"1\d{3}|20\d\d")
_PASSIVE = re.compile(r"\b(?:is|are|was|were|be|been|being|got)\s+(?:\w+ly\s+)?$", re.IGNORECASE)
SPEAKS = "say says said tell told state states stated report reported add added announce announced"
_NEAR = 3
"""Pieces between a speaker and the verb at most, less one: "officials in Manila said"."""
_ASIDE_END = re.compile(r"[,;:()–—]\s|\s[–—-]\s")


@dataclass(frozen=True, slots=True)
class Piece:
    """A name, a number or date, or another word that says something."""

    kind: Kind
    keys: frozenset[str]
    span: Span
    governed: bool
    """Behind a preposition."""
    modifies: bool
    """A name that says whose or what kind the next word is."""
    is_verb: bool
    """A word that looks like a verb of the past, not in the passive."""


def wrongly_attached(claim: str, stated: str) -> str | None:
    """A name or number of ``claim`` that ``stated`` says of something else, or None."""
    claimed, there = pieces(claim, stated), pieces(stated, claim)
    for index, fact in enumerate(claimed):
        text = claim[slice(*fact.span)]
        if _is_no_longer_subject(claimed, index, there, stated):
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


def pieces(text: str, other: str) -> list[Piece]:
    """The names, numbers, dates and other words of ``text``, in order.

    A word that only its place may have put in capitals is a name if it is one in ``other``.
    """
    known = [name for name in names(other) if not name.opens]
    found: list[tuple[Span, Kind, frozenset[str]]] = []
    plain = text
    for date in stated_dates(text):
        keys = {f"{date.day} {date.month}" if date.day else "", str(date.year or "")}
        keys |= {f"month {date.month}" if date.month else "", date.weekday or ""}
        found.append((date.span, "date", frozenset(keys - {""})))
        plain = _without(plain, date.span)
    for number in quantities(plain):
        written = plain[slice(*number.span)]
        if number.role != "of":
            kind: Kind = "date" if _YEAR.fullmatch(written) else "number"
            found.append((number.span, kind, frozenset([f"{number.value.normalize():f}"])))
        plain = _without(plain, number.span)
    for name in names(plain):
        if not name.opens or any(same_name(name, each) for each in known):
            found.append((name.span, "name", frozenset(name.parts)))
    for span, *_ in found:
        plain = _without(plain, span)
    for word in _WORD.finditer(plain):
        if stems := frozenset(content(word.group())):
            found.append((Span(*word.span()), "word", stems))
    return [_piece(text, *each) for each in sorted(found)]


def _piece(text: str, span: Span, kind: Kind, keys: frozenset[str]) -> Piece:
    before, after = text[: span.start], text[span.end :]
    modified = _MODIFIES.match(after)
    return Piece(
        kind,
        keys,
        span,
        governed=_GOVERNED.search(before) is not None,
        modifies=kind == "name"
        and (
            text[: span.end].endswith(("'s", "’s"))
            or (
                modified is not None
                and modified.group().strip() not in _NO_NOUN
                and _VERB.fullmatch(modified.group().strip()) is None
            )
        ),
        is_verb=kind == "word"
        and _VERB.fullmatch(text[slice(*span)]) is not None
        and _PASSIVE.search(before) is None
        and not keys & either_way(),
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
    if verb.keys & index_terms(SPEAKS):
        return False
    pairs = [
        (place, at)
        for place, piece in enumerate(there)
        if same_piece(subject, piece)
        for at, other in enumerate(there)
        if other.is_verb and verb.keys & other.keys
    ]
    return bool(pairs) and all(
        place > at or _another_may_be_subject(there[place + 1 : at + 1], there[place], stated)
        for place, at in pairs
    )


def _another_may_be_subject(up_to_verb: Sequence[Piece], subject: Piece, stated: str) -> bool:
    """Whether a comma parts them, and something that no preposition governs follows it."""
    *between, verb = up_to_verb
    commas = [*_ASIDE_END.finditer(stated, subject.span.end, verb.span.start)]
    return bool(commas) and any(
        piece.span.start >= commas[-1].end() and not piece.governed and not _is_past(piece, stated)
        for piece in between
    )


def _is_past(piece: Piece, text: str) -> bool:
    return piece.kind == "word" and _VERB.fullmatch(text[slice(*piece.span)]) is not None


def _said_by_another(claim: str, claimed: Sequence[Piece], there: Sequence[Piece]) -> str | None:
    """Who says something in the claim, and stands beside no such verb there."""
    for speaker, verb in pairwise(claimed):
        if verb.kind != "word" or not verb.keys & index_terms(SPEAKS):
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
        has_verb = any(_is_past(piece, stated) for piece in around)
        if not has_verb or any(same_piece(own, piece) for own in words for piece in around):
            return False
    return bool(places)


def same_piece(some: Piece, other: Piece) -> bool:
    if some.kind != other.kind:
        return False
    if some.kind == "word":
        return any(same_word(one, two) for one in some.keys for two in other.keys)
    if some.kind == "name":
        return some.keys <= other.keys or other.keys <= some.keys
    return bool(some.keys & other.keys)


def _without(text: str, span: Span) -> str:
    return text[: span.start] + " " * (span.end - span.start) + text[span.end :]
