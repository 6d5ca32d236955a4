from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.text.numbers import amounts


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("twenty-one men", [(21, "")]),
        ("two hundred and five men", [(205, "")]),
        ("two thousand and seven", [(2007, "")]),
        ("3.5 million and 3,500,000", [(3_500_000, "")] * 2),
        ("5%, five per cent", [(5, "percent")] * 2),
        ("$4bn, 4 billion dollars", [(4e9, "$")] * 2),
        ("5km, five kilometres, 5000 m", [(5000, "meter")] * 3),
        ("four hours, 240 minutes", [(4 / 24, "day")] * 2),
        ("the 21st", [(21, "ordinal")]),
        ("a year", [(365, "day")]),
        ("a dozen eggs", [(12, "")]),
        ("one of them, the G8", []),
    ],
)
def test_one_unit_whatever_the_words(text: str, found: list[tuple[float, str]]) -> None:
    assert [(pytest.approx(each.value), each.unit) for each in amounts(text)] == found


def test_bounds() -> None:
    found = amounts("more than 5 men, about six, at most seven, 8")
    assert [each.bound for each in found] == ["more", "about", "less", ""]


@given(st.integers(0, 10**12))
def test_digits_with_and_without_commas(number: int) -> None:
    assert [each.value for each in amounts(f"{number} or {number:,}")] == [number, number]
