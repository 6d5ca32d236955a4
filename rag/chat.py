"""Question and history to events; the only owner of the ask flow."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING

from rag.agreement import compared
from rag.answer import Asked, Section, abstained, answered, reading_order
from rag.compose import composed
from rag.errors import QuestionError
from rag.evidence import enough, worth_showing
from rag.header import ask_header
from rag.history import standalone_query, turns
from rag.list_answer import list_short
from rag.list_question import asks_for_list
from rag.parts import parts
from rag.retrieval import retrieve
from rag.spelling import corrected
from rag.time_phrases import period_of
from rag.types import (
    Answer,
    Done,
    Event,
    Filters,
    Hit,
    Quote,
    Reading,
    Retrieved,
    Token,
    Turn,
)
from rag.unsaid import wording

if TYPE_CHECKING:
    from rag.settings import Settings
    from rag.types import Embedder, Reader, Store

_WORD_WITH_SPACE = re.compile(r"\S+\s*|\s+")


def stream(
    question: str,
    history: Sequence[Turn] = (),
    *,
    store: Store,
    embedder: Embedder,
    reader: Reader,
    settings: Settings,
    filters: Filters = Filters(),
) -> Iterator[Event]:
    """Yields one Retrieved, the answer's text as Tokens, and one Done with the whole answer.

    Raises QuestionError, before anything is searched, if the question is empty or too long.
    """
    question = check_question(question, settings.max_question_chars)
    turn = _Turn(store, embedder, reader, settings, filters)
    with turn.clock("understand"):
        spelled, query = understood(question, history, store)
    hits = turn.search(query)
    yield Retrieved(query, tuple(hits))
    answer = turn.answer(question, spelled, query, history, hits)
    for piece in _WORD_WITH_SPACE.findall(answer.text):
        yield Token(piece)
    yield Done(turn.stamp(answer))


def understood(question: str, history: Sequence[Turn], store: Store) -> tuple[str, str]:
    """The question as the articles spell its words, and the query: with what it leaves unsaid."""
    return corrected(question, store), corrected(standalone_query(question, history), store)


def check_question(question: str, max_chars: int) -> str:
    """The question without surrounding white space and what is no character. Raises QuestionError.

    A lone surrogate, which stands for a byte of the command line that is not UTF-8, becomes "?".
    """
    question = question.encode("utf-8", "replace").decode().strip()
    if not question:
        raise QuestionError("The question is empty: type one.")
    if len(question) > max_chars:
        raise QuestionError(
            f"The question has {len(question):,} characters, at most {max_chars:,} are read: "
            "shorten it."
        )
    return question


@dataclass(frozen=True, slots=True)
class _Found:
    """What was found for one part of a question."""

    part: str
    hits: tuple[Hit, ...]
    reading: Reading


@dataclass(slots=True)
class _Turn:
    """One question being answered."""

    store: Store
    embedder: Embedder
    reader: Reader
    settings: Settings
    filters: Filters
    seconds: dict[str, float] = field(default_factory=dict)

    def search(self, query: str) -> list[Hit]:
        """The passages to read for ``query``; those of the period that it asks for, if it does."""
        with self.clock("retrieve"):
            hits = self._retrieve(query, _in_period(self.filters, query))
            return hits or self._retrieve(query, self.filters)

    def answer(
        self,
        question: str,
        spelled: str,
        query: str,
        history: Sequence[Turn],
        hits: Sequence[Hit],
    ) -> Answer:
        with self.clock("read"):
            model, found = self._find(spelled, query, history, hits)
        asked = Asked(
            question,
            query,
            _distinct(hit for each in found for hit in each.hits),
            min(each.reading.confidence for each in found),
            model,
        )
        with self.clock("compose"):
            open_parts = [each for each in found if not self._answers(each.reading)]
            if len(open_parts) == len(found):
                return abstained(asked)
            told = [each for each in found if self._answers(each.reading)]
            return answered(
                replace(asked, confidence=min(each.reading.confidence for each in told)),
                [self._section(each) for each in told],
                [each.part for each in open_parts],
            )

    @contextmanager
    def clock(self, stage: str) -> Iterator[None]:
        """Adds the seconds that its block takes to those of ``stage``."""
        started = time.perf_counter()
        yield
        self.seconds[stage] = self.seconds.get(stage, 0.0) + time.perf_counter() - started

    def stamp(self, answer: Answer) -> Answer:
        return replace(answer, timings={**self.seconds, "total": sum(self.seconds.values())})

    def _retrieve(self, query: str, filters: Filters) -> list[Hit]:
        return retrieve(
            self.store,
            self.embedder,
            query,
            self.settings.read_passages,
            candidates=self.settings.candidates,
            filters=filters,
        )

    def _find(
        self, question: str, query: str, history: Sequence[Turn], hits: Sequence[Hit]
    ) -> tuple[str, list[_Found]]:
        """What was found for each part of the question, and the name of what read it."""
        header = ask_header(question, turns(history), self.store, hits)
        if header is not None:
            return "header", [_Found(question, tuple(hits), header)]
        asked = parts(question)
        if len(asked) > 1:
            found = [self._read_part(part, history) for part in asked]
            if any(self._answers(each.reading) for each in found):
                return self.reader.name, found
        return self.reader.name, [self._read(question, query, hits)]

    def _read_part(self, part: str, history: Sequence[Turn]) -> _Found:
        query = corrected(standalone_query(part, history), self.store)
        return self._read(wording(part), query, self.search(query))

    def _read(self, part: str, query: str, hits: Sequence[Hit]) -> _Found:
        reading = self.reader.read(part, query, hits)
        return _Found(part, reading.hits or tuple(hits), reading)

    def _answers(self, reading: Reading) -> bool:
        return bool(reading.quotes) and enough(reading.confidence, self.settings.min_confidence)

    def _section(self, found: _Found) -> Section:
        quotes = worth_showing(found.reading.quotes, self.settings.max_quotes)
        is_list = asks_for_list(found.part)
        if is_list:
            quotes = [_with_whole_list(found.part, quote) for quote in quotes]
        quotes = reading_order(quotes)
        if _wants_latest(found.part):
            quotes.sort(key=lambda quote: quote.article.date or "", reverse=True)
        agreement = compared(found.part, quotes)
        best = agreement.quotes[0]
        shown = composed(found.part, agreement.quotes)
        return Section(
            quotes=tuple(shown),
            remark=agreement.remark,
            short=best.words if found.reading.short and best.words != best.text else None,
            differ=agreement.differ,
            is_list=is_list and len(shown) > 1,
        )


def _in_period(filters: Filters, query: str) -> Filters:
    """``filters``, narrowed to the days of publication that ``query`` asks for, if it does."""
    period = period_of(query, date.today())
    if period is None or not period.about_publication or filters.since or filters.until:
        return filters
    return replace(filters, since=period.since, until=period.until)


def _wants_latest(question: str) -> bool:
    period = period_of(question, date.today())
    return period is not None and period.latest and period.about_publication


def _with_whole_list(question: str, quote: Quote) -> Quote:
    """The quote with all items of its list marked, where the reader marked some of them."""
    whole = list_short(question, quote.text, quote.words or "")
    return replace(quote, words=quote.text[whole.start : whole.end]) if whole else quote


def _distinct(hits: Iterable[Hit]) -> tuple[Hit, ...]:
    """The hits, each passage once."""
    return tuple({hit.passage.id: hit for hit in reversed([*hits])}.values())[::-1]
