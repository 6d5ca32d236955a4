"""What was asked, what came back and how it compares: one record a question."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rag.evaluate.questions import Expected, Kind
from rag.types import Origin, Status


@dataclass(frozen=True, slots=True)
class ShownQuote:
    """A citation of the answer, and whether it is what it claims to be."""

    article_id: str
    start: int
    end: int
    quote: str
    exact: bool
    """``article.text[start:end] == quote``."""
    holds_answer: bool | None
    """None where no answer is known."""


@dataclass(frozen=True, slots=True)
class RankedPassage:
    """A retrieved passage, and whether it holds the words that answer."""

    article_id: str
    start: int
    end: int
    score: float
    holds_place: bool


@dataclass(frozen=True, slots=True)
class JudgedPart:
    """A part of the question, and whether the answer does it justice."""

    answerable: bool
    covered: bool
    """Its answer is shown; or, where the articles have none, the part is said to be missing."""


@dataclass(frozen=True, slots=True)
class JudgedClaim:
    """A sentence of the answer, and how it came to stand there."""

    text: str
    citations: tuple[int, ...]
    origin: Origin
    written: str | None
    """What a model wrote, where the claim was replaced."""
    wrongly_replaced: bool | None
    """What was written held a right answer, as does a quote that stands for it now.

    None for claims that were not replaced, and where no answer is known. Counts too much rather
    than too little: the sentence may have been false in something else.
    """


@dataclass(frozen=True, slots=True)
class Record:
    """One question, what it got, and how that compares; None where nothing known can judge it."""

    id: str
    kind: Kind
    question: str
    query: str
    expected: Expected | None
    partial: bool
    """Whether the articles are known to answer only part of the question."""
    answers: tuple[str, ...]
    conflicting: tuple[str, ...]
    status: Status
    model: str
    confidence: float
    short: str | None
    text: str
    """As shown, without citation markers; of an abstention too."""
    words: int | None
    """Words of ``text``; None for an abstention."""
    right: bool | None
    """The shown answer is right. An abstention shows none, and no answer to an absent one is."""
    contains: bool | None
    exact_match: bool | None
    short_f1: float | None
    text_f1: float | None
    cites_quote: bool | None
    hit_at_1: bool | None
    hit_at_5: bool | None
    recall_at_5: float | None
    recall_at_10: float | None
    recall_at_5_passages: float | None
    ndcg_at_10: float | None
    conflict_shown: bool | None
    """What is shown holds a right answer and one that contradicts it."""
    differ: bool
    """The answer says that its articles disagree."""
    unanswered: tuple[str, ...]
    """The parts of the question that the answer says are missing."""
    parts: tuple[JudgedPart, ...]
    claims: tuple[JudgedClaim, ...]
    quotes: tuple[ShownQuote, ...]
    passages: tuple[RankedPassage, ...]
    timings: Mapping[str, float]
    """Seconds by stage, as the library reports them."""
    seconds: float
    """Seconds to the whole answer, measured from outside."""
    first_words_seconds: float | None
    """Seconds to the first words of an answer; None for an abstention."""
