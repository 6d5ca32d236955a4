"""The list: found, sorted and paged as asked, whatever its size."""

from __future__ import annotations

import os
import random
from dataclasses import replace
from typing import Any

import pytest

from rag.index import FileStamp, read_current, read_listing
from rag.index.articles import ListedArticle, ListedFailure, Listing
from rag.ingest.build import build_from_folder
from rag.settings import Settings
from rag.web.catalogue import PAGE_ROWS, Catalogue, FolderNow, Row, SortKey, rows, scan
from rag.web.folder import Trashed
from tests.fakes import FakeEmbedder

ROWS = [
    Row("indexed", "b.txt", "b.txt", "Österreich wählt", 300, "Jörg Weiß", "2007-05-31", "de", "1"),
    Row("indexed", "a.txt", "a.txt", "apples", 20, "Ada Lind", "2011", "en", "2"),
    Row("duplicate", "c.txt", "c.txt", "Bananas", 1000, None, None, "en", "3",
        also_in=("a.txt",), also_count=1),
    Row("failed", "photo.jpg", "photo.jpg", "photo.jpg", 7, reasons=("JPG is not read",)),
    Row("new", "z.txt", "z.txt", "z.txt", 5),
    Row("in the trash", "old.txt", "old.txt", "old.txt", 9, trash_id="t"),
]  # fmt: skip


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return Catalogue(ROWS)


def sources(catalogue: Catalogue, *asked: Any, **named: Any) -> list[str]:
    return [row.source for row in catalogue.find(*asked, **named).rows]


@pytest.mark.parametrize(
    ("sort", "descending", "expected"),
    [
        ("state", False, ["z.txt", "photo.jpg", "a.txt", "c.txt", "b.txt"]),  # what awaits first
        ("title", False, ["a.txt", "c.txt", "b.txt", "photo.jpg", "z.txt"]),
        ("title", True, ["z.txt", "photo.jpg", "b.txt", "c.txt", "a.txt"]),
        ("author", False, ["a.txt", "b.txt", "c.txt", "photo.jpg", "z.txt"]),
        ("author", True, ["b.txt", "a.txt", "c.txt", "photo.jpg", "z.txt"]),
        ("date", True, ["a.txt", "b.txt", "c.txt", "photo.jpg", "z.txt"]),
        ("size", False, ["z.txt", "photo.jpg", "a.txt", "b.txt", "c.txt"]),
        ("language", False, ["b.txt", "a.txt", "c.txt", "photo.jpg", "z.txt"]),
    ],
)
def test_the_list_is_sorted_and_what_is_unknown_goes_last(
    catalogue: Catalogue, sort: SortKey, descending: bool, expected: list[str]
) -> None:
    assert sources(catalogue, sort=sort, descending=descending) == expected


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        ("OSTERREICH", ["b.txt"]),
        ("weiss", ["b.txt"]),
        ("lind apples", ["a.txt"]),
        ("lind bananas", []),
        ("jpg read", ["photo.jpg"]),
        ("%", []),
        ("' OR 1=1 --", []),
        ("2011", ["a.txt"]),
        ("\ud800", []),
    ],
)
def test_every_word_of_a_search_must_be_there(
    catalogue: Catalogue, search: str, expected: list[str]
) -> None:
    assert sources(catalogue, search) == expected


def test_pages_part_the_list_without_loss() -> None:
    names = [f"{number:05}.txt" for number in range(2 * PAGE_ROWS + 1)]
    shuffled = random.Random(1).sample(names, len(names))
    catalogue = Catalogue(Row("indexed", name, name, "the same title") for name in shuffled)
    found = [catalogue.find(page=page) for page in (1, 2, 3)]
    assert [row.source for each in found for row in each.rows] == names
    assert {each.pages for each in found} == {3}
    assert {each.total for each in found} == {len(names)}


STAMP = FileStamp(5, 1, 1, "0" * 64)


def article(source: str, *, file: str | None = None, story: str | None = None) -> ListedArticle:
    return ListedArticle(
        f"id-{source}", source, file or source, f"Title of {source}", None, None, "en", 9, story
    )


def by_source(listing: Listing, now: FolderNow, trash: tuple[Trashed, ...] = ()) -> dict[str, Row]:
    found = list(rows(listing, now, trash))
    named = {row.source: row for row in found}
    assert len(named) == len(found)
    return named


