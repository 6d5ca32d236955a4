"""Windows of passages: around an answer, around what a question is near to, or beside an answer."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.random import Generator

from training.corpus import CharSpan, Text
from training.near_miss import Swap, whole_words

_LEAST_TOKENS = 8
"""Shorter remainders of a passage say too little to mislead."""


def cut(text: Text, length: int, rng: Generator, keep: tuple[int, int]) -> tuple[int, int]:
    """At most ``length`` tokens [first, stop) around ``keep``, in whole sentences if they fit."""
    bounds = text.sentences
    low = int(np.searchsorted(bounds, keep[0], side="right")) - 1
    high = int(np.searchsorted(bounds, keep[1], side="right"))
    if bounds[high] - bounds[low] > length:
        slack = max(0, length - (keep[1] - keep[0] + 1))
        first = max(int(bounds[low]), keep[0] - int(rng.integers(0, slack + 1)))
        return first, min(int(bounds[high]), first + length)
    while True:
        left = low > 0 and bounds[high] - bounds[low - 1] <= length
        right = high < len(bounds) - 1 and bounds[high + 1] - bounds[low] <= length
        if not left and not right:
            break
        if left and (not right or rng.random() < 0.5):
            low -= 1
        else:
            high += 1
    return int(bounds[low]), int(bounds[high])


def swap_with_spans(
    text: str, spans: Sequence[CharSpan], swap: Swap
) -> tuple[str, tuple[CharSpan, ...]]:
    """``swap.apply(text)`` with the spans moved; spans that the swap touches are left out."""
    places = [m.span() for m in re.finditer(whole_words(swap.old), text, flags=re.I)]
    change = len(swap.new) - len(swap.old)
    moved = []
    for start, end in spans:
        if all(stop <= start or begin >= end for begin, stop in places):
            shift = change * sum(stop <= start for _, stop in places)
            moved.append((start + shift, end + shift))
    return swap.apply(text), tuple(moved)


def nearest_sentence(text: Text, question: Sequence[int], rows: Sequence[int]) -> int:
    """Of the sentences ``rows`` the one that shares the most tokens with the question."""
    asked, bounds = np.array(question), text.sentences
    return max(rows, key=lambda r: int(np.isin(asked, text.ids[bounds[r] : bounds[r + 1]]).sum()))


def rest_of_passage(
    text: Text, answers: Sequence[CharSpan], question: Sequence[int], length: int
) -> tuple[int, int] | None:
    """Tokens [first, stop) of sentences that hold no marked answer, around the nearest one."""
    bounds = text.sentences
    free = np.ones(len(bounds) - 1, dtype=bool)
    for span in map(text.token_span, answers):
        if span:
            low = int(np.searchsorted(bounds, span[0], side="right")) - 1
            high = int(np.searchsorted(bounds, span[1], side="right"))
            free[low:high] = False
    rows = np.flatnonzero(free)
    if not len(rows):
        return None
    low = high = nearest_sentence(text, question, rows.tolist())
    while low > 0 and free[low - 1] and bounds[high + 1] - bounds[low - 1] <= length:
        low -= 1
    while high + 1 < len(free) and free[high + 1] and bounds[high + 2] - bounds[low] <= length:
        high += 1
    first, stop = int(bounds[low]), min(int(bounds[high + 1]), int(bounds[low]) + length)
    return (first, stop) if stop - first >= _LEAST_TOKENS else None
