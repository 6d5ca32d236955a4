from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.text.dates import format_date, period_of, stated_dates

TODAY = date(2007, 6, 15)  # a Friday


@pytest.mark.parametrize(
    ("question", "since", "until", "named"),
    [
        ("What was said in May 2007?", "2007-05-01", "2007-05-31", "in May 2007"),
        ("articles from last week", "2007-06-04", "2007-06-10", "from last week"),
        ("news since 2005", "2005-01-01", None, "since 2005"),
        ("after 3 May 2006", "2006-05-04", None, "after 3 May 2006"),
        ("before June 2006", None, "2006-05-31", "before June 2006"),
        ("between 3 May and 9 May", "2007-05-03", "2007-05-09", "between 3 May and 9 May"),
        ("from May to July 2006", "2006-05-01", "2006-07-31", "from May to July 2006"),
        ("three weeks ago", "2007-05-21", "2007-05-27", "three weeks ago"),
        ("in the 1990s", "1990-01-01", "1999-12-31", "in the 1990s"),
        ("over the last two years", "2005-06-15", "2007-06-15", "over the last two years"),
        ("this month", "2007-06-01", "2007-06-15", "this month"),
        ("yesterday", "2007-06-14", "2007-06-14", "yesterday"),
        ("on Saturday", "2007-06-09", "2007-06-09", "on Saturday"),
        ("in December", "2006-12-01", "2006-12-31", "in December"),
        ("2006-02-03", "2006-02-03", "2006-02-03", "2006-02-03"),
    ],
)
def test_the_time_that_a_question_names(
    question: str, since: str | None, until: str | None, named: str
) -> None:
    period = period_of(question, TODAY)
    assert period is not None
    assert (period.since, period.until, period.named) == (since, until, named)
    assert question[slice(*period.span)] == named


@pytest.mark.parametrize(
    "question", ["What may happen?", "Who will march?", "on 31 June", "How did 2,007 ships sail?"]
)
def test_no_time(question: str) -> None:
    assert period_of(question, TODAY) is None


@pytest.mark.parametrize(
    ("text", "day", "month", "year", "weekday"),
    [
        ("It began on 3 May 2006.", 3, 5, 2006, None),
        ("It began on May 3rd, 2006.", 3, 5, 2006, None),
        ("It began in May 2006.", None, 5, 2006, None),
        ("It began on Sept. 3.", 3, 9, None, None),
        ("It began in 2006.", None, None, 2006, None),
        ("It began on Monday.", None, None, None, 0),
    ],
)
def test_dates_as_far_as_they_are_stated(
    text: str, day: int | None, month: int | None, year: int | None, weekday: int | None
) -> None:
    (stated,) = stated_dates(text)
    assert (stated.day, stated.month, stated.year, stated.weekday) == (day, month, year, weekday)


def test_a_weekday_is_the_last_one_before_its_article() -> None:
    monday, may, friday = stated_dates("Monday, 28 May and Friday")
    published = date(2007, 5, 31)
    assert monday.days(published) == may.days(published) == (date(2007, 5, 28),) * 2
    assert friday.days(published) == (date(2007, 5, 25),) * 2
    assert stated_dates("31 June 2007")[0].days(published) is None


@given(st.text(alphabet="0123456789 -./MaySept,of", max_size=40))
def test_any_text_states_dates_where_it_says(text: str) -> None:
    spans = [stated.span for stated in stated_dates(text)]
    assert spans == sorted(spans)
    assert all(one.end <= other.start for one, other in pairwise(spans))
    period_of(text, TODAY)


@pytest.mark.parametrize(
    ("iso_date", "shown"),
    [
        ("2007-05-01", "1 May 2007"),
        ("2007-05", "May 2007"),
        ("2007", "2007"),
        ("2007-13", "2007-13"),
    ],
)
def test_dates_are_read_by_people(iso_date: str, shown: str) -> None:
    assert format_date(iso_date) == shown
