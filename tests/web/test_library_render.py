"""Rows as HTML: what they hold is text, whatever it looks like."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any
from urllib.parse import unquote

from hypothesis import given
from hypothesis import strategies as st

from rag.web.catalogue import Found, Row
from rag.web.library import describe_found, render_rows

HOSTILE = "<img src=x onerror=\"alert('1')\">\u202e\n"


class _Tags(HTMLParser):
    """Which elements and attributes there are."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.attributes: set[str] = set()
        self.values: dict[str, str | None] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.values.update(attrs)


def tags(html: str) -> _Tags:
    parser = _Tags()
    parser.feed(html)
    return parser


def rendered(*rows: Row, **asked: Any) -> str:
    return render_rows(Found(rows, len(rows), 1, 1), **asked)


@given(st.text(max_size=60))
def test_no_word_of_a_file_becomes_markup(text: str) -> None:
    row = Row(
        *("indexed", text, text, text, 5, text, text, text, text, text, (text,), 9, 1),
    )
    found = tags(rendered(row))
    assert found.names <= {"tr", "th", "td", "a", "bdi", "small", "span", "button"}
    assert found.attributes <= {
        *("class", "scope", "href", "data-label", "title", "type", "name", "value"),
        *("data-articles", "aria-label"),
    }
    assert (found.values["href"] or "").startswith("#source?")


def test_the_button_names_the_very_file() -> None:
    html = rendered(Row("new", HOSTILE, HOSTILE, HOSTILE, 5))
    (value,) = re.findall(r'name="remove" value="([^"]*)"', html)
    assert unquote(value) == HOSTILE


def test_what_is_gone_can_be_put_back_only_from_the_trash() -> None:
    gone = Row("gone", "a.txt", "a.txt", "A", 5, article_id="1")
    assert "<button" not in rendered(gone)
    trashed = Row("in the trash", "a.txt", "a.txt", "a.txt", 5, trash_id="t1")
    assert 'name="put-back" value="t1" aria-label="Put back a.txt"' in rendered(trashed)


def test_sources_that_tell_the_same_are_named_and_counted() -> None:
    row = Row("duplicate", "d", "d", "D", 5, also_in=("a", "b", "c"), also_count=1003)
    html = rendered(row)
    assert "Also in <bdi>a</bdi>, <bdi>b</bdi>, <bdi>c</bdi> and 1,000 more" in html


def test_an_empty_list_says_why() -> None:
    assert "Drop files" in rendered()
    assert "Nothing in the library matches" in rendered(search="whales")
    assert "Nothing in the library matches" in rendered(show="failed")


def test_how_many_there_are() -> None:
    row = Row("indexed", "a", "a", "A")
    assert describe_found(Found((row,), 1, 1, 1)) == "1 entry"
    assert describe_found(Found((row,) * 4, 4, 1, 1)) == "4 entries"
    last = Found((row,) * 34, 1234, 13, 13)
    assert describe_found(last) == "1,201 to 1,234 of 1,234 entries"
