"""One question asked, and what comes back against what is known -> a record."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

from rag.evaluate.matching import (
    contains,
    count_words,
    exact_match,
    shown_text,
    shows,
    token_f1,
)
from rag.evaluate.questions import Expected, Kind, Part, Question
from rag.types import (
    Answer,
    Article,
    Citation,
    Claim,
    Done,
    Event,
    Hit,
    Origin,
    Status,
    Token,
    Turn,
)

RETRIEVED_FOR_PLACES = 10
"""Passages retrieved where the question names the words that answer."""
RETRIEVED_FOR_ARTICLES = 50
"""Passages retrieved where articles are ranked: several passages may be of one article."""
SAME_PART_F1 = 0.5
"""Shared words that make what an answer calls missing the same as a part of the question."""

Verdict: TypeAlias = Literal["right", "partly", "lured", "wrong", "refused"]


class AskedLibrary(Protocol):
    """What is evaluated: ``rag.Library``, or a fake with canned answers."""

    def retrieve(self, question: str, k: int = ..., *, history: Sequence[Turn] = ...) -> list[Hit]:
        """The ``k`` best passages, best first."""
        ...

    def stream(self, question: str, history: Sequence[Turn] = ...) -> Iterator[Event]:
        """Retrieved, then the answer's text as Tokens, then Done."""
        ...

    def article(self, article_id: str) -> Article | None:
        """The article with this id, or None."""
        ...

    def close(self) -> None: ...


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
    category: str
    """What sort of question it is, in the set's own words."""
    question: str
    history: tuple[tuple[str, str], ...]
    """As it was passed on: turns of the user alone are asked, and answered, first."""
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
    verdict: Verdict | None
    """Of a question that names what a right and a wrong answer show."""
    lured: bool | None
    """What is shown holds what only a wrong answer shows."""
    cites_article: bool | None
    contains: bool | None
    exact_match: bool | None
    short_f1: float | None
    text_f1: float | None
    cites_quote: bool | None
    hit_at_1: bool | None
    hit_at_5: bool | None
    hit_at_10: bool | None
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

    @property
    def answered(self) -> bool:
        return self.status == "answered"


def judge(question: Question, library: AskedLibrary) -> Record:
    """Asks ``library`` the question and compares what comes back with what is known."""
    history = _conversation(question, library)
    hits = _retrieve(question, history, library)
    answer, seconds, first_words_seconds = _asked(question.text, history, library)
    answered = answer.status == "answered"
    text = shown_text(answer.text, [citation.number for citation in answer.citations])
    shown, short = (text, answer.short or "") if answered else ("", "")
    answers = question.answers if question.expected != "abstain" else ()
    places = [_holds_place(question, hit) for hit in hits]
    has_place = bool(hits or question.expected == "answer") and bool(
        question.span or question.quote or (question.relevant and question.answers)
    )
    verdict = _verdict(question, answered, shown)
    return Record(
        id=question.id,
        kind=question.kind,
        category=question.category,
        question=question.text,
        history=history,
        query=answer.query,
        expected=question.expected,
        partial=question.partial,
        answers=question.answers,
        conflicting=question.conflicting,
        status=answer.status,
        model=answer.model,
        confidence=answer.confidence,
        short=answer.short,
        text=text,
        words=count_words(shown) if answered else None,
        right=_right(question, answer, shown, library, verdict),
        verdict=verdict,
        lured=_lured(question, shown),
        cites_article=(
            any(citation.article_id in question.cite for citation in answer.citations)
            if question.cite and answered
            else None
        ),
        contains=contains(shown, answers) if answers else None,
        exact_match=exact_match(short, answers) if answers else None,
        short_f1=token_f1(short, answers) if answers else None,
        text_f1=token_f1(shown, answers) if answers else None,
        cites_quote=(
            any(contains(citation.quote, [question.quote]) for citation in answer.citations)
            if question.quote
            else None
        ),
        hit_at_1=any(places[:1]) if has_place else None,
        hit_at_5=any(places[:5]) if has_place else None,
        hit_at_10=any(places[:10]) if has_place else None,
        **_ranking_scores(question, hits),
        conflict_shown=(
            contains(shown, question.answers) and contains(shown, question.conflicting)
            if question.conflicting
            else None
        ),
        differ=answer.differ,
        unanswered=answer.unanswered,
        parts=_parts(question.parts, shown, answer.unanswered),
        claims=tuple(_claim(question, claim, answer.citations) for claim in answer.claims),
        quotes=tuple(_shown_quote(question, citation, library) for citation in answer.citations),
        passages=tuple(
            RankedPassage(
                hit.article.id, hit.passage.start, hit.passage.end, hit.score, holds_place
            )
            for hit, holds_place in list(zip(hits, places, strict=True))[:RETRIEVED_FOR_PLACES]
        ),
        timings=answer.timings,
        seconds=seconds,
        first_words_seconds=first_words_seconds if answered else None,
    )


