"""Question and history to events; the only owner of the ask flow."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Literal

from rag.answer.answer import NONE_PASSES, Asked, Section, abstained, answered
from rag.answer.evidence import enough
from rag.answer.header import ask_header
from rag.answer.overview import respond
from rag.answer.sections import section_of, without_repetition
from rag.answer.taken_up import in_full
from rag.answer.unmentioned import nothing_found
from rag.errors import QuestionError
from rag.narrowed_store import NarrowedStore
from rag.question.exchanged import exchanged
from rag.question.follow_up import may_stand_alone, refers_back
from rag.question.history import standalone_query, turns
from rag.question.intent import intent_of
from rag.question.parts import parts
from rag.question.spelling import corrected
from rag.question.time_phrases import period_of
from rag.question.unsaid import wording
from rag.question.within import question_within
from rag.retrieval import retrieve
from rag.types import Answer, Done, Event, Filters, Hit, Reading, Retrieved, Token, Turn
from rag.write.prose import in_prose

if TYPE_CHECKING:
    from rag.settings import Settings
    from rag.types import Embedder, Reader, Store
    from rag.write.generators import Generator

_WORD_WITH_SPACE = re.compile(r"\S+\s*|\s+")


def stream(
    question: str,
    history: Sequence[Turn] = (),
    *,
    store: Store,
    embedder: Embedder,
    reader: Reader,
    settings: Settings,
    generator: Generator | None = None,
    filters: Filters = Filters(),
) -> Iterator[Event]:
    """Yields one Retrieved, the answer's text as Tokens, and one Done with the whole answer.

    With a ``generator`` the answer is prose, verified sentence by sentence. Raises QuestionError,
    before anything is searched, if the question is empty or too long; ModelError if the generator
    cannot write.
    """
    question = check_question(question, settings.max_question_chars)
    turn = _Turn(store, embedder, reader, settings, filters)
    with turn.clock("understand"):
        spelled, query = understood(question, history, store)
    query, hits = turn.searched(spelled, query)
    yield Retrieved(query, tuple(hits))
    answer, sections = turn.answer(question, spelled, query, history, hits)
    for word in _WORD_WITH_SPACE.findall(answer.text):
        yield Token(word)
    if generator is not None and sections and all(each.may_be_written for each in sections):
        with turn.clock("write"):
            for piece in in_prose(answer, store.article, generator):
                if isinstance(piece, Answer):
                    answer = piece
                else:
                    yield Token(piece)
    yield Done(turn.stamp(answer))


def understood(question: str, history: Sequence[Turn], store: Store) -> tuple[str, str]:
    """The question as the articles spell its words, and the query: with what it leaves unsaid."""
    asked = question_within(question)
    past: Sequence[Turn] = history
    intent = intent_of(asked, date.today(), turns(history))
    if other := exchanged(asked, turns(history)):
        asked, past = other.question, other.turns
    elif whole := in_full(asked, turns(history), store):
        asked, past = whole, history if refers_back(whole) else ()
    elif intent and not intent.leans_on_history:
        past = ()
    return corrected(asked, store), corrected(standalone_query(asked, past), store)


def check_question(question: str, max_chars: int) -> str:
    """The question without surrounding white space and what is no character. Raises QuestionError.

    A lone surrogate, which stands for a byte of the command line that is not UTF-8, becomes "?".
    """
    if not isinstance(question, str):
        raise QuestionError(f"The question is {question!r}, which is no text: write it as text.")
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
    chosen_as: Literal["summary", "lines"] | None = None
    """Where its quotes are to be shown as they are: one after the other, or line by line."""


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
            return self._retrieve(query, _in_period(self.filters, query))

    def searched(self, question: str, query: str) -> tuple[str, list[Hit]]:
        """The query that is searched, and its hits: ``query``, or the question alone if that is
        answered, and more surely or as well by the same sentence.

        A question may look as if it leaned on its history and be whole: searched with what was said
        before, its answer is missed (LOG.md, "whole questions").
        """
        hits = self.search(query)
        if query == question or not may_stand_alone(question):
            return query, hits
        own = self.search(question)
        with self.clock("read"):
            alone = self.reader.read(question, question, own)
            if not self._answers(alone):
                return query, hits
            led = self.reader.read(question, query, hits)
        is_as_good = alone.confidence > led.confidence or _place(alone) == _place(led)
        return (question, own) if is_as_good else (query, hits)

    def answer(
        self,
        question: str,
        spelled: str,
        query: str,
        history: Sequence[Turn],
        hits: Sequence[Hit],
    ) -> tuple[Answer, list[Section]]:
        """The answer in the articles' own words, and what it shows for each part."""
        with self.clock("read"):
            model, found = self._find(question, spelled, query, history, hits)
        with self.clock("compose"):
            told = [each for each in found if self._answers(each.reading)]
            asked = Asked(
                question,
                query,
                _distinct(hit for each in found for hit in each.hits),
                min(each.reading.confidence for each in told or found),
                model,
            )
            if not told:
                return abstained(asked, self._reason(found[0])), []
            sections = without_repetition([self._section(each) for each in told])
            unanswered = [each.part for each in found if each not in told]
            return answered(asked, sections, unanswered), sections

    @contextmanager
    def clock(self, stage: str) -> Iterator[None]:
        """Adds the seconds that its block takes to those of ``stage``, without stages within it."""
        started, counted = time.perf_counter(), sum(self.seconds.values())
        yield
        within = sum(self.seconds.values()) - counted
        taken = time.perf_counter() - started - within
        self.seconds[stage] = self.seconds.get(stage, 0.0) + taken

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
        self,
        question: str,
        spelled: str,
        query: str,
        history: Sequence[Turn],
        hits: Sequence[Hit],
    ) -> tuple[str, list[_Found]]:
        """What was found for each part of the question, and the name of what read it."""
        past = turns(history)
        store = NarrowedStore(self.store, self.filters) if self.filters != Filters() else self.store
        if intent := intent_of(question_within(question), date.today(), past):
            reading = respond(intent, past, store, self.embedder, hits)
            if reading is not None:
                shown = () if reading.reply and not reading.quotes else tuple(hits)
                articles = {quote.article.id for quote in reading.quotes}
                is_text = intent.kind == "summary" and len(articles) == 1
                found = _Found(question, shown, reading, "summary" if is_text else "lines")
                return "overview", [found]
        header = ask_header(spelled, past, store, hits)
        if header is not None:
            return "header", [_Found(spelled, tuple(hits), header, "summary")]
        asked = parts(spelled)
        if len(asked) > 1:
            each_part = [self._read_part(part, history) for part in asked]
            if any(self._answers(each.reading) for each in each_part):
                return self.reader.name, each_part
        found = self._read(spelled, query, hits)
        return self.reader.name, [found]

    def _read_part(self, part: str, history: Sequence[Turn]) -> _Found:
        query, hits = self.searched(part, corrected(standalone_query(part, history), self.store))
        return self._read(wording(part), query, hits)

    def _read(self, part: str, query: str, hits: Sequence[Hit]) -> _Found:
        reading = self.reader.read(part, query, hits)
        return _Found(part, reading.hits or tuple(hits), reading)

    def _answers(self, reading: Reading) -> bool:
        return bool(reading.quotes) and enough(reading.confidence, self.settings.min_confidence)

    def _reason(self, found: _Found) -> str:
        if self.filters != Filters() and not self.store.count_articles(self.filters):
            return NONE_PASSES
        return found.reading.reply or nothing_found(found.part, found.hits, self.store)

    def _section(self, found: _Found) -> Section:
        reading = found.reading
        if found.chosen_as is not None:
            return Section(
                reading.quotes, reading.reply, reading.short, in_lines=found.chosen_as == "lines"
            )
        newest_first = _wants_latest(found.part)
        most = self.settings.max_quotes
        return section_of(found.part, reading, most, self.embedder, newest_first=newest_first)


def _place(reading: Reading) -> tuple[str, int] | None:
    """Where the best sentence stands."""
    return next(((quote.article.id, quote.start) for quote in reading.quotes), None)


def _in_period(filters: Filters, query: str) -> Filters:
    """``filters``, narrowed to the days of publication that ``query`` asks for, if it does."""
    period = period_of(query, date.today())
    if period is None or not period.about_publication or filters.since or filters.until:
        return filters
    return replace(filters, since=period.since, until=period.until)


def _wants_latest(question: str) -> bool:
    period = period_of(question, date.today())
    return period is not None and period.latest and period.about_publication


def _distinct(hits: Iterable[Hit]) -> tuple[Hit, ...]:
    """The hits, each passage once."""
    return tuple({hit.passage.id: hit for hit in reversed([*hits])}.values())[::-1]
