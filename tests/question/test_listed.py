from __future__ import annotations

import pytest

from rag.question.listed import listed_item

NUMBERED = "1. The Alna [1]\n2. The Leira, which is longer [2]\n3. The Vorma [3]"
SERIES = "They are Anna Berg, Karim Haddad, and Lise Dahl. [1]"


@pytest.mark.parametrize(
    ("question", "answer", "item"),
    [
        ("what about the second one?", NUMBERED, "The Leira, which is longer"),
        ("And the last one?", NUMBERED, "The Vorma"),
        ("what about the second one?", SERIES, "Karim Haddad"),
        ("And the third?", SERIES, "Lise Dahl"),
        ("Who is the first of them?", SERIES, "Anna Berg"),
        ("Tell me about the latter.", "Anna Berg met Karim Haddad and Lise Dahl.", "Lise Dahl"),
        ("the second one", '"It rained." [1]\n\n"The bridge fell." [2]', "The bridge fell"),
    ],
)
def test_the_item_pointed_at(question: str, answer: str, item: str) -> None:
    assert listed_item(question, [("user", "Who?"), ("assistant", answer)]) == item


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("When was the second round of talks?", SERIES),
        ("Who was the last king?", SERIES),
        ("And the seventh one?", NUMBERED),
        ("what about the second one?", "It rained. [1]"),
        ("Why?", NUMBERED),
    ],
)
def test_nothing_is_pointed_at(question: str, answer: str) -> None:
    assert listed_item(question, [("user", "Who?"), ("assistant", answer)]) is None


def test_only_the_last_answer_is_meant() -> None:
    history = [("assistant", NUMBERED), ("user", "Why?"), ("assistant", "It rained.")]
    assert listed_item("the second one", history) is None
    assert listed_item("the second one", [("user", SERIES)]) is None
