"""Writes generations of the index into Milvus, and replaces articles within one."""

from __future__ import annotations

import datetime
import secrets
import time
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from rag.cluster.milvus_articles import ONE_EACH
from rag.cluster.milvus_filters import one_of
from rag.cluster.milvus_manifest import MilvusManifest
from rag.cluster.milvus_rows import (
    MANIFEST,
    article_rows,
    manifest_rows,
    passage_rows,
    version_of,
)
from rag.cluster.milvus_schema import (
    ALIAS,
    ARTICLES,
    collection_of,
    create_collections,
    generation_of,
)
from rag.cluster.milvus_server import MilvusServer, Row
from rag.errors import BuildError
from rag.index.manifest import Recipe
from rag.types import Article, Failure, Passage

if TYPE_CHECKING:
    from rag.types import Vectors

BATCH_ARTICLES = 100
_BATCH_ROWS = 200
"""At most 13 MB of article text; servers take 64 MB."""
_ABANDONED = datetime.timedelta(days=7)
"""An unfinished generation so old belongs to no build any more."""
_NAME = "%Y%m%d%H%M%S"
_POLL_SECONDS = 1.0
_MOST_ORDINALS = 2**62


class MilvusArticleWriter:
    """Writes articles into the collections of one generation.

    Rows are replaced by their keys, so that a request that is sent again writes nothing twice.
    """

    def __init__(self, server: MilvusServer, generation: str) -> None:
        self._server = server
        self._passages = collection_of(generation)
        self._articles = self._passages + ARTICLES
        self._next_ordinal = self._first_free_ordinal()

    def add(self, articles: Sequence[tuple[Article, Sequence[Passage], Vectors]]) -> None:
        """Appends articles with their passages and vectors, shape (len(passages), d).

        The passages go first: until its text is there too, an article is not found.
        """
        for article, passages, vectors in articles:
            rows = passage_rows(article, passages, vectors, self._next_ordinal)
            self._next_ordinal += len(passages)
            self._upsert(self._passages, rows)
        self._upsert(
            self._articles, (row for article, _, _ in articles for row in article_rows(article))
        )

    def replace(self, articles: Sequence[tuple[Article, Sequence[Passage], Vectors]]) -> None:
        """Puts articles in the place of those of the same ids, if there are any.

        Killed in the middle, it leaves an article in its old version, its new one or both, each
        whole; replacing it again leaves the new one.
        """
        ids = one_of("article_id", (article.id for article, _, _ in articles))
        new = one_of("version", (version_of(article) for article, _, _ in articles))
        self._delete(self._passages, new)  # what an earlier attempt left
        self.add(articles)
        for collection in (self._passages, self._articles):
            self._delete(collection, f"{ids} and not ({new})")

    def remove(self, ids: Sequence[str]) -> None:
        """Removes the articles of these ids."""
        for collection in (self._passages, self._articles):
            self._delete(collection, one_of("article_id", ids))

    def finish(self, manifest: MilvusManifest) -> bool:
        """Has what was written kept on the servers' disks, and vouches for it by the manifest.

        False, and nothing vouched for, if articles or passages are missing or there twice.
        """
        self._flush()
        counts = self._server.count(self._articles, ONE_EACH), self._server.count(self._passages)
        if counts != (manifest.article_count, manifest.passage_count):
            return False
        self._delete(self._articles, one_of("version", [MANIFEST]))
        self._upsert(self._articles, manifest_rows(manifest.to_json()))
        self._flush()
        return True

    def _flush(self) -> None:
        with self._server.writing():
            for collection in (self._passages, self._articles):
                self._server.client.flush(collection)

    def _first_free_ordinal(self) -> int:
        def is_free(ordinal: int) -> bool:
            above = f"ordinal >= {ordinal}"
            return not self._server.query(self._passages, above, ["ordinal"], limit=1)

        return bisect_left(range(_MOST_ORDINALS), True, key=is_free)

    def _upsert(self, collection: str, rows: Iterable[Row]) -> None:
        rows = iter(rows)
        while batch := list(islice(rows, _BATCH_ROWS)):
            with self._server.writing():
                self._server.client.upsert(collection, batch)

    def _delete(self, collection: str, condition: str) -> None:
        with self._server.writing():
            self._server.client.delete(collection, filter=condition)


class MilvusWriter:
    """Writes a new generation; until ``publish`` no reader sees anything of it.

    A context manager: without ``publish``, leaving it removes what was written. Of two builds at
    once the later one to publish is in force. Every method raises BuildError if Milvus does not
    take it.
    """

    def __init__(self, server: MilvusServer, recipe: Recipe, passages: int) -> None:
        """``passages``: about how many there will be."""
        remove_unused(server)
        now = datetime.datetime.now(datetime.UTC).strftime(_NAME)
        self.generation = f"{now}_{secrets.token_hex(3)}"
        self.article_count = 0
        self.passage_count = 0
        self._server = server
        self._recipe = recipe
        self._is_published = False
        with server.writing():
            create_collections(server.client, self.generation, recipe.dimensions, passages)
        self._writer = MilvusArticleWriter(server, self.generation)

    def add(self, articles: Sequence[tuple[Article, Sequence[Passage], Vectors]]) -> None:
        """Appends articles with their passages and vectors, shape (len(passages), d)."""
        self._writer.add(articles)
        self.article_count += len(articles)
        self.passage_count += sum(len(passages) for _, passages, _ in articles)

    def publish(
        self, seeds: str, failures: tuple[Failure, ...], left_out: tuple[Failure, ...] = ()
    ) -> None:
        """Finishes the generation and puts it in force.

        The generation before is kept for readers that are still on it; the next build removes it.
        """
        counts = self.article_count, self.passage_count
        manifest = MilvusManifest(self._recipe, seeds, *counts, failures, left_out)
        if not self._writer.finish(manifest):
            raise BuildError(
                f"Milvus at {self._server.name} does not hold all that was written; what was there "
                "before is unchanged. Run rag build again."
            )
        collection = collection_of(self.generation)
        client = self._server.client
        is_first = self._server.generation_in_force() is None
        with self._server.writing():
            while client.describe_index(collection, "vector")["pending_index_rows"]:
                time.sleep(_POLL_SECONDS)
            (client.create_alias if is_first else client.alter_alias)(collection, ALIAS)
        self._is_published = True

    def __enter__(self) -> MilvusWriter:
        return self

    def __exit__(self, *_: object) -> None:
        if not self._is_published:
            _drop(self._server, self.generation)


def remove_unused(server: MilvusServer) -> None:
    """Drops every generation but the one in force and those that other builds are writing."""
    with server.writing():
        collections: list[str] = server.client.list_collections()
    generations = {generation_of(name) for name in collections} - {None}
    oldest = (datetime.datetime.now(datetime.UTC) - _ABANDONED).strftime(_NAME)
    for generation in filter(None, generations):
        name = collection_of(generation) + ARTICLES
        manifest = one_of("version", [MANIFEST])
        is_finished = name in collections and server.count(name, manifest) > 0
        if (is_finished or generation < oldest) and generation != server.generation_in_force():
            _drop(server, generation)


def _drop(server: MilvusServer, generation: str) -> None:
    collection = collection_of(generation)
    with server.writing():
        for name in (collection, collection + ARTICLES):
            server.client.drop_collection(name)
