"""The names, numbers, dates and other words that a sentence is compared by; pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from rag.text.content import content, index_terms
from rag.text.proper_names import names, same_name
from rag.text.quantities import quantities
from rag.text.stated_dates import stated_dates
from rag.types import Span
from rag.write.contrasts import same_word
from rag.write.word_order import either_way

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
PAST_VERB = re.compile(
    r"[a-z]{2,}ed|bought|sold|beat|won|lost|led|met|left|made|took|gave|told|sent|shot|found|fought"
    r"|built|began|became|wrote|ran|saw|hit|struck|paid|held|kept|fled|came|went|fell|rose|died|sank"
    r"|grew|brought|taught|caught|chose|drove|drew|flew|threw|stole|spoke|broke|sought|fled|cut|put|set"
)
_YEAR = re.compile(r"1\d{3}|20\d\d")
_PASSIVE = re.compile(r"\b(?:is|are|was|were|be|been|being|got)\s+(?:\w+ly\s+)?$", re.IGNORECASE)
SPEAKS = "say says said tell told state states stated report reported add added announce announced"


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


@dataclass(frozen=True, slots=True)
class TextInPieces:
    """A text, and its pieces or some of them, in order."""

    text: str
    pieces: Sequence[Piece]

    def between(self, one: int, other: int) -> str:
        """The text between two pieces."""
        return self.text[self.pieces[one].span.end : self.pieces[other].span.start]

    def before(self, place: int) -> str:
        """The text up to a piece."""
        return self.text[: self.pieces[place].span.start]


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
                and PAST_VERB.fullmatch(modified.group().strip()) is None
            )
        ),
        is_verb=kind == "word"
        and PAST_VERB.fullmatch(text[slice(*span)]) is not None
        and _PASSIVE.search(before) is None
        and not keys & either_way(),
    )


def same_piece(some: Piece, other: Piece) -> bool:
    """Whether two pieces say the same, or may: of a name or date either may be the fuller one."""
    if some.kind != other.kind:
        return False
    if some.kind == "word":
        return any(same_word(one, two) for one in some.keys for two in other.keys)
    if some.kind == "name":
        return some.keys <= other.keys or other.keys <= some.keys
    return bool(some.keys & other.keys)


def is_past(piece: Piece, text: str) -> bool:
    """Whether it looks like a verb of the past, or a participle."""
    return piece.kind == "word" and PAST_VERB.fullmatch(text[slice(*piece.span)]) is not None


def speaks(piece: Piece) -> bool:
    """Whether it is a verb of saying."""
    return piece.kind == "word" and bool(piece.keys & index_terms(SPEAKS))


def _without(text: str, span: Span) -> str:
    return text[: span.start] + " " * (span.end - span.start) + text[span.end :]
