from __future__ import annotations

from collections.abc import Sequence

import pytest

from rag.types import Verdict
from rag.write.check import why_not

QUOTE = (
    "But the ferry Aurora, which had 12 sailors aboard, sank off Malta in 1998. It was not insured."
)


class Convinced:
    """A model of support that holds everything for stated."""

    def support(self, claim: str, evidence: Sequence[str]) -> list[Verdict]:
        return [Verdict(0.9, 0.05, 0.05)] * len(evidence)


@pytest.mark.parametrize(
    "claim",
    [
        "But the ferry Aurora, which had 12 sailors aboard, sank off Malta in 1998.",
        "The ferry Aurora, which had twelve sailors aboard, sank off Malta in 1998.",
        "It was not insured.",
        QUOTE,
    ],
)
def test_a_quotes_own_words_hold_without_a_model(claim: str) -> None:
    assert why_not(claim, [QUOTE], None) == [None]


@pytest.mark.parametrize("claim", ["The ferry Aurora sank.", "Sank off Malta.", "It was insured."])
def test_other_words_do_not(claim: str) -> None:
    assert why_not(claim, [QUOTE, "Other."], None) != [None, None]
    assert None not in why_not(claim, [QUOTE, "Other."], None)


@pytest.mark.parametrize(
    ("claim", "reason"),
    [
        ("The Aurora went down near Malta.", None),
        ("Malta's coast saw the Aurora sink in 1998.", None),
        ("A dozen sailors were on it.", "not there: dozen"),
        ("The Aurora sank in 1989.", "not there: 1989"),
        ("Thirteen sailors were on it.", "not there: thirteen"),
        ("It sank in March.", "not there: march"),
        ("The Estonia sank off Malta.", "not there: Estonia"),
        ("The captain called it “a disaster”.", "not there: “a disaster”"),
        ("The Aurora did not sink.", None),
        ("The ferry was insured.", "it denies otherwise"),
        ("Was the Aurora lost?", "it is a question"),
    ],
)
def test_facts_are_compared_whatever_the_model_says(claim: str, reason: str | None) -> None:
    assert why_not(claim, [QUOTE], Convinced()) == [reason]


def test_where_nothing_is_denied_nothing_may_be() -> None:
    assert why_not("Nobody met in Rome.", ["They met in Rome."], Convinced()) == [
        "it denies otherwise"
    ]


def test_the_model_decides_on_each_text_by_itself() -> None:
    class Judge:
        def support(self, claim: str, evidence: Sequence[str]) -> list[Verdict]:
            known = {
                "Fell.": Verdict(0.95, 0.0, 0.05),
                "Rose.": Verdict(0.1, 0.8, 0.1),
                "Stood.": Verdict(0.4, 0.1, 0.5),
            }
            return [known[text] for text in evidence]

    reasons = why_not("It sank.", ["Fell.", "It sank.", "Rose.", "Stood."], Judge())
    assert reasons == [None, None, "it says otherwise", "other words"]


@pytest.mark.parametrize(
    ("claim", "reason"),
    [
        ("Anna Lund Berg said it.", None),
        ("It was Anna who said so.", "not there: Anna"),
        ("Tom Berg said it.", "not there: Tom"),
    ],
)
def test_the_title_completes_a_name_but_gives_none(claim: str, reason: str | None) -> None:
    assert why_not(claim, ["Berg said so."], Convinced(), ["Anna Lund Berg"]) == [reason]
