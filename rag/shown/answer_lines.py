"""An answer's text -> lines of pieces, each of which tells whose words it holds; pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from rag.types import Answer, Citation, Claim

Voice: TypeAlias = Literal["quoted", "written", "replaced", "ours"]
"""Whose words: an article's; a model's; an article's, in place of what a model wrote; ours."""


@dataclass(frozen=True, slots=True)
class Words:
    """A stretch of the answer's text, as it is, quotation marks included."""

    text: str
    voice: Voice


Piece: TypeAlias = Words | Citation
"""A citation stands where its marker stood."""


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph, or an item of a list; a quote is of one line, however the article breaks it."""

    pieces: tuple[Piece, ...]
    part: int
    """Which part of the answer it belongs to, counted from 0; blank lines stand between parts."""
    is_item: bool

    @property
    def is_remark(self) -> bool:
        """Whether all its words are ours."""
        return all(isinstance(piece, Words) and piece.voice == "ours" for piece in self.pieces)


def answer_lines(answer: Answer) -> tuple[Line, ...]:
    """The lines before what a model wrote out; lines that say nothing are left out."""
    return _lines(answer.text[: answer.quotes_end], answer, _claims(answer, is_prose=False))


def written_lines(answer: Answer) -> tuple[Line, ...]:
    """The lines that a model wrote out after the quotes; none where none did."""
    if answer.quotes_end is None:
        return ()
    return _lines(answer.text[answer.quotes_end :], answer, _claims(answer, is_prose=True))


def _claims(answer: Answer, *, is_prose: bool) -> list[Claim]:
    """Those of the quotes or of the prose; of an answer that has no prose of its own, all."""
    if answer.quotes_end is None:
        return [*answer.claims]
    return [claim for claim in answer.claims if (claim.origin != "quoted") is is_prose]


def _lines(text: str, answer: Answer, claims: Sequence[Claim]) -> tuple[Line, ...]:
    lines: list[Line] = []
    part = 0
    for pieces in _broken(_pieces(text, answer.citations, claims)):
        if not any(isinstance(piece, Citation) or piece.text.strip() for piece in pieces):
            part += bool(lines) and lines[-1].part == part
            continue
        first = pieces[0]
        is_item = isinstance(first, Words) and first.voice == "ours" and first.text[:2] == "- "
        if is_item and isinstance(first, Words):
            pieces[0] = Words(first.text[2:], "ours")
        shown = (piece for piece in pieces if isinstance(piece, Citation) or piece.text)
        lines.append(Line(tuple(shown), part, is_item))
    return tuple(lines)


def _broken(pieces: Iterator[Piece]) -> Iterator[list[Piece]]:
    """The pieces line by line, blank lines included; only words of ours hold a line's end."""
    line: list[Piece] = []
    for piece in pieces:
        if isinstance(piece, Citation) or piece.voice != "ours":
            line.append(piece)
            continue
        first, *others = piece.text.split("\n")
        line.append(Words(first, "ours"))
        for other in others:
            yield line
            line = [Words(other, "ours")]
    yield line


def _pieces(text: str, citations: Sequence[Citation], claims: Sequence[Claim]) -> Iterator[Piece]:
    """What is not ours, the longest first: sentences that a model wrote, quotes, markers."""
    numbered = {citation.number: citation for citation in citations}
    voices: dict[str, Voice] = {f"“{citation.quote}”": "quoted" for citation in citations}
    voices |= {claim.text: claim.origin for claim in claims if claim.origin != "quoted"}
    known = "|".join(map(re.escape, sorted(voices, key=len, reverse=True)))
    done = 0
    for found in re.finditer(rf"\[(\d{{1,9}})\]|{known or '(?!)'}", text, re.ASCII):
        if found[1] and int(found[1]) not in numbered:
            continue
        if found.start() > done:
            yield Words(text[done : found.start()], "ours")
        yield numbered[int(found[1])] if found[1] else Words(found[0], voices[found[0]])
        done = found.end()
    yield Words(text[done:], "ours")
