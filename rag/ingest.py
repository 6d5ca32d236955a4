"""Folder to index; the only owner of the build flow: load, split, embed, write, switch."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import OpenError, SeedsError
from rag.load import find_files, load_file
from rag.split import SPLITTER_VERSION, passages
from rag.store import (
    FORMAT_VERSION,
    GenerationWriter,
    LocalStore,
    Recipe,
    build_lock,
    is_index_file,
    open_store,
)
from rag.types import Article, BuildReport, Failure, Passage, Progress

if TYPE_CHECKING:
    from rag.settings import Settings
    from rag.types import Embedder, Vectors

CONTEXT_TOKENS = 48
"""Room that a passage leaves in the model's window for its article's title and date."""
_TITLE_CHARS = 150
_BATCH_PASSAGES = 256

ProgressCallback = Callable[[Progress], None]


def recipe_of(settings: Settings, embedder: Embedder) -> Recipe:
    """What an index made now would be made of."""
    return Recipe(
        format_version=FORMAT_VERSION,
        embedder=embedder.name,
        revision=embedder.revision,
        dimensions=embedder.dimensions,
        splitter=SPLITTER_VERSION,
        passage_tokens=min(settings.passage_tokens, embedder.max_tokens - CONTEXT_TOKENS),
    )


def embedded_text(article: Article, passage: Passage) -> str:
    """What is embedded for a passage: its article's title and date, then its own text."""
    context = ", ".join(filter(None, (article.title[:_TITLE_CHARS], article.date)))
    return f"{context}: {passage.text}" if context else passage.text


def build_from_folder(
    seeds: Path,
    index: Path,
    settings: Settings,
    embedder: Embedder,
    progress: ProgressCallback = lambda step: None,
) -> BuildReport:
    """Builds the index of all articles in a folder; what cannot be read is reported by name.

    The index may lie in that folder: its own files are passed over. The index before stays in
    force until the new one is whole.

    Raises SeedsError if the folder is missing or holds no article, BuildInProgressError if this
    index is being built already, BuildError if it cannot be written.
    """
    own = index.resolve()
    paths = [
        path
        for path in find_files(seeds)
        if not is_index_file(seeds.resolve() / path.relative_to(seeds), own)
    ]
    files = (load_file(path, seeds) for path in paths)
    return _build_index(
        files, index, settings, embedder, progress, origin=str(seeds), total=len(paths)
    )


def build_from_articles(
    articles: Iterable[Article | Failure],
    index: Path,
    settings: Settings,
    embedder: Embedder,
    progress: ProgressCallback = lambda step: None,
    *,
    origin: str,
    total: int,
) -> BuildReport:
    """As build_from_folder, from articles that are already loaded; ``origin`` names their place."""
    files = ([loaded] for loaded in articles)
    return _build_index(files, index, settings, embedder, progress, origin=origin, total=total)


def _build_index(
    files: Iterable[Iterable[Article | Failure]],
    index: Path,
    settings: Settings,
    embedder: Embedder,
    progress: ProgressCallback,
    *,
    origin: str,
    total: int,
) -> BuildReport:
    """Builds the index from what each of ``total`` files holds."""
    started = time.perf_counter()
    recipe = recipe_of(settings, embedder)
    with (
        build_lock(index),
        _KnownVectors.of(index, recipe) as known,
        GenerationWriter(index, recipe) as writer,
    ):
        build = _Build(writer, embedder, recipe, known)
        for done, batch in _batches(files, build, progress, total):
            build.write(batch)
            progress(Progress("embedding", done, total))
        if writer.article_count == 0:
            raise SeedsError(_no_articles(origin, build.failures))
        progress(Progress("writing", total, total))
        writer.publish(origin, build.content, tuple(build.failures))
    return BuildReport(
        generation=writer.generation,
        articles=writer.article_count,
        passages=writer.passage_count,
        embedded=build.embedded,
        failures=tuple(build.failures),
        seconds=time.perf_counter() - started,
    )


_Split = tuple[Article, list[Passage]]


@dataclass(slots=True)
class _KnownVectors:
    """Vectors of the generation before, by the hash of what was embedded; closed on leaving."""

    store: LocalStore | None
    ordinals: dict[str, int]

    @classmethod
    def of(cls, index: Path, recipe: Recipe) -> _KnownVectors:
        try:
            store = open_store(index, recipe)
        except OpenError:
            return cls(None, {})
        return cls(store, store.embedded_hashes())

    def vector(self, embedded_hash: str) -> Vectors | None:
        if self.store is None or embedded_hash not in self.ordinals:
            return None
        return self.store.vector(self.ordinals[embedded_hash])

    def __enter__(self) -> _KnownVectors:
        return self

    def __exit__(self, *_: object) -> None:
        if self.store is not None:
            self.store.close()


@dataclass(slots=True)
class _Build:
    """A build under way."""

    writer: GenerationWriter
    embedder: Embedder
    recipe: Recipe
    known: _KnownVectors
    ids: set[str] = field(default_factory=set)
    content: dict[str, str] = field(default_factory=dict)
    """Hash of each article's text, by source."""
    failures: list[Failure] = field(default_factory=list)
    embedded: int = 0

    def split(self, loaded: Article | Failure) -> _Split | None:
        """The article with its passages; None, and the failure kept, where it has no place."""
        if isinstance(loaded, Article) and (loaded.id in self.ids or loaded.source in self.content):
            loaded = Failure(loaded.source, "another article has the same name")
        if isinstance(loaded, Failure):
            self.failures.append(loaded)
            return None
        self.ids.add(loaded.id)
        self.content[loaded.source] = _hash(loaded.text)
        return loaded, passages(loaded, self.embedder, self.recipe.passage_tokens)

    def write(self, batch: Sequence[_Split]) -> None:
        """Embeds what is new in ``batch`` and appends it to the generation."""
        import numpy as np

        texts = [embedded_text(article, passage) for article, split in batch for passage in split]
        hashes = [_hash(text) for text in texts]
        vectors = [self.known.vector(embedded_hash) for embedded_hash in hashes]
        missing = [position for position, vector in enumerate(vectors) if vector is None]
        fresh = self.embedder.embed([texts[position] for position in missing])
        for position, vector in zip(missing, fresh, strict=True):
            vectors[position] = vector
        self.embedded += len(missing)
        first = 0
        for article, split in batch:
            last = first + len(split)
            matrix = np.asarray(vectors[first:last], dtype=np.float32)
            matrix = matrix.reshape(len(split), self.recipe.dimensions)
            self.writer.add(article, split, hashes[first:last], matrix)
            first = last


def _batches(
    files: Iterable[Iterable[Article | Failure]],
    build: _Build,
    progress: ProgressCallback,
    total: int,
) -> Iterator[tuple[int, list[_Split]]]:
    """(files read so far, articles with their passages), each with enough to embed at once."""
    batch: list[_Split] = []
    done = 0
    for done, file in enumerate(files, start=1):
        progress(Progress("reading", done, total))
        for loaded in file:
            if split := build.split(loaded):
                batch.append(split)
            if sum(len(split) for _, split in batch) >= _BATCH_PASSAGES:
                yield done, batch
                batch = []
    if batch:
        yield done, batch


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _no_articles(origin: str, failures: Sequence[Failure]) -> str:
    if failures:
        first = failures[0]
        return (
            f"None of the {len(failures)} files in {origin} could be read "
            f"({first.source}: {first.reason}): put articles there, then rag build."
        )
    return f"Folder {origin} holds no articles: put articles there, then rag build."
