"""Stand-ins for the models, deterministic and real enough to rank: no weights, no waiting."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from rag.text.sentences import sentences
from rag.types import Article, Hit, Mark, Quote, Reading, Span

if TYPE_CHECKING:
    from rag.types import Vectors

_WORD = re.compile(r"\w+")


@dataclass
class FakeEmbedder:
    """``rag.types.Embedder``: each word lands on one of the dimensions, chosen by its hash."""

    name: str = "fake"
    revision: str = "1"
    dimensions: int = 64
    max_tokens: int = 254
    embedded: list[str] = field(default_factory=list)
    """Every text that was embedded."""

    def count_tokens(self, text: str) -> int:
        return len(_WORD.findall(text))

    def embed_query(self, texts: Sequence[str]) -> Vectors:
        return self.embed_passages(texts)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        self.embedded += texts
        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for row, text in enumerate(texts):
            for word in _WORD.findall(text.lower()):
                digest = hashlib.blake2b(word.encode(), digest_size=4).digest()
                vectors[row, int.from_bytes(digest) % self.dimensions] += 1
            vectors[row, 0] += 1e-3  # so that a text without words has a direction too
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@dataclass
class FakeReader:
    """``rag.types.Reader``: the sentences that share most words with the query."""

    name: str = "fake reader"

    def read(self, question: str, query: str, hits: Sequence[Hit]) -> Reading:
        asked = set(_WORD.findall(query.lower()))
        quotes = []
        for hit in hits:
            text = hit.article.text
            for start, end in sentences(text, hit.passage.start, hit.passage.end):
                words = set(_WORD.findall(text[start:end].lower()))
                share = len(asked & words) / max(1, len(asked))
                quotes.append(Quote(hit.article, text[start:end], start, end, share))
        quotes.sort(key=lambda quote: -quote.score)
        return Reading(tuple(quotes), confidence=quotes[0].score if quotes else 0.0)

    def rerank(self, question: str, query: str, hits: Sequence[Hit], read: int) -> list[Hit]:
        return list(hits)


def outside(text: str, *body: Span) -> tuple[Mark, ...]:
    """Marks for what of ``text`` lies outside ``body``, which alone is searched and quoted."""
    edges = [0, *(edge for span in body for edge in span), len(text)]
    gaps = zip(edges[::2], edges[1::2], strict=True)
    return tuple(Mark("title", start, end) for start, end in gaps if start < end)


def make_article(
    text: str,
    name: str = "a",
    *,
    title: str | None = None,
    author: str | None = None,
    date: str | None = None,
    body: tuple[Span, ...] | None = None,
) -> Article:
    """An article whose whole text may be evidence, unless ``body`` says otherwise."""
    return Article(
        id=f"id-{name}",
        title=name if title is None else title,
        author=author,
        date=date,
        source=f"{name}.txt",
        url=None,
        text=text,
        marks=() if body is None else outside(text, *body),
    )
