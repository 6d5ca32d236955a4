"""The embedded store: one generation on this disk, opened for reading."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import OpenError
from rag.index.articles import FILE as ARTICLES_FILE
from rag.index.articles import ArticleTable
from rag.index.file_stamps import FileStamp
from rag.index.generations import (
    Current,
    HeldGeneration,
    read_current,
    read_generation,
)
from rag.index.manifest import Manifest, Recipe, check_recipe, verify_files
from rag.index.problems import reading
from rag.index.terms import FOLDER as TERMS_FOLDER
from rag.index.terms import TermIndex
from rag.index.vectors import FILE as VECTORS_FILE
from rag.index.vectors import VectorIndex
from rag.types import Article, Filters, Passage

if TYPE_CHECKING:
    from rag.types import Vectors

_ANY = Filters()
_FILTERS_REMEMBERED = 8
"""Both searches and the questions that follow mostly share theirs; 8 bytes for each passage."""


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

    def articles_between(
        self, since: str | None, until: str | None, limit: int, filters: Filters = _ANY
    ) -> list[Article]:
        return self._articles.articles_between(since, until, limit, filters)

    def count_articles(self, filters: Filters) -> int:
        return self._articles.count_articles(filters)

    def first_and_last_day(self, filters: Filters = _ANY) -> tuple[str, str] | None:
        return self._articles.first_and_last_day(filters)

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
