"""HTML to blocks: what its reader sees, without the markup.

Web pages, e-books, messages and Markdown (rendered) all pass through here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from rag.errors import LoadError
from rag.load.decode import clean
from rag.load.document import Block, raised, table_block

if TYPE_CHECKING:
    from lxml.html import HtmlElement

DEEPEST_TAGS = 250
"""Tags within tags."""

_UNSEEN = frozenset(
    "script style head template noscript iframe object svg audio video map button select textarea"
    " input datalist del s strike".split()
)
"""Tags of what nobody reads, and of what was struck."""
_INLINE = frozenset(
    "a abbr acronym b bdi bdo big cite code data dfn em font i img ins kbd label mark math meter"
    " output picture q rp rt ruby samp small span strong sub sup time tt u var wbr".split()
)
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_LISTS = ("ul", "ol", "dl", "menu")
_SECTIONS = (*_HEADINGS, *"pre article section figure blockquote".split())
_HIDING = re.compile(r"display:none|visibility:hidden|text-decoration[a-z-]*:[^;]*line-through")
_STRUCK = re.compile(r"(?:^|\s)(?:strike(?:-?through)?|line-through|struck|deleted)(?:\s|$)")
_RAISED = re.compile(r"vertical-align:super")
_RULE = re.compile(
    r"(?:^|[};,\s])(?:span|p)?\.([\w-]+)\s*\{[^{}]{0,300}?"
    r"(text-decoration[a-z-]*:\s*line-through|vertical-align:\s*super)"
)
"""Of a style sheet that a word processor wrote."""
_CAPTION = re.compile(r"(?:^|[\s_-])caption(?:$|[\s_-])|^(?:photo|image)-?credit", re.IGNORECASE)
_NOTES = re.compile(r"(?:^|[\s_-])(?:foot|end)-?notes?(?:$|[\s_-])", re.IGNORECASE)
_SPEAKERS = ("footer", "cite", "figcaption")
"""Of what may name whom a quotation is from, at its end."""
_SIGNED = re.compile(r"[—–-]\s?\w.{1,80}$")
_BACK = re.compile(r"\s*[↩↑⇑^]\ufe0e?\s*")
"""Of a link from a note to its place."""
_DECLARATION = re.compile(r"\A\s*<\?xml[^>]*>|\0")
_LONGEST_HEADING_CHARS = 150
_LONGEST_CELL_CHARS = 400
"""In a longer cell stands the page's text: the table only arranges it."""
_LONGEST_CAPTION_CHARS = 600
_MANY_BREAKS = 4
_MOST_MERGED_CELLS = 50
_FEWEST_CUT_LINES = 3
_BOLD = ("b", "strong")
_BOLD_LEVEL = 6
"""Of a paragraph that is bold as a whole: a heading below those that are marked as one."""


class Piece(NamedTuple):
    """A block, and the element that holds it."""

    block: Block
    element: HtmlElement
    linked_chars: int = 0
    """How much of it is links."""


def html_blocks(html: str) -> list[Block]:
    """The blocks of a page or a piece of one; a list or a table is one block.

    Raises LoadError where tags lie more than ``DEEPEST_TAGS`` deep.
    """
    page = parsed(html)
    if page is None:
        return []
    tidy(page)
    return [piece.block for piece in pieces(page)]


