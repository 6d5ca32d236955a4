"""One question asked, and what comes back against what is known -> a record."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from rag.evaluate.matching import contains, count_words, exact_match, shown_text, shows, token_f1
from rag.evaluate.questions import Question
from rag.records import answer_record
from rag.types import Answer, Article, Done, Hit, Token, Turn

if TYPE_CHECKING:
    from rag.library import Library

RETRIEVED_FOR_PLACES = 10
"""Passages retrieved where the question names the words that answer."""
RETRIEVED_FOR_ARTICLES = 50
"""Passages retrieved where articles are ranked: several passages may be of one article."""

Verdict: TypeAlias = Literal["right", "partly", "lured", "wrong", "refused"]


@dataclass(frozen=True, slots=True)
class Record:
    """One question, what it got, and how that compares with what is known."""

    question: Question
    history: tuple[Turn, ...]
    """As it was passed on: turns of the user alone are asked first, and their answers carried."""
    answer: Answer
    text: str
    """As shown, without citation markers; of an abstention too."""
    right: bool | None
    """The shown answer is right. An abstention shows none, and no answer to an absent one is.

    None where nothing that is known can judge it."""
    verdict: Verdict | None
    """Of a question that names what a right and a wrong answer show."""
    measures: dict[str, float]
    """By name, those that what is known of the question allows; each is averaged."""
    pooled: dict[str, list[bool]]
    """Verdicts on each citation or claim, which are counted over all questions."""
    passages: tuple[tuple[Hit, bool | None], ...]
    """The first that were retrieved, and whether they hold what answers."""
    seconds: float
    """To the whole answer, measured from outside."""
    first_words_seconds: float | None
    """None for an abstention."""

    @property
    def answered(self) -> bool:
        return self.answer.status == "answered"

    @property
    def confidence(self) -> float:
        return self.answer.confidence

    def as_json(self) -> dict[str, Any]:
        """The question, the answer as ``rag ask --json`` prints it, and how they compare."""
        known = self.question.model_dump(mode="json", exclude_defaults=True, exclude={"text"})
        answer = answer_record(self.answer)
        return {
            **known,
            "kind": self.question.kind,
            "category": self.question.category,
            "history": [_as_texts(turn) for turn in self.history],
            "expected": self.question.expected,
            **answer,
            "question": self.question.text,
            "shown": self.text,
            "claims": [asdict(claim) for claim in self.answer.claims],
            "differ": self.answer.differ,
            "unanswered": self.answer.unanswered,
            "right": self.right,
            "verdict": self.verdict,
            "measures": self.measures,
            "hits": [
                {**asdict(hit.passage), "score": hit.score, "holds_answer": holds}
                for hit, holds in self.passages
            ],
            "seconds": self.seconds,
            "first_words_seconds": self.first_words_seconds,
        }


def judge(question: Question, library: Library) -> Record:
    """Asks ``library`` the question and compares what comes back with what is known."""
    history = _conversation(question, library)
    hits: Sequence[Hit] = ()
    if question.relevant or (question.expected == "answer" and question.has_place):
        # As a search gives them: an answer's own may be fewer, or in another order.
        most = RETRIEVED_FOR_ARTICLES if question.relevant else RETRIEVED_FOR_PLACES
        hits = library.retrieve(question.text, most, history=history)
    answer, seconds, first_words_seconds = _asked(question.text, history, library)
    text = shown_text(answer.text, [citation.number for citation in answer.citations])
    shown = text if answer.status == "answered" else ""
    places = [holds_place(question, hit) for hit in hits]
    verdict = _verdict(question, answer, shown)
    measures = _retrieval(question, hits, places) | _answer(question, answer, shown)
    return Record(
        question=question,
        history=history,
        answer=answer,
        text=text,
        right=_right(question, answer, shown, library, verdict),
        verdict=verdict,
        measures={name: float(value) for name, value in measures.items()},
        pooled=_pooled(question, answer, library),
        passages=tuple(zip(hits, places, strict=True))[:RETRIEVED_FOR_PLACES],
        seconds=seconds,
        first_words_seconds=first_words_seconds if shown else None,
    )


def _asked(
    question: str, history: Sequence[Turn], library: Library
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


def _conversation(question: Question, library: Library) -> tuple[Turn, ...]:
    """The turns before; where they are the user's alone, each is asked and its answer carried."""
    if any(role != "user" for role, _ in question.history):
        return question.history
    answers: list[Answer] = []
    for _, text in question.history:
        answers.append(_asked(text, tuple(answers), library)[0])
    return tuple(answers)


