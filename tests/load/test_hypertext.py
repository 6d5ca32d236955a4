from __future__ import annotations

import pytest

from rag.load.document import Block
from rag.load.hypertext import html_blocks


def test_blocks_in_order_without_markup() -> None:
    html = """
    <html><head><title>Not shown</title><style>p {color: red}</style></head><body>
    <h1>The <em>talks</em></h1>
    <p>They met &amp; talked<br>for <b>four</b>
       hours.</p><div>Nothing <span>more</span><p>was said.</p></div>
    <ul><li>the border<li><p>the prisoners</p></li></ul>
    <table><tr><th>Year</th><th>Oil</th></tr>
      <tr><td>2007</td><td><p>none</p></td></tr></table>
    <script>alert(1)</script><p><img src="a.png" alt="A harbour"/></p>
    """
    assert html_blocks(html) == [
        Block("heading", "The talks"),
        Block("verbatim", "They met & talked\nfor four hours."),
        Block("paragraph", "Nothing more"),
        Block("paragraph", "was said."),
        Block("verbatim", "- the border\n- the prisoners"),
        Block("verbatim", "Year | Oil\n2007 | none"),
        Block("paragraph", "A harbour"),
    ]


def test_preformatted_text_keeps_its_lines() -> None:
    assert html_blocks("<pre>one\ntwo</pre>\n<p>a\nb</p>") == [
        Block("verbatim", "one\ntwo"),
        Block("paragraph", "a b"),
    ]


def test_two_line_breaks_part_paragraphs() -> None:
    assert html_blocks("<p>One,<br>\ntwo.<br> <br/>Three.<br><br><br>Four.<br></p>") == [
        Block("verbatim", "One,\ntwo."),
        Block("paragraph", "Three."),
        Block("paragraph", "Four."),
    ]
    assert html_blocks("<table><tr><td>a<br><br>b</td></tr></table><pre>a<br><br>b</pre>") == [
        Block("verbatim", "a b"),
        Block("verbatim", "a\nb"),
    ]


@pytest.mark.parametrize("html", ["", "<p></p>", "<script>x", "<table><tr><td></td></tr></table>"])
def test_nothing_to_see(html: str) -> None:
    assert html_blocks(html) == []