def parsed(html: str) -> HtmlElement | None:
    """A page or a piece of one as a tree; None where nothing is in it."""
    from lxml.etree import ParserError, iterwalk
    from lxml.html import HTMLParser, document_fromstring

    parser = HTMLParser(huge_tree=True, remove_comments=True, remove_pis=True)
    try:
        page = document_fromstring(_DECLARATION.sub("", html), parser=parser)
    except ParserError:  # nothing but comments
        return None
    depth = 0
    for event, _ in iterwalk(page, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > DEEPEST_TAGS:
            raise LoadError(f"its tags lie more than {DEEPEST_TAGS} deep: save it as PDF or text")
    return page


def tidy(page: HtmlElement) -> None:
    """Takes out of a tree what nobody sees and what was struck; turns superscripts into text."""
    rules = " ".join(sheet.text or "" for sheet in page.iter("style"))
    styles = dict(_RULE.findall(rules))
    for element in list(page.iter()):
        names = element.get("class", "")
        style = ";".join((element.get("style", ""), *(styles.get(n, "") for n in names.split())))
        style = style.lower().replace(" ", "")
        is_hidden = "hidden" in element.attrib or bool(style and _HIDING.search(style))
        roles = f"{element.get('role', '')} {element.get('epub:type', '')}"
        is_note = element.tag == "a" and "noteref" in roles and element.find(".//sup") is None
        if (
            element.tag in _UNSEEN
            or (is_hidden and element.tag not in ("html", "body", "main", "article"))
            or (element.tag == "a" and _BACK.fullmatch(element.text_content()))
            or _STRUCK.search(names)
            or "pagebreak" in roles
        ):
            replace(element, "")
        elif element.tag == "sup" or is_note or (style and _RAISED.search(style)):
            is_link = is_note or element.find(".//a") is not None or element.getparent().tag == "a"
            mark = " ".join("".join(element.itertext()).split())
            if re.match(r"\s*[/⁄]", element.tail or ""):
                replace(element, f" {mark}")  # the upper part of a fraction
            else:
                replace(element, raised(_text_before(element), mark, is_link))


def replace(element: HtmlElement, text: str) -> None:
    """Puts ``text`` in the place of an element; its tail stays."""
    if element.getparent() is not None:
        element.tail = text + (element.tail or "")
        element.drop_tree()


def _text_before(element: HtmlElement) -> str:
    """The last words before an element, in its line."""
    before = element.getprevious()
    if before is not None:
        return (before.tail or "".join(before.itertext()))[-12:]
    parent = element.getparent()
    if parent is None or parent.text or parent.tag not in _INLINE:
        return "" if parent is None else (parent.text or "")[-12:]
    return _text_before(parent)


def pieces(element: HtmlElement) -> list[Piece]:
    """The blocks below an element, in the order of reading."""
    writer = _Writer()
    writer.write(element)
    writer.flush(element)
    return writer.pieces


def line_of(element: HtmlElement) -> str:
    """The words of an element on one line."""
    writer = _Writer()
    writer.write_within(element)
    writer.flush(element)
    return " ".join(" ".join(piece.block.text for piece in writer.pieces).split())


class _Writer:
    """Collects blocks from the elements that are written, one after the other."""

    def __init__(self) -> None:
        self.pieces: list[Piece] = []
        self._words: list[str] = []
        self._chars = self._linked = self._bold = self._captioned = 0
        """Characters of the block, and of its links, its bold words and its captions."""

    def write(self, element: HtmlElement) -> None:
        """An element's text with all within it, without its tail."""
        tag = element.tag
        if tag == "br":
            if "".join(self._words[-2:]).rstrip(" ").endswith("\n"):
                self.flush(element.getparent())  # two in a row part paragraphs
            self._words.append("\n")
        elif tag == "img":
            alt = element.get("alt", "")
            self._words.append(alt if len(alt) <= 2 else "")  # a letter or an emoji
        elif tag in _INLINE:
            self._words.append(" " if self._is_glued(element) else "")
            before = self._chars
            self.write_within(element)
            chars = self._chars - before
            self._linked += chars * (tag == "a")
            self._bold += chars * (tag in _BOLD and element.getparent().tag not in _BOLD)
            self._captioned += chars * bool(_CAPTION.search(element.get("class", "")))
        else:
            self.flush(element.getparent())
            self._write_block(element)

    def write_within(self, element: HtmlElement) -> None:
        """As ``write``, for the contents of an element, whatever it is."""
        self._say(element.text)
        for child in element:
            self.write(child)
            self._say(child.tail)

    def _write_block(self, element: HtmlElement) -> None:
        if element.tag == "table" and not _is_layout(element):
            self._add(_table(element), element)
        elif element.tag in _LISTS and not _is_of_sections(element):
            self._add(_list(element), element)
        elif element.tag == "pre":
            self._add(_preformatted(element), element)
        elif element.tag == "blockquote" or (
            element.tag == "figure" and element.find("blockquote") is not None
        ):
            self._write_quotation(element)
        else:
            self.write_within(element)
            self.flush(element)

    def _write_quotation(self, element: HtmlElement) -> None:
        """Who said it stands in one block with the last words of it."""
        named = [e for e in element.iter(*_SPEAKERS) if not (e.tail or "").strip()][-1:]
        speaker = line_of(named[0]) if named else ""
        if named:
            replace(named[0], "")
        first = len(self.pieces)
        self.write_within(element)
        self.flush(element)
        if len(self.pieces) - first > 1 and _SIGNED.match(self.pieces[-1].block.text):
            speaker = self.pieces.pop().block.text
        speaker = speaker.lstrip("—–- ")
        for index in range(first, len(self.pieces) if speaker else 0):
            block = self.pieces[index].block
            is_last = index == len(self.pieces) - 1
            text = f"{block.text} — {speaker}" if is_last else block.text
            block = Block(block.kind, text, speaker=speaker)
            self.pieces[index] = self.pieces[index]._replace(block=block)

    def _say(self, text: str | None) -> None:
        if text:
            self._words.append(re.sub(r"\s+", " ", text))
            self._chars += len("".join(text.split()))

    def _is_glued(self, element: HtmlElement) -> bool:
        """Whether styles alone part an inline element from the one before it."""
        before = element.getprevious()
        if before is None or before.tail or before.tag not in _INLINE:
            return False
        left, right = "".join(before.itertext()), "".join(element.itertext())
        return (
            len(left) > 1
            and left[-1].isalnum()
            and right[:1].isalnum()
            and (right[0].isupper() or right[0].isdigit() != left[-1].isdigit())
        )

    def flush(self, element: HtmlElement) -> None:
        """Ends the block that is being read, which ``element`` holds."""
        text = clean("".join(self._words)).replace("\u00ad", "")
        self._words.clear()
        lines = [" ".join(line.split()) for line in text.split("\n")]
        lines = [line for line in lines if line]
        if lines:
            block = self._block(lines, element)
            self.pieces.append(Piece(block, element, self._linked))
        self._chars = self._linked = self._bold = self._captioned = 0

    def _block(self, lines: list[str], element: HtmlElement) -> Block:
        words = " ".join(lines)
        for each in (element, *element.iterancestors()):
            if each.tag in _HEADINGS:
                return Block("heading", words, level=int(each.tag[1]))
            if each.tag in ("figcaption", "caption"):
                return Block("caption", words)
        is_caption = _CAPTION.search(element.get("class", "")) or self._captioned >= self._chars > 0
        if is_caption and len(words) <= _LONGEST_CAPTION_CHARS:
            return Block("caption", words)
        if _is_of_notes(element):
            return Block("footnote", words)
        is_short = len(words) <= _LONGEST_HEADING_CHARS and words[-1] not in ".:;,"
        if is_short and self._bold >= self._chars > 0:
            return Block("heading", words, level=_BOLD_LEVEL)
        return Block("paragraph" if len(lines) == 1 else "verbatim", "\n".join(lines))

    def _add(self, blocks: list[Block], element: HtmlElement) -> None:
        linked_chars = sum(len(link.text_content()) for link in element.iter("a"))
        self.pieces += (Piece(block, element, linked_chars) for block in blocks)


def _preformatted(element: HtmlElement) -> list[Block]:
    from rag.load.text import blocks_of_lines

    for br in element.iter("br"):
        br.tail = "\n" + (br.tail or "")
    text = clean("".join(element.itertext())).strip("\n")
    groups = [group.split("\n") for group in re.split(r"\n\s*\n", text)]
    if element.find(".//code") is not None:
        return [Block("verbatim", re.sub(r"\s*\n(?:\s*\n)*", "\n", text.rstrip()))] if text else []
    widths = [len(line) for group in groups for line in group[:-1]]
    if len(widths) >= _FEWEST_CUT_LINES and len(set(widths)) == 1:
        groups = [["".join(group)] for group in groups]  # cut at a column, within words
    return [block for group in groups for block in blocks_of_lines(group)]


def _is_of_sections(element: HtmlElement) -> bool:
    """Whether a list's items are articles of their own, as in a live blog."""
    return any(True for _ in element.iter("table", *_SECTIONS)) or any(
        len(item.findall("p")) > 1 and len(item.text_content()) > _LONGEST_CELL_CHARS
        for item in element
    )


def _is_layout(table: HtmlElement) -> bool:
    """Whether a table arranges the page, and holds no rows of facts."""
    cells = list(table.iter("td"))
    return (
        table.get("role") == "presentation"
        or max(map(len, _rows(table)), default=0) < 2
        or any(len(cell.text_content()) > _LONGEST_CELL_CHARS for cell in cells)
        or any(True for cell in cells for _ in cell.iter(*_SECTIONS))
        or any(len(list(cell.iter("br", "p"))) >= _MANY_BREAKS for cell in cells)
    )


def _table(table: HtmlElement) -> list[Block]:
    """The block of a table, with its header where the page marks one, below its title."""
    titles = [line_of(title) for title in table.iterchildren("caption")]
    header_rows = None
    if table.find(".//th") is not None or table.find(".//thead") is not None:
        is_header = [
            row.getparent().tag == "thead"
            or (row.find("th") is not None and not any(map(line_of, row.iter("td"))))
            for row in _rows(table)
        ]
        header_rows = [*is_header, False].index(False)
    captions = [Block("caption", title) for title in titles if title]
    return [*captions, *table_block(_cells(_rows(table)), header_rows)]


def _rows(table: HtmlElement) -> list[HtmlElement]:
    return [row for row in table.iter("tr") if next(row.iterancestors("table")) is table]


def _cells(rows: list[HtmlElement]) -> list[list[str]]:
    """The texts of a table's cells, of a merged one at each place that it takes up."""
    held: dict[tuple[int, int], str] = {}
    widths = [0] * len(rows)
    for y, row in enumerate(rows):
        x = 0
        for cell in row.iterchildren("td", "th"):
            while (y, x) in held:
                x += 1
            text = line_of(cell)
            for below in range(y, min(y + _number(cell.get("rowspan")), len(rows))):
                for right in range(x, x + _number(cell.get("colspan"))):
                    held[below, right] = text
                    widths[below] = max(widths[below], right + 1)
    return [[held.get((y, x), "") for x in range(width)] for y, width in enumerate(widths)]


def _number(attribute: str | None) -> int:
    is_number = attribute and attribute.isdecimal()
    return max(1, min(int(attribute or 1), _MOST_MERGED_CELLS)) if is_number else 1


def _list(element: HtmlElement) -> list[Block]:
    lines = list(_items(element))
    if _is_of_notes(element):
        return [Block("footnote", re.sub(r"^(\d+)\.", r"[\1]", line)) for line in lines]
    return [Block("list", "\n".join(lines))] if lines else []


def _is_of_notes(element: HtmlElement) -> bool:
    return any(
        _NOTES.search(each.get(name, ""))
        for each in (element, element.getparent())
        if each is not None
        for name in ("class", "role", "epub:type")
    )


def _items(element: HtmlElement, depth: int = 0) -> Iterator[str]:
    """A line for each item of a list: indented by its depth, with its bullet or number."""
    start = element.get("start", "")
    number = int(start) if start.isdecimal() else 1
    term = ""
    for item in element:
        inner = [each for each in item.iterdescendants(*_LISTS) if _list_above(each) is element]
        for each in inner:
            each.drop_tree()
        words = "" if item.tag in _LISTS else line_of(item)
        if item.tag == "dt":
            words = words.rstrip(":： ")
            term = f"{term}, {words}" if term else words
        elif item.tag == "dd":
            yield f"- {term}: {words}" if term else f"  {words}"
            term = ""
        elif words:
            yield "  " * depth + (f"{number}. " if element.tag == "ol" else "- ") + words
            number += 1
        for each in (item, *inner) if item.tag in _LISTS else inner:
            yield from _items(each, depth + 1)


def _list_above(element: HtmlElement) -> HtmlElement | None:
    return next(element.iterancestors(*_LISTS), None)
