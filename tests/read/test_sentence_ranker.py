"""The ranker that needs no trained reader."""

from __future__ import annotations

from rag.read.sentence_ranker import (
    CONFIDENCE_FEATURES,
    CONFIDENCE_WEIGHTS,
    RANK_FEATURES,
    RANK_WEIGHTS,
    SentenceRanker,
)
from rag.types import Hit, Passage
from tests.fakes import FakeEmbedder, make_article

TEXT = (
    "The Orion sank off Visby. Nine sailors drowned in May 1998. "
    "The harbour master, Ivo Brandt, blamed the fog."
)


def _hits(text: str = TEXT) -> list[Hit]:
    article = make_article(text, title="The ferry")
    return [Hit(Passage("p", article.id, text, 0, len(text)), article, 1.0)]


def _read(question: str, query: str | None = None):  # type: ignore[no-untyped-def]
    return SentenceRanker(FakeEmbedder()).read(question, query or question, _hits())


def test_every_feature_has_a_weight() -> None:
    assert RANK_FEATURES.keys() == RANK_WEIGHTS.keys()
    assert CONFIDENCE_FEATURES.keys() == CONFIDENCE_WEIGHTS.keys()


def test_the_sentence_that_answers_comes_first() -> None:
    for question, answer in (
        ("How many sailors drowned?", "Nine sailors"),
        ("Where did the Orion sink?", "off Visby"),
        ("Whom did the harbour master blame?", "Ivo Brandt"),
    ):
        reading = _read(question)
        assert answer in reading.quotes[0].text
        assert [quote.score for quote in reading.quotes] == sorted(
            (quote.score for quote in reading.quotes), reverse=True
        )


def test_confidence_tells_what_is_there_from_what_is_not() -> None:
    there = _read("How many sailors drowned in May 1998?").confidence
    missing_name = _read("How many sailors drowned in Calais?").confidence
    elsewhere = _read("Who was elected mayor of Hamburg?").confidence
    assert there > missing_name > elsewhere


def test_a_missing_number_lowers_confidence() -> None:
    text = "Sailors of the Orion drowned off Visby."
    ranker, question = SentenceRanker(FakeEmbedder()), "How many sailors of the Orion drowned?"
    without = ranker.read(question, question, _hits(text)).confidence
    number = ranker.read(question, question, _hits(f"Nine {text.lower()}")).confidence
    assert without < number - 0.2


def test_a_follow_up_is_ranked_by_both() -> None:
    reading = _read("Who blamed the fog?", "Where did the Orion sink? Who blamed the fog?")
    assert "Ivo Brandt" in reading.quotes[0].text


def test_no_hits() -> None:
    reading = SentenceRanker(FakeEmbedder()).read("Who?", "Who?", [])
    assert (reading.quotes, reading.confidence) == ((), 0.0)


def test_another_script_finds_nothing_and_does_not_fail() -> None:
    assert _read("谁在巴格达会面？").confidence < 0.2
