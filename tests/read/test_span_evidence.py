"""From marked words to quotes and confidence, with a reader that marks by rule."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pytest

from rag.read.read import PassageReading
from rag.read.rerank import by_article
from rag.read.span_evidence import (
    CONFIDENCE_FEATURES,
    CONFIDENCE_WEIGHTS,
    FIRST_READ,
    RANK_FEATURES,
    RANK_WEIGHTS,
    SURE,
    SpanEvidence,
    context_of,
    is_english,
    says_something,
)
from rag.read.spans import ScoredSpan
from rag.types import Hit, Passage
from tests.fakes import FakeEmbedder, FakeReader, make_article

TEXT = (
    "The Orion sank off Visby. Nine sailors drowned in May 1998 after two hours in the water. "
    "The harbour master, Ivo Brandt, blamed the fog."
)


@dataclass
class MarkingReader:
    """Marks the words given, wherever they stand, with their scores."""

    marks: dict[str, float]
    relevance: float = 5.0
    name: str = "marking reader"
    asked: list[str] = field(default_factory=list)

    def score(self, question: str, passages: Sequence[tuple[str, str]]) -> list[PassageReading]:
        self.asked.append(question)
        return [
            PassageReading(
                self.relevance,
                tuple(
                    sorted(
                        (
                            ScoredSpan(*match.span(), score)
                            for words, score in self.marks.items()
                            for match in re.finditer(re.escape(words), text)
                        ),
                        key=lambda span: -span.score,
                    )
                ),
            )
            for _, text in passages
        ]


def _hits(text: str = TEXT) -> list[Hit]:
    prefix = "Somewhere else.\n\n"
    article = make_article(prefix + text, title="The ferry", date="1998-05-03")
    start = len(prefix)
    return [Hit(Passage("p", article.id, text, start, start + len(text)), article, 1.0)]


def _evidence(reader: MarkingReader) -> SpanEvidence:
    return SpanEvidence(reader, FakeEmbedder(), FakeReader())


def test_every_feature_has_a_weight() -> None:
    assert RANK_FEATURES.keys() == RANK_WEIGHTS.keys()
    assert CONFIDENCE_FEATURES.keys() == CONFIDENCE_WEIGHTS.keys()


def test_the_sentence_around_the_best_words_is_quoted_exactly() -> None:
    reading = _evidence(MarkingReader({"Ivo Brandt": 12.0, "Visby": 1.0})).read(
        "Who blamed the fog?", "Who blamed the fog?", _hits()
    )
    best = reading.quotes[0]
    assert best.text == "The harbour master, Ivo Brandt, blamed the fog."
    assert best.article.text[best.start : best.end] == best.text
    assert reading.short == "Ivo Brandt"
    assert reading.confidence > 0.8


def test_words_of_the_kind_asked_for_go_before_better_scores() -> None:
    marks = {"Orion": 8.0, "May 1998": 7.5, "two hours": 7.0}
    question = "How long were the sailors in the water?"
    reading = _evidence(MarkingReader(marks)).read(question, question, _hits())
    assert reading.short == "two hours"


def test_where_no_words_are_of_the_kind_confidence_falls() -> None:
    question = "How many sailors drowned off Visby?"
    right = _evidence(MarkingReader({"Nine": 6.0})).read(question, question, _hits())
    wrong = _evidence(MarkingReader({"Ivo Brandt": 6.0})).read(question, question, _hits())
    assert wrong.confidence < right.confidence - 0.05


def test_a_whole_sentence_is_no_short_answer() -> None:
    sentence = "The harbour master, Ivo Brandt, blamed the fog."
    reading = _evidence(MarkingReader({sentence: 12.0})).read("Who?", "Who blamed it?", _hits())
    assert (reading.quotes[0].text, reading.short) == (sentence, None)


def test_more_is_read_only_where_the_first_hits_leave_doubt() -> None:
    hits = [replace(_hits()[0], score=1 / (rank + 1)) for rank in range(FIRST_READ + 3)]
    question = "Who blamed the fog?"
    sure, unsure = MarkingReader({"Ivo Brandt": 14.0}), MarkingReader({}, relevance=-6.0)
    assert _evidence(sure).read(question, question, hits).confidence >= SURE
    assert _evidence(unsure).read(question, question, hits).confidence < SURE
    assert (len(sure.asked), len(unsure.asked)) == (1, 2)


def test_the_hits_come_back_in_the_readers_order() -> None:
    fog, other = _hits()[0], _hits("The Orion was built in 1951. Its fog horn was loud.")[0]
    reader = MarkingReader({"Ivo Brandt": 14.0, "1951": -9.0})
    question = "Who blamed the fog?"
    hits = [replace(other, score=1.0), replace(fog, score=0.9)]
    for found in (
        list(_evidence(reader).read(question, question, hits).hits),
        _evidence(reader).rerank(question, question, hits, 2),
    ):
        assert [hit.passage.text for hit in found] == [fog.passage.text, other.passage.text]
    assert _evidence(reader).rerank("fog", "fog", hits, 2) == by_article(hits)


def test_a_bare_follow_up_is_read_with_its_history() -> None:
    reader = MarkingReader({"Visby": 1.0})
    _evidence(reader).read("Why?", "Where did the Orion sink? Why?", _hits())
    _evidence(reader).read("Who blamed the fog?", "Where? Who blamed the fog?", _hits())
    assert reader.asked == ["Where did the Orion sink? Why?", "Who blamed the fog?"]


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("谁在巴格达会面？", TEXT),
        ("Wer hat den Nebel für das Unglück verantwortlich gemacht und warum?", TEXT),
        ("Who blamed the fog?", "Der Hafenmeister und die Behörde machten den Nebel und das Eis"
         " für den Untergang der Orion verantwortlich."),
    ],
)  # fmt: skip
def test_other_languages_are_left_to_the_other_reader(question: str, text: str) -> None:
    reader = MarkingReader({"Visby": 1.0})
    _evidence(reader).read(question, question, _hits(text))
    assert not reader.asked


def test_no_hits() -> None:
    reading = _evidence(MarkingReader({})).read("Who?", "Who?", [])
    assert (reading.quotes, reading.confidence) == ((), 0.0)


def test_the_context_is_title_and_date() -> None:
    assert context_of(make_article("x", title="The ferry", date="1998")) == "The ferry · 1998"
    assert context_of(make_article("x", title="The ferry")) == "The ferry"


def test_what_is_english() -> None:
    assert is_english("Who met in Baghdad?")
    assert is_english("Who was Angela Merkel?")
    assert not is_english("Кто встретился в Багдаде?")
    assert not is_english("من التقى في بغداد؟")


@pytest.mark.parametrize(
    ("question", "alone"),
    [("Who?", False), ("Why?", False), ("How long did they talk?", True), ("And in 2006?", False)],
)
def test_whether_a_question_says_something(question: str, alone: bool) -> None:
    assert says_something(question) is alone
