"""Filters in an address, and in words."""

from __future__ import annotations

from dataclasses import asdict
from urllib.parse import urlencode

from hypothesis import given
from hypothesis import strategies as st

from rag.types import Filters
from rag.web.filter_address import MAX_FILTER_CHARS, describe_filters, filters_from_address

VALUES = st.none() | st.text(min_size=1, max_size=40).map(str.strip).filter(bool)


@given(VALUES, VALUES, VALUES, VALUES)
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


def test_filters_are_told_in_words() -> None:
    assert describe_filters(Filters()) == ""
    assert describe_filters(Filters("2007-05-31", "2008", "Symonds", "2007/*.txt")) == (
        "from 31 May 2007 on, until 2008, by “Symonds”, in “2007/*.txt”"
    )
