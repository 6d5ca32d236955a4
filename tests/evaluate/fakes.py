"""A library with canned hits and answers, and short ways to make both."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from rag.answer import cite
from rag.evaluate.questions import plain_article
from rag.types import Answer, Article, Citation, Done, Event, Hit, Passage, Retrieved, Token, Turn


def article(identifier: str, text: str, source: str | None = None) -> Article:
    return replace(plain_article(identifier, "", text), source=source or identifier)


TALKS = article("talks", "The talks lasted four hours. They were held in Baghdad.", "07/talks.txt")
SHIPS = article("ships", "Nine warships took part.")


def hit(of: Article, start: int = 0, end: int | None = None) -> Hit:
    end = len(of.text) if end is None else end
    return Hit(Passage(f"{of.id}:{start}", of.id, of.text[start:end], start, end), of, 1.0)


def citation(number: int, of: Article, quote: str, shift: int = 0) -> Citation:
    """A citation of the first ``quote`` in the article, its offsets wrong by ``shift``."""
    start = of.text.index(quote)
    cited = cite.citation(number, of, start, start + len(quote))
    return replace(cited, start=cited.start + shift, end=cited.end + shift)


HOURS = citation(1, TALKS, "The talks lasted four hours.")
ABSTAINED = Answer(
    *("", "what was searched", "abstained", None, "The articles do not say.", (), (), 0.1, "fake"),
    timings={"read": 0.75},
)


def abstained(confidence: float = 0.1) -> Answer:
    return replace(ABSTAINED, confidence=confidence)


def answered(text: str, **known: Any) -> Answer:
    told = {"status": "answered", "text": text, "confidence": 0.9, "timings": {"read": 0.25}}
    known = {name: tuple(each) if isinstance(each, list) else each for name, each in known.items()}
    return replace(ABSTAINED, **told | known)


@dataclass
class FakeLibrary:
    """Answers from ``answers`` and finds ``hits``, by question; remembers what it was asked."""

    answers: Mapping[str, Answer] = field(default_factory=dict)
    hits: Mapping[str, Sequence[Hit]] = field(default_factory=dict)
    articles: Sequence[Article] = (TALKS, SHIPS)
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
