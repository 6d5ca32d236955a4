"""Spans of a passage, scored by a reader; which of them to keep, and how far each extends; pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

SPANS_PER_PASSAGE = 5


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
    not to share, by F1, each rival as likely as its score says (LOG.md, "extent of the words").
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
