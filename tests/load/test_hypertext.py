from __future__ import annotations

import pytest

from rag.errors import LoadError
from rag.load.document import Block
from rag.load.hypertext import html_blocks


def texts(html: str) -> list[tuple[str, str]]:
    return [(block.kind, block.text) for block in html_blocks(html)]


def test_blocks_in_order_without_markup() -> None:
    html = """
    <html><head><title>Not shown</title><style>p {color: red}</style></head><body>
    <h1>The <em>talks</em></h1>
    <p>They met &amp; talked<br>for <b>four</b>
       hours.</p><div>Nothing <span>more</span><p>was said.</p></div>
    <ul><li>the border<li><p>the prisoners</p><ol start=3><li>one<li>two</ol></ul>
    <script>alert(1)</script><p><b>Who pays?</b></p><p hidden>x</p>
    <dl><dt>Lake</dt><dd>deep water</dd></dl></body></html>
    """
    assert html_blocks(html) == [
        Block("heading", "The talks", level=1),
        Block("verbatim", "They met & talked\nfor four hours."),
        Block("paragraph", "Nothing more"),
        Block("paragraph", "was said."),
        Block("list", "- the border\n- the prisoners\n  3. one\n  4. two"),
        Block("heading", "Who pays?", level=6),
        Block("list", "- Lake: deep water"),
    ]


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("found 412<sup>4</sup> of them", "found 412[4] of them"),
        ("in 2019<sup><a href='#n'>3</a></sup>.", "in 2019[3]."),
        ("10<sup>6</sup> litres, 25 m<sup>2</sup>", "10^6 litres, 25 m²"),
        ("CO<sub>2</sub> on the 1<sup>st</sup>", "CO2 on the 1st"),
        ("<sup>3</sup>/<sub>4</sub> cup", "3/4 cup"),
        ("412<span style='vertical-align: super'>4</span>", "412[4]"),
        ("owes <del>two</del><ins>three</ins>", "owes three"),
        ("owes <span style='text-decoration: line-through'>two</span> three", "owes three"),
        ("<style>.c5{color:red;text-decoration:line-through}</style>a<i class=c5>b</i>c", "ac"),
        ("<span class=d>3 May</span><span>Dockers stop</span>", "3 May Dockers stop"),
        ("<span>T</span>he <b>un</b><i>sure</i>", "The unsure"),
    ],
)
def test_raised_struck_and_adjacent_words(html: str, text: str) -> None:
    assert texts(f"<p>{html}</p>") == [("paragraph", text)]


def test_captions_notes_and_quotations() -> None:
    html = (
        "<figure><img alt='Gate' src=a><figcaption>The gate.</figcaption></figure>"
        "<div><img src=b><span class='image-caption'>The quay.</span></div>"
        "<blockquote><p>We were promised it.</p><footer>— Nora Veil</footer></blockquote>"
        "<ol class=footnotes><li>By hand. <a href='#r'>↩</a></li></ol>"
    )
    assert html_blocks(html) == [
        Block("caption", "The gate."),
        Block("caption", "The quay."),
        Block("paragraph", "We were promised it. — Nora Veil", speaker="Nora Veil"),
        Block("footnote", "[1] By hand."),
    ]


def test_every_cell_keeps_its_place_and_its_header() -> None:
    html = (
        "<table><caption>Catch</caption><tr><th rowspan=2>Port<th colspan=2>Tonnes</tr>"
        "<tr><th>2020<th>2021</tr><tr><td>Sarn<td><td>655</tr></table>"
    )
    assert texts(html) == [
        ("caption", "Catch"),
        ("table", "Port | Tonnes 2020 | Tonnes 2021\nSarn | Tonnes 2020: – | Tonnes 2021: 655"),
    ]


def test_a_table_that_arranges_the_page_is_none() -> None:
    inner = "<table><tr><th>Town<th>Nurses</tr><tr><td>Sarn<td>6</tr></table>"
    html = f"<table><tr><td>Home</td><td><h2>A</h2>One.<br><br>Two.{inner}</td></tr></table>"
    assert [text for _, text in texts(html)] == [
        *("Home", "A", "One.", "Two.", "Town | Nurses\nSarn | Nurses: 6"),
    ]


def test_items_that_are_sections_are_no_list() -> None:
    html = "<ul><li><h3>One</h3><p>Text.</p></li><li><h3>Two</h3><p>More.</p></li></ul>"
    assert [kind for kind, _ in texts(html)] == ["heading", "paragraph"] * 2


def test_preformatted_text() -> None:
    prose = "\n".join(["The miners of Longhall stopped work on Sunday night and put", "up tents."])
    assert texts(f"<pre>Title\n\n{prose}</pre>") == [
        ("paragraph", "Title"),
        ("paragraph", prose.replace("\n", " ")),
    ]
    even = (
        "The miners of Longhall sto\npped work.\n\nThey put up tents before t\nhe gates.\n\n"
        "Their speaker was asked wh\ny."
    )
    assert [text for _, text in texts(f"<pre>{even}</pre>")] == [
        "The miners of Longhall stopped work.",
        "They put up tents before the gates.",
        "Their speaker was asked why.",
    ]
    assert texts("<pre><code>x = 1\n\n  y = 2</code></pre>") == [("verbatim", "x = 1\n  y = 2")]


def test_how_deep_tags_may_lie() -> None:
    assert texts("<div>" * 240 + "deep" + "</div>" * 240) == [("paragraph", "deep")]
    with pytest.raises(LoadError, match="its tags lie more than 250 deep"):
        html_blocks("<div>" * 40_000 + "deep")
