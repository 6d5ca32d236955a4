"""Reads PDF: lines become paragraphs and headings; running heads and page numbers are left out."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

from rag.errors import LoadError
from rag.load.decode import clean
from rag.load.document import Block, Document
from rag.load.pages import PAGE_NUMBER, mend_hyphens
from rag.load.properties import with_properties
from rag.load.text import LIST_ITEM, SENTENCE_END, blocks_of_lines

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument, PdfTextPage

MOST_PAGES = 2_000
MOST_CHARS = 5_000_000
"""Of all pages together."""

_LIGATURES = {code: unicodedata.normalize("NFKC", chr(code)) for code in range(0xFB00, 0xFB07)}
_CREATED = re.compile(r"D:(\d{4})(\d\d)(\d\d)")
_NUMBER_AT_AN_END = re.compile(r"^\W*\d+|\d+(?: ?(?:of|/|von|de|sur) ?\d+)?\W*$")
_LEADERS = re.compile(r"(?: ?\.){5,} ?")
"""Dots that lead to a page's number."""
_EDGE_LINES = 2
_EDGE_SHARE = 0.25
"""Running heads and feet are among this many lines at the top and at the bottom of a page. What
only pages of a few lines have there in common, less than this share of them, is text."""
_SAME_HEIGHT_POINTS = 3.0
_PARAGRAPH_LEADING = 1.35
"""Times the usual distance of lines: more space between two lines parts paragraphs."""
_INDENT = 0.7
"""Times the size of the letters: how far paragraphs are indented at the least."""
_SAME_SIZE = 1.12
"""Of two sizes of letters, the larger is less than this many times the smaller."""
_FULL_LINE_SHARE = 0.75
_NARROWEST_COLUMN = 12
"""Times the size of the letters: narrower lines may be a byline or an address."""
_LONGEST_HEADING_LINES = 4


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of print: places in points from the page's bottom left corner."""

    text: str
    left: float
    right: float
    bottom: float
    size: float
    """Of the letters, in points."""

    def follows(self, before: _Line, leading: float) -> bool:
        """Whether it goes on right under ``before``, in letters of the same size.

        A line that begins further right than the sentence that ended above begins a paragraph.
        """
        down = before.bottom - self.bottom
        sizes = sorted((self.size, before.size))
        is_indented = self.left - before.left > _INDENT * self.size
        return (
            0 < down <= _PARAGRAPH_LEADING * leading
            and sizes[1] < _SAME_SIZE * sizes[0]
            and not (is_indented and SENTENCE_END.search(before.text))
        )


def read_pdf(data: bytes) -> Document:
    """The text of a PDF in the order in which the file holds it, column by column.

    Raises LoadError for a file that is damaged, locked, too long or only pictures.
    """
    from pypdfium2 import PdfDocument, PdfiumError

    try:
        with PdfDocument(data) as pdf:
            pages = _pages(pdf)
            properties = pdf.get_metadata_dict()
    except (PdfiumError, ValueError) as error:
        raise LoadError(_reason(str(error))) from error
    lines = _without_furniture(pages)
    if not any(lines):
        raise LoadError("its pages hold pictures and no text: run text recognition (OCR) on it")
    created = _CREATED.match(properties.get("CreationDate", ""))
    return with_properties(
        list(_blocks(lines)),
        clean(properties.get("Title", "")),
        clean(properties.get("Author", "")),
        "-".join(created.groups()) if created else "",
    )


def _reason(message: str) -> str:
    if "password" in message.lower():
        return "it is locked with a password: save it without one"
    return "it is no PDF, or a damaged one: export it again"


def _pages(pdf: PdfDocument) -> list[list[_Line]]:
    if len(pdf) > MOST_PAGES:
        raise LoadError(f"it has {len(pdf)} pages, more than {MOST_PAGES}: split it")
    pages: list[list[_Line]] = []
    chars = 0
    for page in pdf:
        text = page.get_textpage()
        chars += text.count_chars()
        if chars > MOST_CHARS:
            raise LoadError(f"it has more than {MOST_CHARS // 10**6} million letters: split it")
        pages.append(list(_lines(text)))
        text.close()
        page.close()
    return pages


def _lines(page: PdfTextPage) -> Iterator[_Line]:
    from pypdfium2.raw import FPDFText_GetUnicode, FPDFText_IsHyphen

    first, letters = 0, ""
    for index in range(page.count_chars()):
        # PDFium marks the hyphen at the end of a line, and puts no line end after it.
        is_hyphen = FPDFText_IsHyphen(page, index) == 1
        letter = "-" if is_hyphen else chr(FPDFText_GetUnicode(page, index))
        letters += letter
        if is_hyphen or letter in "\r\n":
            yield from _line(page, first, letters)
            first, letters = index + 1, ""
    yield from _line(page, first, letters)


