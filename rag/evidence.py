"""What was retrieved to ranked quotes and a confidence; the decision that nothing answers."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rag.retrieve import fuse
from rag.split import sentences
from rag.types import Hit, Quote, Reading
from rag.words import terms

if TYPE_CHECKING:
    from rag.types import Embedder

MIN_CONFIDENCE = 0.5
BM25_K1 = 1.2
BM25_B = 0.75


class SentenceRanker:
    """Ranks the sentences of the hits; for every language that the embedding model reads.

    Three rankings are fused by rank: the sentence's cosine to the question, its BM25 score among
    the sentences of all hits, and the rank of its passage.
    """

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    @property
    def name(self) -> str:
        return f"sentence ranker ({self._embedder.name})"

    def read(self, query: str, hits: Sequence[Hit]) -> Reading:
        quotes, rank_of_passage = _sentences_of(hits)
        if not quotes:
            return Reading(quotes=(), confidence=0.0)
        vectors = self._embedder.embed([query, *(quote.text for quote in quotes)])
        dense = vectors[1:] @ vectors[0]
        lexical = bm25(terms(query), [terms(quote.text) for quote in quotes])
        fused = fuse(
            [
                _order(dense.tolist()),
                _order(lexical),
                _order([-rank for rank in rank_of_passage]),
            ]
        )
        ranked = tuple(
            Quote(q.article, q.text, q.start, q.end, score)
            for q, score in ((quotes[position], score) for position, score in fused)
        )
        return Reading(ranked, confidence=float(dense.max()))


def enough(confidence: float, min_confidence: float | None) -> bool:
    """Whether to answer; ``min_confidence`` None takes the calibrated default."""
    return confidence >= (MIN_CONFIDENCE if min_confidence is None else min_confidence)


def worth_showing(quotes: Sequence[Quote], max_quotes: int) -> list[Quote]:
    """The best quote, and those of the next that come near it."""
    return list(quotes[:max_quotes])


def bm25(query: Sequence[str], documents: Sequence[Sequence[str]]) -> list[float]:
    """BM25 of each document (a sequence of terms) among ``documents`` (Robertson et al. 1994)."""
    average = sum(map(len, documents)) / len(documents) or 1.0
    counts = [Counter(document) for document in documents]
    scores = [0.0] * len(documents)
    for term in set(query):
        holding = sum(term in count for count in counts)
        idf = math.log(1 + (len(documents) - holding + 0.5) / (holding + 0.5))
        for position, count in enumerate(counts):
            frequency = count[term]
            length = BM25_K1 * (1 - BM25_B + BM25_B * len(documents[position]) / average)
            scores[position] += idf * frequency * (BM25_K1 + 1) / (frequency + length)
    return scores


def _sentences_of(hits: Sequence[Hit]) -> tuple[list[Quote], list[int]]:
    """The sentences of all hits, each with the rank of its passage."""
    quotes, ranks = [], []
    for rank, hit in enumerate(hits):
        text = hit.article.text
        for start, end in sentences(text, hit.passage.start, hit.passage.end):
            quotes.append(Quote(hit.article, text[start:end], start, end, score=0.0))
            ranks.append(rank)
    return quotes, ranks


def _order(scores: Sequence[float]) -> list[int]:
    """Positions by score, best first; ties in their own order."""
    return sorted(range(len(scores)), key=lambda position: -scores[position])
