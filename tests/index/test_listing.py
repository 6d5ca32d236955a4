"""The listing of an index: every article, file and failure, told by the real build."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.errors import IndexCorruptError
from rag.index import read_current
from rag.index.listing import ListedFailure, Listing, read_listing
from rag.ingest.build import build_from_folder
from rag.settings import Settings
from tests.fakes import FakeEmbedder

BODY = (
    "Grey whales were seen near the harbour for the first time in ninety years. Fishermen counted "
    "eleven of them before the fog came down over the bay and the boats turned home to the quay."
)
OTHER = "The strait was closed to ferries for a day and the bridge to lorries said the harbour."


def listing_of(settings: Settings) -> Listing:
    return read_listing(settings.index, read_current(settings.index))


@pytest.fixture
def built(settings: Settings, embedder: FakeEmbedder) -> Settings:
    settings.seeds.mkdir()
    (settings.seeds / "late.txt").write_text(f"Whales\n\nAda Lind\n3 June 2011\n\n{BODY}\n")
    (settings.seeds / "early.txt").write_text(f"Whales return\n\nAda Lind\n2 June 2011\n\n{BODY}\n")
    (settings.seeds / "table.csv").write_text(f"title,text\nÖresund,{OTHER}\nEmpty,\n")
    (settings.seeds / "photo.jpg").write_bytes(b"\xff\xd8")
    build_from_folder(settings.seeds, settings.index, settings, embedder)
    return settings


def test_every_article_is_listed_with_its_file_and_its_story(built: Settings) -> None:
    listing = listing_of(built)
    assert {(each.title, each.file) for each in listing.articles} == {
        ("Whales", "late.txt"),
        ("Whales return", "early.txt"),
        ("Öresund", "table.csv"),
    }
    told = [each for each in listing.articles if each.story is not None]
    assert [each.source for each in told] == ["early.txt", "late.txt"]
    assert told[0].story == told[1].story == told[0].id
    assert (told[0].author, told[0].date, told[0].language) == ("Ada Lind", "2011-06-02", "en")


def test_sizes_are_of_the_text_in_bytes(built: Settings) -> None:
    (oresund,) = [each for each in listing_of(built).articles if each.title == "Öresund"]
    assert len(OTHER) <= oresund.size_bytes <= len(OTHER) + 30


def test_files_and_failures_are_listed_by_the_file_that_they_are_in(built: Settings) -> None:
    listing = listing_of(built)
    assert {source for source, _ in listing.files} == {
        *("late.txt", "early.txt", "table.csv", "photo.jpg")
    }
    failures = {each.file: each for each in listing.failures}
    assert isinstance(failures["photo.jpg"], ListedFailure)
    assert "JPG is not read" in failures["photo.jpg"].reason
    assert failures["table.csv"].source.startswith("table.csv")
    stamps = dict(listing.files)
    early = stamps["early.txt"]
    assert early is not None
    assert early.size_bytes == (built.seeds / "early.txt").stat().st_size


def test_a_damaged_index_is_one_line(built: Settings) -> None:
    current = read_current(built.index)
    manifest = next(Path(built.index).glob("generations/*/manifest.json"))
    manifest.write_bytes(manifest.read_bytes() + b" ")
    with pytest.raises(IndexCorruptError, match="rag build"):
        read_listing(built.index, current)
