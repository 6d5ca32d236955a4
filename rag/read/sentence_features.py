"""What is known of each sentence of the hits before anything is read: likeness, terms, kinds."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from rag.question.answer_type import AnswerType, asked_type, holds_type, without_type
from rag.text.sentences import sentences
from rag.text.words import content_terms, terms
from rag.types import Hit, Quote

BM25_K1 = 1.2
BM25_B = 0.75
T = TypeVar("T")


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
    in_sentence = [terms(quote.text) for quote, _ in found]
    in_passage = [set(terms(f"{hit.article.title} {hit.passage.text}")) for hit in hits]
    lexical = bm25(wanted, in_sentence)
    most = max(lexical) or 1.0
    return [
        SentenceFeatures(
            similarity=similarities[position],
            lexical=lexical[position] / most,
            type_fit=type_fit(quote.text, kind, question),
            passage_rank=rank,
            words=len(quote.text.split()),
            coverage=_share(distinct, distinct.intersection(in_sentence[position])),
            passage_coverage=_share(distinct, distinct & in_passage[rank]),
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


def type_fit(sentence: str, kind: AnswerType | None, question: str) -> float:
    """1.0 if ``sentence`` holds the kind of words asked for, -1.0 if not, 0.0 if any would do."""
    if kind is None:
        return 0.0
    return 1.0 if holds_type(sentence, kind, question) else -1.0


def _share(whole: set[str], part: set[str]) -> float:
    return len(part) / len(whole) if whole else 0.0


def weigh(
    sentence: T, features: Mapping[str, Callable[[T], float]], weights: Mapping[str, float]
) -> float:
    """The weighted sum of a sentence's features."""
    return sum(weights[name] * feature(sentence) for name, feature in features.items())


def logistic(logit: float) -> float:
    """A logit as a chance, 0 to 1."""
    return 1 / (1 + math.exp(-max(-60.0, min(60.0, logit))))
