"""Kinds of answers that questions ask for, and sentences that hold them."""

from __future__ import annotations

import pytest

from rag.question.answer_type import asked_type, holds_type, without_type


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


def test_the_words_that_tell_the_kind_are_left_out_of_the_rest() -> None:
    assert without_type("How long did the strike last?").split() == ["did", "the", "strike", "?"]
    assert without_type("What happened?") == "What happened?"
