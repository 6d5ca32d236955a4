from __future__ import annotations

from decimal import Decimal

import pytest

from rag.text.quantities import quantities, unstated


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("twelve men", [("12", "")]),
        ("twenty-one men", [("21", "")]),
        ("two hundred and five men", [("205", "")]),
        ("two thousand and seven", [("2007", "")]),
        ("3.5 million and 3,500,000", [("3500000", ""), ("3500000", "")]),
        (
            "5%, five per cent, 5 percentage points",
            [("5", "percent")] * 2 + [("5", "percentage point")],
        ),
        ("$4bn, 4 billion dollars", [("4000000000", "$")] * 2),
        ("5km, five kilometres, 5 miles", [("5", "kilometer")] * 2 + [("5", "mile")]),
        ("a 45-year-old, 45 years old, aged 45", [("45", "")] * 3),
        (
            "the 21st, the third, the 1990s",
            [("21", "ordinal"), ("3", "ordinal"), ("1990", "decade")],
        ),
        ("at 4:30 a.m.", [("4.30", "a.m.")]),
        ("3-1", [("3", ""), ("1", "")]),
        ("one of them, no one, one another, the G8", []),
        ("half a dozen", [("0.5", ""), ("12", "")]),
    ],
)
def test_numbers_in_digits_and_words(text: str, expected: list[tuple[str, str]]) -> None:
    found = [(number.value, number.unit) for number in quantities(text)]
    assert found == [(Decimal(value), unit) for value, unit in expected]


@pytest.mark.parametrize("text", ["He paid about 4.5 million euros to 12 men.", "Five or 6%."])
def test_spans_hold_the_numbers(text: str) -> None:
    for number in quantities(text):
        assert quantities(text[slice(*number.span)])[0].value == number.value


@pytest.mark.parametrize(
    ("claimed", "stated", "held"),
    [
        ("4.5 million people", "4,500,000 people", True),
        ("more than 5 men", "over 5 men", True),
        ("more than 5 men", "5 men", False),
        ("5 men", "more than 5 men", False),
        ("at least 5 men", "more than 5 men", True),
        ("more than 5 men", "at least 5 men", False),
        ("about 5 men", "5 men", True),
        ("5 men", "about 5 men", False),
        ("up to 5 men", "at most 5 men", True),
        ("5 or more men", "at least 5 men", True),
        ("rose by 5", "rose to 5", False),
        ("rose 5", "rose by 5", True),
        ("12 wounded", "30 wounded and 12 killed", False),
        ("30 wounded", "30 wounded and 12 killed", True),
        ("40 villages", "twelve of the 40 villages", False),
        ("twelve villages", "twelve of the 40 villages", True),
        ("nine judges", "one of the nine judges", False),
    ],
)
def test_what_a_statement_holds(claimed: str, stated: str, held: bool) -> None:
    assert (unstated(quantities(claimed), quantities(stated)) is None) == held
