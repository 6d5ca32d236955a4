"""Ranks the sentences of the hits by similarity, terms and the kind of words asked for.

It reads every language that the embedding model does; ``span_evidence`` turns to it where the
trained reader does not read the language.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from rag.read.sentence_features import (
    SentenceFeatures,
    logistic,
    sentence_features,
    sentences_of,
    weigh,
)
from rag.types import Hit, Reading

if TYPE_CHECKING:
    from rag.types import Embedder

_LONG_SENTENCE_WORDS = 60

RANK_FEATURES: Mapping[str, Callable[[SentenceFeatures], float]] = {
    "similarity": lambda sentence: sentence.similarity,
    "lexical": lambda sentence: sentence.lexical,
    "type fit": lambda sentence: sentence.type_fit,
    "passage rank": lambda sentence: math.log1p(sentence.passage_rank),
    "length": lambda sentence: min(1.0, sentence.words / _LONG_SENTENCE_WORDS),
}
RANK_WEIGHTS = {
    "similarity": 3.4,
    "lexical": 4.9,
    "type fit": 0.94,
    "passage rank": -1.16,
    "length": 1.9,
}
"""By benchmarks/fit_evidence.py, scaled so that ``NEAR_BEST`` of rag/answer suits both readers
(LOG.md, "sentence ranker")."""
CONFIDENCE_FEATURES: Mapping[str, Callable[[SentenceFeatures], float]] = {
    "similarity": lambda sentence: sentence.similarity,
    "coverage": lambda sentence: sentence.coverage,
    "passage coverage": lambda sentence: sentence.passage_coverage,
}
CONFIDENCE_WEIGHTS = {
    "similarity": 4.4,
    "coverage": 2.0,
    "passage coverage": 3.8,
}
CONFIDENCE_INTERCEPT = -5.0
"""Raised by 1.3 from the fit, so that ``MIN_CONFIDENCE`` of rag/answer suits both readers."""
MISSING_TYPE = 3.0
"""Taken from the logit where the kind of words asked for is missing: of 102 answering sentences
whose question asked for a kind, 101 held it (LOG.md, "sentence ranker")."""


def rank_score(sentence: SentenceFeatures) -> float:
    """How likely the sentence answers, against others for the same question: a logit."""
    return weigh(sentence, RANK_FEATURES, RANK_WEIGHTS)


def confidence_of(sentence: SentenceFeatures) -> float:
    """The chance that the quotes shown answer, if the sentence is the best of them."""
    logit = weigh(sentence, CONFIDENCE_FEATURES, CONFIDENCE_WEIGHTS) + CONFIDENCE_INTERCEPT
    return logistic(logit - MISSING_TYPE if sentence.type_fit < 0 else logit)


class SentenceRanker:
    """Ranks the sentences of the hits, in every language that the embedding model reads.

    A follow-up is ranked under the question alone and under the query with its history, half each.
    A sentence's own cosine and BM25 to the question, the rank of its passage and whether it holds
    the kind of words asked for are weighed by ``rank_score``.
    """

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    @property
    def name(self) -> str:
        return f"sentence ranker ({self._embedder.name})"

    def read(self, question: str, query: str, hits: Sequence[Hit]) -> Reading:
        found = sentences_of(hits)
        if not found:
            return Reading(quotes=(), confidence=0.0)
        asked = list(dict.fromkeys((question, query)))
        vectors = self._embedder.embed_passages([quote.text for quote, _ in found])
        readings = [
            sentence_features(text, question, hits, found, (vectors @ vector).tolist())
            for text, vector in zip(asked, self._embedder.embed_query(asked), strict=True)
        ]
        scores = [sum(map(rank_score, each)) / len(asked) for each in zip(*readings, strict=True)]
        best_first = sorted(range(len(found)), key=lambda position: -scores[position])
        chances = [
            sum(map(confidence_of, each)) / len(asked) for each in zip(*readings, strict=True)
        ]
        quotes = tuple(
            replace(found[position][0], score=scores[position], confidence=chances[position])
            for position in best_first
        )
        return Reading(quotes, quotes[0].confidence)

    def rerank(self, question: str, query: str, hits: Sequence[Hit], read: int) -> list[Hit]:
        """The hits as they come: sentences are ranked, and retrieval has ranked the passages."""
        return list(hits)
