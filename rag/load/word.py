"""Reads Word files (docx) by office-oxide: what a reader of the document sees, in its order."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import unescape
from typing import Any

from rag.errors import LoadError
from rag.load.archive import Allowance, open_archive, survived, unpacked
from rag.load.decode import clean
from rag.load.document import Block, Document, grid, is_layout, raised, table_block
from rag.load.properties import with_properties

MOST_EXPANDED_BYTES = 200_000_000
MOST_TEXT_BYTES = 50_000_000
"""Of the markup that holds the text: as a tree it takes many times its size."""

_TEXT_PART = "word/document.xml"
_PROPERTIES_PART = "docProps/core.xml"
_PROPERTY = re.compile(r"<dc:(title|creator)>([^<]*)</dc:")
_NO_WORD = "it is no Word file, or a damaged one: save it again as .docx"
_TITLE_HALF_POINTS = 32
"""A first line in letters of this size is the title, whatever its style is called."""


def read_docx(data: bytes) -> Document:
    """The text of a Word file with its notes and boxes, without headers, footers and comments.

    Of tracked changes the final text is read. Raises LoadError for a file that is damaged, locked
    or too large.
    """
    title, author = _properties(data)
    from office_oxide import Document as WordDocument

    with survived("it is a damaged Word file: save it again as .docx"):
        word = json.loads(WordDocument.from_bytes(data, "docx").to_ir_json())
        reader = _Reader()
        blocks = [block for part in word["sections"] for block in reader.blocks(part["elements"])]
    return with_properties([*blocks, *reader.notes], title, author)


def _properties(data: bytes) -> tuple[str, str]:
    """Title and author of a Word file that can be opened in bounded time and memory."""
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise LoadError("it is locked with a password, or a .doc: save it as .docx without one")
    with open_archive(data, Allowance(most_bytes=MOST_EXPANDED_BYTES), _NO_WORD) as archive:
        sizes = {info.filename: info.file_size for info in archive.infolist()}
        most = {name: size for name, size in sizes.items() if name.endswith(".xml")}
        if sum(most.values()) > MOST_TEXT_BYTES:
            raise LoadError(f"its text has more than {MOST_TEXT_BYTES // 10**6} MB: split it")
        for name in most:
            if name.startswith("word/"):
                _check_depth(unpacked(archive, archive.getinfo(name)))
        core = (
            unpacked(archive, archive.getinfo(_PROPERTIES_PART))
            if _PROPERTIES_PART in most
            else b""
        )
    if _TEXT_PART not in sizes:
        raise LoadError(_NO_WORD)
    found = dict(_PROPERTY.findall(core.decode("utf-8", "replace")))
    return clean(unescape(found.get("title", ""))), clean(unescape(found.get("creator", "")))


def _check_depth(xml: bytes) -> None:
    """Raises LoadError where tags lie so deep that office-oxide would end with all of Python."""
    from lxml.etree import LxmlError, XMLParser, fromstring

    class NoTree:
        def close(self) -> None:
            """Nothing is kept: lxml itself refuses what is deeper than 256 tags."""

    try:
        fromstring(xml, XMLParser(target=NoTree(), resolve_entities=False))
    except LxmlError as error:
        raise LoadError("it is a damaged Word file: save it again as .docx") from error


_Element = Mapping[str, Any]


@dataclass(slots=True)
class _Reader:
    numbers: dict[tuple[str, int], int] = field(default_factory=dict)
    """Of the notes, as they are counted on the page."""
    notes: list[Block] = field(default_factory=list)

    def blocks(self, elements: Sequence[_Element]) -> Iterator[Block]:
        items: list[str] = []
        for position, element in enumerate(elements):
            kind = element["type"]
            if kind == "list":
                items += self._items(element, 0)
                continue
            if items:
                yield Block("list", "\n".join(items))
                items = []
            content = element.get("content") or []
            if kind == "table":
                yield from self._table(element)
            elif kind in ("footnote", "endnote"):
                text = " ".join(self._lines(content)).strip()
                number = self.numbers.setdefault((kind, element["id"]), len(self.numbers) + 1)
                self.notes += [Block("footnote", f"[{number}] {text}")] if text else []
            elif kind in ("heading", "paragraph"):
                yield from self._paragraph(element, content, is_first=position == 0)
            elif isinstance(content, list):
                yield from self.blocks(content)
        if items:
            yield Block("list", "\n".join(items))

    def _paragraph(
        self, element: _Element, content: Sequence[_Element], is_first: bool
    ) -> Iterator[Block]:
        text = self._text(content)
        size = max((run.get("font_size_half_pt") or 0 for run in content), default=0)
        if not text:
            return
        if element["type"] == "heading" or (is_first and size >= _TITLE_HALF_POINTS):
            yield Block("heading", " ".join(text.split()), element.get("level") or 1)
        else:
            yield Block("verbatim" if "\n" in text else "paragraph", text)

    def _items(self, element: _Element, depth: int) -> Iterator[str]:
        number = element.get("start") or 1
        for item in element["items"]:
            parts = item.get("content") or []
            words = " ".join(self._lines([p for p in parts if p["type"] != "list"]))
            if words:
                bullet = f"{number}." if element.get("ordered") else "-"
                yield f"{'  ' * depth}{bullet} {words}"
                number += 1
            nested = item.get("nested")
            for part in [*parts, *([nested] if nested else [])]:
                if part.get("type", "list") == "list":
                    yield from self._items(part, depth + 1)

    def _table(self, element: _Element) -> Iterator[Block]:
        rows = [
            [
                (cell, list(self.blocks(cell.get("content") or [])))
                for cell in row.get("cells") or []
            ]
            for row in element["rows"]
        ]
        if is_layout([[block.text for block in held] for row in rows for _, held in row]):
            yield from (block for row in rows for _, held in row for block in held)
            return
        headers = sum(bool(row.get("is_header")) for row in element["rows"])
        cells = (
            [
                (
                    "; ".join(" ".join(block.text.split()) for block in held),
                    cell.get("col_span") or 1,
                    cell.get("row_span") or 1,
                )
                for cell, held in row
            ]
            for row in rows
        )
        yield from table_block(grid(cells), headers or None)

    def _lines(self, elements: Sequence[_Element]) -> list[str]:
        """What elements hold, a line for each block."""
        return [" ".join(block.text.split()) for block in self.blocks(elements)]

    def _text(self, runs: Sequence[_Element]) -> str:
        text = ""
        for run in runs:
            if run["type"] == "line_break":
                text += "\n"
            elif run["type"].endswith("note_ref"):
                kind = run["type"].removesuffix("_ref")
                number = self.numbers.setdefault((kind, run["note_id"]), len(self.numbers) + 1)
                text += f"[{number}]"
            elif not run.get("strikethrough"):
                words = run.get("text") or ""
                is_raised = run.get("vertical_align") == "superscript"
                text += raised(text, words) if is_raised else words
        lines = clean(text).replace("\u00ad", "").split("\n")
        return "\n".join(" ".join(line.split()) for line in lines if line.strip())
