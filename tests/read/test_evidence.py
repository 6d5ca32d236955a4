"""From marked words to ranked quotes and confidence, with a reader that marks by rule."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.read.evidence import (
    CONFIDENCE_FEATURES,
    FIRST_READ,
    PASSAGE_FEATURES,
    SENTENCE_FEATURES,
    SURE,
    EvidenceReader,
    context_of,
    fitted,
    reranked,
)
from rag.read.read import PassageReading
from rag.read.spans import ScoredSpan
from rag.types import Article, Hit, Mark, Passage
from tests.fakes import make_article

TEXT = (
    "The Orion sank off Visby. Nine sailors drowned in May 1998 after two hours in the water. "
    "The harbour master, Ivo Brandt, blamed the fog."
)


@dataclass
class MarkingReader:
    """Marks the words given, wherever they stand, with their scores."""

    marks: dict[str, float]
    relevance: float = 8.0
    name: str = "marking reader"
    read: list[int] = field(default_factory=list)

    def score(self, question: str, passages: Sequence[tuple[str, str]]) -> list[PassageReading]:
        self.read.append(len(passages))
        return [self._reading(text) for _, text in passages]

    def _reading(self, text: str) -> PassageReading:
        spans = [
            ScoredSpan(*match.span(), score)
            for words, score in self.marks.items()
            for match in re.finditer(re.escape(words), text)
        ]
        spans.sort(key=lambda span: -span.score)
        relevance = self.relevance if spans else -self.relevance
        return PassageReading(relevance, tuple(spans) or (ScoredSpan(0, 3, -8.0),))


def hit(article: Article, start: int = 0, end: int | None = None, score: float = 1.0) -> Hit:
    end = len(article.text) if end is None else end
    passage = Passage(f"{article.id}:{start}", article.id, article.text[start:end], start, end)
    return Hit(passage, article, score, cosine=0.86)


@pytest.mark.parametrize(
    ("score", "features"),
    [
        ("passages", PASSAGE_FEATURES),
        ("sentences", SENTENCE_FEATURES),
        ("confidence", CONFIDENCE_FEATURES),
    ],
)
def test_every_feature_has_a_fitted_weight(score: str, features: Sequence[str]) -> None:
    assert set(fitted(score).of) == set(features)
    assert fitted(score).of["span"] > 0


def test_the_sentence_around_the_best_words_is_quoted_exactly() -> None:
    article = make_article(TEXT)
    reading = EvidenceReader(MarkingReader({"Ivo Brandt": 9.0, "Nine": 2.0})).read(
        "Who blamed the fog?", "Who blamed the fog?", [hit(article)]
    )
    best = reading.quotes[0]
    assert best.text == "The harbour master, Ivo Brandt, blamed the fog."
    assert article.text[best.start : best.end] == best.text
    assert (best.words, reading.short) == ("Ivo Brandt", "Ivo Brandt")
    assert [quote.score for quote in reading.quotes] == sorted(
        (quote.score for quote in reading.quotes), reverse=True
    )
    assert len(reading.quotes) == 3


def test_what_answers_is_surer_than_what_does_not() -> None:
    article = make_article(TEXT)
    asked = "Who blamed the fog?"
    sure = EvidenceReader(MarkingReader({"Ivo Brandt": 9.0})).read(asked, asked, [hit(article)])
    unsure = EvidenceReader(MarkingReader({})).read(asked, asked, [hit(article)])
    assert sure.confidence > 0.5 > unsure.confidence
    assert all(0 <= quote.confidence <= 1 for quote in sure.quotes)


def test_a_whole_sentence_is_no_short_answer() -> None:
    words = "The Orion sank off Visby."
    reading = EvidenceReader(MarkingReader({words: 9.0})).read(
        "What happened?", "What happened?", [hit(make_article(TEXT))]
    )
    assert (reading.quotes[0].words, reading.short) == (words, None)


@pytest.mark.parametrize("kind", ["heading", "caption", "clutter", "question", "byline"])
def test_what_is_no_evidence_is_never_quoted(kind: str) -> None:
    text = "Ivo Brandt blamed the fog\n\nThe harbour master, Ivo Brandt, saw nothing."
    marked = replace(make_article(text), marks=(Mark(kind, 0, 25),))  # type: ignore[arg-type]
    reading = EvidenceReader(MarkingReader({"Ivo Brandt": 9.0})).read("Who?", "Who?", [hit(marked)])
    assert [quote.text for quote in reading.quotes] == [text[27:]]


def test_more_is_read_only_where_the_first_hits_leave_doubt() -> None:
    hits = [hit(replace(make_article(TEXT), id=str(number))) for number in range(20)]
    easy = MarkingReader({"Ivo Brandt": 14.0}, relevance=20.0)
    EvidenceReader(easy).read("Who?", "Who blamed the fog?", [*hits[:1], *hits[1:]])
    hard = MarkingReader({})
    reading = EvidenceReader(hard).read("Who?", "Who blamed the fog?", hits)
    assert reading.confidence < SURE
    assert hard.read == [FIRST_READ, 20 - FIRST_READ]
    assert easy.read[0] == FIRST_READ


def test_no_hits() -> None:
    reading = EvidenceReader(MarkingReader({})).read("Who?", "Who?", [])
    assert (reading.quotes, reading.confidence, reading.short, reading.hits) == ((), 0.0, None, ())


def test_the_context_is_title_date_headings_and_the_sentence_before() -> None:
    article = make_article(TEXT, title="The ferry", date="1998-05-02")
    start = TEXT.index("Nine")
    passage = replace(hit(article, start).passage, headings=("Inquiry", "Crew"))
    told = context_of(Hit(passage, article, 1.0))
    assert told == "The ferry · 1998-05-02 · Inquiry · Crew · The Orion sank off Visby."
    assert context_of(hit(article)) == "The ferry · 1998-05-02"


@given(
    st.lists(st.tuples(st.floats(-30, 30), st.floats(-30, 30)), max_size=6),
    st.lists(st.floats(0.01, 1.0), max_size=9),
)
def test_nothing_is_lost_and_scores_fall(
    read: list[tuple[float, float]], scores: list[float]
) -> None:
    article = make_article(TEXT)
    hits = [hit(article, number, score=score) for number, score in enumerate(sorted(scores)[::-1])]
    readings = [PassageReading(r, (ScoredSpan(0, 3, s),)) for r, s in read[: len(hits)]]
    found = reranked(hits, readings)
    assert {each.passage.id for each in found} == {each.passage.id for each in hits}
    assert [each.score for each in found] == sorted((each.score for each in found), reverse=True)
    assert all(0 <= each.score <= 1 for each in found)


def test_a_relevant_passage_goes_before_one_that_search_found_first() -> None:
    article = make_article(TEXT)
    hits = [hit(article, 0, score=1.0), hit(article, 26, score=0.9)]
    readings = [PassageReading(-6, ()), PassageReading(6, (ScoredSpan(0, 3, 9.0),))]
    assert [each.passage.start for each in reranked(hits, readings)] == [26, 0]
