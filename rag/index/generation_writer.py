"""Writes a generation of the embedded store."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rag.index.article_writer import ArticleWriter, Changes
from rag.index.articles import FILE as ARTICLES_FILE
from rag.index.file_stamps import FileStamp
from rag.index.generations import is_in_force, new_generation, publish, remove_unused
from rag.index.local import LocalStore
from rag.index.manifest import Manifest, Recipe, seal_files
from rag.index.problems import writing
from rag.index.terms import FOLDER as TERMS_FOLDER
from rag.index.terms import TermWriter
from rag.index.vectors import FILE as VECTORS_FILE
from rag.index.vectors import VectorWriter
from rag.types import Article, Failure, Passage

if TYPE_CHECKING:
    from rag.types import Vectors

_COPIED_AT_ONCE = 10_000
"""Vectors in memory while they are copied."""


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
                self._terms.add("\n".join((*passage.headings, passage.text)), article.title)

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

    def left_out(self) -> tuple[Failure, ...]:
        """What of the articles was not read, in the order of the files."""
        return self._articles.left_out()

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
            failures, left_out = self.failures(), self.left_out()
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
                left_out=left_out,
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