def _line(page: PdfTextPage, first: int, letters: str) -> Iterator[_Line]:
    from pypdfium2.raw import FPDFText_GetFontSize

    # Letters beyond the first plane may come in halves.
    whole = letters.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    text = " ".join(clean(whole).translate(_LIGATURES).split())
    if text:
        visible = [first + index for index, letter in enumerate(letters) if not letter.isspace()]
        # A bullet at the start or a footnote's mark at the end may be of another size.
        middle = visible[len(visible) // 2]
        left = page.get_charbox(visible[0], loose=True)[0]
        _, bottom, _, top = page.get_charbox(middle, loose=True)
        right = page.get_charbox(visible[-1], loose=True)[2]
        size = FPDFText_GetFontSize(page, middle)
        # Some programs scale letters by the page's matrix: there, only their height tells.
        yield _Line(text, left, right, bottom, size if size > 1 else top - bottom)


def _without_furniture(pages: Sequence[Sequence[_Line]]) -> list[list[_Line]]:
    """The pages without page numbers and without the heads and feet that pages have in common."""
    counts: Counter[tuple[str, int]] = Counter()
    for page in pages:
        # Of a page with few lines, most might pass for heads and feet.
        depth = min(_EDGE_LINES, int(_EDGE_SHARE * len(page)))
        counts.update({_head(line) for line in _edges(page, depth)})
    kept: list[list[_Line]] = []
    for page in pages:
        edges = [line for line in _edges(page, _EDGE_LINES) if counts[_head(line)] > 1]
        repeated = {line for line in edges if any(letter.isalpha() for letter in line.text)}
        page = [line for line in page if line not in repeated]
        for number in (max, min):
            outermost = number(page, key=lambda line: line.bottom, default=None)
            if outermost and len(pages) > 1 and PAGE_NUMBER.fullmatch(outermost.text):
                page.remove(outermost)
        kept.append(page)
    return kept


def _edges(page: Sequence[_Line], depth: int) -> list[_Line]:
    """The lowest and the highest lines of a page, ``depth`` of each."""
    by_height = sorted(page, key=lambda line: line.bottom)
    return [*by_height[:depth], *by_height[max(0, len(page) - depth) :]]


def _head(line: _Line) -> tuple[str, int]:
    """What running heads have in common: the words, whatever the page's number, and the height."""
    return _NUMBER_AT_AN_END.sub("0", line.text), round(line.bottom / _SAME_HEIGHT_POINTS)


def _blocks(pages: Sequence[Sequence[_Line]]) -> Iterator[Block]:
    groups = [group for page in pages for group in _groups(page)]
    usual_size = median(line.size for group in groups for line in group for _ in line.text)
    # Mended all at once: which hyphens stay is told by the words of the whole text.
    mended = mend_hyphens("\n\n".join("\n".join(line.text for line in group) for group in groups))
    for group, text in zip(groups, mended.split("\n\n"), strict=True):
        is_large = group[0].size >= _SAME_SIZE * usual_size
        if _LEADERS.search(text):  # a table of contents
            yield Block("verbatim", _LEADERS.sub(" … ", text).strip())
        elif is_large and len(group) <= _LONGEST_HEADING_LINES:
            yield Block("heading", " ".join(text.split()))
        elif _is_prose(group):
            yield Block("paragraph", " ".join(text.split()))
        else:
            yield from blocks_of_lines(text.split("\n"))


def _is_prose(lines: Sequence[_Line]) -> bool:
    """Whether every line but the last fills its column, and none begins as an item of a list."""
    widest = max(line.right - line.left for line in lines)
    return (
        widest >= _NARROWEST_COLUMN * lines[0].size
        and all(line.right - line.left >= _FULL_LINE_SHARE * widest for line in lines[:-1])
        and not any(LIST_ITEM.match(line.text) for line in lines)
    )


def _groups(page: Sequence[_Line]) -> Iterator[list[_Line]]:
    """Lines that nothing on the page sets apart: no space, no other size, no new column."""
    steps = [before.bottom - line.bottom for before, line in pairwise(page)]
    down = [step for step in steps if step > 1]
    leading = median(down) if down else 0.0
    group: list[_Line] = []
    for line in page:
        if group and not line.follows(group[-1], leading):
            yield group
            group = []
        group.append(line)
    if group:
        yield group
