"""The embedded store: one generation on this disk, opened for reading, and its writer."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import OpenError
from rag.store.article_writer import ArticleWriter, Changes
from rag.store.articles import FILE as ARTICLES_FILE
from rag.store.articles import ArticleTable
from rag.store.file_stamps import FileStamp
from rag.store.generations import (
    Current,
    HeldGeneration,
    is_in_force,
    new_generation,
    publish,
    read_current,
    read_generation,
    remove_unused,
)
from rag.store.manifest import Manifest, Recipe, check_recipe, seal_files, verify_files
from rag.store.problems import reading, writing
from rag.store.terms import FOLDER as TERMS_FOLDER
from rag.store.terms import TermIndex, TermWriter
from rag.store.vectors import FILE as VECTORS_FILE
from rag.store.vectors import VectorIndex, VectorWriter
from rag.types import Article, Failure, Filters, Passage

if TYPE_CHECKING:
    from rag.types import Vectors

_ANY = Filters()
_FILTERS_REMEMBERED = 8
"""Both searches and the questions that follow mostly share theirs; 8 bytes for each passage."""
_COPIED_AT_ONCE = 10_000
"""Vectors in memory while they are copied."""


class LocalStore:
    """``rag.types.Store`` on SQLite, FAISS and Tantivy; safe to share between threads."""

    def __init__(self, held: HeldGeneration, manifest: Manifest) -> None:
        folder = held.folder
        self._held = held
        self._manifest = manifest
        self._articles = ArticleTable(folder / ARTICLES_FILE)
        self._vectors = VectorIndex(folder / VECTORS_FILE)
        self._terms = TermIndex(folder / TERMS_FOLDER)
        # Not of a method of its own: a store in such a circle would hold its generation for long.
        self._allowed = lru_cache(_FILTERS_REMEMBERED)(self._articles.ordinals)

    @property
    def generation(self) -> str:
        return self._held.folder.name

    @property
    def articles_file(self) -> Path:
        """The table of articles and passages."""
        return self._held.folder / ARTICLES_FILE

    @property
    def manifest(self) -> Manifest:
        return self._manifest

    @property
    def article_count(self) -> int:
        return self._manifest.article_count

    @property
    def passage_count(self) -> int:
        return self._manifest.passage_count

    def is_in_force(self) -> bool:
        """Whether no later build has finished in this folder, or in another of the same name."""
        try:
            return read_current(self._held.index) == self._held.current
        except OpenError:
            return False

    def search_vectors(
        self, vector: Vectors, k: int, filters: Filters = _ANY
    ) -> list[tuple[int, float]]:
        return self._vectors.search(vector, k, self._allowed(filters))

    def search_terms(self, query: str, k: int, filters: Filters = _ANY) -> list[tuple[int, float]]:
        return self._terms.search(query, k, self._allowed(filters))

    def passages_holding(self, words: Sequence[str]) -> list[int]:
        """For each word the number of passages that hold it; see TermIndex.passages_holding."""
        return self._terms.passages_holding(words)

    def fetch(self, ordinals: Sequence[int]) -> list[tuple[Passage, Article]]:
        return self._articles.fetch(ordinals)

    def articles(self) -> Iterator[Article]:
        return self._articles.articles()

    def article(self, article_id: str) -> Article | None:
        return self._articles.article(article_id)

    def some_articles(self, count: int) -> list[Article]:
        """Those of ``count`` passages spread evenly over the index, or all if they are no more."""
        if self.article_count <= count:
            return list(self.articles())
        found = self.fetch([place * self.passage_count // count for place in range(count)])
        return list({article.id: article for _, article in found}.values())

    def latest_articles(self, count: int) -> list[Article]:
        return self._articles.latest_articles(count)

    def articles_between(self, since: str | None, until: str | None, limit: int) -> list[Article]:
        return self._articles.articles_between(since, until, limit)

    def first_and_last_day(self) -> tuple[str, str] | None:
        return self._articles.first_and_last_day()

    def ordinals_of(self, embedded_hashes: Sequence[str]) -> dict[str, int]:
        """Ordinal by the hash of what was embedded, where there is one."""
        return self._articles.ordinals_of(embedded_hashes)

    def files(self) -> dict[str, tuple[int, FileStamp]]:
        return self._articles.files()

    def file_sources(self) -> list[str]:
        return self._articles.file_sources()

    def vectors(self, ordinals: Sequence[int]) -> Vectors:
        """The vectors of some passages, shape (len(ordinals), dimensions)."""
        return self._vectors.vectors(ordinals)

    def close(self) -> None:
        self._articles.close()
        self._held.close()


def open_store(index: Path, recipe: Recipe | None) -> LocalStore:
    """Opens the generation in force, after checking that it is whole and was made by ``recipe``.

    None takes any recipe: what was indexed can be read then, but not searched.
    Raises IndexMissingError, IndexCorruptError, IndexMismatchError, or OpenError where the files
    may not be read.
    """
    while True:
        current = read_current(index)
        try:
            return _open_generation(index, current, recipe)
        except OpenError:
            # Two builds may have finished since, and the second has removed what we were reading.
            if read_current(index) == current:
                raise


def _open_generation(index: Path, current: Current, recipe: Recipe | None) -> LocalStore:
    with reading(index):
        held, manifest = read_generation(index, current)
        if recipe is not None:
            check_recipe(index, manifest.recipe, recipe)
        verify_files(index, held.folder, manifest)
        return LocalStore(held, manifest)


class GenerationWriter:
    """Writes a new generation; until ``publish`` no reader sees anything of it.

    A context manager: without ``publish``, leaving it removes what was written. The caller holds
    the build lock. ``previous`` is the generation from which unchanged files are copied, if there
    is one. Every method raises BuildError if the disk does not take it.
    """

    def __init__(self, index: Path, recipe: Recipe, previous: LocalStore | None = None) -> None:
        self._index = index
        self._recipe = recipe
        self._previous = previous
        with writing(index):
            remove_unused(index)
            self._folder = new_generation(index)
        before = None if previous is None else previous.articles_file
        try:
            with writing(index):
                self._articles = ArticleWriter(self._folder / ARTICLES_FILE, before)
                self._vectors = VectorWriter(self._folder / VECTORS_FILE, recipe.dimensions)
                self._terms = TermWriter(self._folder / TERMS_FOLDER)
        except BaseException:
            shutil.rmtree(self._folder, ignore_errors=True)
            raise

    @property
    def generation(self) -> str:
        return self._folder.name

    def add(
        self,
        article: Article,
        passages: Sequence[Passage],
        embedded_hashes: Sequence[str],
        vectors: Vectors,
        content_hash: str = "",
        signature: bytes | None = None,
    ) -> None:
        """Appends one article with its passages and their vectors, shape (len(passages), d).

        The other arguments are those of ArticleWriter.add.
        """
        with writing(self._index):
            self._articles.add(article, passages, embedded_hashes, content_hash, signature)
            self._vectors.add(vectors)
            for passage in passages:
                self._terms.add(passage.text, article.title)

    def has(self, article: Article) -> bool:
        """Whether an article of this id or source was added already."""
        return self._articles.has(article)

    def end_file(self, source: str, stamp: FileStamp | None, failures: Sequence[Failure]) -> None:
        """Closes the file whose articles were added; without a stamp it will be read each time."""
        with writing(self._index):
            self._articles.end_file(source, stamp, failures)

    def copy_files(self, first: int, stamps: Sequence[FileStamp]) -> None:
        """Appends files of the generation before, from number ``first`` on, one for each stamp."""
        assert self._previous is not None
        with writing(self._index):
            added = self._articles.next_ordinal
            start, stop = self._articles.copy_files(first, stamps)
            for ordinal in range(start, stop, _COPIED_AT_ONCE):
                some = range(ordinal, min(stop, ordinal + _COPIED_AT_ONCE))
                self._vectors.add(self._previous.vectors(some))
            for text, title in self._articles.texts(added):
                self._terms.add(text, title)

    @property
    def article_count(self) -> int:
        """Articles added and copied so far."""
        return self._articles.article_count()

    @property
    def passage_count(self) -> int:
        """Passages added and copied so far."""
        return self._articles.next_ordinal

    def failures(self) -> tuple[Failure, ...]:
        """What could not be read, in the order of the files."""
        return self._articles.failures()

    def changes(self) -> Changes:
        """The articles against those of the generation before."""
        return self._articles.changes()

    def signatures(self) -> Iterator[tuple[str, bytes]]:
        """Id and signature of every article that has one, the first published first."""
        return self._articles.signatures()

    def set_stories(self, stories: Mapping[str, str]) -> None:
        """Names the story, by its first article's id, of each article that shares one."""
        with writing(self._index):
            self._articles.set_stories(stories)

    def publish(self, seeds: str, reading: str) -> None:
        """Finishes the generation and puts it in force."""
        with writing(self._index):
            article_count, passage_count = self.article_count, self.passage_count
            failures = self.failures()
            self._articles.finish()
            vectors = self._vectors.finish()
            self._terms.finish()
            manifest = Manifest(
                recipe=self._recipe,
                seeds=seeds,
                article_count=article_count,
                passage_count=passage_count,
                reading=reading,
                failures=failures,
                files=seal_files(self._folder),
                vectors=vectors,
            )
            publish(self._index, self._folder, manifest)

    def __enter__(self) -> GenerationWriter:
        return self

    def __exit__(self, *_: object) -> None:
        self._articles.close()
        self._vectors.close()
        self._terms.close()
        if not is_in_force(self._index, self._folder):
            shutil.rmtree(self._folder, ignore_errors=True)
