"""One question's hits and answer against what is known -> a record; pure but for the asking."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from rag.evaluate.judgements import JudgedClaim, JudgedPart, RankedPassage, Record, ShownQuote
from rag.evaluate.matching import contains, exact_match, shown_text, token_f1
from rag.evaluate.questions import Part, Question
from rag.types import Answer, Article, Citation, Claim, Done, Event, Hit, Token, Turn

RETRIEVED_FOR_PLACES = 10
"""Passages retrieved where the question names the words that answer."""
RETRIEVED_FOR_ARTICLES = 50
"""Passages retrieved where articles are ranked: several passages may be of one article."""
SAME_PART_F1 = 0.5
"""Shared words that make what an answer calls missing the same as a part of the question."""


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


def judge(question: Question, library: AskedLibrary) -> Record:
    """Asks ``library`` the question and compares what comes back with what is known."""
    hits = _retrieve(question, library)
    started = time.perf_counter()
    first_words_seconds: float | None = None
    for event in library.stream(question.text, question.history):
        if isinstance(event, Token) and first_words_seconds is None:
            first_words_seconds = time.perf_counter() - started
        if isinstance(event, Done):
            seconds = time.perf_counter() - started
            return record(question, hits, event.answer, library, seconds, first_words_seconds)
    raise AssertionError("a stream ends with Done")


def _retrieve(question: Question, library: AskedLibrary) -> Sequence[Hit]:
    """Hits as a search gives them: an answer's own hits may be fewer, or in another order."""
    if question.relevant:
        return library.retrieve(question.text, RETRIEVED_FOR_ARTICLES, history=question.history)
    if question.span or question.quote:
        return library.retrieve(question.text, RETRIEVED_FOR_PLACES, history=question.history)
    return ()


def record(
    question: Question,
    hits: Sequence[Hit],
    answer: Answer,
    library: AskedLibrary,
    seconds: float,
    first_words_seconds: float | None,
) -> Record:
    """Compares an answer and the hits of a search with what is known of the question."""
    answered = answer.status == "answered"
    text = shown_text(answer.text, [citation.number for citation in answer.citations])
    shown, short = (text, answer.short or "") if answered else ("", "")
    judged = bool(question.answers)
    places = [
        _holds_place(question, hit.article, hit.passage.start, hit.passage.end, hit.passage.text)
        for hit in hits
    ]
    has_place = bool(question.span or question.quote)
    return Record(
        id=question.id,
        kind=question.kind,
        question=question.text,
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
        words=len(shown.split()) if answered else None,
        right=_right(question, answer, shown, library),
        contains=contains(shown, question.answers) if judged else None,
        exact_match=exact_match(short, question.answers) if judged else None,
        short_f1=token_f1(short, question.answers) if judged else None,
        text_f1=token_f1(shown, question.answers) if judged else None,
        cites_quote=(
            any(contains(citation.quote, [question.quote]) for citation in answer.citations)
            if question.quote
            else None
        ),
        hit_at_1=any(places[:1]) if has_place else None,
        hit_at_5=any(places[:5]) if has_place else None,
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


def _right(question: Question, answer: Answer, shown: str, library: AskedLibrary) -> bool | None:
    if question.expected == "abstain":
        return False
    if question.answers:
        return contains(shown, question.answers)
    if not question.span and not question.quote:
        return None
    for citation in answer.citations:
        article = library.article(citation.article_id)
        if article and _holds_place(
            question, article, citation.start, citation.end, citation.quote
        ):
            return True
    return False


def _holds_place(question: Question, article: Article, start: int, end: int, text: str) -> bool:
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
    return ShownQuote(
        article_id=citation.article_id,
        start=citation.start,
        end=citation.end,
        quote=citation.quote,
        exact=article is not None
        and 0 <= citation.start < citation.end
        and article.text[citation.start : citation.end] == citation.quote,
        holds_answer=(
            contains(citation.quote, question.worth_citing) if question.worth_citing else None
        ),
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


def _ranking_scores(question: Question, hits: Sequence[Hit]) -> Mapping[str, float | None]:
    """Recall and nDCG over articles, each at the rank of its best passage; recall by passages."""
    import ir_measures
    from ir_measures import Qrel, R, ScoredDoc, nDCG

    measures = {"recall_at_5": R @ 5, "recall_at_10": R @ 10, "ndcg_at_10": nDCG @ 10}
    if not question.relevant:
        return dict.fromkeys((*measures, "recall_at_5_passages"))
    found = [
        hit.article.source if hit.article.source in question.relevant else hit.article.id
        for hit in hits
    ]
    judgements = [Qrel("question", article_id, 1) for article_id in question.relevant]
    ranking = [
        ScoredDoc("question", article_id, -float(rank))
        for rank, article_id in enumerate(dict.fromkeys(found))
    ]
    values = ir_measures.calc_aggregate(list(measures.values()), judgements, ranking)
    scores = {name: float(values[measure]) for name, measure in measures.items()}
    in_first_passages = set(question.relevant) & set(found[:5])
    return {**scores, "recall_at_5_passages": len(in_first_passages) / len(question.relevant)}
