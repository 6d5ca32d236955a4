"""Folder to index; the only owner of the build flow: load, split, embed, write, switch.

A file that is as it was is not read again: its articles, passages and vectors are copied from the
generation before. Of the others, only texts that were not embedded before are embedded. The index
is the same as one built anew.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from rag.embed import load_embedder
from rag.errors import SeedsError
from rag.index import (
    FORMAT_VERSION,
    EmbeddingCache,
    GenerationWriter,
    Recipe,
    build_lock,
)
from rag.ingest.bulk_embed import embed_with_ray
from rag.ingest.folder import Loaded, article_files, load_articles, load_folder
from rag.ingest.indexing import (
    Before,
    Indexing,
    ProgressCallback,
    batches,
    find_stories,
    reading_code,
    texts_to_embed,
)
from rag.text.split import SPLITTER_VERSION
from rag.types import Article, BuildReport, Failure, Progress

if TYPE_CHECKING:
    from rag.settings import Settings
    from rag.types import Embedder, Vectors

__all__ = ["ProgressCallback", "build_from_articles", "build_from_folder", "recipe_of"]

CONTEXT_TOKENS = 48
"""Room that a passage leaves in the model's window for its article's title and date."""


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


def build_from_folder(
    seeds: Path,
    index: Path,
    settings: Settings,
    embedder: Embedder,
    progress: ProgressCallback = lambda step: None,
    ray: str | None = None,
) -> BuildReport:
    """Builds the index of all articles in a folder; what cannot be read is reported by name.

    The index may lie in that folder: its own files are passed over. The index before stays in
    force until the new one is whole; what an interrupted build has embedded is kept for the next.
    ``ray`` is the address of a Ray cluster that embeds; the folder is read twice then.

    Raises SeedsError if the folder is missing or holds no article, BuildInProgressError if this
    index is being built already, BuildError if it cannot be written or the cluster does not embed.
    """
    paths = article_files(seeds, index)
    recipe = recipe_of(settings, embedder)
    with build_lock(index), Before.open(index, recipe) as before:

        def embed_ahead(build: Indexing) -> None:
            if ray:
                loaded = load_folder(paths, seeds, before.files)
                _embed_on_cluster(loaded, build, settings.embedder, ray, progress, len(paths))

        loaded = load_folder(paths, seeds, before.files)
        return _build(
            *(loaded, index, embedder, recipe, before, progress, str(seeds), len(paths)),
            embed_ahead,
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
    recipe = recipe_of(settings, embedder)
    with build_lock(index), Before.open(index, recipe) as before:
        loaded = load_articles(articles)
        return _build(loaded, index, embedder, recipe, before, progress, origin, total)


def _build(
    loaded: Iterable[Loaded],
    index: Path,
    embedder: Embedder,
    recipe: Recipe,
    before: Before,
    progress: ProgressCallback,
    origin: str,
    total: int,
    embed_ahead: Callable[[Indexing], None] = lambda build: None,
) -> BuildReport:
    """Builds the index from what each of ``total`` files holds."""
    started = time.perf_counter()
    with (
        GenerationWriter(index, recipe, before.store) as writer,
        EmbeddingCache(index, recipe.embedder, recipe.revision) as cache,
    ):
        build = Indexing(writer, embedder, recipe, before, cache)
        embed_ahead(build)
        for done, batch in batches(loaded, build, progress, total):
            build.write(batch)
            progress(Progress("embedding", done, total, build.embedded))
        if writer.article_count == 0:
            raise SeedsError(_no_articles(origin, writer.failures()))
        progress(Progress("writing", total, total, build.embedded))
        duplicates = find_stories(writer)
        changes = writer.changes()
        failures, left_out = writer.failures(), writer.left_out()
        articles, passages = writer.article_count, writer.passage_count
        writer.publish(origin, reading_code())
        cache.clear()
    return BuildReport(
        generation=writer.generation,
        articles=articles,
        passages=passages,
        embedded=build.embedded,
        failures=failures,
        seconds=time.perf_counter() - started,
        added=changes.added,
        updated=changes.updated,
        renamed=changes.renamed,
        unchanged=changes.unchanged,
        removed=changes.removed,
        duplicates=duplicates,
        left_out=left_out,
    )


def _embed_on_cluster(
    loaded: Iterable[Loaded],
    build: Indexing,
    embedder_name: str,
    address: str,
    progress: ProgressCallback,
    total: int,
) -> None:
    """Has a Ray cluster embed what is new, and keeps the vectors where the build looks for them."""
    kept = 0

    def keep(hashes: list[str], vectors: Vectors) -> None:
        nonlocal kept
        build.cache.keep(hashes, vectors)
        kept += len(hashes)
        progress(Progress("embedding", 0, total, kept))

    texts = texts_to_embed(loaded, build, progress, total)
    make_embedder = partial(load_embedder, embedder_name)
    build.embedded += embed_with_ray(texts, keep, build.cache.shards, make_embedder, address)


def _no_articles(origin: str, failures: Sequence[Failure]) -> str:
    if failures:
        first = failures[0]
        return (
            f"None of the {len(failures)} files in {origin} could be read "
            f"({first.source}: {first.reason}): put articles there, then rag build."
        )
    return f"Folder {origin} holds no articles: put articles there, then rag build."
