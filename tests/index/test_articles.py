from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import FilterError
from rag.index.article_writer import ArticleWriter
from rag.index.articles import ArticleTable, days_of
from rag.types import Article, Filters, Header, Mark, Passage, Span
from tests.fakes import make_article


def write(path: Path, *articles: Article) -> ArticleTable:
    """A table of articles, each of one passage."""
    writer = ArticleWriter(path)
    for article in articles:
        passage = Passage(f"p-{article.id}", article.id, article.text, 0, len(article.text))
        writer.add(article, [passage], [f"hash of {article.id}"])
    writer.finish()
    return ArticleTable(path)


def test_every_field_of_an_article_survives(tmp_path: Path) -> None:
    whole = Article(
        id="a",
        title="Äpfel\x00 & 梨",
        author="J. Doe",
        date="2007-05",
        source="2007/über uns.txt",
        url="https://example.org/?a=1",
        text="Title\nby J. Doe, May 2007\n\nIt rains 🌧.",
        header=Header(Span(0, 5), Span(9, 15), None),
        marks=(Mark("heading", 0, 27, 2), Mark("speech", 31, 38, speaker="Ann")),
        language="de",
    )
    bare = Article("b", "", None, None, "b.txt", None, "")
    table = write(tmp_path / "odd #?% name.sqlite", whole, bare)
    assert list(table.articles()) == [whole, bare]
    assert table.article("a") == whole
    assert table.article("c") is None
    table.close()


def test_articles_come_by_source(tmp_path: Path) -> None:
    table = write(tmp_path / "t", make_article("x", "b"), make_article("y", "a"))
    assert [article.source for article in table.articles()] == ["a.txt", "b.txt"]


def test_passages_come_in_the_order_asked_for(tmp_path: Path) -> None:
    articles = [make_article(f"text {n}", f"{n}") for n in range(4)]
    table = write(tmp_path / "t", *articles)
    found = table.fetch([2, 0, 3])
    assert [article for _, article in found] == [articles[2], articles[0], articles[3]]
    assert found[0][0] == Passage("p-id-2", "id-2", "text 2", 0, 6)
    assert table.fetch([]) == []


def test_any_number_of_passages_can_be_fetched(tmp_path: Path) -> None:
    count = 40_000  # more than SQLite's variables in one statement
    writer = ArticleWriter(tmp_path / "t")
    passages = [Passage(f"p{n}", "id-a", "x", 0, 1) for n in range(count)]
    writer.add(make_article("x"), passages, map(str, range(count)))
    writer.finish()
    assert len(ArticleTable(tmp_path / "t").fetch(range(count))) == count


def test_what_was_not_finished_is_lost(tmp_path: Path) -> None:
    writer = ArticleWriter(tmp_path / "t")
    writer.add(make_article("x"), [], [])
    writer.close()
    assert list(ArticleTable(tmp_path / "t").articles()) == []


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters(), None),
        (Filters(since="2007-05-31"), ["day", "month", "year", "later"]),
        (Filters(since="2007-06-01"), ["year", "later"]),
        (Filters(until="2007-05-30"), ["month", "year"]),
        (Filters(until="2007"), ["day", "month", "year"]),
        (Filters(since="2007-05", until="2007-05"), ["day", "month", "year"]),
        (Filters(since="2009"), []),
        (Filters(author="SYMONDS"), ["day"]),
        (Filters(author="ömer"), ["later"]),
        (Filters(author="50%"), []),
        (Filters(author="\udcff", source="\udcff"), []),
        (Filters(source="day.txt"), ["day"]),
        (Filters(source="[odd].txt"), ["[odd]"]),
        (Filters(source="*y*.txt"), ["day", "year"]),
        (Filters(source="day"), []),
        (Filters(author="symonds", since="2008"), []),
    ],
)
def test_filters(tmp_path: Path, filters: Filters, expected: list[str] | None) -> None:
    articles = [
        make_article("x", "day", author="Peter Symonds", date="2007-05-31"),
        make_article("x", "month", date="2007-05"),
        make_article("x", "year", date="2007"),
        make_article("x", "later", author="Ömer Ak", date="2008-01-01"),
        make_article("x", "[odd]"),
    ]
    ordinals = write(tmp_path / "t", *articles).ordinals(filters)
    names = None if ordinals is None else [articles[n].source[:-4] for n in ordinals]
    assert names == expected


@pytest.mark.parametrize(
    ("since", "until", "limit", "expected"),
    [
        (None, None, 9, ["later", "year", "day", "month", "undated"]),
        (None, None, 2, ["later", "year"]),
        ("2007", "2007", 9, ["year", "day", "month"]),
        ("2007-05", "2007-05", 9, ["day", "month"]),
        ("2007-05-31", "2007-05-31", 9, ["day"]),
        ("2008", None, 9, ["later"]),
        (None, "2007-05", 9, ["day", "month"]),
        ("2009", "2010", 9, []),
    ],
)
def test_articles_of_a_period_newest_first(
    tmp_path: Path, since: str | None, until: str | None, limit: int, expected: list[str]
) -> None:
    dates = {"day": "2007-05-31", "month": "2007-05", "year": "2007", "later": "2008-01-01"}
    articles = [make_article("x", name, date=day) for name, day in dates.items()]
    table = write(tmp_path / "t", make_article("x", "undated"), *articles)
    found = table.articles_between(since, until, limit)
    assert [article.source[:-4] for article in found] == expected


def test_first_and_last_day(tmp_path: Path) -> None:
    undated = make_article("x", "undated")
    assert write(tmp_path / "none", undated).first_and_last_day() is None
    dated = [make_article("x", "a", date="2007-05"), make_article("x", "b", date="2006-07-01")]
    table = write(tmp_path / "some", undated, *dated)
    assert table.first_and_last_day() == ("2006-07-01", "2007-05-31")


@pytest.mark.parametrize(
    ("date", "days"),
    [
        ("2007-05-31", ("2007-05-31", "2007-05-31")),
        ("2007-05", ("2007-05-01", "2007-05-31")),
        ("2007", ("2007-01-01", "2007-12-31")),
        ("2008-02", ("2008-02-01", "2008-02-29")),
    ],
)
def test_days_of_a_date(date: str, days: tuple[str, str]) -> None:
    assert days_of(date) == days


@given(st.dates())
def test_a_day_is_its_own_first_and_last(day: datetime.date) -> None:
    assert days_of(day.isoformat()) == (day.isoformat(), day.isoformat())


@pytest.mark.parametrize(
    "date",
    "|yesterday|2007-13|2007-02-30|2007-00|2007-05-00|2007-5-3|20070531|07|2007-05-31-01|0000"
    "|2007-05-31T10:00|-2007|2007-|٢٠٠٧".split("|"),
)
def test_other_dates_are_refused_in_one_line(date: str) -> None:
    with pytest.raises(FilterError) as caught:
        days_of(date)
    assert str(caught.value) == (
        f"Date {date!r} is not an ISO date: write 2007-05-31, 2007-05 or 2007."
    )
