"""What the reader marked, as ranked sentences with a confidence.

The reader scores passages and spans of words; what is shown are the whole sentences around the best
spans. Three linear scores, fitted together by ``benchmarks/fit_evidence.py`` and kept in
``rag/weights/evidence.json``, order the passages, order the sentences, and tell the chance that a
sentence answers (Platt 1999). That chance knows nothing of the other sentences, so that it holds of
the second best as of the best, and nothing of what the search found besides, so that it means the
same in a library of five articles and of five thousand.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from rag.read.pairs import context_text
from rag.read.rerank import asks, by_article
from rag.read.spans import tidied
from rag.text.marks import may_be_quoted
from rag.text.sentences import sentences
from rag.text.words import content_terms, terms
from rag.types import Hit, Quote, Reading, Span

if TYPE_CHECKING:
    from rag.read.read import PassageReader, PassageReading

WEIGHTS = Path(__file__).parents[1] / "weights" / "evidence.json"
PASSAGE_FEATURES = ("relevance", "span", "search")
SENTENCE_FEATURES = ("relevance", "span", "search", "passage coverage", "coverage", "unmarked")
CONFIDENCE_FEATURES = ("relevance", "span", "passage coverage", "coverage", "cosine")
_UNMARKED = 1.0
"""A sentence without a marked span scores so much below the lowest span of its passage."""
_CONTEXT_CHARS = 300
"""So far back is the sentence before a passage looked for."""
FIRST_READ = 8
SURE = 0.9
"""Hits after the first ones are read only if these leave the answer less sure than this: beyond
it they hardly ever change it."""


@dataclass(frozen=True, slots=True)
class Weights:
    """The weights of one score, by feature, and its intercept."""

    of: Mapping[str, float]
    intercept: float = 0.0

    def score(self, features: Mapping[str, float]) -> float:
        return self.intercept + sum(weight * features[name] for name, weight in self.of.items())


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence of a hit that may be quoted, and the words in it that are likeliest to answer."""

    quote: Quote
    words: str | None
    """None where the reader marked none."""
    features: Mapping[str, float]


@cache
def fitted(score: str) -> Weights:
    """The weights of the score called "passages", "sentences" or "confidence"."""
    stored = json.loads(WEIGHTS.read_text(encoding="utf-8"))[score]
    return Weights(stored["weights"], stored["intercept"])


@cache
def cut(name: str) -> float:
    """From which confidence to "answer", and to call an answer "likely" or "sure"."""
    cuts: dict[str, float] = json.loads(WEIGHTS.read_text(encoding="utf-8"))["cuts"]
    return cuts[name]


class EvidenceReader:
    """Reads hits with a reader that marks spans, and ranks their sentences."""

    def __init__(self, reader: PassageReader) -> None:
        self._reader = reader

    @property
    def name(self) -> str:
        return self._reader.name

    def read(self, question: str, query: str, hits: Sequence[Hit]) -> Reading:
        readings: list[PassageReading] = []
        ranked: list[Candidate] = []
        confidence = 0.0
        for part in filter(None, (hits[:FIRST_READ], hits[FIRST_READ:])):
            readings += self._reader.score(query, contents_of(part))
            ranked = best_first(candidates(question, hits, readings))
            confidence = confidence_of(ranked[0]) if ranked else 0.0
            if confidence >= SURE:
                break
        return Reading(
            quotes=tuple(
                replace(
                    each.quote,
                    score=fitted("sentences").score(each.features),
                    words=each.words,
                    confidence=confidence_of(each),
                )
                for each in ranked
            ),
            confidence=confidence,
            short=_short_answer(ranked[0]) if ranked else None,
            hits=tuple(reranked(hits, readings)),
        )

    def rerank(self, question: str, query: str, hits: Sequence[Hit], read: int) -> list[Hit]:
        if not asks(query):
            return by_article(hits)
        return reranked(hits, self._reader.score(query, contents_of(hits[:read])))


