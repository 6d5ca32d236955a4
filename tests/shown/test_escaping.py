"""Whatever a text holds, it is shown and does nothing."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from rag.shown.escaping import (
    escape,
    escape_bibtex,
    escape_characters,
    escape_markdown,
    one_line,
    safe_url,
)
from tests.stored import HOSTILE
from tests.web.test_answers import Tags

MARKED = st.lists(
    st.sampled_from([*"\\`*_{}[]()<>#+-.!|~$^&:=@%\"' \n1", "www.", "http://a.b", "export "])
    | st.text(max_size=5),
    max_size=30,
).map("".join)
"""Texts that are mostly marks of Markdown."""


@given(st.text())
def test_escaped_text_holds_no_markup_and_one_line(text: str) -> None:
    shown = escape(text)
    assert Tags(shown).names == ["bdi"]
    assert "\n" not in shown
    assert shown.startswith("<bdi>")
    assert shown.endswith("</bdi>")


@given(st.text(alphabet=st.characters(exclude_categories=["Cc", "Cf", "Cs"])))
def test_escaping_keeps_every_visible_character(text: str) -> None:
    assert Tags(escape(text)).text == text


def test_characters_that_spoof_are_in_no_page_and_joiners_stay() -> None:
    assert escape_characters("a\u202eb\u2066c\u200bd\ufeffe\x07f") == "abcdef"
    assert escape_characters("می\u200cخواهم") == "می\u200cخواهم"
    assert escape_characters("a\ud800b") == "a\ufffdb"


@given(MARKED)
@example(HOSTILE)
@example("![[x]] :::")
@pytest.mark.parametrize("preset", ["commonmark", "gfm-like"])
def test_markdown_shows_every_character_and_marks_nothing_up(preset: str, text: str) -> None:
    parser = MarkdownIt(preset, {"linkify": False, "html": True})
    shown = Tags(parser.render(escape_markdown(text)))
    assert set(shown.names) <= {"p"}
    assert shown.text.strip() == one_line(text)


@given(MARKED)
@example(HOSTILE)
def test_escaped_markdown_opens_no_html_link_or_program_in_any_dialect(text: str) -> None:
    escaped = escape_markdown(text)
    bare = re.sub(r"\\.", "\0", escaped)
    assert not [mark for mark in ("<", ">", "{", "[", "]", "`", "$", "://", "\\") if mark in bare]
    assert not re.search(r"www\.", bare, re.IGNORECASE)
    assert not escaped.startswith(("export ", "import "))


@given(st.text())
def test_one_line_is_one_line_that_utf8_holds(text: str) -> None:
    line = one_line(text)
    assert len(line.splitlines()) <= 1
    assert line == line.strip() == one_line(line)
    line.encode()


@given(MARKED)
@example("{")
@example("}{\\}")
def test_bibtex_braces_are_balanced_and_no_mark_is_bare(text: str) -> None:
    escaped = escape_bibtex(text)
    depth = 0
    for character in escaped:
        depth += {"{": 1, "}": -1}.get(character, 0)
        assert depth >= 0
    assert depth == 0
    for at, character in enumerate(escaped):
        assert character not in "#$%&_" or escaped[at - 1] == "\\"
        assert character not in "~^<>|"


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        "javascript:alert(1)",
        "JAVASCRIPT://x/%0aalert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "//foreign.example",
        "http://",
        "http://[::1",
        " https",
    ],
)
def test_only_addresses_of_pages_are_links(url: str | None) -> None:
    assert safe_url(url) is None


def test_an_address_keeps_what_it_means_and_nothing_else() -> None:
    assert safe_url("https://example.org/a?b=1&c=%20#d") == "https://example.org/a?b=1&c=%20#d"
    assert (
        safe_url('http://x.org/"><b>(é){}\\') == "http://x.org/%22%3E%3Cb%3E%28%C3%A9%29%7B%7D%5C"
    )