def _asked(
    question: str, history: Sequence[Turn], library: AskedLibrary
) -> tuple[Answer, float, float | None]:
    """The answer, and the seconds to the whole of it and to its first words."""
    started = time.perf_counter()
    first_words_seconds: float | None = None
    for event in library.stream(question, history):
        if isinstance(event, Token) and first_words_seconds is None:
            first_words_seconds = time.perf_counter() - started
        if isinstance(event, Done):
            return event.answer, time.perf_counter() - started, first_words_seconds
    raise AssertionError("a stream ends with Done")


def _conversation(question: Question, library: AskedLibrary) -> tuple[tuple[str, str], ...]:
    """The turns before; where they are the user's alone, each is asked and its answer carried."""
    if any(role != "user" for role, _ in question.history):
        return question.history
    turns: list[tuple[str, str]] = []
    for _, text in question.history:
        answer, _, _ = _asked(text, tuple(turns), library)
        turns += [("user", text), ("assistant", answer.text)]
    return tuple(turns)


def _retrieve(question: Question, history: Sequence[Turn], library: AskedLibrary) -> Sequence[Hit]:
    """Hits as a search gives them: an answer's own hits may be fewer, or in another order."""
    if question.relevant:
        return library.retrieve(question.text, RETRIEVED_FOR_ARTICLES, history=history)
    if question.expected == "answer" and (question.span or question.quote):
        return library.retrieve(question.text, RETRIEVED_FOR_PLACES, history=history)
    return ()


def _verdict(question: Question, answered: bool, shown: str) -> Verdict | None:
    """Right, or how not: at most one of these holds, the first."""
    if not question.any_of and question.status is None:
        return None
    if not answered:
        return "right" if question.expected == "abstain" else "refused"
    is_lured = shows(shown, question.none_of)
    held = [shows(shown, group) for group in question.any_of]
    if question.expected == "abstain":
        if shows(shown, question.corrections) and not is_lured:
            return "right"
        return "lured" if is_lured else "wrong"
    if all(held) and not is_lured:
        return "right"
    if any(held):
        return "partly"
    return "lured" if is_lured else "wrong"


def _lured(question: Question, shown: str) -> bool | None:
    if question.plausible:
        return contains(shown, question.plausible)
    return shows(shown, question.none_of) if question.none_of else None


def _right(
    question: Question,
    answer: Answer,
    shown: str,
    library: AskedLibrary,
    verdict: Verdict | None,
) -> bool | None:
    if verdict is not None:
        return verdict == "right" and answer.status == "answered"
    if question.expected == "abstain":
        return False
    if question.answers:
        return contains(shown, question.answers)
    if not question.quote and not question.span:
        return None
    for citation in answer.citations if answer.status == "answered" else ():
        article = library.article(citation.article_id)
        if article is not None and _place_held(
            question, article, citation.start, citation.end, citation.quote
        ):
            return True
    return False


