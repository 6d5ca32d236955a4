"""Folder to index; the only owner of the build flow: load, split, embed, write, switch.

A file that is as it was is not read again: its articles, passages and vectors are copied from the
generation before. Of the others, only texts that were not embedded before are embedded. The index
is the same as one built anew.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import cache, partial
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from rag.cluster.bulk_embedding import embed_with_ray
from rag.embed import load_embedder
from rag.errors import OpenError, SeedsError
from rag.index import (
    FORMAT_VERSION,
    EmbeddingCache,
    GenerationWriter,
    IndexedArticle,
    LocalStore,
    Recipe,
    build_lock,
    open_store,
)
from rag.ingest.folder import (
    FileKept,
    FileRead,
    KnownFiles,
    Loaded,
    article_files,
    load_articles,
    load_folder,
)
from rag.text.duplicates import SIGNATURE_HASHES, first_of_story, signature
from rag.text.split import SPLITTER_VERSION, passages
from rag.types import Article, BuildReport, Failure, Passage, Progress

if TYPE_CHECKING:
    from rag.settings import Settings
    from rag.types import Embedder, Vectors

CONTEXT_TOKENS = 48
"""Room that a passage leaves in the model's window for its article's title and date."""
_TITLE_CHARS = 150
_HEADINGS_CHARS = 150
_BATCH_PASSAGES = 256
_BATCH_STEPS = 4096
"""Files and articles in memory at most, where they have few passages."""
READING_LIBRARIES = tuple(
    "chardet liteparse lxml markdown-it-py mdit-py-plugins office-oxide pdf-inspector py3langid"
    " pypdfium2 pyyaml quotequail sentencex trafilatura".split()
)
"""What decides, beside our own code, which passages a file has."""

ProgressCallback: TypeAlias = Callable[[Progress], None]
Step: TypeAlias = tuple[Article, list[Passage]] | FileRead | FileKept


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

    load = partial(load_folder, paths, seeds)
    told = (str(seeds), len(paths))
    return _build(load, index, settings, embedder, progress, *told, ray)


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

    return _build(
        lambda _: load_articles(articles), index, settings, embedder, progress, origin, total
    )


def _build(
    load: Callable[[KnownFiles], Iterator[Loaded]],
    index: Path,
    settings: Settings,
    embedder: Embedder,
    progress: ProgressCallback,
    origin: str,
    total: int,
    ray: str | None = None,
) -> BuildReport:
    """Builds the index from what each of ``total`` files holds."""
    started = time.perf_counter()
    recipe = recipe_of(settings, embedder)
    with (
        build_lock(index),
        _open_before(index, recipe) as before,
        GenerationWriter(index, recipe, before.store) as writer,
        EmbeddingCache(index, recipe.embedder, recipe.revision) as cache,
    ):
        build = _Build(writer, embedder, recipe, before, cache, progress, total)
        if ray:
            make_embedder = partial(load_embedder, settings.embedder)
            texts = build.texts_to_embed(load(before.files))
            build.embedded += embed_with_ray(texts, build.keep, cache.shards, make_embedder, ray)
        for done, batch in build.batches(load(before.files)):
            build.write(batch)
            progress(Progress("embedding", done, total, build.embedded))
        if writer.articles.article_count() == 0:
            raise SeedsError(_no_articles(origin, writer.articles.failures()))
        progress(Progress("writing", total, total, build.embedded))
        duplicates = find_stories(writer)
        changes = count_changes(
            before.store.content_hashes() if before.store else {}, writer.articles.content_hashes()
        )
        manifest = writer.publish(origin, reading_code())
        cache.clear()
    return BuildReport(
        generation=writer.generation,
        articles=manifest.article_count,
        passages=manifest.passage_count,
        embedded=build.embedded,
        failures=manifest.failures,
        left_out=manifest.left_out,
        seconds=time.perf_counter() - started,
        duplicates=duplicates,
        **changes,
    )


@dataclass(slots=True)
class _Before:
    """What the generation before offers."""

    store: LocalStore | None = None
    files: KnownFiles = field(default_factory=dict)
    """Those that may be copied while they are the same."""
    has_vectors: bool = False

    def vectors(self, hashes: Sequence[str]) -> dict[str, Vectors]:
        """The vectors that are known, by the hash of what was embedded."""
        if self.store is None or not self.has_vectors:
            return {}
        ordinals = self.store.ordinals_by("embedded_hash", hashes)
        return dict(zip(ordinals, self.store.vectors(list(ordinals.values())), strict=True))


@contextmanager
def _open_before(index: Path, recipe: Recipe) -> Iterator[_Before]:
    try:
        store = open_store(index, None)
    except OpenError:
        yield _Before()
        return
    with closing(store):
        was = store.manifest.recipe
        is_same = was == recipe and store.manifest.reading == reading_code()
        spaces = [(each.embedder, each.revision, each.dimensions) for each in (was, recipe)]
        yield _Before(store, store.files() if is_same else {}, spaces[0] == spaces[1])


@dataclass(slots=True)
class _Build:
    """A build under way: batches of files and articles, embedded and appended to a generation."""

    writer: GenerationWriter
    embedder: Embedder
    recipe: Recipe
    before: _Before
    cache: EmbeddingCache
    progress: ProgressCallback
    total: int
    embedded: int = 0
    kept: int = 0
    """Vectors that came from elsewhere."""
    clashes: list[Failure] = field(default_factory=list)
    """Of the file at hand, which may go on in the next batch."""

    def batches(self, loaded: Iterable[Loaded]) -> Iterator[tuple[int, list[Step]]]:
        """(files read so far, steps in order), each with enough passages to embed at once."""
        batch: list[Step] = []
        done = waiting = 0
        for part in loaded:
            if isinstance(part, Article):
                split = passages(part, self.embedder, self.recipe.passage_tokens)
                batch.append((part, split))
                waiting += len(split)
            else:
                batch.append(part)
                done += 1
                self.progress(Progress("reading", done, self.total, self.embedded))
            if waiting >= _BATCH_PASSAGES or len(batch) >= _BATCH_STEPS:
                yield done, batch
                batch, waiting = [], 0
        if batch:
            yield done, batch

    def write(self, batch: Sequence[Step]) -> None:
        """Embeds what is new in ``batch`` and appends all of it to the generation, in order."""
        import numpy as np

        vectors = self._vectors(_texts(batch))
        for step in batch:
            if isinstance(step, FileKept):
                self.writer.copy_file(step.number, step.source, step.stamp)
            elif isinstance(step, FileRead):
                stamp = None if self.clashes else step.stamp
                self.writer.end_file(step.source, stamp, (*step.failures, *self.clashes))
                self.clashes = []
            elif self.writer.articles.has(step[0]):
                reason = "another article has the same name"
                self.clashes.append(Failure(step[0].source, reason))
            else:
                article, parts = step
                hashes = [_hash(embedded_text(article, part)) for part in parts]
                matrix = np.asarray([vectors[key] for key in hashes], dtype=np.float32)
                self.writer.add(
                    IndexedArticle(
                        article, parts, hashes, _content_hash(article), signature(article)
                    ),
                    matrix.reshape(len(parts), self.recipe.dimensions),
                )

    def texts_to_embed(self, loaded: Iterable[Loaded]) -> Iterator[tuple[str, str]]:
        """Hash and text of every passage whose vector is not known yet.

        The same text may come again in another batch.
        """
        for _, batch in self.batches(loaded):
            texts = _texts(batch)
            known = self._known(list(texts))
            yield from ((key, text) for key, text in texts.items() if key not in known)

    def keep(self, hashes: list[str], vectors: Vectors) -> None:
        """Keeps what a cluster embedded where ``write`` looks for it."""
        self.cache.keep(hashes, vectors)
        self.kept += len(hashes)
        self.progress(Progress("embedding", 0, self.total, self.kept))

    def _known(self, hashes: Sequence[str]) -> dict[str, Vectors]:
        """The vectors that need not be embedded again, by the hash of what was embedded."""
        vectors = self.before.vectors(hashes)
        return vectors | self.cache.vectors([key for key in hashes if key not in vectors])

    def _vectors(self, texts: Mapping[str, str]) -> dict[str, Vectors]:
        """The vector of each text, by its hash; what is not known is embedded and kept."""
        vectors = self._known(list(texts))
        missing = [key for key in texts if key not in vectors]
        if missing:
            fresh = self.embedder.embed_passages([texts[key] for key in missing])
            self.cache.keep(missing, fresh)
            self.embedded += len(missing)
            vectors.update(zip(missing, fresh, strict=True))
        return vectors


def embedded_text(article: Article, passage: Passage) -> str:
    """What is embedded for a passage: its article's title and date, its headings, its own text."""
    context = ", ".join(filter(None, (article.title[:_TITLE_CHARS], article.date)))
    headings = " – ".join(passage.headings)[-_HEADINGS_CHARS:]
    return ": ".join(filter(None, (context, headings, passage.text)))


