"""Question and history to events; the only owner of the ask flow."""

from __future__ import annotations

import glob
import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from rag.answer.answer import ABSTENTION, NONE_PASSES, Section, abstained, answered
from rag.answer.articles import listed, of_article, summary, topics
from rag.answer.evidence import enough
from rag.answer.sections import section_of, without_repetition
from rag.answer.timeline import timeline
from rag.question.ask import SIDED, check_question, understood
from rag.question.follow_up import content_words, says_enough, word_key
from rag.question.history import turns
from rag.question.identifiers import identified, identifiers
from rag.retrieval import retrieve
from rag.text.names import names
from rag.text.words import terms
from rag.types import (
    Answer,
    Ask,
    Done,
    Event,
    Filters,
    Hit,
    Kind,
    Quoted,
    Reading,
    Retrieved,
    Token,
    Turn,
)
from rag.write.prompts import writes_unasked
from rag.write.prose import in_prose

if TYPE_CHECKING:
    from rag.settings import Settings
    from rag.types import Embedder, Reader, Store
    from rag.write.generators import TextGenerator

__all__ = ["check_question", "stream", "write_out"]

REPLIES = {
    "small talk": "Hello, ask what the articles say, or ask for a summary or a list of them.",
    "about Footnote": "This is Footnote, which answers questions about these articles in their own "
    "words, with a footnote for every sentence, and also sums them up or lists them.",
}
"""What is said where no article is asked for, whatever the message says besides."""
_UNSEARCHED: frozenset[Kind] = frozenset(("small talk", "about Footnote", "topics"))
_WORD_WITH_SPACE = re.compile(r"\S+\s*|\s+")
_LAST_CITED = 5
"""Passages of the article cited last that are read for a follow-up, before all others."""


def stream(
    question: str,
    history: Sequence[Turn] = (),
    *,
    store: Store,
    embedder: Embedder,
    reader: Reader,
    settings: Settings,
    generator: TextGenerator | None = None,
    filters: Filters = Filters(),
) -> Iterator[Event]:
    """Yields one Retrieved, the answer's text as Tokens, and one Done with the whole answer.

    With a ``generator`` prose follows the quotes where the question asks for it (see
    ``rag.write.prompts.writes_unasked``): Quoted, then its Tokens, checked sentence by sentence.
    Raises QuestionError, before anything is searched, if the question is empty or too long;
    ModelError if the generator cannot write.
    """
    question = check_question(question, settings.max_question_chars)
    turn = _Turn(store, embedder, reader, settings, filters)
    with turn.clock("understand"):
        ask = understood(question, turns(history), store, embedder, filters)
    hits = () if ask.kind in _UNSEARCHED else turn.search(ask)
    yield Retrieved(ask.query, hits)
    model, sections = turn.sections(ask, hits)
    with turn.clock("compose"):
        answer = turn.answer(ask, model, sections)
    for word in _WORD_WITH_SPACE.findall(answer.text):
        yield Token(word)
    # Of articles that differ prose would tell one side.
    if generator is not None and writes_unasked(ask) and not answer.differ:
        yield Quoted(replace(answer, timings=turn.timings))
        with turn.clock("write"):
            for event in write_out(answer, store=store, generator=generator):
                if isinstance(event, Done):
                    answer = event.answer
                else:
                    yield event
    yield Done(replace(answer, timings=turn.timings))


def write_out(answer: Answer, *, store: Store, generator: TextGenerator) -> Iterator[Token | Done]:
    """What a model writes out after an answer of quotes, as Tokens; Done has the whole answer.

    It comes back as it was where it has no citations, or nothing holds that the model writes.
    Closing the iterator stops the model. Raises ModelError if that cannot write.
    """
    if answer.citations:
        for piece in in_prose(answer, store.article, generator):
            if isinstance(piece, Answer):
                answer = piece
            else:
                yield Token(piece)
    yield Done(answer)


