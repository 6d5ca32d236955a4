from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import FilterError, IndexCorruptError
from rag.index import read_current, read_listing
from rag.index.articles import ArticleTable, ArticleWriter, IndexedArticle, days_of
from rag.ingest.build import build_from_folder
from rag.settings import Settings
from rag.types import Article, Failure, Filters, Header, Mark, Passage, Span
from tests.fakes import FakeEmbedder, make_article

BODY = (
    "Grey whales were seen near the harbour for the first time in ninety years. Fishermen counted "
    "eleven of them before the fog came down over the bay and the boats turned home to the quay."
)
OTHER = "The strait was closed to ferries for a day and the bridge to lorries said the harbour."


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
        left_out=("its picture",),
    )
    bare = Article("b", "", None, None, "b.txt", None, "")
    passage = Passage("p", "a", "It rains", 27, 35, ("Title", "Weather"))
    path = tmp_path / "odd #?% name.sqlite"
    writer = ArticleWriter(path)
    writer.add(IndexedArticle(whole, [passage], ["hash"], "content", b"sign"))
    writer.end_file("2007/über uns.txt", None, [Failure("2007/über uns.txt", "too long")])
    writer.add(IndexedArticle(bare, [], []))
    assert [part.reason for part in writer.left_out()] == ["its picture"]
    writer.finish()
    table = ArticleTable(path)
    assert list(table.articles()) == [whole, bare]
    assert table.article("c") is None
    assert table.fetch([0]) == [(passage, whole)]
    assert [*table.indexed("id", "b")] == [(IndexedArticle(bare, [], []), [])]
    ((indexed, ordinals),) = table.indexed("file", 0)
    assert (indexed.article, [*indexed.passages], ordinals) == (whole, [passage], [0])
    assert ([*indexed.embedded_hashes], indexed.content_hash) == (["hash"], "content")
    assert indexed.signature == b"sign"
    assert table.failures_of(0) == [Failure("2007/über uns.txt", "too long")]
    assert table.content_hashes() == {"2007/über uns.txt": "content", "b.txt": ""}
    assert table.ordinals_by("id", ["p", "q"]) == {"p": 0}
    assert table.ordinals_by("embedded_hash", ["hash"]) == {"hash": 0}
    table.close()


def test_any_number_of_passages_can_be_fetched(tmp_path: Path) -> None:
    count = 40_000  # more than SQLite's variables in one statement
    writer = ArticleWriter(tmp_path / "t")
    passages = [Passage(f"p{n}", "id-a", "x", 0, 1) for n in range(count)]
    writer.add(IndexedArticle(make_article("x"), passages, [*map(str, range(count))]))
    writer.finish()
    assert len(ArticleTable(tmp_path / "t").fetch(range(count))) == count


def test_what_was_not_finished_is_lost(tmp_path: Path) -> None:
    writer = ArticleWriter(tmp_path / "t")
    writer.add(IndexedArticle(make_article("x"), [], []))
    writer.close()
    assert list(ArticleTable(tmp_path / "t").articles()) == []


def test_filters_that_no_text_is(tmp_path: Path) -> None:
    ArticleWriter(tmp_path / "t").finish()
    table = ArticleTable(tmp_path / "t")
    assert table.count_articles(Filters(author="\udcff", source="\udcff")) == 0


@pytest.mark.parametrize(
    ("date", "days"),
    [("2007-05", ("2007-05-01", "2007-05-31")), ("2008-02", ("2008-02-01", "2008-02-29"))],
)
def test_days_of_a_month(date: str, days: tuple[str, str]) -> None:
    assert days_of(date) == days


@given(st.dates())
def test_a_day_is_its_own_first_and_last(day: datetime.date) -> None:
    assert days_of(day.isoformat()) == (day.isoformat(), day.isoformat())
    year = f"{day.year:04}"
    assert days_of(year) == (f"{year}-01-01", f"{year}-12-31")


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


def test_articles_files_and_failures_are_listed(settings: Settings, embedder: FakeEmbedder) -> None:
    seeds = settings.seeds
    seeds.mkdir()
    (seeds / "late.txt").write_text(f"Whales\n\nAda Lind\n3 June 2011\n\n{BODY}\n")
    (seeds / "early.txt").write_text(f"Whales return\n\nAda Lind\n2 June 2011\n\n{BODY}\n")
    (seeds / "table.csv").write_text(f"title,text\nÖresund,{OTHER}\nEmpty,\n")
    (seeds / "photo.jpg").write_bytes(b"\xff\xd8")
    build_from_folder(seeds, settings.index, settings, embedder)
    current = read_current(settings.index)
    listing = read_listing(settings.index, current)
    assert {(each.title, each.file) for each in listing.articles} == {
        ("Whales", "late.txt"),
        ("Whales return", "early.txt"),
        ("Öresund", "table.csv"),
    }
    told = [each for each in listing.articles if each.story is not None]
    assert [each.source for each in told] == ["early.txt", "late.txt"]
    assert told[0].story == told[1].story == told[0].id
    assert (told[0].author, told[0].date, told[0].language) == ("Ada Lind", "2011-06-02", "en")
    (oresund,) = [each for each in listing.articles if each.title == "Öresund"]
    assert len(OTHER) <= oresund.size_bytes <= len(OTHER) + 30
    stamps = dict(listing.files)
    assert set(stamps) == {"late.txt", "early.txt", "table.csv", "photo.jpg"}
    early = stamps["early.txt"]
    assert early is not None
    assert early.size_bytes == (seeds / "early.txt").stat().st_size
    failures = {each.file: each for each in listing.failures}
    assert "JPG is not read" in failures["photo.jpg"].reason
    assert failures["table.csv"].source.startswith("table.csv")
    manifest = next(settings.index.glob("generations/*/manifest.json"))
    manifest.write_bytes(manifest.read_bytes() + b" ")
    with pytest.raises(IndexCorruptError, match="rag build"):
        read_listing(settings.index, current)
