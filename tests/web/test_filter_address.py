"""Filters in an address."""

from __future__ import annotations

from dataclasses import asdict
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import FilterError
from rag.types import Filters
from rag.web.filter_address import (
    MAX_FILTER_CHARS,
    check_dates,
    date_problem,
    filters_from_address,
)

DATES = st.none() | st.dates().map(str) | st.dates().map(lambda date: str(date)[:7])
VALUES = st.none() | st.text(min_size=1, max_size=40).map(str.strip).filter(bool)


@given(DATES, DATES, VALUES, VALUES)
def test_an_address_gives_the_filters_it_was_made_of(
    since: str | None, until: str | None, author: str | None, source: str | None
) -> None:
    filters = Filters(since, until, author, source)
    given = {name: value for name, value in asdict(filters).items() if value}
    assert filters_from_address("?" + urlencode(given, errors="replace")) == filters


def test_what_is_no_filter_is_left_alone_and_blanks_restrict_nothing() -> None:
    assert filters_from_address("conversation=9&limit=3&since=&author=+") == Filters()
    assert filters_from_address("") == Filters()


@given(st.text(max_size=200))
def test_no_address_breaks_it(query: str) -> None:
    filters_from_address(query)


def test_a_long_value_is_cut() -> None:
    author = filters_from_address("author=" + "x" * 1000).author
    assert author == "x" * MAX_FILTER_CHARS


@pytest.mark.parametrize(
    ("written", "iso"),
    [
        ("May 2024", "2024-05"),
        ("may 2024", "2024-05"),
        ("2 May 2024", "2024-05-02"),
        ("May 2, 2024", "2024-05-02"),
        ("2024", "2024"),
        ("2024-05", "2024-05"),
        ("2024-05-31", "2024-05-31"),
        ("31.5.2024", "2024-05-31"),
        ("1066", "1066"),
    ],
)
def test_a_date_may_be_written_as_people_do(written: str, iso: str) -> None:
    filters = filters_from_address(urlencode({"since": written, "until": written}))
    assert filters == Filters(iso, iso)
    assert date_problem(filters) is None


@pytest.mark.parametrize("written", ["last week", "2007-13", "31 June 2007", "03/04/2007", "May"])
def test_what_cannot_be_read_is_told_with_the_forms_that_can(written: str) -> None:
    for name in ("since", "until"):
        filters = filters_from_address(urlencode({name: written}))
        problem = date_problem(filters)
        assert problem
        assert problem.name == name
        assert f"“{written}” cannot be read as a date: write 31 May 2007, " in problem.line
        with pytest.raises(FilterError, match="May 2007, 2007-05 or 2007"):
            check_dates(filters)


def test_until_may_lie_in_the_same_month_or_year_but_not_before() -> None:
    assert date_problem(Filters("2007-05-31", "2007-05")) is None
    assert date_problem(Filters("2007-05-31", "2007")) is None
    problem = date_problem(Filters("2008-01", "2007"))
    assert problem
    assert problem.name == "until"