def _holds_place(question: Question, hit: Hit) -> bool:
    """Whether the passage holds what answers: the span, the quote, or in a relevant article an
    answer."""
    if question.relevant and question.answers and not question.span and not question.quote:
        named = {hit.article.id, hit.article.source} & {*question.relevant}
        return bool(named) and contains(hit.passage.text, question.answers)
    passage = hit.passage
    return _place_held(question, hit.article, passage.start, passage.end, passage.text)


def _place_held(question: Question, article: Article, start: int, end: int, text: str) -> bool:
    """Whether ``text``, at these characters of the article, holds the words known to answer.

    A span counts where at least half of the shorter of the two is shared.
    """
    if question.span and question.article_id:
        if question.article_id not in (article.id, article.source):
            return False
        shared_chars = min(end, question.span.end) - max(start, question.span.start)
        shorter_chars = min(end - start, question.span.end - question.span.start)
        return shared_chars > 0 and 2 * shared_chars >= shorter_chars
    return question.quote is not None and contains(text, [question.quote])


def _shown_quote(question: Question, citation: Citation, library: AskedLibrary) -> ShownQuote:
    article = library.article(citation.article_id)
    worth_citing = question.worth_citing if question.expected != "abstain" else ()
    return ShownQuote(
        article_id=citation.article_id,
        start=citation.start,
        end=citation.end,
        quote=citation.quote,
        exact=article is not None
        and 0 <= citation.start < citation.end
        and article.text[citation.start : citation.end] == citation.quote,
        holds_answer=contains(citation.quote, worth_citing) if worth_citing else None,
    )


def _parts(parts: Sequence[Part], shown: str, unanswered: Sequence[str]) -> tuple[JudgedPart, ...]:
    """Each part against what is shown, and what is said to be missing.

    A part without a question of its own is missing where the answer misses what no other part is.
    """
    missing = [_part_meant(parts, said) for said in unanswered]
    judged = []
    for part in parts:
        if part.answers:
            covered = contains(shown, part.answers) and part not in missing
        else:
            covered = (part if part.question else None) in missing
        judged.append(JudgedPart(bool(part.answers), covered))
    return tuple(judged)


def _part_meant(parts: Sequence[Part], said: str) -> Part | None:
    """The part whose question is nearest to ``said``; None where none is near."""
    likeness = {part: token_f1(said, [part.question]) for part in parts if part.question}
    nearest = max(likeness, key=likeness.__getitem__, default=None)
    return nearest if nearest and likeness[nearest] >= SAME_PART_F1 else None


def _claim(question: Question, claim: Claim, citations: Sequence[Citation]) -> JudgedClaim:
    wrongly_replaced = None
    if claim.written is not None and question.worth_citing:
        quotes = [citation.quote for citation in citations if citation.number in claim.citations]
        wrongly_replaced = contains(claim.written, question.worth_citing) and any(
            contains(quote, question.worth_citing) for quote in quotes
        )
    return JudgedClaim(claim.text, claim.citations, claim.origin, claim.written, wrongly_replaced)


def _ranking_scores(question: Question, hits: Sequence[Hit]) -> dict[str, float | None]:
    """Recall and nDCG over articles, each at the rank of its best passage; recall by passages."""
    names = ("recall_at_5", "recall_at_10", "recall_at_5_passages", "ndcg_at_10")
    relevant = {*question.relevant}
    if not relevant:
        return dict.fromkeys(names)
    found = [
        hit.article.source if hit.article.source in relevant else hit.article.id for hit in hits
    ]
    ranking = list(dict.fromkeys(found))
    recalled = [
        len(relevant & {*some}) / len(relevant) for some in (ranking[:5], ranking[:10], found[:5])
    ]
    discounts = [1 / math.log2(rank + 2) for rank in range(10)]
    gain = sum(
        discount
        for article_id, discount in zip(ranking, discounts, strict=False)
        if article_id in relevant
    )
    return dict(zip(names, (*recalled, gain / sum(discounts[: len(relevant)])), strict=True))
