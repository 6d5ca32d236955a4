"""Kinds of answers that questions ask for, and sentences that hold them."""

from __future__ import annotations

import pytest

from rag.question.answer_type import (
    asked_type,
    holds_type,
    is_year_for_age,
    lacks_count,
    wants_words,
    without_type,
)


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("How long did the strike last?", "duration"),
        ("When did the ferry sink?", "date"),
        ("In what year was the bridge opened?", "date"),
        ("On which day did they vote?", "date"),
        ("How many sailors drowned?", "number"),
        ("What percentage of voters stayed home?", "number"),
        ("Who signed the treaty?", "name"),
        ("Where was the treaty signed?", "name"),
        ("Which country left the union?", "name"),
        ("What did the committee recommend?", None),
        ("Wer hat den Vertrag unterschrieben?", None),
    ],
)
def test_what_kind_is_asked_for(question: str, kind: str | None) -> None:
    assert asked_type(question) == kind


@pytest.mark.parametrize(
    ("sentence", "kind", "question", "held"),
    [
        ("They talked for four hours.", "duration", "How long did they talk?", True),
        ("They talked about hours of work.", "duration", "How long did they talk?", False),
        ("Nine ships sailed.", "number", "How many ships sailed?", True),
        ("The ships sailed.", "number", "How many ships sailed?", False),
        ("It began in May 2003.", "date", "When did it begin?", True),
        ("It began in the harbour.", "date", "When did it begin?", False),
        ("A man called Ivo Brandt spoke.", "name", "Who spoke?", True),
        ("Someone spoke to us.", "name", "Who spoke?", False),
        ("In 1912 the Orion sank.", "date", "When did the ship of 1912 sink?", False),
        ("the lower-cased archive has no names.", "name", "Who spoke?", True),
    ],
)
def test_whether_a_sentence_holds_it(sentence: str, kind: str, question: str, held: bool) -> None:
    assert holds_type(sentence, kind, question) is held  # type: ignore[arg-type]


def test_a_year_tells_no_age() -> None:
    asked = "How old was he when he died?"
    assert is_year_for_age("1874", asked)
    assert is_year_for_age("in 1874", asked)
    assert not is_year_for_age("1874", "When was he born?")
    for words in ("56", "1874 years", "between 1874 and 1931, at 56", "3200"):
        assert not is_year_for_age(words, asked)


def test_the_words_that_tell_the_kind_are_left_out_of_the_rest() -> None:
    assert without_type("How long did the strike last?").split() == ["did", "the", "strike", "?"]
    assert without_type("What happened?") == "What happened?"


@pytest.mark.parametrize(
    ("question", "few"),
    [
        ("Who signed it?", True),
        ("How many ships sailed?", True),
        ("Why did they leave?", False),
        ("How did they escape?", False),
        ("Did they sign it?", False),
        ("Explain the treaty.", False),
    ],
)
def test_whether_a_few_words_can_answer(question: str, few: bool) -> None:
    assert wants_words(question) is few


@pytest.mark.parametrize(
    ("question", "sentence", "lacks"),
    [
        ("How old is she?", "Quarrie voted against it.", True),
        ("How old is she?", "Quarrie, 61, voted against it.", False),
        ("How old is the phone?", "It is about a year old.", False),
        ("How old are they?", "They are teenagers.", False),
        ("How old is she?", "The firm was fined in 2021.", True),
        ("How old is she?", "She was born in 1961.", False),
        ("How many of the 12 voted?", "The 12 met in Oslo.", True),
        ("How many of the 12 voted?", "Of the 12 most voted.", False),
        ("How many people were hurt?", "Nobody was hurt.", True),
        ("How many people were hurt?", "No one was hurt.", False),
        ("Who is old?", "Quarrie is.", False),
    ],
)
def test_a_count_that_is_asked_for(question: str, sentence: str, lacks: bool) -> None:
    assert lacks_count(sentence, question) is lacks
