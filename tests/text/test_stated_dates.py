from __future__ import annotations

import pytest

from rag.text.stated_dates import stated_dates, unstated_date


@pytest.mark.parametrize(
    "text", ["31 May 2007", "May 31, 2007", "31st of May 2007", "May 31st, 2007", "2007-05-31"]
)
def test_one_day_in_many_forms(text: str) -> None:
    (date,) = stated_dates(f"On {text} they met.")
    assert (date.day, date.month, date.year) == (31, 5, 2007)
    assert f"On {text} they met."[slice(*date.span)] == text


@pytest.mark.parametrize(
    "text", ["He may march.", "March on Rome", "May he win?", "in 2007", "5 men"]
)
def test_what_is_no_date(text: str) -> None:
    assert stated_dates(text) == []


@pytest.mark.parametrize(
    ("claimed", "stated", "held"),
    [
        ("in May 2007", "on 31 May 2007", True),
        ("in May", "on 31 May", True),
        ("on 31 May 2007", "on 31 May", False),
        ("on 31 May", "in May", False),
        ("in June 2007", "in May 2007", False),
        ("on Monday", "on Monday, 3 May", True),
        ("on Tuesday", "on Monday", False),
        ("Sept. 3", "3 September 1999", True),
    ],
)
def test_a_date_holds_what_says_less(claimed: str, stated: str, held: bool) -> None:
    assert (unstated_date(stated_dates(claimed), stated_dates(stated)) is None) == held