def count_changes(before: Mapping[str, str], now: Mapping[str, str]) -> dict[str, int]:
    """Articles by what became of them, as BuildReport names it; content hashes by source."""
    common = before.keys() & now.keys()
    unchanged = sum(before[source] == now[source] for source in common)
    come = Counter(now[source] for source in now.keys() - common)
    gone = Counter(before[source] for source in before.keys() - common)
    renamed = (come & gone).total()
    return {
        "added": come.total() - renamed,
        "updated": len(common) - unchanged,
        "renamed": renamed,
        "unchanged": unchanged,
        "removed": gone.total() - renamed,
    }


def find_stories(writer: GenerationWriter) -> int:
    """Marks the articles that tell one story; returns how many repeat one published before."""
    import numpy as np

    ids: list[str] = []
    rows = bytearray()
    for article_id, row in writer.articles.signatures():
        ids.append(article_id)
        rows += row
    signatures = np.frombuffer(bytes(rows), dtype="<u2").reshape(len(ids), SIGNATURE_HASHES)
    first = first_of_story(signatures)
    repeats = np.flatnonzero(first != np.arange(len(ids)))
    stories = {ids[one]: ids[first[one]] for one in repeats}
    writer.set_stories(stories | {story: story for story in stories.values()})
    return len(repeats)


@cache
def reading_code() -> str:
    """Tells what makes passages of files, so that newer code or a newer library reads them anew."""
    package = Path(__file__).parents[1]
    code = [Path(__file__), *sorted(package.glob("load/*.py")), *sorted(package.glob("text/*.py"))]
    told = [path.read_bytes() for path in code]
    told += [f"{name} {version(name)}".encode() for name in READING_LIBRARIES]
    return hashlib.sha256(b"".join(told)).hexdigest()


def _texts(batch: Sequence[Step]) -> dict[str, str]:
    """What is embedded for the passages of a batch, by its hash."""
    split = [step for step in batch if isinstance(step, tuple)]
    texts = [embedded_text(article, part) for article, parts in split for part in parts]
    return {_hash(text): text for text in texts}


def _content_hash(article: Article) -> str:
    """Tells an article from its other versions."""
    told = (article.title, article.author, article.date, article.url, article.text)
    return _hash(json.dumps(told))


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
