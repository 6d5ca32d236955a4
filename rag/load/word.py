"""Reads Word files (docx): paragraphs, headings, lists and tables in the order of the text."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rag.errors import LoadError
from rag.load.archive import Allowance, open_archive
from rag.load.decode import clean
from rag.load.document import Block, Document
from rag.load.properties import with_properties

if TYPE_CHECKING:
    from docx.document import Document as WordDocument
    from docx.table import Table
    from docx.text.paragraph import Paragraph

MOST_EXPANDED_BYTES = 200_000_000
MOST_TEXT_BYTES = 50_000_000
"""Of the markup that holds the text: as a tree it takes many times its size."""

_TEXT_PART = "word/document.xml"
_NO_WORD = "it is no Word file, or a damaged one: save it again as .docx"
_TEMPLATE_CREATED = "2013-12-23"
"""The date that python-docx's empty document bears."""


def read_docx(data: bytes) -> Document:
    """The text of a Word file without its headers, footers, notes and comments.

    Raises LoadError for a file that is damaged, locked or too large.
    """
    _check(data)
    import docx

    try:
        word = docx.Document(io.BytesIO(data))
        blocks = list(_blocks(word))
        properties = word.core_properties
        created = properties.created.date().isoformat() if properties.created else ""
        title, author = clean(properties.title), clean(properties.author)
    except Exception as error:  # python-docx lets through whatever its parts stumble on
        raise LoadError("it is a damaged Word file: save it again as .docx") from error
    return with_properties(blocks, title, author, "" if created == _TEMPLATE_CREATED else created)


def _check(data: bytes) -> None:
    """That ``data`` is a Word file which can be opened in bounded time and memory."""
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise LoadError("it is locked with a password, or a .doc: save it as .docx without one")
    with open_archive(data, Allowance(most_bytes=MOST_EXPANDED_BYTES), _NO_WORD) as archive:
        sizes = {info.filename: info.file_size for info in archive.infolist()}
    if _TEXT_PART not in sizes:
        raise LoadError(_NO_WORD)
    if sizes[_TEXT_PART] > MOST_TEXT_BYTES:
        raise LoadError(f"its text has more than {MOST_TEXT_BYTES // 10**6} MB: split it")


def _blocks(word: WordDocument) -> Iterator[Block]:
    from docx.table import Table

    # Asking each paragraph for its style would take python-docx milliseconds.
    style_names = {style.style_id: style.name or "" for style in word.styles}
    items: list[str] = []
    for part in word.iter_inner_content():
        style = "" if isinstance(part, Table) else style_names.get(part._p.style or "", "")
        is_item = not isinstance(part, Table) and _is_list_item(part, style)
        if items and not is_item:
            yield Block("verbatim", "\n".join(items))
            items = []
        if isinstance(part, Table):
            yield from _table(part)
        elif is_item:
            items += [f"- {line}" for line in _lines(part)]
        else:
            yield from _paragraph(part, style)
    if items:
        yield Block("verbatim", "\n".join(items))


def _paragraph(paragraph: Paragraph, style: str) -> Iterator[Block]:
    lines = _lines(paragraph)
    if not lines:
        return
    if style == "Title" or style.startswith("Heading"):
        yield Block("heading", " ".join(lines))
    else:
        yield Block("paragraph" if len(lines) == 1 else "verbatim", "\n".join(lines))


def _is_list_item(paragraph: Paragraph, style: str) -> bool:
    properties = paragraph._p.pPr
    is_numbered = properties is not None and properties.numPr is not None
    return style.startswith("List") or is_numbered


def _table(table: Table) -> Iterator[Block]:
    rows: list[str] = []
    for row in table.rows:
        # A merged cell comes once for each place that it takes up.
        cells = {cell._tc: clean(cell.text) for cell in row.cells}
        rows.append(" | ".join(" ".join(text.split()) for text in cells.values()))
    text = "\n".join(row for row in rows if row.strip(" |"))
    if text:
        yield Block("verbatim", text)


def _lines(paragraph: Paragraph) -> list[str]:
    """The lines of a paragraph that its author broke, without empty ones."""
    lines = clean(paragraph.text).replace("\u00ad", "").split("\n")
    return [" ".join(line.split()) for line in lines if line.strip()]