def reranked(hits: Sequence[Hit], readings: Sequence[PassageReading]) -> list[Hit]:
    """The hits that were read, best first; then those that were not, in their order.

    ``readings`` are those of the first hits. A hit's new score is between 0 and 1, as its score
    was before; what was not read scores below what was.
    """
    weights = fitted("passages")
    read = [
        replace(hit, score=logistic(weights.score(passage_features(hit, made))))
        for hit, made in zip(hits, readings, strict=False)
    ]
    read.sort(key=lambda hit: -hit.score)
    lowest = read[-1].score if read else 1.0
    return read + [replace(hit, score=lowest * hit.score) for hit in hits[len(read) :]]


def contents_of(hits: Sequence[Hit]) -> list[tuple[str, str]]:
    """What the reader reads of each hit: its context, and its text."""
    return [(context_of(hit), hit.passage.text) for hit in hits]


def context_of(hit: Hit) -> str:
    """Title, date, headings, and the sentence before the passage, as in training."""
    article, start = hit.article, hit.passage.start
    before = ""
    if start:
        first = max(0, start - _CONTEXT_CHARS)
        spans = sentences(article.text, first, start, article.language)
        before = article.text[slice(*spans[-1])] if spans else ""
    return context_text(article.title, article.date, hit.passage.headings, before)


def candidates(
    question: str, hits: Sequence[Hit], readings: Sequence[PassageReading]
) -> list[Candidate]:
    """Every sentence of the hits that were read and that may be quoted, in their order.

    Covered are the words of the question itself: a sentence that repeats what a follow-up takes up
    of the turns before answers no better for it.
    """
    asked = set(content_terms(question))
    found: list[Candidate] = []
    for hit, reading in zip(hits, readings, strict=False):
        article = hit.article
        headings = " ".join((article.title, *hit.passage.headings))
        shared = {
            **passage_features(hit, reading),
            "cosine": hit.cosine,
            "passage coverage": _share(asked, {*terms(headings), *terms(hit.passage.text)}),
        }
        passage = hit.passage.start, hit.passage.end
        for start, end in sentences(article.text, *passage, article.language):
            if not may_be_quoted(article, Span(start, end)):
                continue
            quote = Quote(article, article.text[start:end], start, end, score=0.0)
            span, words = _marked(quote, hit, reading)
            features = {
                **shared,
                "span": span,
                "unmarked": float(words is None),
                "coverage": _share(asked, set(terms(quote.text))),
            }
            found.append(Candidate(quote, words, features))
    return found


def best_first(found: Sequence[Candidate]) -> list[Candidate]:
    """The candidates, the one that is likeliest to answer first."""
    weights = fitted("sentences")
    return sorted(found, key=lambda each: -weights.score(each.features))


def confidence_of(candidate: Candidate) -> float:
    """The chance that the sentence answers, 0 to 1."""
    return logistic(fitted("confidence").score(candidate.features))


def logistic(logit: float) -> float:
    """A logit as a chance, 0 to 1."""
    return 1 / (1 + math.exp(-max(-60.0, min(60.0, logit))))


def passage_features(hit: Hit, reading: PassageReading) -> dict[str, float]:
    """What orders passages, by PASSAGE_FEATURES."""
    best = max((span.score for span in reading.spans), default=0.0)
    return {"relevance": reading.relevance, "span": best, "search": hit.score}


def _share(asked: set[str], told: set[str]) -> float:
    return len(asked & told) / len(asked) if asked else 0.0


def _marked(quote: Quote, hit: Hit, reading: PassageReading) -> tuple[float, str | None]:
    """The score of the best span whose middle lies in the quote, and its words."""
    offset = hit.passage.start
    for span in reading.spans:  # best first
        if quote.start <= offset + (span.start + span.end) // 2 < quote.end:
            start = max(quote.start, offset + span.start) - quote.start
            end = min(quote.end, offset + span.end) - quote.start
            words = Span(start, end)
            if words != (0, len(quote.text)):
                words = tidied(quote.text, words)
            return span.score, quote.text[slice(*words)]
    return min((span.score for span in reading.spans), default=0.0) - _UNMARKED, None


def _short_answer(best: Candidate) -> str | None:
    """The words of the best sentence, where they are fewer than all of it."""
    return None if best.words == best.quote.text else best.words
