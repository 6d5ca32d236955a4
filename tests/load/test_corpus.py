"""Files as programs write them: every word that their reader sees is in the article, in order."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

import docx
import pytest
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import ListFlowable, Paragraph, SimpleDocTemplate, Table

from rag.load import load_file
from rag.text.marks import may_be_quoted
from rag.text.split import passages
from rag.types import Article, Span
from tests.fakes import FakeEmbedder

PROSE = (
    "The harbour board of Oldport decided on Tuesday to rebuild the northern quay after a dispute.",
    "The union leader Mira Stroud said that boats would land their catch in Sarn until then.",
)
LIST = ("a roof for the school in Sarn", "lamps along the canal")
ROWS = (("Port", "2020", "2021"), ("Oldport", "1,240", "1,310"), ("Kall", "88", ""))
SEEN = " ".join(
    (
        *("Quay to be rebuilt", PROSE[0], "What the fund pays for", PROSE[1]),
        *("The fund pays for:", *LIST, *("Port 2020 2021", "Oldport 1,240 1,310", "Kall 88")),
    )
)
"""What a person reads in each of them, line by line."""

HTML = f"""<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">
<title>Quay to be rebuilt</title></head><body><main><article><h1>Quay to be rebuilt</h1><p>{
    PROSE[0]
}</p>
<h2>What the fund pays for</h2><p>{PROSE[1]}</p><p>The fund pays for:</p>
<ul>{"".join(f"<li>{item}</li>" for item in LIST)}</ul>
<table>{
    "".join(
        "<tr>" + "".join(f"<{t}>{c}</{t}>" for c in row) + "</tr>"
        for t, row in zip(("th", "td", "td"), ROWS, strict=True)
    )
}</table>
</article></main></body></html>"""


def word() -> bytes:
    made = docx.Document()
    made.add_heading("Quay to be rebuilt", 1)
    made.add_paragraph(PROSE[0])
    made.add_heading("What the fund pays for", 2)
    made.add_paragraph(PROSE[1])
    made.add_paragraph("The fund pays for:")
    for item in LIST:
        made.add_paragraph(item, style="List Bullet")
    table = made.add_table(rows=3, cols=3)
    for row, cells in zip(table.rows, ROWS, strict=True):
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text
    file = io.BytesIO()
    made.save(file)
    return file.getvalue()


def typeset_pdf() -> bytes:
    styles = getSampleStyleSheet()
    file = io.BytesIO()
    items = [Paragraph(item, styles["BodyText"]) for item in LIST]
    grid = [("GRID", (0, 0), (-1, -1), 1, "black")]
    SimpleDocTemplate(file, pagesize=A4).build(
        [
            Paragraph("Quay to be rebuilt", styles["Heading1"]),
            Paragraph(PROSE[0], styles["BodyText"]),
            Paragraph("What the fund pays for", styles["Heading2"]),
            Paragraph(PROSE[1], styles["BodyText"]),
            Paragraph("The fund pays for:", styles["BodyText"]),
            ListFlowable(items, bulletType="bullet", start="-"),
            Table([list(row) for row in ROWS], style=grid),
        ]
    )
    return file.getvalue()


def book() -> bytes:
    container = '<container><rootfiles><rootfile full-path="b.opf"/></rootfiles></container>'
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf"><metadata/><manifest><item id="a"'
        ' href="a.xhtml" media-type="application/xhtml+xml"/></manifest><spine>'
        '<itemref idref="a"/></spine></package>'
    )
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("META-INF/container.xml", container)
        archive.writestr("b.opf", package)
        archive.writestr("a.xhtml", HTML)
    return file.getvalue()


def mail() -> bytes:
    message = EmailMessage()
    message["From"], message["Subject"] = "Rita Kold <rita@example.org>", "Quay to be rebuilt"
    message.set_content(HTML.replace("<h1>Quay to be rebuilt</h1>", ""), subtype="html")
    return message.as_bytes()


def plain() -> str:
    items = "\n".join(f"- {item}" for item in LIST)
    rows = "\n".join("\t".join(row) for row in ROWS)
    heading = "What the fund pays for"
    return "\n\n".join(
        ("Quay to be rebuilt", PROSE[0], heading, PROSE[1], f"The fund pays for:\n\n{items}", rows)
    )


def markdown() -> str:
    rows = ["| " + " | ".join(row) + " |" for row in ROWS]
    table = "\n".join([rows[0], "|---|---|---|", *rows[1:]])
    items = "\n".join(f"- {item}" for item in LIST)
    return (
        f"# Quay to be rebuilt\n\n{PROSE[0]}\n\n## What the fund pays for\n\n{PROSE[1]}\n\n"
        f"The fund pays for:\n\n{items}\n\n{table}\n"
    )


def table_of_articles() -> str:
    file = io.StringIO()
    title, *rest = plain().split("\n\n")
    csv.writer(file).writerows([("title", "text"), (title, "\n\n".join(rest))])
    return file.getvalue()


def json_lines() -> str:
    title, *rest = plain().split("\n\n")
    return json.dumps({"headline": title, "body": rest}) + "\n"


def check(article: object) -> None:
    assert isinstance(article, Article)
    assert article.title == "Quay to be rebuilt"
    read = article.text.replace("\n", " ").split(" ")
    position = 0
    for expected in SEEN.split():
        assert expected in read[position:], (expected, article.text)
        position = read.index(expected, position) + 1
    assert {*map(letters, read)} <= {"", *map(letters, SEEN.split()), "Rita", "Kold"}, article.text
    (under,) = [p for p in passages(article, FakeEmbedder(), 128) if PROSE[1] in p.text]
    assert under.headings == ("What the fund pays for",)
    for said, is_quoted in ((PROSE[1], True), ("What the fund pays for", False)):
        start = article.text.index(said)
        assert may_be_quoted(article, Span(start, start + len(said))) is is_quoted
    assert "The fund pays for:\n" in article.text  # the lead-in belongs to its items
    assert "Kall | 2020: 88 | 2021: –" in article.text
    assert article.left_out == ()


def letters(word: str) -> str:
    return "".join(filter(str.isalnum, word))


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("a.docx", word),
        ("a.pdf", typeset_pdf),
        ("a.epub", book),
        ("a.eml", mail),
        ("a.html", lambda: HTML),
        ("a.txt", plain),
        ("a.md", markdown),
        ("a.csv", table_of_articles),
        ("a.jsonl", json_lines),
    ],
)
def test_every_word_is_read_in_order(
    name: str, make: Callable[[], bytes | str], tmp_path: Path
) -> None:
    made = make()
    (tmp_path / name).write_bytes(made if isinstance(made, bytes) else made.encode())
    (article,) = load_file(tmp_path / name, tmp_path)
    check(article)
