"""What a reader reads at once: ``<s> text </s> context </s> passage </s>``, as token ids.

The text is a question, or a claim; the context is the article's title and date, the headings above
the passage and the sentence before it. This module knows token ids, not articles; training and
reading share it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

MAX_QUESTION_TOKENS = 64
MAX_CONTEXT_TOKENS = 72
MAX_SPAN_TOKENS = 30
CONTEXT_SEPARATOR = " · "


@dataclass(frozen=True, slots=True)
class Pair:
    """A question or claim with one window of a passage, as token ids.

    Tokens ``ids[passage_from:passage_to]`` are the window's own.
    """

    ids: tuple[int, ...]
    passage_from: int
    passage_to: int


@dataclass(frozen=True, slots=True)
class SpecialTokens:
    """Ids of the tokens that join the parts."""

    begin: int = 0
    end: int = 2
    pad: int = 1


def join(
    text: Sequence[int], context: Sequence[int], passage: Sequence[int], special: SpecialTokens
) -> Pair:
    """Put the parts into one sequence; text and context are cut to their limits."""
    head = [special.begin, *text[:MAX_QUESTION_TOKENS], special.end]
    middle = [*context[:MAX_CONTEXT_TOKENS], special.end] if context else []
    begin = len(head) + len(middle)
    return Pair(
        ids=(*head, *middle, *passage, special.end),
        passage_from=begin,
        passage_to=begin + len(passage),
    )


def context_text(title: str, date: str | None, headings: Sequence[str], before: str) -> str:
    """The context as one text; ``before`` is the sentence before the passage."""
    return CONTEXT_SEPARATOR.join(filter(None, (title, date, *headings, before)))
