"""The list: found, sorted and paged as asked, whatever its size."""

from __future__ import annotations

import random
from typing import Any

import pytest

from rag.web.catalogue import PAGE_ROWS, Catalogue, Row, SortKey

ROWS = [
    Row("indexed", "b.txt", "b.txt", "Österreich wählt", 300, "Jörg Weiß", "2007-05-31", "de", "1"),
    Row("indexed", "a.txt", "a.txt", "apples", 20, "Ada Lind", "2011", "en", "2"),
    Row("duplicate", "c.txt", "c.txt", "Bananas", 1000, None, None, "en", "3",
        also_in=("a.txt",), also_count=1),
    Row("failed", "photo.jpg", "photo.jpg", "photo.jpg", 7, reason="JPG is not read"),
    Row("new", "z.txt", "z.txt", "z.txt", 5),
    Row("in the trash", "old.txt", "old.txt", "old.txt", 9, trash_id="t"),
]  # fmt: skip


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return Catalogue(ROWS)


def sources(catalogue: Catalogue, *asked: Any, **named: Any) -> list[str]:
    return [row.source for row in catalogue.find(*asked, **named).rows]


def test_what_awaits_something_goes_first(catalogue: Catalogue) -> None:
    assert sources(catalogue) == ["z.txt", "photo.jpg", "a.txt", "c.txt", "b.txt"]


@pytest.mark.parametrize(
    ("sort", "descending", "expected"),
    [
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


def test_an_empty_library_has_one_empty_page() -> None:
    found = Catalogue([]).find()
    assert (found.rows, found.total, found.page, found.pages) == ((), 0, 1, 1)
