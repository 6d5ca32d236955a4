"""Answers and conversations as the chat keeps them, friendly and hostile, for tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rag.answer.answer import Section, abstained, answered
from rag.conversations.stored_turns import Conversation, StoredTurn
from rag.types import Answer, Article, Ask, Filters, Hit, Passage, Quote
from tests.fakes import make_article

LAKE = replace(
    make_article(
        "The lake froze in January. Skaters came from four towns.",
        "lake",
        title="A cold month",
        author="Ada Lund",
        date="2007-01-31",
    ),
    url="https://example.org/lake?a=1&b=2",
    language="en",
)
HOSTILE = (
    "</title></style><script>alert(1)</script>![x](http://foreign.example/x.png)"
    "[y](javascript:alert(1))<img src=x onerror=alert(1)><http://foreign.example>"
    " http://foreign.example www.foreign.example {: onclick=alert(1)} {{ x }} $x$ `x` **x** \\"
)
"""Each of HTML, Markdown, kramdown, Liquid and TeX is asked to load or to run something."""


def hit_of(article: Article, score: float = 0.5) -> Hit:
    return Hit(
        Passage(f"p-{article.id}", article.id, article.text, 0, len(article.text)), article, score
    )


def quote_of(article: Article, words: str) -> Quote:
    start = article.text.index(words)
    return Quote(article, words, start, start + len(words), 1.0)


def answer_of(
    quotes: Sequence[Quote], question: str = "When did the lake freeze?", *, is_list: bool = False
) -> Answer:
    hits = tuple(hit_of(quote.article) for quote in quotes)
    section = Section(tuple(quotes), in_lines=is_list, confidence=0.9, hits=hits)
    return answered(Ask(question, question, question), [section], "fake")


def lake_answer(question: str = "When did the lake freeze?") -> Answer:
    return answer_of([quote_of(LAKE, "The lake froze in January.")], question)


def refusal(question: str = "Who won the cup?") -> Answer:
    return abstained(Ask(question, question, question), (hit_of(LAKE),), "fake", confidence=0.1)


def turn_of(answer: Answer, number: int = 1, filters: Filters = Filters()) -> StoredTurn:
    time = "2026-12-03T10:15:00.000000+00:00"
    return StoredTurn(number, answer.question, time, filters, "done", answer)


def conversation_of(*turns: StoredTurn, title: str = "The lake") -> Conversation:
    time = "2026-12-03T10:15:00.000000+00:00"
    return Conversation("c1", title, time, time, turns)