def _as_texts(turn: Turn) -> Any:
    return [turn.question, turn.text] if isinstance(turn, Answer) else turn


def _retrieval(
    question: Question, hits: Sequence[Hit], places: Sequence[bool | None]
) -> dict[str, float]:
    """Ranks of passages that hold what answers; of relevant articles, each at its best passage."""
    measures: dict[str, float] = {}
    if question.has_place and question.expected == "answer":
        measures |= {f"hit@{rank}": any(places[:rank]) for rank in (1, 5, 10)}
    if relevant := {*question.relevant}:
        found = [
            hit.article.source if hit.article.source in relevant else hit.article.id for hit in hits
        ]
        ranking = list(dict.fromkeys(found))
        gains = [1 / math.log2(rank + 2) for rank in range(10)]
        gained = [gain for id, gain in zip(ranking, gains, strict=False) if id in relevant]
        measures |= {
            "recall@5": len(relevant & {*ranking[:5]}) / len(relevant),
            "recall@10": len(relevant & {*ranking[:10]}) / len(relevant),
            "nDCG@10": sum(gained) / sum(gains[: len(relevant)]),
        }
    return measures


def _answer(question: Question, answer: Answer, shown: str) -> dict[str, float]:
    measures: dict[str, float] = {}
    short = answer.short or "" if shown else ""
    quotes = [citation.quote for citation in answer.citations]
    if question.answers and question.expected != "abstain":
        measures |= {
            "contains": contains(shown, question.answers),
            "exact match, short": exact_match(short, question.answers),
            "token F1, short": token_f1(short, question.answers),
        }
    if question.conflicting:
        sides = (question.answers, question.conflicting)
        measures["both shown"] = all(contains(shown, side) for side in sides)
    if shown and question.kind != "near miss" and question.expected == "answer":
        measures["words shown"] = count_words(shown)
    if question.quote:
        measures["quote cited"] = any(contains(quote, [question.quote]) for quote in quotes)
    if question.plausible:
        measures["lured"] = contains(shown, question.plausible)
    if question.cite and shown:
        cited = {citation.article_id for citation in answer.citations}
        measures["right article cited"] = bool(cited & {*question.cite})
    return measures


def _verdict(question: Question, answer: Answer, shown: str) -> Verdict | None:
    """Right, or how not: at most one of these holds, the first."""
    if not question.any_of and question.status is None:
        return None
    if answer.status == "abstained":
        return "right" if question.expected == "abstain" else "refused"
    is_lured = shows(shown, question.none_of)
    groups = question.any_of or (question.corrections,)
    held = [shows(shown, group) for group in groups]
    if all(held) and not is_lured:
        return "right"
    if any(held) and question.expected == "answer":
        return "partly"
    return "lured" if is_lured else "wrong"


def _right(
    question: Question,
    answer: Answer,
    shown: str,
    library: Library,
    verdict: Verdict | None,
) -> bool | None:
    if verdict is not None:
        return verdict == "right" and answer.status == "answered"
    if question.expected == "abstain":
        return False
    if question.answers:
        return contains(shown, question.answers)
    if not question.has_place:
        return None
    for citation in answer.citations:
        article = library.article(citation.article_id)
        if article and _place_held(question, article, citation.start, citation.end, citation.quote):
            return True
    return False


def holds_place(question: Question, hit: Hit) -> bool | None:
    """Whether the passage holds what answers: the span, the quote, or an answer in a relevant
    article; None where none of them is known."""
    if not question.has_place:
        return None
    passage = hit.passage
    if not question.span and not question.quote:
        named = {hit.article.id, hit.article.source} & {*question.relevant}
        return bool(named) and contains(passage.text, question.answers)
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


def _pooled(question: Question, answer: Answer, library: Library) -> dict[str, list[bool]]:
    worth_citing = question.worth_citing
    exact = []
    for citation in answer.citations:
        article = library.article(citation.article_id)
        span = slice(citation.start, citation.end)
        exact.append(
            article is not None
            and 0 <= span.start < span.stop
            and article.text[span] == citation.quote
        )
    return {
        "exactness": exact,
        "precision": [
            contains(each.quote, worth_citing) for each in answer.citations if worth_citing
        ],
        "replaced, of checked": [
            c.origin == "replaced" for c in answer.claims if c.origin != "quoted"
        ],
    }
