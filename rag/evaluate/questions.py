"""A question, what is known about its answer, and the articles that it is asked over."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from rag.types import Article, Span

Kind: TypeAlias = Literal["question", "absent", "follow-up", "conflict"]
Expected: TypeAlias = Literal["answer", "abstain"]


@dataclass(frozen=True, slots=True)
class Part:
    """One of several things that a question asks."""

    question: str | None
    """The part by itself, as a question."""
    answers: tuple[str, ...]
    """Alternatives; empty where the articles do not answer this part."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question and what is known about its answer."""

    id: str
    kind: Kind
    text: str
    expected: Expected | None = None
    """None where nothing says whether it can be answered."""
    partial: bool = False
    """Whether the articles are known to answer only part of it."""
    answers: tuple[str, ...] = ()
    """Alternatives: each alone is right."""
    conflicting: tuple[str, ...] = ()
    """What other articles say instead, as alternatives: it is to be shown beside ``answers``."""
    parts: tuple[Part, ...] = ()
    quote: str | None = None
    """Words of the article that answer."""
    article_id: str | None = None
    span: Span | None = None
    """The characters of ``article_id`` that answer."""
    relevant: tuple[str, ...] = ()
    """Articles that the question needs, by id or source."""
    history: tuple[tuple[str, str], ...] = ()

    @property
    def worth_citing(self) -> tuple[str, ...]:
        """Every text that a quote or a claim of a good answer may hold; empty if none is known."""
        of_parts = (answer for part in self.parts for answer in part.answers)
        return (*self.answers, *self.conflicting, *of_parts)


@dataclass(frozen=True, slots=True)
class Collection:
    """Questions and what they are asked over: ``articles``, a ``folder``, or else the own index."""

    name: str
    questions: tuple[Question, ...]
    articles: tuple[Article, ...] = ()
    folder: Path | None = None


def plain_article(identifier: str, title: str, text: str) -> Article:
    """An article of which only this is known; all of its text may be cited."""
    return Article(
        id=identifier,
        title=title,
        author=None,
        date=None,
        source=identifier,
        url=None,
        text=text,
    )
