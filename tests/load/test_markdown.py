from __future__ import annotations

import pytest

from rag.load.markdown import markdown_document


def blocks(text: str) -> list[tuple[str, str]]:
    return [(block.kind, block.text) for block in markdown_document(text).blocks]


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("*one* **two** _three_ ~~four~~ `five`", "one two three four five"),
        ("[a link](https://x.y/z 'title') and <https://x.y>", "a link and https://x.y"),
        ("see ![the *two* men](men.png) here", "see the two men here"),
        ("a &amp; b &lt;c&gt; \\*d\\*", "a & b <c> *d*"),
        ("<span class='x'>inside</span> tags", "inside tags"),
        ("wrapped\nlines", "wrapped lines"),
        ("infor-\nmation", "information"),
        ("    indented prose", "indented prose"),
        ("snake_case_word and 2 * 3 * 4", "snake_case_word and 2 * 3 * 4"),
        ("> quoted", "quoted"),
        ("<div><p>html</p></div>", "html"),
        ("a[^1] footnote", "a[^1] footnote"),
    ],
)
def test_markup_is_removed(markup: str, text: str) -> None:
    assert blocks(markup) == [("paragraph", text)]


def test_headings() -> None:
    assert blocks("# One #\n\nTwo\n===\n\n### Three *3*") == [
        ("heading", "One"),
        ("heading", "Two"),
        ("heading", "Three 3"),
    ]


def test_a_paragraph_above_a_line_of_dashes_is_no_heading() -> None:
    text = "This is a long paragraph that happens to stand above a line of dashes. " * 3
    assert blocks(f"{text}\n---\n") == [("paragraph", text.strip())]


def test_hard_line_breaks_are_kept() -> None:
    assert blocks("Peter Symonds  \n31 May 2007") == [("verbatim", "Peter Symonds\n31 May 2007")]


def test_lists_keep_bullets_numbers_and_depth() -> None:
    text = "- one\n- two\n  - nested *item*\n\n    more of it\n\nThen:\n\n3. three\n4. four"
    assert blocks(text) == [
        ("verbatim", "- one\n- two\n  - nested item\n    more of it"),
        ("paragraph", "Then:"),
        ("verbatim", "3. three\n4. four"),
    ]


def test_tables_and_code_keep_their_lines() -> None:
    text = "| a | b |\n|---|---|\n| **1** | 2 |\n\n```\nx = 1\n\ny = 2\n```\n\n---\n"
    assert blocks(text) == [("verbatim", "a | b\n1 | 2"), ("verbatim", "x = 1\ny = 2")]


def test_scripts_and_comments_are_dropped() -> None:
    text = "<div>shown<script>hidden()</script></div>\n\n<!-- hidden -->\n\nend"
    assert blocks(text) == [("paragraph", "shown"), ("paragraph", "end")]


def test_front_matter() -> None:
    document = markdown_document(
        "---\ntitle: 'Talks: a *beginning*'\nauthors: [Ann Lee, \"Bob Ray\"]\n"
        "date: 2007-05-31\nurl: https://example.com/a\ntags: [x]\n---\n\nText."
    )
    assert document.metadata == {
        "title": "Talks: a *beginning*",
        "author": "Ann Lee, Bob Ray",
        "date": "2007-05-31",
        "url": "https://example.com/a",
    }
    assert [block.text for block in document.blocks] == ["Text."]


def test_front_matter_of_other_shapes() -> None:
    document = markdown_document(
        "---\nheadline: >\n  A folded\n  title\nauthor:\n  - Ann Lee\n  - Bob Ray\n"
        "source: not an address\nempty:\n...\nText."
    )
    assert document.metadata["author"] == "Ann Lee, Bob Ray"
    assert document.metadata["title"] == "A folded title"
    assert "url" not in document.metadata
