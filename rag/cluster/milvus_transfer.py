"""Brings what the embedded store holds into Milvus, where other machines search it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from itertools import groupby, islice
from typing import TYPE_CHECKING, TypeAlias

from rag.cluster.milvus import generation_at
from rag.cluster.milvus_articles import MilvusArticles
from rag.cluster.milvus_manifest import MilvusManifest
from rag.cluster.milvus_rows import version_of
from rag.cluster.milvus_schema import ARTICLES, collection_of
from rag.cluster.milvus_server import MilvusServer
from rag.cluster.milvus_writer import BATCH_ARTICLES, MilvusArticleWriter, MilvusWriter
from rag.errors import IndexMismatchError, IndexMissingError
from rag.index.local import LocalStore
from rag.index.vectors import EXACT_UP_TO
from rag.types import Article, Passage

if TYPE_CHECKING:
    from rag.types import Vectors

_READ_PASSAGES = 1000
_Split: TypeAlias = tuple[Article, list[Passage], list[int]]
"""An article, its passages and their ordinals."""


def send_to_milvus(store: LocalStore, address: str) -> str:
    """Has Milvus hold the articles, passages and vectors of ``store``; returns the generation.

    An index of the same folder and recipe is brought up to date: what is new or changed is written,
    what is gone is removed, article by article. Otherwise, or if that does not add up, a new
    generation is written, and put in force when it is whole.

    Raises SettingsError if this is no address, OpenError if nobody answers there, or BuildError if
    Milvus does not take it.
    """
    with closing(MilvusServer(address)) as server:
        generation = _to_update(server, store)
        if generation is not None and update(server, generation, store):
            return generation
        return write_generation(server, store)


def write_generation(server: MilvusServer, store: LocalStore) -> str:
    """Writes everything anew and puts it in force; returns the generation."""
    with MilvusWriter(server, store.manifest.recipe, store.passage_count) as writer:
        for batch in _batches(_split_articles(store), store):
            writer.add(batch)
        writer.publish(store.manifest.seeds, store.manifest.failures, store.manifest.left_out)
    return writer.generation


def _to_update(server: MilvusServer, store: LocalStore) -> str | None:
    """The generation in force, if it was made as a new one would be, of the same folder."""
    try:
        generation, manifest = generation_at(server, store.manifest.recipe)
    except (IndexMissingError, IndexMismatchError):
        return None
    was_exact, is_exact = (
        count <= EXACT_UP_TO for count in (manifest.passage_count, store.passage_count)
    )
    is_same = manifest.seeds == store.manifest.seeds and was_exact == is_exact
    return generation if is_same else None


def update(server: MilvusServer, generation: str, store: LocalStore) -> bool:
    """Replaces and removes articles; False if what is there then is not what should be."""
    writer = MilvusArticleWriter(server, generation)
    there: dict[str, str] = {}
    for article_id, version in MilvusArticles(
        server, collection_of(generation) + ARTICLES
    ).versions():
        # Of an article that is there twice neither version is taken for the right one.
        there[article_id] = "" if article_id in there else version
    changed = (
        split
        for split in _split_articles(store)
        if there.pop(split[0].id, None) != version_of(split[0])
    )
    for batch in _batches(changed, store):
        writer.replace(batch)
    gone = iter(there)
    while some := list(islice(gone, BATCH_ARTICLES)):
        writer.remove(some)
    manifest = store.manifest
    counts = manifest.article_count, manifest.passage_count
    told = manifest.failures, manifest.left_out
    return writer.finish(MilvusManifest(manifest.recipe, manifest.seeds, *counts, *told))


def _batches(
    splits: Iterable[_Split], store: LocalStore
) -> Iterator[list[tuple[Article, Sequence[Passage], Vectors]]]:
    splits = iter(splits)
    while batch := list(islice(splits, BATCH_ARTICLES)):
        yield [(article, passages, store.vectors(found)) for article, passages, found in batch]


def _split_articles(store: LocalStore) -> Iterator[_Split]:
    """Every article once: those with passages in their order, then those without."""
    split: set[str] = set()
    for _, group in groupby(_passages(store), key=lambda found: found[1].article_id):
        found = list(group)
        article = found[0][2]
        split.add(article.id)
        yield article, [passage for _, passage, _ in found], [ordinal for ordinal, _, _ in found]
    for article in store.articles():
        if article.id not in split:
            yield article, [], []


def _passages(store: LocalStore) -> Iterator[tuple[int, Passage, Article]]:
    for first in range(0, store.passage_count, _READ_PASSAGES):
        ordinals = range(first, min(first + _READ_PASSAGES, store.passage_count))
        for ordinal, (passage, article) in zip(ordinals, store.fetch(ordinals), strict=True):
            yield ordinal, passage, article
