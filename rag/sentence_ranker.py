"""Ranks the sentences of the hits by similarity, terms and the kind of words asked for.

For every language that the embedding model reads; ``rag.evidence`` uses it where the trained reader
does not read the language.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rag.answer_type import AnswerType, asked_type, holds_type, without_type
from rag.sentences import sentences
from rag.types import Hit, Quote, Reading
from rag.words import content_terms, terms

if TYPE_CHECKING:
    from rag.types import Embedder

BM25_K1 = 1.2
BM25_B = 0.75
_LONG_SENTENCE_WORDS = 60
_MISSING_TYPE = 3.0
"""Taken from the logit where the kind of words asked for is missing: of 102 answering sentences whose
question asked for one, 101 held it (LOG.md, "sentence ranker")."""
_NAME = re.compile(r"(?<=\S )(?:[A-Z][\w'’.-]*|\d[\d,.]*)")


@dataclass(frozen=True, slots=True)
class SentenceFeatures:
    """What is known of one sentence of the hits, given the question."""

    similarity: float
    """Cosine of question and sentence."""
    lexical: float
    """BM25 among the sentences of all hits, as a share of the best sentence's."""
    type_fit: float
    """1 if it holds the kind of words asked for, -1 if not, 0 if any kind would do."""
    passage_rank: int
    """Rank of its passage among the hits, from 0."""
    words: int
    coverage: float
    """Share of the question's terms that the sentence holds."""
    passage_coverage: float
    """Share of the question's terms that its passage or its article's title hold."""
    missing_names: float
    """Share of the question's names and numbers that neither passage nor title hold."""


def rank_score(features: SentenceFeatures) -> float:
    """How likely the sentence answers, against others for the same question: a logit.

    Weights from benchmarks/fit_sentence_ranker.py (LOG.md, "sentence ranker").
    """
    return (
        2.7 * features.similarity
        + 3.9 * features.lexical
        + 0.75 * features.type_fit
        - 0.93 * math.log1p(features.passage_rank)
        + 1.5 * min(features.words, _LONG_SENTENCE_WORDS) / _LONG_SENTENCE_WORDS
    )


def confidence_of(best: SentenceFeatures) -> float:
    """The chance that the quotes shown answer, given the features of the best one.

    Weights from benchmarks/fit_sentence_ranker.py (LOG.md, "sentence ranker").
    """
    logit = (
        4.4 * best.similarity
        + 2.0 * best.coverage
        + 3.8 * best.passage_coverage
        - 0.9 * best.missing_names
        - (_MISSING_TYPE if best.type_fit < 0 else 0.0)
        - 6.3
    )
    return 1 / (1 + math.exp(-logit))


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
        vectors = self._embedder.embed([*asked, *(quote.text for quote, _ in found)])
        readings = [
            sentence_features(text, question, hits, found, (vectors[len(asked) :] @ vector).tolist())
            for text, vector in zip(asked, vectors, strict=False)
        ]
        scores = [sum(map(rank_score, each)) / len(asked) for each in zip(*readings, strict=True)]
        best_first = sorted(range(len(found)), key=lambda position: -scores[position])
        quotes = tuple(replace(found[position][0], score=scores[position]) for position in best_first)
        best = best_first[0]
        confidence = sum(confidence_of(features[best]) for features in readings) / len(readings)
        return Reading(quotes, confidence)


def sentence_features(
    asked: str,
    question: str,
    hits: Sequence[Hit],
    found: Sequence[tuple[Quote, int]],
    similarities: Sequence[float],
) -> list[SentenceFeatures]:
    """The features of each of ``found``: a sentence with the rank of its passage in ``hits``.

    ``asked`` is the question or the query; the kind of words asked for is told by the question.
    """
    wanted = content_terms(without_type(asked))
    distinct = set(wanted)
    kind = asked_type(question)
    names = {term for match in _NAME.finditer(asked) for term in terms(match.group())}
    in_sentence = [terms(quote.text) for quote, _ in found]
    in_passage = [set(terms(f"{hit.article.title} {hit.passage.text}")) for hit in hits]
    lexical = bm25(wanted, in_sentence)
    most = max(lexical) or 1.0
    return [
        SentenceFeatures(
            similarity=similarities[position],
            lexical=lexical[position] / most,
            type_fit=_type_fit(quote.text, kind, question),
            passage_rank=rank,
            words=len(quote.text.split()),
            coverage=_share(distinct, distinct.intersection(in_sentence[position])),
            passage_coverage=_share(distinct, distinct & in_passage[rank]),
            missing_names=_share(names, names - in_passage[rank]),
        )
        for position, (quote, rank) in enumerate(found)
    ]


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


def sentences_of(hits: Sequence[Hit]) -> list[tuple[Quote, int]]:
    """The sentences of all hits, each with the rank of its passage."""
    return [
        (Quote(hit.article, hit.article.text[start:end], start, end, score=0.0), rank)
        for rank, hit in enumerate(hits)
        for start, end in sentences(hit.article.text, hit.passage.start, hit.passage.end)
    ]


def _type_fit(sentence: str, kind: AnswerType | None, question: str) -> float:
    if kind is None:
        return 0.0
    return 1.0 if holds_type(sentence, kind, question) else -1.0


def _share(whole: set[str], part: set[str]) -> float:
    return len(part) / len(whole) if whole else 0.0
