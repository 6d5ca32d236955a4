from __future__ import annotations

import pytest

from rag.load.markdown import markdown_document


def blocks(text: str) -> list[tuple[str, str]]:
    return [(block.kind, block.text) for block in markdown_document(text).blocks]


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("*one* **two** _three_ ~~four~~ `five`", "one two three five"),
        ("[a link](https://x.y/z 'title') and <https://x.y>", "a link and https://x.y"),
        ("see ![the *two* men](men.png) here", "see the two men here"),
        ("a &amp; b &lt;c&gt; \\*d\\*", "a & b <c> *d*"),
        ("wrapped\nlines of infor-\nmation", "wrapped lines of information"),
        ("    indented prose", "indented prose"),
        ("snake_case_word and 2 * 3 * 4", "snake_case_word and 2 * 3 * 4"),
        ("> quoted", "quoted"),
        ("<div>shown<script>hidden()</script></div>\n\n<!-- hidden -->", "shown"),
        ("a[^1] footnote", "a[^1] footnote"),
        ("10^6^ of 412<sup>4</sup>, H~2~O", "10^6 of 412[4], H2O"),
        ("It is <del>Ole</del> <ins>Sven</ins>.", "It is Sven."),
        (
            "See [[Page|the page]] and [[Other]] ==now== %%later%%. ^a1",
            "See the page and Other now .",
        ),
        ("![[picture.png]] `[[code]] %%x%%`", "[[code]] %%x%%"),
        ("| not a table", "| not a table"),
    ],
)
def test_markup_is_removed(markup: str, text: str) -> None:
    assert blocks(markup) == [("paragraph", text)]


def test_headings_pictures_notes_and_code() -> None:
    text = (
        "# One #\n\nTwo[^a]\n\n### Three *3*\n\n![A man](a.png)\n\n> [!note]- Kept\n> body\n\n"
        "```\nx = 1\n\n[[y]]\n```\n\n**Who pays?**\n\nPeter Symonds  \n31 May 2007\n\n"
        "[^a]: By hand."
    )
    assert blocks(text) == [
        ("heading", "One"),
        ("paragraph", "Two[1]"),
        ("heading", "Three 3"),
        ("caption", "A man"),
        ("heading", "Kept"),
        ("paragraph", "body"),
        ("verbatim", "x = 1\n[[y]]"),
        ("heading", "Who pays?"),
        ("verbatim", "Peter Symonds\n31 May 2007"),
        ("footnote", "[1] By hand."),
    ]


def test_a_paragraph_above_a_line_of_dashes_is_no_heading() -> None:
    text = "This is a long paragraph that happens to stand above a line of dashes. " * 3
    assert blocks(f"{text}\n---\n") == [("paragraph", text.strip())]
    assert blocks("Short\n---\n") == [("heading", "Short")]


def test_lists_and_tables() -> None:
    text = (
        "- [ ] one\n- two\n  - nested *item*\n\n    more of it\n\nThen:\n\n3. three\n4. four\n\n"
        "Lake\n: deep water\n\n| a | b |\n|---|---|\n| **1** | |\n"
    )
    assert blocks(text) == [
        ("list", "- one\n- two\n  - nested item more of it"),
        ("paragraph", "Then:"),
        ("list", "3. three\n4. four"),
        ("list", "- Lake: deep water"),
        ("table", "a | b\n1 | b: –"),
    ]


FIELDS = {"title": "Talks: a *start*", "author": "Ann Lee, Bob Ray", "date": "2007-05-31"}


@pytest.mark.parametrize(
    "front",
    [
        "---\ntitle: 'Talks: a *start*'\nauthors: [Ann Lee, \"Bob Ray\"]\ndate: 2007-05-31\n"
        "source: no address\n---\n",
        "---\nheadline: >\n  Talks: a\n  *start*\nauthor:\n  - name: Ann Lee\n    email: a@x.y\n"
        "  - Bob Ray\ndate: '2007-05-31'\nempty:\n...\n",
        "---\nTitle: Talks: a *start*\nauthor: Ann Lee, Bob Ray\ndate: 2007-05-31\n---\n",
        "---\na: &a [x]\nb: [*a, *a]\ntitle: 'Talks: a *start*'\nauthor: Ann Lee, Bob Ray\n"
        "date: 2007-05-31\n---\n",
        '+++\ntitle = "Talks: a *start*"\nauthors = ["Ann Lee", "Bob Ray"]\n'
        "date = 2007-05-31\n+++\n",
        '{\n"title": "Talks: a *start*", "author": ["Ann Lee", {"name": "Bob Ray"}],\n'
        '"date": "2007-05-31"\n}\n',
    ],
    ids="yaml nested invalid aliases toml json".split(),
)
def test_front_matter(front: str) -> None:
    document = markdown_document(f"{front}\nText.")
    assert document.metadata == FIELDS
    assert [block.text for block in document.blocks] == ["Text."]


@pytest.mark.parametrize("text", ["---\nA line\n---\nText", '{ "no json\n\nText', "+++\nno\n"])
def test_what_only_looks_like_front_matter_is_text(text: str) -> None:
    document = markdown_document(text)
    assert document.metadata == {}
    assert document.blocks
