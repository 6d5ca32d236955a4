from __future__ import annotations

from collections.abc import Sequence

import pytest

from rag.types import Verdict
from rag.write.check import MIN_SUPPORT, stated

QUOTE = (
    "But the ferry Aurora, which had 12 sailors aboard, sank off Malta in 1998. It was not insured."
)


class Judge:
    """A model of support that gives each text the same chance to state the claim, or its own."""

    def __init__(self, **chances: float) -> None:
        self.chances = chances

    def support(self, claim: str, evidence: Sequence[str]) -> list[Verdict]:
        chances = [self.chances.get(text, 1.0) for text in evidence]
        return [Verdict(chance, 0.0, 1 - chance) for chance in chances]


@pytest.mark.parametrize(
    ("claim", "holds"),
    [
        ("But the ferry Aurora, which had 12 sailors aboard, sank off Malta in 1998.", True),
        ("A ferry Aurora, which had 12 sailors aboard, sank off Malta in 1998.", True),
        ("It was not insured.", True),
        (QUOTE, True),
        ("The ferry Aurora sank.", False),
        ("It was insured.", False),
        ("It was not insured?", False),
    ],
)
def test_without_a_model_of_support_only_its_own_words_hold(claim: str, holds: bool) -> None:
    assert stated(claim, [QUOTE, "Other."], None) == [holds, False]


@pytest.mark.parametrize(
    ("claim", "holds"),
    [
        ("Malta's coast saw the Aurora sink in 1998, which was not insured.", True),
        ("Twelve sailors were on it, and it was not insured.", True),
        ("A dozen sailors were on it, and it was not insured.", True),
        ("The uninsured Aurora did not stay afloat in 1989.", False),
        ("Thirteen sailors were on it, and it was not insured.", False),
        ("It sank in March, and was not insured.", False),
        ("The Estonia sank off Malta and was not insured.", False),
        ("The captain called it “a disaster”, and not insured.", False),
        ("The captain called it “not insured”.", True),
        ("The ferry was insured.", False),
    ],
)
def test_facts_are_compared_whatever_the_model_says(claim: str, holds: bool) -> None:
    assert stated(claim, [QUOTE], Judge()) == [holds]


def test_where_nothing_is_denied_nothing_may_be() -> None:
    assert stated("Nobody met in Rome.", ["They met in Rome."], Judge()) == [False]


def test_the_model_decides_on_each_text_by_itself() -> None:
    texts = ["Fell.", "It sank.", "Rose."]
    judge = Judge(**{"Fell.": MIN_SUPPORT + 0.001, "It sank.": 0.0, "Rose.": MIN_SUPPORT - 0.001})
    assert stated("It sank.", texts, judge) == [True, True, False]


@pytest.mark.parametrize(
    ("claim", "holds"), [("It was Anna Lund who said so.", True), ("It was Tom Berg.", False)]
)
def test_the_title_completes_a_name(claim: str, holds: bool) -> None:
    assert stated(claim, ["Berg said so."], Judge(), ["Anna Lund Berg"]) == [holds]
