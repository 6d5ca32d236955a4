"""What the trained reader marked, as quotes with a confidence.

The reader scores spans of words; what is shown are the whole sentences around the best of them. A
sentence's span score is weighed with what is known of it otherwise (``rag.sentence_features``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rag.answer_type import AnswerType, asked_type, wants_words, without_type
from rag.sentence_features import (
    SentenceFeatures,
    logistic,
    sentence_features,
    sentences_of,
    type_fit,
    weigh,
)
from rag.sentences import guess_language
from rag.types import Article, Hit, Quote, Reader, Reading
from rag.words import content_terms

if TYPE_CHECKING:
    from rag.read import PassageReader, PassageReading
    from rag.types import Embedder

_LATIN_SHARE = 0.7
_UNMARKED = 1.0
"""A sentence without a marked span scores so much below the lowest span of its passage."""


@dataclass(frozen=True, slots=True)
class MarkedSentence:
    """A sentence of a hit, and the words in it that the reader finds likeliest to answer."""

    quote: Quote
    words: str | None
    """None where the reader marked none."""
    span_score: float
    relevance: float
    """The reader's log-odds that the sentence's passage answers."""
    words_fit: float
    """1 if the words are the number, date or duration asked for, -1 if not, 0 for other kinds."""
    features: SentenceFeatures


RANK_FEATURES: Mapping[str, Callable[[MarkedSentence], float]] = {
    "span score": lambda sentence: sentence.span_score,
    "similarity": lambda sentence: sentence.features.similarity,
    "words fit": lambda sentence: sentence.words_fit,
}
RANK_WEIGHTS = {"span score": 0.4, "similarity": 2.2, "words fit": 1.0}
"""Logits by benchmarks/fit_evidence.py; "words fit" as high as costs nothing (LOG.md, "trained
reader")."""
CONFIDENCE_FEATURES: Mapping[str, Callable[[MarkedSentence], float]] = {
    "span score": lambda sentence: sentence.span_score,
    "relevance": lambda sentence: sentence.relevance,
    "similarity": lambda sentence: sentence.features.similarity,
    "passage coverage": lambda sentence: sentence.features.passage_coverage,
    "words missing": lambda sentence: float(sentence.words_fit < 0),
}
CONFIDENCE_WEIGHTS = {
    "span score": 0.12,
    "relevance": 0.32,
    "similarity": 3.1,
    "passage coverage": 3.0,
    "words missing": -2.0,
}
CONFIDENCE_INTERCEPT = -4.0
SURE_OF_WORDS = 0.5
"""Below it the sentence is shown, but no words of it are put forward as the short answer."""


class SpanEvidence:
    """Quotes from a reader that marks spans; ``other_languages`` reads what that one cannot."""

    def __init__(self, reader: PassageReader, embedder: Embedder, other_languages: Reader) -> None:
        self._reader = reader
        self._embedder = embedder
        self._other_languages = other_languages

    @property
    def name(self) -> str:
        return self._reader.name

    def read(self, question: str, query: str, hits: Sequence[Hit]) -> Reading:
        if not hits or not all(map(is_english, (question, hits[0].article.text))):
            return self._other_languages.read(question, query, hits)
        marked = marked_sentences(question, query, hits, self._reader, self._embedder)
        if not marked:
            return Reading(quotes=(), confidence=0.0)
        scored = [(weigh(sentence, RANK_FEATURES, RANK_WEIGHTS), sentence) for sentence in marked]
        scored.sort(key=lambda pair: -pair[0])
        best = scored[0][1]
        confidence = confidence_of(best)
        names_words = wants_words(question) and confidence >= SURE_OF_WORDS
        return Reading(
            quotes=tuple(replace(sentence.quote, score=score) for score, sentence in scored),
            confidence=confidence,
            short=best.words if names_words else None,
        )


def confidence_of(best: MarkedSentence) -> float:
    """The chance that the quotes shown answer, given the best one."""
    return logistic(weigh(best, CONFIDENCE_FEATURES, CONFIDENCE_WEIGHTS) + CONFIDENCE_INTERCEPT)


def marked_sentences(
    question: str, query: str, hits: Sequence[Hit], reader: PassageReader, embedder: Embedder
) -> list[MarkedSentence]:
    """Every sentence of the hits, in their order, with what the reader marked in it.

    The reader reads the question alone, or the query where the question says nothing by itself.
    """
    found = sentences_of(hits)
    if not found:
        return []
    asked = question if says_something(question) else query
    readings = reader.score(asked, [(context_of(hit.article), hit.passage.text) for hit in hits])
    vectors = embedder.embed([asked, *(quote.text for quote, _ in found)])
    features = sentence_features(asked, question, hits, found, (vectors[1:] @ vectors[0]).tolist())
    kind = asked_type(question)
    measured = None if kind == "name" else kind
    return [
        _marked(quote, hits[rank], readings[rank], each, question, measured)
        for (quote, rank), each in zip(found, features, strict=True)
    ]


def context_of(article: Article) -> str:
    """What the reader is told of a passage's article, as in training: "title · date"."""
    return " · ".join(filter(None, (article.title, article.date)))


def says_something(question: str) -> bool:
    """Whether a question can be read without the turn before it ("Who?", "Why?" cannot)."""
    said = len(content_terms(without_type(question)))
    return said > 1 or (said == 1 and asked_type(question) is not None)


def is_english(text: str) -> bool:
    """Whether the trained reader reads it: Latin letters, and no other language's words."""
    beginning = text[:3000]
    letters = [letter for letter in beginning if letter.isalpha()]
    latin = sum(letter < "\u0250" for letter in letters)
    return latin >= _LATIN_SHARE * len(letters) and guess_language(beginning) == "en"


def _marked(
    quote: Quote,
    hit: Hit,
    reading: PassageReading,
    features: SentenceFeatures,
    question: str,
    measured: AnswerType | None,
) -> MarkedSentence:
    """``measured`` is the number, date or duration that the question asks for, if it does."""
    text, offset = hit.article.text, hit.passage.start
    candidates = [
        (
            span.score,
            text[max(quote.start, offset + span.start) : min(quote.end, offset + span.end)],
        )
        for span in reading.spans
        if quote.start <= offset + (span.start + span.end) // 2 < quote.end
    ]
    if not candidates:
        lowest = min((span.score for span in reading.spans), default=0.0)
        return MarkedSentence(
            quote, None, lowest - _UNMARKED, reading.relevance, -1.0 if measured else 0.0, features
        )
    fits = [type_fit(words, measured, question) for _, words in candidates]
    best = fits.index(max(fits))  # spans come best first, so the best of those that fit
    score, words = candidates[best]
    return MarkedSentence(quote, words, score, reading.relevance, fits[best], features)
