from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.question.calendar_words import days_meant
from rag.question.time_phrases import Period, period_of

TODAY = date(2026, 11, 24)  # a Tuesday


def named(question: str) -> tuple[str | None, str | None, str] | None:
    period = period_of(question, TODAY)
    return period and (period.since, period.until, question[slice(*period.words)])


@pytest.mark.parametrize(
    ("words", "first", "last"),
    [
        ("31 May 2007", "2007-05-31", "2007-05-31"),
        ("the 31st of May, 2007", "2007-05-31", "2007-05-31"),
        ("May 31st, 2007", "2007-05-31", "2007-05-31"),
        ("2007-05-31", "2007-05-31", "2007-05-31"),
        ("Sept. 2007", "2007-09-01", "2007-09-30"),
        ("february 2008", "2008-02-01", "2008-02-29"),
        ("2007-05", "2007-05-01", "2007-05-31"),
        ("2006", "2006-01-01", "2006-12-31"),
        ("the year 2006", "2006-01-01", "2006-12-31"),
        ("the 1990s", "1990-01-01", "1999-12-31"),
        ("today", "2026-11-24", "2026-11-24"),
        ("Yesterday", "2026-11-23", "2026-11-23"),
        ("the day before yesterday", "2026-11-22", "2026-11-22"),
        ("this week", "2026-11-23", "2026-11-24"),
        ("last week", "2026-11-16", "2026-11-22"),
        ("the past week", "2026-11-17", "2026-11-24"),
        ("last month", "2026-10-01", "2026-10-31"),
        ("this month", "2026-11-01", "2026-11-24"),
        ("the last month", "2026-10-24", "2026-11-24"),
        ("last year", "2025-01-01", "2025-12-31"),
        ("the last three days", "2026-11-21", "2026-11-24"),
        ("past two weeks", "2026-11-10", "2026-11-24"),
        ("the last couple of months", "2026-09-24", "2026-11-24"),
        ("the last 9 months", "2026-02-24", "2026-11-24"),
        ("three days ago", "2026-11-21", "2026-11-21"),
        ("a week ago", "2026-11-16", "2026-11-22"),
        ("12 months ago", "2025-11-01", "2025-11-30"),
        ("ten years ago", "2016-01-01", "2016-12-31"),
        ("Tuesday", "2026-11-24", "2026-11-24"),
        ("last Tuesday", "2026-11-17", "2026-11-17"),
        ("Wednesday", "2026-11-18", "2026-11-18"),
        ("May", "2026-05-01", "2026-05-31"),
        ("November", "2026-11-01", "2026-11-30"),
        ("December", "2025-12-01", "2025-12-31"),
        ("24 November", "2026-11-24", "2026-11-24"),
        ("November 25th", "2025-11-25", "2025-11-25"),
    ],
)
def test_days_that_words_mean(words: str, first: str, last: str) -> None:
    days = days_meant(words, TODAY)
    assert days is not None
    assert (days.first.isoformat(), days.last.isoformat()) == (first, last)


@pytest.mark.parametrize("words", ["30 February 2007", "2007-13-01", "May 32", "999 years ago x"])
def test_days_that_the_calendar_lacks(words: str) -> None:
    assert days_meant(words, TODAY) is None


def test_months_back_end_with_the_month() -> None:
    for today, first in ((date(2026, 3, 31), "2026-02-28"), (date(2028, 3, 31), "2028-02-29")):
        days = days_meant("the last month", today)
        assert days is not None
        assert days.first.isoformat() == first
    assert days_meant("999 years ago", date(900, 1, 1)) is None


@pytest.mark.parametrize(
    ("question", "since", "until", "words"),
    [
        ("Who met in May 2007?", "2007-05-01", "2007-05-31", "in May 2007"),
        ("On 31 May 2007, who met?", "2007-05-31", "2007-05-31", "On 31 May 2007"),
        ("Who won in 2006?", "2006-01-01", "2006-12-31", "in 2006"),
        ("Who won since March?", "2026-03-01", None, "since March"),
        ("Who won after May 2007?", "2007-06-01", None, "after May 2007"),
        ("Who won before 2006?", None, "2005-12-31", "before 2006"),
        ("Who led it until 2006?", None, "2006-12-31", "until 2006"),
        ("Who led it since last week?", "2026-11-16", None, "since last week"),
        ("Who won between 2005 and 2007?", "2005-01-01", "2007-12-31", "between 2005 and 2007"),
        ("Who won in 2005–2007?", "2005-01-01", "2007-12-31", "in 2005–2007"),
        ("Talks from May to July 2007", "2007-05-01", "2007-07-31", "from May to July 2007"),
        ("Talks from May to March 2007", "2006-05-01", "2007-03-31", "from May to March 2007"),
        ("Who met yesterday?", "2026-11-23", "2026-11-23", "yesterday"),
        ("Who met in the last three days?", "2026-11-21", "2026-11-24", "in the last three days"),
        ("Who met on Monday?", "2026-11-23", "2026-11-23", "on Monday"),
        ("May we know who met in may?", "2026-05-01", "2026-05-31", "in may"),
        ("2007 articles about Iran", "2007-01-01", "2007-12-31", "2007"),
    ],
)
def test_the_time_that_a_question_names(
    question: str, since: str | None, until: str | None, words: str
) -> None:
    assert named(question) == (since, until, words)