def test_states_tell_what_awaits_a_build() -> None:
    listing = Listing(
        articles=(article("same.txt"), article("other.txt"), article("gone.txt")),
        files=(("same.txt", STAMP), ("other.txt", STAMP), ("gone.txt", STAMP)),
    )
    now = FolderNow({"same.txt": 5, "other.txt": 6, "new.txt": 7}, frozenset({"other.txt"}))
    found = by_source(listing, now)
    assert {source: row.state for source, row in found.items()} == {
        "same.txt": "indexed",
        "other.txt": "changed",
        "gone.txt": "gone",
        "new.txt": "new",
    }
    assert (found["new.txt"].title, found["new.txt"].size_bytes) == ("new.txt", 7)
    assert found["new.txt"].article_id is None
    assert found["gone.txt"].article_id == "id-gone.txt"


def test_a_repeat_is_a_duplicate_and_the_first_is_not() -> None:
    sources = [f"{number}.txt" for number in range(6)]
    listing = Listing(
        articles=tuple(article(source, story="id-0.txt") for source in sources),
        files=tuple((source, STAMP) for source in sources),
    )
    found = by_source(listing, FolderNow(dict.fromkeys(sources, 5)))
    assert [found[source].state for source in sources] == ["indexed", *["duplicate"] * 5]
    assert found["0.txt"].also_in == ("1.txt", "2.txt", "3.txt")
    assert found["5.txt"].also_in == ("0.txt", "1.txt", "2.txt")
    assert found["5.txt"].also_count == 5


def test_what_was_not_read_has_its_reason_until_it_changes() -> None:
    listing = Listing(
        articles=(
            article("box.zip/a.txt", file="box.zip"),
            replace(article("part.pdf"), left_out=("4 of 5 pages are pictures",)),
        ),
        files=tuple((each, STAMP) for each in ("box.zip", "photo.jpg", "mended.pdf", "part.pdf")),
        failures=(
            ListedFailure("box.zip", "box.zip/b.txt", "it is empty"),
            ListedFailure("photo.jpg", "photo.jpg", "JPG is not read"),
            ListedFailure("mended.pdf", "mended.pdf", "it is damaged"),
        ),
    )
    sizes = {"box.zip": 5, "photo.jpg": 8, "mended.pdf": 9, "part.pdf": 5}
    now = FolderNow(sizes, frozenset({"mended.pdf"}))
    found = by_source(listing, now)
    assert {source: row.state for source, row in found.items()} == {
        "box.zip/a.txt": "indexed",
        "box.zip/b.txt": "failed",
        "photo.jpg": "failed",
        "mended.pdf": "changed",
        "part.pdf": "partly read",
    }
    assert found["part.pdf"].reasons == ("4 of 5 pages are pictures",)
    assert found["box.zip/b.txt"].reasons == ("it is empty",)
    assert found["box.zip/b.txt"].file == "box.zip"
    assert found["photo.jpg"].in_file == 0


def test_what_is_in_the_trash_can_be_put_back() -> None:
    listing = Listing(
        articles=(article("gone.txt"), article("again.txt")),
        files=(("gone.txt", STAMP), ("again.txt", STAMP)),
    )
    trash = (
        Trashed("3", "gone.txt", 5),
        Trashed("2", "again.txt", 5),
        Trashed("1", "never.txt", 5),
    )
    found = list(rows(listing, FolderNow({"again.txt": 5}), trash))
    told = [(row.source, row.state, row.trash_id) for row in found]
    assert sorted(told, key=str) == [
        ("again.txt", "in the trash", "2"),
        ("again.txt", "indexed", None),
        ("gone.txt", "gone", "3"),
        ("never.txt", "in the trash", "1"),
    ]


def test_the_folder_is_compared_with_what_was_built(
    settings: Settings, embedder: FakeEmbedder
) -> None:
    settings.seeds.mkdir()
    for name in ("same", "touched", "edited", "gone"):
        (settings.seeds / f"{name}.txt").write_text(f"The {name} article.\n\nIt has some words.")
    build_from_folder(settings.seeds, settings.index, settings, embedder)
    (settings.seeds / "edited.txt").write_text("The edited article.\n\nIt has other words, more.")
    os.utime(settings.seeds / "touched.txt", ns=(1, 1))
    (settings.seeds / "gone.txt").unlink()
    (settings.seeds / "new.txt").write_text("The new article.\n\nIt has words.")
    listing = read_listing(settings.index, read_current(settings.index))
    found = by_source(listing, scan(settings.seeds, settings.index, listing))
    assert {row.source: row.state for row in found.values()} == {
        "same.txt": "indexed",
        "touched.txt": "indexed",
        "edited.txt": "changed",
        "gone.txt": "gone",
        "new.txt": "new",
    }
