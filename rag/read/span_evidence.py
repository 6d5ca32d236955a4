"""What the trained reader marked, as quotes with a confidence.

The reader scores spans of words; what is shown are the whole sentences around the best of them. A
sentence's span score is weighed with what is known of it otherwise (``sentence_features``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rag.question.answer_type import AnswerType, asked_type, without_type
from rag.read.rerank import asks, by_article, reranked
from rag.read.sentence_features import (
    SentenceFeatures,
    logistic,
    sentence_features,
    sentences_of,
    type_fit,
    weigh,
)
from rag.read.spans import tidied
from rag.text.sentences import guess_language
from rag.text.words import content_terms
from rag.types import Article, Hit, Quote, Reader, Reading, Span

if TYPE_CHECKING:
    from rag.read.read import PassageReader, PassageReading
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
    "passage coverage": lambda sentence: sentence.features.passage_coverage,
}
RANK_WEIGHTS = {
    "span score": 0.4,
    "similarity": 3.0,
    "words fit": 0.5,
    "passage coverage": 1.4,
}
"""Logits by benchmarks/fit_evidence.py; "words fit" as high as costs nothing."""
CONFIDENCE_FEATURES: Mapping[str, Callable[[MarkedSentence], float]] = {
    "span score": lambda sentence: sentence.span_score,
    "relevance": lambda sentence: sentence.relevance,
    "similarity": lambda sentence: sentence.features.similarity,
    "passage coverage": lambda sentence: sentence.features.passage_coverage,
    "words missing": lambda sentence: float(sentence.words_fit < 0),
}
CONFIDENCE_WEIGHTS = {
    "span score": 0.13,
    "relevance": 0.27,
    "similarity": 6.2,
    "passage coverage": 1.3,
    "words missing": -1.5,
}
"""By benchmarks/fit_evidence.py, but for "words missing", which is the mean of two runs."""
CONFIDENCE_INTERCEPT = -3.0
FIRST_READ = 6
SURE = 0.8
"""Hits after the first ones are read only if these leave the answer less sure than this: beyond
it they hardly ever change it (LOG.md, "reading in two rounds")."""


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
        if not _is_read_here(question, hits):
            return self._other_languages.read(question, query, hits)
        asked = asked_of(question, query)
        readings: list[PassageReading] = []
        marked: list[MarkedSentence] = []
        confidence = 0.0
        for part in filter(None, (hits[:FIRST_READ], hits[FIRST_READ:])):
            found = self._reader.score(asked, contents_of(part))
            readings += found
            marked += marked_sentences(question, asked, part, found, self._embedder)
            marked.sort(key=rank_score, reverse=True)
            confidence = confidence_of(marked[0]) if marked else 0.0
            if confidence >= SURE:
                break
        return Reading(
            quotes=tuple(
                replace(
                    sentence.quote,
                    score=rank_score(sentence),
                    words=sentence.words,
                    confidence=confidence_of(sentence),
                )
                for sentence in marked
            ),
            confidence=confidence,
            short=_short_answer(marked[0]) if marked else None,
            hits=tuple(reranked(asked, hits, readings)),
        )

    def rerank(self, question: str, query: str, hits: Sequence[Hit], read: int) -> list[Hit]:
        asked = asked_of(question, query)
        if not asks(asked):
            return by_article(hits)
        if not _is_read_here(asked, hits):
            return self._other_languages.rerank(question, query, hits, read)
        return reranked(asked, hits, self._reader.score(asked, contents_of(hits[:read])))


def _is_read_here(question: str, hits: Sequence[Hit]) -> bool:
    """Whether there is something to read, and in the trained reader's language."""
    if not hits or not is_english(question):
        return False
    article = hits[0].article
    return article.language == "en" if article.language else is_english(article.text)


def rank_score(sentence: MarkedSentence) -> float:
    """How likely the sentence answers, against others for the same question: a logit."""
    return weigh(sentence, RANK_FEATURES, RANK_WEIGHTS)


def confidence_of(sentence: MarkedSentence) -> float:
    """The chance that the quotes shown answer, if the sentence is the best of them."""
    return logistic(weigh(sentence, CONFIDENCE_FEATURES, CONFIDENCE_WEIGHTS) + CONFIDENCE_INTERCEPT)


def _short_answer(best: MarkedSentence) -> str | None:
    """The words of the best sentence, where they are fewer than all of it."""
    return None if best.words == best.quote.text else best.words


def asked_of(question: str, query: str) -> str:
    """What the reader reads: the question alone, or the query where that says nothing by itself."""
    return question if says_something(question) else query


def contents_of(hits: Sequence[Hit]) -> list[tuple[str, str]]:
    """What the reader reads of each hit."""
    return [(context_of(hit.article), hit.passage.text) for hit in hits]


def marked_sentences(
    question: str,
    asked: str,
    hits: Sequence[Hit],
    readings: Sequence[PassageReading],
    embedder: Embedder,
) -> list[MarkedSentence]:
    """Every sentence of the hits, in their order, with what the reader marked in it.

    ``readings`` are those of the hits under ``asked``; the kind of words that would answer is told
    by the question.
    """
    found = sentences_of(hits)
    if not found:
        return []
    (vector,) = embedder.embed_query([asked])
    likeness = embedder.embed_passages([quote.text for quote, _ in found]) @ vector
    features = sentence_features(asked, question, hits, found, likeness.tolist())
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
    offset = hit.passage.start
    candidates = [
        (span.score, _words_of(quote, Span(offset + span.start, offset + span.end)))
        for span in reading.spans
        if quote.start <= offset + (span.start + span.end) // 2 < quote.end
    ]
    if not candidates:
        lowest = min((span.score for span in reading.spans), default=0.0)
        unfit = -1.0 if measured else 0.0
        return MarkedSentence(quote, None, lowest - _UNMARKED, reading.relevance, unfit, features)
    texts = [quote.text[start:end] for _, (start, end) in candidates]
    fits = [type_fit(words, measured, question) for words in texts]
    # Spans come best first, so the first is taken of those that fit as well.
    best = fits.index(max(fits))
    score, _ = candidates[best]
    return MarkedSentence(quote, texts[best], score, reading.relevance, fits[best], features)


def _words_of(quote: Quote, span: Span) -> Span:
    """The part of ``span``, in the article, that lies in the quote, as offsets of the quote."""
    start, end = max(quote.start, span.start), min(quote.end, span.end)
    words = Span(start - quote.start, end - quote.start)
    return words if words == (0, len(quote.text)) else tidied(quote.text, words)
