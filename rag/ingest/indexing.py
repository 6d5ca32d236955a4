"""One build under way: batches of files and articles, embedded and appended to a generation.

Knows neither folders nor formats: it takes what they hold in order.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from rag.errors import OpenError
from rag.index import EmbeddingCache, GenerationWriter, LocalStore, Recipe, open_store
from rag.ingest.folder import FileKept, FileRead, KnownFiles, Loaded
from rag.text.duplicates import SIGNATURE_HASHES, first_of_story, signature
from rag.text.split import passages
from rag.types import Article, Failure, Passage, Progress

if TYPE_CHECKING:
    from rag.types import Embedder, Vectors

_TITLE_CHARS = 150
_HEADINGS_CHARS = 150
_BATCH_PASSAGES = 256
_BATCH_STEPS = 4096
"""Files and articles in memory at most, where they have few passages."""
READING_LIBRARIES = tuple(
    "chardet liteparse lxml markdown-it-py mdit-py-plugins office-oxide pdf-inspector py3langid"
    " pypdfium2 PyYAML quotequail sentencex trafilatura".split()
)
"""What decides, beside our own code, which passages a file has."""

ProgressCallback: TypeAlias = Callable[[Progress], None]
Split: TypeAlias = tuple[Article, list[Passage]]
Step: TypeAlias = Split | FileRead | FileKept


@dataclass(slots=True)
class Before:
    """What the generation before offers; closed on leaving."""

    store: LocalStore | None
    files: KnownFiles
    """Those that may be copied while they are the same."""
    has_vectors: bool

    @classmethod
    def open(cls, index: Path, recipe: Recipe) -> Before:
        try:
            store = open_store(index, None)
        except OpenError:
            return cls(None, {}, False)
        was = store.manifest.recipe
        is_same = was == recipe and store.manifest.reading == reading_code()
        same_space = (was.embedder, was.revision, was.dimensions) == (
            recipe.embedder,
            recipe.revision,
            recipe.dimensions,
        )
        return cls(store, store.files() if is_same else {}, same_space)

    def vectors(self, hashes: Sequence[str]) -> dict[str, Vectors]:
        """The vectors that are known, by the hash of what was embedded."""
        if self.store is None or not self.has_vectors:
            return {}
        ordinals = self.store.ordinals_of(hashes)
        return dict(zip(ordinals, self.store.vectors(list(ordinals.values())), strict=True))

    def __enter__(self) -> Before:
        return self

    def __exit__(self, *_: object) -> None:
        if self.store is not None:
            self.store.close()


@dataclass(slots=True)
class Indexing:
    """A build under way."""

    writer: GenerationWriter
    embedder: Embedder
    recipe: Recipe
    before: Before
    cache: EmbeddingCache
    embedded: int = 0
    clashes: list[Failure] = field(default_factory=list)
    """Of the file at hand, which may go on in the next batch."""

    def split(self, loaded: Loaded) -> Step:
        if isinstance(loaded, Article):
            return loaded, passages(loaded, self.embedder, self.recipe.passage_tokens)
        return loaded

    def write(self, batch: Sequence[Step]) -> None:
        """Embeds what is new in ``batch`` and appends all of it to the generation, in order."""
        import numpy as np

        vectors = self._vectors(_texts(batch))
        kept: list[FileKept] = []
        for step, following in zip(batch, [*batch[1:], None], strict=True):
            if isinstance(step, FileKept):
                kept.append(step)
                if not isinstance(following, FileKept) or following.number != step.number + 1:
                    self.writer.copy_files(kept[0].number, [file.stamp for file in kept])
                    kept = []
            elif isinstance(step, FileRead):
                stamp = None if self.clashes else step.stamp
                self.writer.end_file(step.source, stamp, (*step.failures, *self.clashes))
                self.clashes = []
            elif self.writer.has(step[0]):
                reason = "another article has the same name"
                self.clashes.append(Failure(step[0].source, reason))
            else:
                article, parts = step
                hashes = [_hash(embedded_text(article, part)) for part in parts]
                matrix = np.asarray([vectors[key] for key in hashes], dtype=np.float32)
                matrix = matrix.reshape(len(parts), self.recipe.dimensions)
                self.writer.add(
                    article, parts, hashes, matrix, _content_hash(article), signature(article)
                )

    def known_vectors(self, hashes: Sequence[str]) -> dict[str, Vectors]:
        """The vectors that need not be embedded again, by the hash of what was embedded."""
        vectors = self.before.vectors(hashes)
        return vectors | self.cache.vectors([key for key in hashes if key not in vectors])

    def _vectors(self, texts: Mapping[str, str]) -> dict[str, Vectors]:
        """The vector of each text, by its hash; what is not known is embedded and kept."""
        vectors = self.known_vectors(list(texts))
        missing = [key for key in texts if key not in vectors]
        if missing:
            fresh = self.embedder.embed([texts[key] for key in missing])
            self.cache.keep(missing, fresh)
            self.embedded += len(missing)
            vectors.update(zip(missing, fresh, strict=True))
        return vectors


def batches(
    loaded: Iterable[Loaded], build: Indexing, progress: ProgressCallback, total: int
) -> Iterator[tuple[int, list[Step]]]:
    """(files read so far, steps in order), each with enough passages to embed at once."""
    batch: list[Step] = []
    done = waiting = 0
    for part in loaded:
        step = build.split(part)
        batch.append(step)
        if isinstance(step, tuple):
            waiting += len(step[1])
        else:
            done += 1
            progress(Progress("reading", done, total, build.embedded))
        if waiting >= _BATCH_PASSAGES or len(batch) >= _BATCH_STEPS:
            yield done, batch
            batch, waiting = [], 0
    if batch:
        yield done, batch


def texts_to_embed(
    loaded: Iterable[Loaded], build: Indexing, progress: ProgressCallback, total: int
) -> Iterator[tuple[str, str]]:
    """Hash and text of every passage whose vector is not known yet.

    The same text may come again in another batch.
    """
    for _, batch in batches(loaded, build, progress, total):
        texts = _texts(batch)
        known = build.known_vectors(list(texts))
        yield from ((key, text) for key, text in texts.items() if key not in known)


def embedded_text(article: Article, passage: Passage) -> str:
    """What is embedded for a passage: its article's title and date, its headings, its own text."""
    context = ", ".join(filter(None, (article.title[:_TITLE_CHARS], article.date)))
    headings = " – ".join(passage.headings)[-_HEADINGS_CHARS:]
    return ": ".join(filter(None, (context, headings, passage.text)))


def find_stories(writer: GenerationWriter) -> int:
    """Marks the articles that tell one story; returns how many repeat one published before."""
    import numpy as np

    ids: list[str] = []
    rows = bytearray()
    for article_id, row in writer.signatures():
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
    names = (
        "ingest/indexing.py",
        "text/duplicates.py",
        "text/split.py",
        "text/marks.py",
        "text/sentences.py",
    )
    code = [*sorted(package.glob("load/*.py")), *(package / name for name in names)]
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
