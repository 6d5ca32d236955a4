"""Question and history to events; the only owner of the ask flow."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from rag.answer import abstained, answered, reading_order
from rag.errors import QuestionError
from rag.evidence import enough, worth_showing
from rag.header import ask_header
from rag.history import standalone_query, turns
from rag.retrieval import retrieve
from rag.types import Answer, Done, Event, Filters, Retrieved, Token, Turn

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
    clock = _Clock()
    query = standalone_query(question, history)
    with clock.stage("retrieve"):
        hits = retrieve(
            store,
            embedder,
            query,
            settings.read_passages,
            candidates=settings.candidates,
            filters=filters,
        )
    yield Retrieved(query, tuple(hits))
    with clock.stage("read"):
        reading = ask_header(question, turns(history), store, hits)
        reader_name = "header" if reading else reader.name
        if reading is None:
            reading = reader.read(question, query, hits)
    hits = list(reading.hits) or hits
    with clock.stage("compose"):
        if reading.quotes and enough(reading.confidence, settings.min_confidence):
            quotes = worth_showing(reading.quotes, settings.max_quotes)
            answer = answered(question, query, reading_order(quotes), hits, reading, reader_name)
        else:
            answer = abstained(question, query, hits, reading.confidence, reader_name)
    for piece in _WORD_WITH_SPACE.findall(answer.text):
        yield Token(piece)
    yield Done(clock.stamp(answer))


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


@dataclass(slots=True)
class _Clock:
    """Seconds by stage."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        started = time.perf_counter()
        yield
        self.seconds[name] = time.perf_counter() - started

    def stamp(self, answer: Answer) -> Answer:
        return replace(answer, timings={**self.seconds, "total": sum(self.seconds.values())})
