"""One generation of the index on this disk: opened, searched, written."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from rag.errors import OpenError
from rag.index.articles import FILE as ARTICLES_FILE
from rag.index.articles import ArticleTable, ArticleWriter, IndexedArticle, Listing
from rag.index.file_stamps import FileStamp
from rag.index.generations import (
    Current,
    HeldGeneration,
    Manifest,
    Recipe,
    check_recipe,
    is_in_force,
    new_generation,
    publish,
    read_current,
    read_generation,
    remove_unused,
    seal_files,
    verify_files,
)
from rag.index.problems import reading, writing
from rag.index.terms import FOLDER as TERMS_FOLDER
from rag.index.terms import TermIndex, TermWriter
from rag.index.vectors import FILE as VECTORS_FILE
from rag.index.vectors import VectorIndex, VectorWriter
from rag.types import Article, Failure, Filters

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from rag.types import Vectors

Opened = TypeVar("Opened", bound="Generation")
_ANY = Filters()
_FILTERS_REMEMBERED = 8
"""Both searches and the questions that follow mostly share theirs; 8 bytes for each passage."""


class Generation(ArticleTable):
    """What an index holds, opened for reading, without a way to search it."""

    def __init__(self, held: HeldGeneration, manifest: Manifest) -> None:
        super().__init__(held.folder / ARTICLES_FILE)
        self._held = held
        self.manifest = manifest
        self.generation = held.folder.name
        self.article_count = manifest.article_count
        self.passage_count = manifest.passage_count

    def is_in_force(self) -> bool:
        """Whether no later build has finished in this folder, or in another of the same name."""
        try:
            return read_current(self._held.index) == self._held.current
        except OpenError:
            return False

    def some_articles(self, count: int) -> list[Article]:
        """Those of ``count`` passages spread evenly over the index, or all if they are no more."""
        if self.article_count <= count:
            return list(self.articles())
        found = self.fetch([place * self.passage_count // count for place in range(count)])
        return list({article.id: article for _, article in found}.values())

    def close(self) -> None:
        super().close()
        self._held.close()


class LocalStore(Generation):
    """``rag.types.Store`` on SQLite, FAISS and Tantivy; safe to share between threads."""

    def __init__(self, held: HeldGeneration, manifest: Manifest) -> None:
        super().__init__(held, manifest)
        self._vectors = VectorIndex(held.folder / VECTORS_FILE)
        self._terms = TermIndex(held.folder / TERMS_FOLDER)
        self.vectors = self._vectors.vectors
        self.passages_holding = self._terms.passages_holding
        self._remembered: dict[Filters, NDArray[np.int64] | None] = {}

    def search_vectors(
        self, vector: Vectors, k: int, filters: Filters = _ANY
    ) -> list[tuple[int, float]]:
        return self._vectors.search(vector, k, self._allowed(filters))

    def search_terms(self, query: str, k: int, filters: Filters = _ANY) -> list[tuple[int, float]]:
        return self._terms.search(query, k, self._allowed(filters))

    def _allowed(self, filters: Filters) -> NDArray[np.int64] | None:
        known = self._remembered
        if filters not in known:
            kept = dict([*known.items()][1 - _FILTERS_REMEMBERED :])
            self._remembered = known = {**kept, filters: self.passing(filters)}
        return known[filters]


def open_store(index: Path, recipe: Recipe | None) -> LocalStore:
    """Opens the generation in force, after checking that it is whole and was made by ``recipe``.

    None takes any recipe: what was indexed can be read then, but not searched.
    Raises IndexMissingError, IndexCorruptError, IndexMismatchError, or OpenError where the files
    may not be read.
    """
    return open_generation(index, recipe, (ARTICLES_FILE, VECTORS_FILE, TERMS_FOLDER), LocalStore)


def open_generation(
    index: Path,
    recipe: Recipe | None,
    parts: Sequence[str],
    make: Callable[[HeldGeneration, Manifest], Opened],
) -> Opened:
    """As open_store, where some ``parts`` of the generation are needed alone."""
    while True:
        current = read_current(index)
        try:
            with reading(index):
                held, manifest = read_generation(index, current)
                if recipe is not None:
                    check_recipe(index, manifest.recipe, recipe)
                verify_files(
                    *(index, held.folder),
                    {
                        name: seal
                        for name, seal in manifest.files.items()
                        if name.split("/")[0] in parts
                    },
                )
                return make(held, manifest)
        except OpenError:
            # Two builds may have finished since, and the second has removed what we were reading.
            if read_current(index) == current:
                raise


def read_listing(index: Path, current: Current) -> Listing:
    """What ``current`` was made of; no file of it is checked.

    Raises OpenError, or one of its kinds, where it is gone, damaged or of another version.
    """
    with reading(index), closing(Generation(*read_generation(index, current))) as generation:
        return generation.listing()


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
        try:
            with writing(index):
                self.articles = ArticleWriter(self._folder / ARTICLES_FILE)
                self._vectors = VectorWriter(self._folder / VECTORS_FILE, recipe.dimensions)
                self._terms = TermWriter(self._folder / TERMS_FOLDER)
        except BaseException:
            shutil.rmtree(self._folder, ignore_errors=True)
            raise

    @property
    def generation(self) -> str:
        return self._folder.name

    def add(self, indexed: IndexedArticle, vectors: Vectors) -> None:
        """Appends one article; ``vectors`` are its passages', shape (len(passages), dimensions)."""
        with writing(self._index):
            self.articles.add(indexed)
            self._vectors.add(vectors)
            for passage in indexed.passages:
                self._terms.add(passage, indexed.article.title)

    def end_file(self, source: str, stamp: FileStamp | None, failures: Sequence[Failure]) -> None:
        """Closes the file whose articles were added; without a stamp it will be read each time."""
        with writing(self._index):
            self.articles.end_file(source, stamp, failures)

    def copy_file(self, number: int, source: str, stamp: FileStamp) -> None:
        """Appends file ``number`` of the generation before, which is as it was."""
        assert self._previous is not None
        for indexed, ordinals in self._previous.indexed("file", number):
            self.add(indexed, self._previous.vectors(ordinals))
        self.end_file(source, stamp, self._previous.failures_of(number))

    def set_stories(self, stories: Mapping[str, str]) -> None:
        """Names the story, by its first article's id, of each article that shares one."""
        with writing(self._index):
            self.articles.set_stories(stories)

    def publish(self, seeds: str, reading_code: str) -> Manifest:
        """Finishes the generation and puts it in force."""
        with writing(self._index):
            counts = self.articles.article_count(), self.articles.next_ordinal
            failures, left_out = self.articles.failures(), self.articles.left_out()
            self.articles.finish()
            vectors = self._vectors.finish()
            self._terms.finish()
            files = seal_files(self._folder)
            manifest = Manifest(
                *(self._recipe, seeds, *counts, reading_code, failures, files, vectors),
                left_out,
            )
            publish(self._index, self._folder, manifest)
            return manifest

    def __enter__(self) -> GenerationWriter:
        return self

    def __exit__(self, *_: object) -> None:
        for writer in (self.articles, self._vectors, self._terms):
            writer.close()
        if not is_in_force(self._index, self._folder):
            shutil.rmtree(self._folder, ignore_errors=True)
