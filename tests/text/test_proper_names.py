from __future__ import annotations

import pytest

from rag.text.proper_names import names, one_spelling, unstated_name


def parts(text: str) -> list[tuple[str, ...]]:
    return [name.parts for name in names(one_spelling(text))]


def test_names_are_runs_of_capitals_without_titles() -> None:
    text = "The Bank of England told President Ana Ruiz and Iran's Hassan Kazemi-Qomi in the U.S."
    assert parts(text) == [
        ("bank", "england"),
        ("ana", "ruiz"),
        ("iran",),
        ("hassan", "kazemi", "qomi"),
        ("us",),
    ]


def test_a_word_that_only_opens_a_sentence_is_told() -> None:
    assert [name.opens for name in names("Talks began. Ruiz met Weber.")] == [True, True, False]


@pytest.mark.parametrize(
    ("claimed", "stated", "held"),
    [
        ("by Kazemi", "by Hassan Kazemi-Qomi", True),
        ("by Hassan Qomi", "by Hassan Kazemi-Qomi", True),
        ("by Qomi Hassan", "by Hassan Kazemi-Qomi", False),
        ("the IAEA", "the International Atomic Energy Agency", True),
        ("the International Atomic Energy Agency", "the IAEA", True),
        ("the USA", "the United States of America", True),
        ("an Iranian", "in Iran", True),
        ("in Austria", "in Australia", False),
        ("by John Smith", "by John Adams and Mary Smith", False),
        ("by Müller", "by Muller", True),
        ("by Williams", "by William", False),
        ("by Julian", "by Julia", False),
        ("the Americans", "an American", True),
        ("in Rome", "in Oslo", False),
    ],
)
def test_the_same_name(claimed: str, stated: str, held: bool) -> None:
    there = names(one_spelling(stated))
    assert (unstated_name(names(one_spelling(claimed)), there) is None) == held


def test_a_quantifier_that_opens_a_sentence_is_no_name() -> None:
    assert parts("Some Normans beat the All Blacks.") == [("normans",), ("all", "blacks")]
