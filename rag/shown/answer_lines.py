"""An answer's text -> lines of pieces, each of which tells whose words it holds; pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from rag.answer.cite import markers
from rag.types import Answer, Citation

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


@dataclass(frozen=True, slots=True)
class _Stretch:
    start: int
    end: int
    shown: Piece


def answer_lines(answer: Answer) -> tuple[Line, ...]:
    """The lines of ``answer.text``, in order; lines that say nothing are left out."""
    lines: list[Line] = []
    part = 0
    for pieces in _broken(answer):
        if not any(isinstance(piece, Citation) or piece.text.strip() for piece in pieces):
            part += bool(lines) and lines[-1].part == part
            continue
        first = pieces[0]
        is_item = isinstance(first, Words) and first.voice == "ours" and first.text[:2] == "- "
        if is_item:
            assert isinstance(first, Words)
            pieces[0] = Words(first.text[2:], "ours")
        shown = (piece for piece in pieces if isinstance(piece, Citation) or piece.text)
        lines.append(Line(tuple(shown), part, is_item))
    return tuple(lines)


def _broken(answer: Answer) -> Iterator[list[Piece]]:
    """The pieces line by line, blank lines included; only words of ours hold a line's end."""
    line: list[Piece] = []
    for piece in _pieces(answer):
        if isinstance(piece, Citation) or piece.voice != "ours":
            line.append(piece)
            continue
        first, *others = piece.text.split("\n")
        line.append(Words(first, "ours"))
        for other in others:
            yield line
            line = [Words(other, "ours")]
    yield line


def _pieces(answer: Answer) -> Iterator[Piece]:
    done = 0
    for stretch in sorted(_stretches(answer), key=lambda each: (each.start, -each.end)):
        if stretch.start < done:
            continue
        if stretch.start > done:
            yield Words(answer.text[done : stretch.start], "ours")
        yield stretch.shown
        done = stretch.end
    yield Words(answer.text[done:], "ours")


def _stretches(answer: Answer) -> Iterator[_Stretch]:
    """What is not ours: sentences that a model wrote, quotes, markers; some may overlap."""
    text, at = answer.text, 0
    for claim in answer.claims:
        if claim.origin == "written" and (start := text.find(claim.text, at)) >= 0:
            at = start + len(claim.text)
            yield _Stretch(start, at, Words(claim.text, "written"))
    replaced = {n for claim in answer.claims if claim.origin == "replaced" for n in claim.citations}
    for citation in answer.citations:
        voice: Voice = "replaced" if citation.number in replaced else "quoted"
        for found in re.finditer(re.escape(f"“{citation.quote}”"), text):
            yield _Stretch(*found.span(), Words(found[0], voice))
    numbered = {citation.number: citation for citation in answer.citations}
    for marker in markers(text, answer.citations):
        yield _Stretch(*marker.span(), numbered[int(marker[1])])
