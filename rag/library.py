"""The facade under every interface: an opened index and what can be asked of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from functools import cache
from numbers import Integral
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

from rag.chat import check_question, stream, write_out
from rag.cluster.milvus import MilvusServer, MilvusStore, open_milvus, send_to_milvus
from rag.embed import load_embedder
from rag.errors import FilterError, ModelError, QuestionError
from rag.index import LocalStore, Manifest, build_lock, open_store
from rag.ingest.build import ProgressCallback, build_from_folder, recipe_of
from rag.models import SHIPPED_READER
from rag.question.ask import understood
from rag.question.history import turns
from rag.read.evidence import EvidenceReader
from rag.retrieval import retrieve
from rag.settings import in_force
from rag.types import (
    Answer,
    Article,
    BuildReport,
    Done,
    Event,
    FilterArguments,
    Filters,
    Hit,
    Turn,
)
from rag.write.generators import TextGenerator, load_generator

if TYPE_CHECKING:
    from rag.settings import Settings
    from rag.types import Embedder, Reader

_WRITTEN = {
    "since": 'an ISO date such as "2007-05-31"',
    "until": 'an ISO date such as "2007-05-31"',
    "author": 'a part of a name such as "Symonds"',
    "source": 'a path or a pattern such as "2007/*.txt"',
}
"""How each filter is written."""


class Library:
    """One generation of an index with the models that read it; safe to share between threads."""

    def __init__(
        self,
        store: LocalStore | MilvusStore,
        embedder: Embedder,
        reader: Reader,
        settings: Settings,
        report: BuildReport | None = None,
    ) -> None:
        self._store = store
        self._embedder = embedder
        self._reader = reader
        self.settings = settings
        self.report = report
        """What the build did, where this library was opened by one."""

    @property
    def generation(self) -> str:
        return self._store.generation

    @property
    def article_count(self) -> int:
        return self._store.article_count

    @property
    def passage_count(self) -> int:
        return self._store.passage_count

    @property
    def manifest(self) -> Manifest:
        """How the index was made, and which files the build could not read."""
        return self._store.manifest

    def count_articles(self, filters: Filters) -> int:
        """How many articles pass."""
        return self._store.count_articles(filters)

    def is_in_force(self) -> bool:
        """Whether no later build has finished, here or elsewhere."""
        return self._store.is_in_force()

    def articles(self) -> Iterator[Article]:
        """Every article, by source."""
        return self._store.articles()

    def latest_articles(self, count: int) -> list[Article]:
        """Up to ``count`` articles, those first whose files came or changed last, where the index
        knows that."""
        return self._store.latest_articles(count)

    def article(self, article_id: str) -> Article | None:
        """The article with this id, or None."""
        return self._store.article(article_id)

    def retrieve(
        self,
        question: str,
        k: int = 5,
        *,
        history: Sequence[Turn] = (),
        **filters: Unpack[FilterArguments],
    ) -> list[Hit]:
        """The ``k`` passages that answer the question best; see rag.retrieve."""
        if not isinstance(k, Integral) or k < 1:
            raise QuestionError(f"k is {k!r}: write a whole number, at least 1.")
        question = check_question(question, self.settings.max_question_chars)
        chosen = _filters(filters)
        ask = understood(question, turns(history), self._store, self._embedder, chosen)
        hits = retrieve(
            self._store,
            self._embedder,
            ask.query,
            max(k, self.settings.read_passages),
            candidates=self.settings.candidates,
            filters=ask.filters,
        )
        return self._reader.rerank(ask.asked, ask.query, hits, self.settings.read_passages)[:k]

    def stream(
        self,
        question: str,
        history: Sequence[Turn] = (),
        *,
        min_confidence: float | None = None,
        max_quotes: int | None = None,
        writes: bool = True,
        **filters: Unpack[FilterArguments],
    ) -> Iterator[Event]:
        """Retrieved, then Tokens, then Done; see rag.ask.

        ``min_confidence`` (0 to 1) and ``max_quotes`` (1 to 10) go before those of the settings: at
        confidence 0 the best quotes are shown however little they answer. Without ``writes`` the
        answer is quotes, whichever model the settings name to write. Raises SettingsError at once
        where they are out of bounds.
        """
        settings = in_force(self.settings, min_confidence=min_confidence, max_quotes=max_quotes)
        return stream(
            question,
            history,
            store=self._store,
            embedder=self._embedder,
            reader=self._reader,
            settings=settings,
            generator=self._generator() if writes else None,
            filters=_filters(filters),
        )

    def ask(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        min_confidence: float | None = None,
        **filters: Unpack[FilterArguments],
    ) -> Answer:
        """The answer in the articles' own words; see ``stream`` and rag.ask."""
        events = self.stream(question, history, min_confidence=min_confidence, **filters)
        return next(event.answer for event in events if isinstance(event, Done))

    def write_out(self, answer: Answer) -> Iterator[Event]:
        """Tokens of what a model writes out after an answer of quotes, then Done with all of it.

        Raises ModelError if no model is set to write, or it cannot.
        """
        generator = self._generator()
        if generator is None:
            raise ModelError("No model is set to write: run make install-write.")
        return write_out(answer, store=self._store, generator=generator)

    def _generator(self) -> TextGenerator | None:
        return load_generator(self.settings.writer) if self.settings.writer else None

    def warm_up(self) -> None:
        """Loads the models, so that the first question does not wait for them."""
        self._generator()
        self._reader.read("warm up", "warm up", self.retrieve("warm up", k=1))

    def close(self) -> None:
        self._store.close()

    def __enter__(self) -> Library:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _filters(wanted: FilterArguments) -> Filters:
    """Filters of what is text. Raises FilterError."""
    for name, value in wanted.items():
        if value is not None and not isinstance(value, str):
            raise FilterError(f"{name} is {value!r}, which is no text: write {_WRITTEN[name]}.")
    return Filters(**wanted)


