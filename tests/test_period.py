"""Words of time to days."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.period import date_in_words, days_meant, period_in_words

WEDNESDAY = date(2007, 6, 6)


@pytest.mark.parametrize(
    ("words", "first", "last"),
    [
        ("in 2006", "2006-01-01", "2006-12-31"),
        ("in the year 2006", "2006-01-01", "2006-12-31"),
        ("in the 1960s", "1960-01-01", "1969-12-31"),
        ("in May 2007?", "2007-05-01", "2007-05-31"),
        ("in february, 2008", "2008-02-01", "2008-02-29"),
        ("Sept. 2007", "2007-09-01", "2007-09-30"),
        ("in the month of May 2007", "2007-05-01", "2007-05-31"),
        ("on 31 May 2007", "2007-05-31", "2007-05-31"),
        ("on the 31st of May, 2007", "2007-05-31", "2007-05-31"),
        ("on May 3rd, 2007", "2007-05-03", "2007-05-03"),
        ("on 2007-05-31", "2007-05-31", "2007-05-31"),
        ("in 2007-05", "2007-05-01", "2007-05-31"),
        ("today", "2007-06-06", "2007-06-06"),
        ("yesterday", "2007-06-05", "2007-06-05"),
        ("this week", "2007-06-04", "2007-06-10"),
        ("last week", "2007-05-28", "2007-06-03"),
        ("last month", "2007-05-01", "2007-05-31"),
        ("this month", "2007-06-01", "2007-06-30"),
        ("last year", "2006-01-01", "2006-12-31"),
        ("in the past week", "2007-05-30", "2007-06-06"),
        ("over the last month", "2007-05-07", "2007-06-06"),
        ("in the last 3 days", "2007-06-03", "2007-06-06"),
        ("between 2005 and 2006", "2005-01-01", "2006-12-31"),
        ("from May 2006 to June 2006", "2006-05-01", "2006-06-30"),
    ],
)
def test_words_of_time(words: str, first: str, last: str) -> None:
    assert days_meant(words, WEDNESDAY) == (first, last)


@pytest.mark.parametrize(
    "words",
    "|in May|on Monday|in Baghdad|in 2007 in Baghdad|31 June 2007|in 207|between 2006 and 2005"
    "|between the talks and 2006|last|in the last 999 years|2007-13|in ٢٠٠٧".split("|"),
)
def test_other_words(words: str) -> None:
    assert days_meant(words, date(900, 1, 1) if "999" in words else WEDNESDAY) is None


@given(st.dates(min_value=date(1000, 1, 1), max_value=date(2999, 12, 31)))
def test_a_date_in_words_means_that_day(day: date) -> None:
    iso = day.isoformat()
    assert days_meant(date_in_words(iso), WEDNESDAY) == (iso, iso)


@pytest.mark.parametrize(
    ("iso_date", "words"),
    [("2007-05-31", "31 May 2007"), ("2007-05", "May 2007"), ("2007", "2007")],
)
def test_dates_in_words(iso_date: str, words: str) -> None:
    assert date_in_words(iso_date) == words


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        ("2007-05-31", "2007-05-31", "31 May 2007"),
        ("2007-05-28", "2007-06-03", "28 May 2007 to 3 June 2007"),
        ("2007-05-01", "2007-05-31", "May 2007"),
        ("2007-05-01", "2008-02-29", "May 2007 to February 2008"),
        ("2007-01-01", "2007-12-31", "2007"),
        ("1960-01-01", "1969-12-31", "1960 to 1969"),
    ],
)
def test_periods_in_words(first: str, last: str, words: str) -> None:
    assert period_in_words((first, last)) == words
