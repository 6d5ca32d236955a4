"""Spans of a passage, scored by a reader; which of them to keep, and how far each extends; pure."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.types import Span

SPANS_PER_PASSAGE = 5
_CLOSED_BY = {"(": ")", "[": "]", "{": "}", "“": "”", "«": "»"}
_OPENED_BY = {closing: opening for opening, closing in _CLOSED_BY.items()}
_NOT_FIRST = re.compile(r"[\s,.;:!?)\]}”»’–—-]+(?=[^\W_])|[\s,;:!?)\]}”»–—]+")
_NOT_LAST = re.compile(r"[\s,;:!?(\[{“«‘–—-]+$|(?<![A-Z])(?<!\b(?:[JS]r|[CN]o|St))(?<!\bInc)\.$")
"""A full stop at the end belongs to the words in "U.S." and "Acme Inc." alone."""


@dataclass(frozen=True, slots=True)
class ScoredSpan:
    """The characters ``text[start:end]`` of a passage: whole words that may answer."""

    start: int
    end: int
    score: float
    """Log-odds scale; 0 is the score of saying nothing. Comparable between passages."""


def without_overlap(spans: Sequence[ScoredSpan]) -> tuple[ScoredSpan, ...]:
    """The best spans of which none overlaps a better one, each in its likeliest extent."""
    by_place: dict[tuple[int, int], ScoredSpan] = {}
    for span in spans:  # overlapping windows mark some twice
        known = by_place.setdefault((span.start, span.end), span)
        if span.score > known.score:
            by_place[span.start, span.end] = span
    left = sorted(by_place.values(), key=lambda span: (-span.score, span.start, span.end))
    kept: list[ScoredSpan] = []
    while left and len(kept) < SPANS_PER_PASSAGE:
        rivals = [span for span in left if _shared_chars(span, left[0])]
        chosen = _likeliest_extent(rivals)
        kept.append(replace(chosen, score=left[0].score))
        left = [
            span
            for span in left
            if not _shared_chars(span, left[0]) and not _shared_chars(span, chosen)
        ]
    return tuple(kept)


def _likeliest_extent(rivals: Sequence[ScoredSpan]) -> ScoredSpan:
    """Of spans that overlap the first, which is the best, the one that shares most with all others.

    Minimum Bayes risk (Goel and Byrne 2000): a span's risk is what of its characters it is expected
    not to share, by F1, each rival as likely as its score says (docs/experiments.md).
    """
    likelihoods = [math.exp(rival.score - rivals[0].score) for rival in rivals]

    def expected_f1(span: ScoredSpan) -> float:
        return sum(
            likelihood
            * 2
            * _shared_chars(span, rival)
            / (span.end - span.start + rival.end - rival.start)
            for rival, likelihood in zip(rivals, likelihoods, strict=True)
        )

    return max(rivals, key=expected_f1)


def _shared_chars(span: ScoredSpan, other: ScoredSpan) -> int:
    return max(0, min(span.end, other.end) - max(span.start, other.start))


def tidied(text: str, words: Span) -> Span:
    """The marked words without punctuation at their ends, every bracket and quotation mark closed.

    A mark that stands right beside the words is taken in; else the words are parted there, and the
    longer part stays: "248 ft) (at the right bank" becomes "at the right bank". Where nothing would
    stay, all of it does.
    """
    start, end = _without_punctuation(text, *words)
    if (unpaired := _unpaired(text, start, end)) is not None:
        mark = text[unpaired]
        if text[end : end + 1] == _CLOSED_BY.get(mark, '"' if mark == '"' else None):
            end += 1
        elif start and text[start - 1] == _OPENED_BY.get(mark, '"' if mark == '"' else None):
            start -= 1
    while (unpaired := _unpaired(text, start, end)) is not None:
        left = _without_punctuation(text, start, unpaired)
        right = _without_punctuation(text, unpaired + 1, end)
        start, end = max(left, right, key=lambda part: part.end - part.start)
    return Span(start, end) if any(map(str.isalnum, text[start:end])) else words


def _without_punctuation(text: str, start: int, end: int) -> Span:
    first = _NOT_FIRST.match(text, start, end)
    start = first.end() if first else start
    while last := _NOT_LAST.search(text[start:end]):
        end = start + last.start()
    return Span(start, end)


def _unpaired(text: str, start: int, end: int) -> int | None:
    """The first bracket or quotation mark of ``text[start:end]`` whose partner is not in there."""
    open_marks: list[int] = []
    for place in range(start, end):
        mark = text[place]
        top = text[open_marks[-1]] if open_marks else ""
        if mark == '"' == top or (top and mark == _CLOSED_BY.get(top)):
            open_marks.pop()
        elif mark in _CLOSED_BY or mark == '"':
            open_marks.append(place)
        elif mark in _OPENED_BY:
            return place
    return open_marks[0] if open_marks else None