@pytest.mark.parametrize(
    "question",
    [
        "",
        "Who met in Baghdad?",
        "May I ask who met?",
        "Who won the 2006 World Cup?",
        "Who will march on Rome?",
        "Which lasted 2006 days?",
        "Who lived in 20067?",
        "Who wrote chapter 2007-05-31-2?",
        "Is it in 1500.5?",
        "Who met on 30 February 2007?",
        "Who bought it between 2007 and 2005?",
        "What is the last word?",
    ],
)
def test_questions_without_a_time(question: str) -> None:
    assert named(question) is None


@pytest.mark.parametrize(
    "question",
    [
        "Show me articles from May 2007",
        "news in May 2007",
        "Is there any news about Iran from last week?",
        "Which articles were published before 2006?",
        "Which articles about Iran that were published in May 2007 mention Crocker?",
        "Which articles did Peter Symonds write in May 2007?",
        "What was published last week?",
        "What was reported about Iran last week?",
        "In May 2007, what was reported about Iran?",
        "What has been written on whales since 2006?",
        "last week's news",
        "Last week’s top headlines about whales",
        "May 2007 articles",
        "What news was there on Tuesday?",
        "Summarize everything from last month",
        "Show anything published on 31 May 2007 about Iran",
        "What happened in May 2007?",
        "What happened last week?",
        "What's new this week?",
        "What is the latest news on Iran?",
        "the newest article",
        "Any recent reports about whales?",
        "What is the latest on Iran?",
        "What is the latest from Baghdad?",
        "What's the latest?",
    ],
)
def test_questions_by_publication(question: str) -> None:
    period = period_of(question, TODAY)
    assert period is not None
    assert period.about_publication


@pytest.mark.parametrize(
    "question",
    [
        "Who won in 2006?",
        "What happened in Baghdad in May 2007?",
        "What did Crocker say on 31 May 2007?",
        "What novel was published in 1922?",
        "What was written in 1922 by Joyce?",
        "Who reports on Iran since 2006?",
        "Which report did Congress issue in 2006?",
        "What does the report on Iran say was found in 2006?",
        "What is the latest version of the treaty?",
        "What is the most recent war that Iran fought?",
        "What did the news say of those who fled in 2006?",
        "Which articles did the treaty of 1648 have?",
    ],
)
def test_questions_about_events(question: str) -> None:
    period = period_of(question, TODAY)
    assert period is not None
    assert not period.about_publication


def test_a_singular_report_of_a_year_is_no_period() -> None:
    assert period_of("What does a 2013 report on Nigeria suggest?", TODAY) is None


def test_the_latest() -> None:
    question = "What is the latest news on Iran?"
    assert period_of(question, TODAY) == Period(None, None, (8, 18), True, True)
    assert question[8:18] == "the latest"
    both = period_of("the latest news from May 2007", TODAY)
    assert both == Period("2007-05-01", "2007-05-31", (16, 29), True, True)


parts = st.sampled_from(
    "in on since before between from to and the last past this week month year May 2007 31 2006"
    " yesterday articles news latest what was reported happened § - – , ? ago three 1990s".split()
)


@given(st.lists(parts, max_size=14).map(" ".join), st.dates())
def test_words_are_a_stretch_of_the_question(question: str, today: date) -> None:
    period = period_of(question, today)
    if period is not None:
        start, end = period.words
        assert 0 <= start < end <= len(question)
        named_alone = period_of(question[start:end] + (" news" if end - start == 4 else ""), today)
        assert named_alone is not None
        assert (named_alone.since, named_alone.until) == (period.since, period.until)
        if period.since and period.until:
            assert period.since <= period.until


@given(st.text(max_size=80), st.dates())
def test_any_question(question: str, today: date) -> None:
    period = period_of(question, today)
    assert period is None or question[slice(*period.words)].strip() != ""
