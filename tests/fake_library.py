"""A library without models or disk, for tests of the chat: answers by looking for words."""

from __future__ import annotations

import asyncio
import re
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, TypeVar

from rag.answer.cite import cite
from rag.conversations.feedback import FeedbackStore
from rag.conversations.store import ConversationStore
from rag.errors import OpenError, QuestionError
from rag.settings import Settings
from rag.types import (
    Answer,
    Article,
    BuildReport,
    Claim,
    Done,
    Event,
    Failure,
    Filters,
    Header,
    Hit,
    Passage,
    Quote,
    Retrieved,
    Span,
    Token,
    Turn,
)
from rag.web.conversations import Conversing
from rag.web.served import ServedLibrary
from tests.fakes import outside

Made = TypeVar("Made")
TEXT = """The US holds talks with Iran in Baghdad

Peter Symonds
31 May 2007

US-Iranian talks—the first in nearly three decades—took place in Baghdad on Monday. American \
ambassador to Iraq, Ryan Crocker, met with his Iranian counterpart Hassan Kazemi Qumi in the \
offices of Iraqi Prime Minister Nouri al-Maliki in Baghdad for four hours.

Not surprisingly, four hours of discussion between Crocker and Kazemi produced very little. No \
agreements were announced, no joint statement was issued and the two men pointedly held separate \
press conferences following the talks.

An editorial in Tuesday's *Wall Street Journal* made clear that the proponents of "regime change" \
and war against Iran have no intention of remaining silent.

Visit wsws.org/contact"""


def article_of(text: str = TEXT, **changed: Any) -> Article:
    """An article of ``text``, whose title, author and date are those of TEXT unless changed."""
    title, author, date = text.find("The US"), text.find("Peter"), text.find("31 May")
    is_seed = text == TEXT
    header = Header(Span(title, title + 39), Span(author, author + 13), Span(date, date + 11))
    body = (Span(text.find("US-Iranian"), text.find("Visit")),)
    fields: dict[str, Any] = {
        "header": header if is_seed else Header(),
        "marks": outside(text, *body) if is_seed else (),
        "id": "a1",
        "title": "The US holds talks with Iran in Baghdad",
        "author": "Peter Symonds",
        "date": "2007-05-31",
        "source": "000_915390efa79720e3.txt",
        "url": None,
        **changed,
    }
    return Article(text=text, **fields)


@dataclass(frozen=True)
class FakeManifest:
    failures: tuple[Failure, ...] = ()