def open_library(index: Path | str | None = None, settings: Settings | None = None) -> Library:
    """Opens the index in force; ``index`` goes before the one of ``settings``.

    With the setting ``milvus`` it is the one there.
    Raises IndexMissingError, IndexCorruptError or IndexMismatchError.
    """
    return _open(in_force(settings, index=index))


def build_library(
    seeds: Path | str | None = None,
    index: Path | str | None = None,
    *,
    progress: ProgressCallback = lambda step: None,
    settings: Settings | None = None,
    ray: str | None = None,
) -> Library:
    """Builds the index of a folder and opens it; ``library.report`` says what was done.

    ``seeds`` and ``index`` go before those of ``settings``. With the setting ``milvus`` the index
    there is brought up to date too, and opened. ``ray``: the address of a Ray cluster that embeds.
    """
    settings = in_force(settings, seeds=seeds, index=index)
    if settings.milvus:
        MilvusServer(settings.milvus).close()  # raises before anything slow if nobody answers
    embedder = load_embedder(settings.embedder)
    report = build_from_folder(
        settings.seeds, settings.index, settings, embedder, progress, ray=ray
    )
    if settings.milvus:
        with (
            build_lock(settings.index),
            closing(open_store(settings.index, recipe_of(settings, embedder))) as built,
        ):
            send_to_milvus(built, settings.milvus)
    return _open(settings, report)


def _open(settings: Settings, report: BuildReport | None = None) -> Library:
    embedder = load_embedder(settings.embedder)
    recipe = recipe_of(settings, embedder)
    store: LocalStore | MilvusStore
    if settings.milvus:
        store = open_milvus(settings.index, settings.milvus, recipe)
    else:
        store = open_store(settings.index, recipe)
    reader = load_reader(settings.reader)
    return Library(store, embedder, reader, settings, report)


@cache
def load_reader(name: str) -> Reader:
    """The reader called ``name``; one for the process."""
    from rag.read.other_readers import load_passage_reader
    from rag.read.read import SpanReader

    shipped = name == SHIPPED_READER
    return EvidenceReader(SpanReader.shipped() if shipped else load_passage_reader(name))
