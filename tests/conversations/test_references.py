"""A quote with its reference, ready to be pasted."""

from __future__ import annotations

import re
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from rag.conversations.references import (
    bibtex,
    citation_key,
    reference_markdown,
    reference_plain,
)
from rag.types import Citation
from tests.stored import HOSTILE, LAKE, lake_answer
from tests.web.test_answers import Tags

CITATION = lake_answer().citations[0]
CITATIONS = st.builds(
    Citation,
    date=st.none()
    | st.text()
    | st.dates().map(str)
    | st.from_regex(r"\d{4}(-\d\d)?", fullmatch=True),
)


def test_plain() -> None:
    assert reference_plain(CITATION, LAKE.url) == (
        "“The lake froze in January.” — Ada Lund, “A cold month”, 31 January 2007, lake.txt,"
        " https://example.org/lake?a=1&b=2"
    )
    unknown = replace(CITATION, author=None, date=None, title="")
    assert reference_plain(unknown) == "“The lake froze in January.” — lake.txt"


def test_markdown() -> None:
    shown = reference_markdown(CITATION, LAKE.url)
    assert shown == (
        "> “The lake froze in January.”\n>\n> — Ada Lund, *A cold month*, 31 January 2007,"
        " lake.txt, [original](<https://example.org/lake?a=1&amp;b=2>)\n"
    )
    assert 'href="https://example.org/lake?a=1&amp;b=2"' in MarkdownIt("commonmark").render(shown)


def test_bibtex() -> None:
    assert bibtex(CITATION, LAKE.url) == (
        f"@misc{{{citation_key(CITATION)},\n"
        "  author = {Ada Lund},\n"
        "  title = {{A cold month}},\n"
        "  year = {2007},\n"
        "  month = jan,\n"
        "  day = {31},\n"
        "  howpublished = {lake.txt},\n"
        "  url = {https://example.org/lake?a=1&b=2},\n"
        "  note = {“The lake froze in January.”},\n"
        "}\n"
    )
    assert citation_key(CITATION).startswith("lund2007cold-")


def test_bibtex_leaves_out_what_is_not_known() -> None:
    unknown = replace(CITATION, author=None, date=None, title="")
    entry = bibtex(unknown, "javascript:alert(1)")
    assert re.findall(r"^  (\w+) =", entry, re.MULTILINE) == ["howpublished", "note"]
    assert citation_key(unknown).startswith("source-")


def test_bibtex_names_and_dates_that_cannot_be_parsed_stay_whole() -> None:
    entry = bibtex(replace(CITATION, author="Lund, Roe and Co.", date="about 1900"))
    assert "author = {{Lund, Roe and Co.}}" in entry
    assert "year = {about 1900}" in entry
    assert "month =" not in bibtex(replace(CITATION, date="2007-13"))
    assert "author = {Ann Lee and Bob Roe}" in bibtex(
        replace(CITATION, author="Ann Lee and Bob Roe")
    )


@given(CITATIONS, st.none() | st.text() | st.text().map("https://x.org/{}".format))
def test_any_bibtex_entry_is_one_entry_with_one_field_a_line(
    citation: Citation, url: str | None
) -> None:
    entry = bibtex(citation, url)
    depth, closed = 0, 0
    for character in entry:
        depth += {"{": 1, "}": -1}.get(character, 0)
        closed += character == "}" and depth == 0
    assert (depth, closed) == (0, 1)
    first, *fields, last = entry.removesuffix("\n").split("\n")
    assert re.fullmatch(r"@misc\{[a-z0-9-]+,", first)
    assert all(re.fullmatch(r"  [a-z]+ = (\{.*\}|[a-z]{3}),", field) for field in fields)
    assert last == "}"


@given(CITATIONS, CITATIONS)
def test_keys_tell_quotes_apart_and_stay_the_same(one: Citation, other: Citation) -> None:
    numbered_anew = replace(one, number=one.number + 1)
    assert citation_key(numbered_anew) == citation_key(one)
    if (one.article_id, one.start, one.end, one.quote) != (
        other.article_id,
        other.start,
        other.end,
        other.quote,
    ):
        assert citation_key(one) != citation_key(other)


@given(CITATIONS)
def test_any_markdown_reference_is_a_quotation_and_emphasis(citation: Citation) -> None:
    shown = Tags(MarkdownIt("commonmark").render(reference_markdown(citation)))
    assert set(shown.names) <= {"blockquote", "p", "em"}


def test_hostile_references() -> None:
    hostile = replace(CITATION, title=HOSTILE, author=HOSTILE, source=HOSTILE, quote=HOSTILE)
    shown = Tags(MarkdownIt("commonmark").render(reference_markdown(hostile, HOSTILE)))
    assert set(shown.names) == {"blockquote", "p", "em"}
    assert "alert(1)" in shown.text
    assert "\n" not in reference_plain(replace(hostile, quote="a\nb\u2028c\u202e"))
    assert "\u202e" not in reference_plain(replace(hostile, quote="a\u202e"))