@dataclass
class FakeLibrary:
    """Quotes the sentences that share a long word with the question; abstains where none does."""

    texts: Sequence[Article] = field(default_factory=lambda: [article_of()])
    asked: list[tuple[str, tuple[Turn, ...]]] = field(default_factory=list)
    filters: list[Filters] = field(default_factory=list)
    """Those of each question in ``asked``."""
    made: list[tuple[float | None, int | None, bool]] = field(default_factory=list)
    """Least confidence, most quotes and whether a model may write, for each in ``asked``."""
    warmed: bool = False
    replaced: bool = False
    """Whether another process has built the index anew."""
    manifest: FakeManifest = FakeManifest()
    report: BuildReport | None = None

    @property
    def generation(self) -> str:
        return "g000001"

    @property
    def article_count(self) -> int:
        return len(self.texts)

    @property
    def passage_count(self) -> int:
        return 12 * len(self.texts)

    def count_articles(self, filters: Filters) -> int:
        return sum(_passes(article, filters) for article in self.texts)

    def is_in_force(self) -> bool:
        return not self.replaced

    def articles(self) -> Iterator[Article]:
        return iter(self.texts)

    def latest_articles(self, count: int) -> Sequence[Article]:
        return self.texts[:count]

    def article(self, article_id: str) -> Article | None:
        return next((each for each in self.texts if each.id == article_id), None)

    def warm_up(self) -> None:
        self.warmed = True

    def stream(
        self,
        question: str,
        history: Sequence[Turn] = (),
        *,
        since: str | None = None,
        until: str | None = None,
        author: str | None = None,
        source: str | None = None,
        min_confidence: float | None = None,
        max_quotes: int | None = None,
        writes: bool = True,
    ) -> Iterator[Event]:
        if len(question) > 2000:
            raise QuestionError("The question is too long: shorten it.")
        filters = Filters(since, until, author, source)
        self.asked.append((question, tuple(history)))
        self.filters.append(filters)
        self.made.append((min_confidence, max_quotes, writes))
        sentences = [
            Quote(article, match[0], *match.span(), score=0.5)
            for article in self.texts
            if _passes(article, filters)
            for match in re.finditer(r"[A-Z][^.\n]{30,}\.", article.text)
        ]
        words = {word.lower() for word in re.findall(r"\w{6,}", question)}
        quotes = [each for each in sentences if words & set(re.findall(r"\w+", each.text.lower()))]
        if min_confidence == 0.0 and not quotes:
            quotes = sentences[:1]
        hits = tuple(
            Hit(
                Passage(f"p{number}", each.article.id, each.text, each.start, each.end),
                each.article,
                each.score,
            )
            for number, each in enumerate(quotes or sentences)
        )
        query = f"{history[-1].question} {question}" if history else question  # type: ignore[union-attr]
        yield Retrieved(query, hits)
        citations = cite(quotes[: min(3, max_quotes or 3)])
        text = " ".join(f"“{each.quote}” [{each.number}]" for each in citations)
        answer = Answer(
            question=question,
            query=query,
            status="answered" if quotes else "abstained",
            short=None,
            text=text or "The articles do not say.",
            citations=citations,
            hits=hits,
            confidence=0.9 if quotes else 0.1,
            model="fake",
            timings={"retrieve": 0.1, "total": 0.4},
        )
        for piece in re.findall(r"\S+\s*", answer.text):
            yield Token(piece)
        yield Done(answer)

    def write_out(self, answer: Answer) -> Iterator[Event]:
        """One sentence of a model, and the first quote in place of another."""
        first = answer.citations[0]
        written, invented = "It was said plainly.", "Nobody <i>ever</i> said so."
        text = f"\n\n{written} [1] “{first.quote}” [1]"
        claims = (
            Claim(written, (1,), "written"),
            Claim(f"“{first.quote}”", (1,), "replaced", invented, "not there: ever"),
        )
        for piece in re.findall(r"\s*\S+", text):
            yield Token(piece)
        yield Done(
            replace(
                answer,
                text=answer.text + text,
                quotes_end=len(answer.text),
                claims=(*answer.claims, *claims),
            )
        )


class SilentLibrary(FakeLibrary):
    """One in a Milvus server that has stopped answering."""

    error = OpenError("Milvus at http://host:19530 does not answer: check that it runs there.")

    @property
    def article_count(self) -> int:
        raise self.error

    @property
    def passage_count(self) -> int:
        raise self.error

    def count_articles(self, filters: Filters) -> int:
        raise self.error

    def articles(self) -> Iterator[Article]:
        raise self.error

    def latest_articles(self, count: int) -> Sequence[Article]:
        raise self.error

    def article(self, article_id: str) -> Article | None:
        raise self.error


def _passes(article: Article, filters: Filters) -> bool:
    date = article.date or ""
    return (
        (not filters.since or date >= filters.since)
        and (not filters.until or date[: len(filters.until)] <= filters.until)
        and (filters.author or "").lower() in (article.author or "").lower()
        and (not filters.source or fnmatchcase(article.source, filters.source))
    )


def conversing_over(
    served: ServedLibrary, conversations: Path, settings: Settings = Settings()
) -> Conversing:
    """The chat over a library, with its conversations in this file."""
    stores = ConversationStore(conversations), FeedbackStore(conversations)
    return Conversing(served, *stores, settings)


def made_in_a_loop(make: Callable[[], Made]) -> Made:
    """What ``make`` makes; outside a running loop Gradio begins loops that it never closes."""

    async def run() -> Made:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Gradio's and its dependencies' own
            return make()

    return asyncio.run(run())