@dataclass(slots=True)
class _Turn:
    """One question being answered."""

    store: Store
    embedder: Embedder
    reader: Reader
    settings: Settings
    filters: Filters
    """The user's own."""
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def clock(self, stage: str) -> Iterator[None]:
        """Adds the seconds that its block takes to those of ``stage``, without stages within it."""
        started, counted = time.perf_counter(), sum(self.seconds.values())
        yield
        within = sum(self.seconds.values()) - counted
        taken = time.perf_counter() - started - within
        self.seconds[stage] = self.seconds.get(stage, 0.0) + taken

    @property
    def timings(self) -> dict[str, float]:
        """Seconds by stage, and of all together."""
        return {**self.seconds, "total": sum(self.seconds.values())}

    # Retrieve.

    def search(self, ask: Ask) -> tuple[Hit, ...]:
        """The passages to read; for a follow-up those of the article cited last go first."""
        most = self.settings.read_passages
        with self.clock("retrieve"):
            hits = self._search(ask, most, ask.filters)
            if ask.thread and not ask.filters.source:
                source = glob.escape(ask.thread[0].source)
                near = self._search(ask, _LAST_CITED, replace(ask.filters, source=source))
                known = {hit.passage.id for hit in near}
                hits = [*near, *(hit for hit in hits if hit.passage.id not in known)][:most]
        return tuple(hits)

    def _search(self, ask: Ask, k: int, filters: Filters) -> list[Hit]:
        query = ask.query if ask.kind in ("lookup", "list") else ask.subject or ask.query
        candidates = self.settings.candidates
        return retrieve(self.store, self.embedder, query, k, candidates=candidates, filters=filters)

    # Read, and show, compare, summarise or list.

    def sections(self, ask: Ask, hits: Sequence[Hit]) -> tuple[str, list[Section]]:
        """What is shown, part by part, and the name of what found it."""
        with self.clock("compose"):
            found = self._of_articles(ask, hits)
        if found is not None:
            return "overview", found
        parts = [self._read(part, self.search(part)) for part in ask.parts]
        if not any(part.quotes for part in parts):
            parts = [self._read(ask, hits)]
        elif ask.kind in SIDED:
            parts = [
                replace(each, heading=part.question)
                for each, part in zip(parts, ask.parts, strict=True)
            ]
        return self.reader.name, without_repetition(parts)

    def _of_articles(self, ask: Ask, hits: Sequence[Hit]) -> list[Section] | None:
        """What is told without the reader; None where the question is to be read."""
        found: list[Section] | Section | None = None
        match ask.kind:
            case "small talk" | "about Footnote":
                found = Section(remark=REPLIES[ask.kind])
            case "articles":
                found = listed(ask, self.store)
            case "topics":
                found = topics(ask, self.store, self.embedder) or None
            case "about an article":
                found = of_article(ask, self.store, hits)
            case "summary":
                found = summary(ask, self.store, self.embedder, hits) or None
            case "timeline":
                found = timeline(ask, hits) or None
        return [found] if isinstance(found, Section) else found

    def _read(self, ask: Ask, hits: Sequence[Hit]) -> Section:
        """The quotes that answer; a section that says so where none does."""
        named = identified(ask.asked, hits)
        with self.clock("read"):
            reading = self._reading(ask, named or hits)
        reading = replace(reading, hits=reading.hits or tuple(hits))
        missing = unmentioned(ask, self.store) if named else _not_mentioned(ask.asked, hits)
        if missing:  # whatever is quoted, it is of somebody else
            reading = replace(reading, confidence=0.0)
        if not self._answers(reading):
            confidence, read = reading.confidence, reading.hits
            reason = missing or ABSTENTION
            return Section((), reason, part=ask.question, confidence=confidence, hits=read)
        with self.clock("compose"):
            return section_of(
                ask.asked,
                reading,
                self.settings.max_quotes,
                self.embedder,
                newest_first=ask.latest,
                in_lines=ask.kind in ("list", "for and against"),
            )

    def _reading(self, ask: Ask, hits: Sequence[Hit]) -> Reading:
        """What the hits say. A follow-up that says enough is read as it stands: words taken up help
        to find passages, and mislead the choice of a sentence."""
        said = ask.asked if says_enough(ask.asked) else ask.query
        return self.reader.read(ask.asked, said, _of_its_name(ask, hits))

    def _answers(self, reading: Reading) -> bool:
        return bool(reading.quotes) and enough(reading.confidence, self.settings.min_confidence)

    # Answer.

    def answer(self, ask: Ask, model: str, sections: Sequence[Section]) -> Answer:
        """The answer that shows ``sections``, or the abstention that gives the reason."""
        if any(section.quotes for section in sections):
            return answered(ask, sections, model)
        if self.filters != Filters() and not self.store.count_articles(self.filters):
            return abstained(ask, (), model, NONE_PASSES)
        first = sections[0]
        return abstained(ask, first.hits, model, first.remark or ABSTENTION, first.confidence)


def unmentioned(ask: Ask, store: Store) -> str | None:
    """That no article mentions a name of the question, where none holds any word of it.

    A single word is looked for in a follow-up alone, "And Nevada?": elsewhere it may be no name.
    """
    for name in names(ask.asked):
        words = [word for word in name.text.split() if terms(word)]
        by = any(store.count_articles(Filters(author=word)) for word in words)
        is_sure = len(words) > 1 or (ask.thread and not name.opens)
        if words and is_sure and not by and not any(store.passages_holding(words)):
            return f"The articles do not mention {name.text}."
    return None


def _of_its_name(ask: Ask, hits: Sequence[Hit]) -> Sequence[Hit]:
    """The hits that may answer: of a follow-up that says but a name, "And Nevada?", those that hold
    it."""
    said = content_words(ask.asked) if ask.thread else set()
    if not said:
        return hits
    named = [
        {
            word_key(part)
            for name in names(hit.passage.text)
            if not name.opens
            for part in name.parts
        }
        for hit in hits
    ]
    if not said <= set().union(*named):
        return hits
    return [hit for hit, held in zip(hits, named, strict=True) if said <= held]


def _not_mentioned(question: str, hits: Sequence[Hit]) -> str | None:
    """That the articles do not mention an identifier of the question; None without hits."""
    return f"The articles do not mention {identifiers(question)[0]}." if hits else None
