"""Reads Word files (docx) by office-oxide: what a reader of the document sees, in its order."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from html import escape, unescape
from typing import Any

from rag.errors import LoadError
from rag.load.archive import Allowance, open_archive, survived, unpacked
from rag.load.decode import clean
from rag.load.document import Document
from rag.load.hypertext import html_blocks
from rag.load.masthead import with_properties

MOST_EXPANDED_BYTES = 200_000_000
MOST_TEXT_BYTES = 50_000_000
"""Of the markup that holds the text: as a tree it takes many times its size."""

_TEXT_PART = "word/document.xml"
_PROPERTIES_PART = "docProps/core.xml"
_PROPERTY = re.compile(r"<dc:(title|creator)>([^<]*)</dc:")
_NO_WORD = "it is no Word file, or a damaged one: save it again as .docx"
_DAMAGED = "it is a damaged Word file: save it again as .docx"
_TITLE_HALF_POINTS = 32
"""A first line in letters of this size is the title, whatever its style is called."""


def read_docx(data: bytes) -> Document:
    """The text of a Word file with its notes and boxes, without headers, footers and comments.

    Of tracked changes the final text is read. Raises LoadError for a file that is damaged, locked
    or too large.
    """
    title, author = _properties(data)
    from office_oxide import Document as WordDocument

    with survived(_DAMAGED):
        word = json.loads(WordDocument.from_bytes(data, "docx").to_ir_json())
        page = _Page()
        html = "".join(page.html(part["elements"]) for part in word["sections"])
    return with_properties(Document(tuple(html_blocks(html + page.notes))), title, author)


def _properties(data: bytes) -> tuple[str, str]:
    """Title and author of a Word file that can be opened in bounded time and memory."""
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise LoadError("it is locked with a password, or a .doc: save it as .docx without one")
    with open_archive(data, Allowance(most_bytes=MOST_EXPANDED_BYTES), _NO_WORD) as archive:
        parts = {info.filename: info for info in archive.infolist()}
        markup = {name: info for name, info in parts.items() if name.endswith(".xml")}
        if sum(info.file_size for info in markup.values()) > MOST_TEXT_BYTES:
            raise LoadError(f"its text has more than {MOST_TEXT_BYTES // 10**6} MB: split it")
        if _TEXT_PART not in parts:
            raise LoadError(_NO_WORD)
        for name, info in markup.items():
            if name.startswith("word/"):
                _check_depth(unpacked(archive, info))
        core = markup.get(_PROPERTIES_PART)
        said = unpacked(archive, core).decode("utf-8", "replace") if core else ""
    found = {name: clean(unescape(value)) for name, value in _PROPERTY.findall(said)}
    return found.get("title", ""), found.get("creator", "")


def _check_depth(xml: bytes) -> None:
    """Raises LoadError where tags lie so deep that office-oxide would end with all of Python."""
    from lxml.etree import XMLParser, fromstring

    class NoTree:
        def close(self) -> None:
            """Nothing is kept: lxml itself refuses what is deeper than 256 tags."""

    with survived(_DAMAGED):
        fromstring(xml, XMLParser(target=NoTree(), resolve_entities=False))


_Element = Mapping[str, Any]


class _Page:
    """Writes what office-oxide finds as HTML, so that one reader knows lists and tables."""

    def __init__(self) -> None:
        self.notes = ""
        """The paragraphs of foot- and endnotes."""
        self._numbers: dict[tuple[str, int], int] = {}
        """Of the notes, as they are counted on the page."""

    def html(self, elements: Sequence[_Element]) -> str:
        return "".join(self._element(element, not n) for n, element in enumerate(elements))

    def _element(self, element: _Element, is_first: bool) -> str:
        content = element.get("content") or []
        match element["type"]:
            case "list":
                tag = "ol" if element.get("ordered") else "ul"
                items = "".join(map(self._item, element["items"]))
                return f"<{tag} start={element.get('start') or 1}>{items}</{tag}>"
            case "table":
                return f"<table>{''.join(map(self._row, element['rows']))}</table>"
            case "footnote" | "endnote" as kind:
                number = self._number(kind, element["id"])
                lines = re.sub("</?p>", " ", self.html(content))
                self.notes += f"<p class=footnote>[{number}] {lines}</p>" if lines.strip() else ""
                return ""
            case "heading" | "paragraph" as kind:
                size = max((run.get("font_size_half_pt") or 0 for run in content), default=0)
                is_title = kind == "heading" or (is_first and size >= _TITLE_HALF_POINTS)
                tag = f"h{min(element.get('level') or 1, 6)}" if is_title else "p"
                return f"<{tag}>{''.join(map(self._run, content))}</{tag}>"
        return self.html(content) if isinstance(content, list) else ""

    def _item(self, item: _Element) -> str:
        nested = [item["nested"]] if item.get("nested") else []
        return f"<li>{self.html([*(item.get('content') or []), *nested])}</li>"

    def _row(self, row: _Element) -> str:
        tag = "th" if row.get("is_header") else "td"
        return "<tr>{}</tr>".format(
            "".join(
                f"<{tag} colspan={cell.get('col_span') or 1} rowspan={cell.get('row_span') or 1}>"
                f"{self.html(cell.get('content') or [])}</{tag}>"
                for cell in row.get("cells") or []
            )
        )

    def _run(self, run: _Element) -> str:
        kind = run["type"]
        if kind == "line_break":
            return "<br>"
        if kind.endswith("note_ref"):
            return f"[{self._number(kind.removesuffix('_ref'), run['note_id'])}]"
        text = "" if run.get("strikethrough") else escape(run.get("text") or "")
        return f"<sup>{text}</sup>" if run.get("vertical_align") == "superscript" else text

    def _number(self, kind: str, note: int) -> int:
        return self._numbers.setdefault((kind, note), len(self._numbers) + 1)
