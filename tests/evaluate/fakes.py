"""A library with canned hits and answers, and short ways to make both."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from rag.answer import cite
from rag.types import (
    Answer,
    Article,
    Citation,
    Claim,
    Done,
    Event,
    Hit,
    Passage,
    Retrieved,
    Token,
    Turn,
)


def article(identifier: str, text: str, source: str | None = None) -> Article:
    return Article(
        id=identifier,
        title="",
        author=None,
        date=None,
        source=source or identifier,
        url=None,
        text=text,
    )


def hit(of: Article, start: int = 0, end: int | None = None, score: float = 1.0) -> Hit:
    end = len(of.text) if end is None else end
    return Hit(Passage(f"{of.id}:{start}", of.id, of.text[start:end], start, end), of, score)


def citation(number: int, of: Article, quote: str, shift: int = 0) -> Citation:
    """A citation of the first ``quote`` in the article, its offsets wrong by ``shift``."""
    start = of.text.index(quote)
    cited = cite.citation(number, of, start, start + len(quote))
    return replace(cited, start=cited.start + shift, end=cited.end + shift)


def answered(
    text: str,
    *,
    short: str | None = None,
    citations: Sequence[Citation] = (),
    confidence: float = 0.9,
    claims: Sequence[Claim] = (),
    differ: bool = False,
    unanswered: Sequence[str] = (),
) -> Answer:
    return Answer(
        question="",
        query="what was searched",
        status="answered",
        short=short,
        text=text,
        citations=tuple(citations),
        hits=(),
        confidence=confidence,
        model="fake",
        timings={"read": 0.25},
        claims=tuple(claims),
        differ=differ,
        unanswered=tuple(unanswered),
    )


def abstained(confidence: float = 0.1) -> Answer:
    return Answer(
        question="",
        query="what was searched",
        status="abstained",
        short=None,
        text="The articles do not say.",
        citations=(),
        hits=(),
        confidence=confidence,
        model="fake",
        timings={"read": 0.75},
    )


@dataclass
class FakeLibrary:
    """Answers from ``answers`` and finds ``hits``, by question; remembers what it was asked."""

    answers: Mapping[str, Answer] = field(default_factory=dict)
    hits: Mapping[str, Sequence[Hit]] = field(default_factory=dict)
    articles: Sequence[Article] = ()
    histories: dict[str, Sequence[Turn]] = field(default_factory=dict)
    closed: bool = False

    def retrieve(self, question: str, k: int = 5, *, history: Sequence[Turn] = ()) -> list[Hit]:
        return list(self.hits.get(question, ()))[:k]

    def stream(self, question: str, history: Sequence[Turn] = ()) -> Iterator[Event]:
        self.histories[question] = history
        answer = self.answers.get(question) or abstained()
        yield Retrieved(answer.query, answer.hits)
        yield Token(answer.text)
        yield Done(answer)

    def article(self, article_id: str) -> Article | None:
        return next((found for found in self.articles if found.id == article_id), None)

    def close(self) -> None:
        self.closed = True
