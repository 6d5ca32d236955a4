"""Reads PDF: lines become paragraphs and headings; running heads and page numbers are left out."""

from __future__ import annotations

import re
import unicodedata
import zlib
from base64 import a85decode
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import pairwise, zip_longest
from statistics import median
from typing import TYPE_CHECKING, Any, TypeAlias

from rag.errors import LoadError
from rag.load.archive import survived
from rag.load.decode import clean
from rag.load.document import Block, Document, raised, table_block
from rag.load.markdown import markdown_document
from rag.load.masthead import with_properties
from rag.load.pages import PAGE_NUMBER, mend_hyphens
from rag.load.text import LIST_ITEM, SENTENCE_END, blocks_of_lines

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument, PdfTextPage

MOST_PAGES = 2_000
MOST_CHARS = 5_000_000
"""Of all pages together."""

_LIGATURES = {code: unicodedata.normalize("NFKC", chr(code)) for code in range(0xFB00, 0xFB07)}
MOST_STREAM_BYTES = 30_000_000
"""That one page is drawn from."""
_STREAM = re.compile(rb"<<([^\x00]{0,600}?)>>\s*stream\r?\n")
_FILTER = re.compile(rb"/(ASCII85|ASCIIHex|Flate|RunLength|LZW)Decode")
_NOTE = re.compile(r"(?:\[?\d{1,3}\]?[.)]?|[*†‡§])\s?[^\s\d]")
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]")
_LETTERS_TRIED = 200
_UNKNOWN_SHARE = 0.3
_DROP_CAP = 1.8
"""Times the size of the letters after it."""
_SMALL = 0.85
_RAISED_AT_LEAST, _RAISED_AT_MOST = 0.12, 0.6
_TIGHT = 0.12
_WIDEST_LETTER = 1.3
_LONGEST_MARK_CHARS = 12
"""Of what stands raised, as "[3, 4]". """
_BULLETS = ("-", "–", "*", "•", "▪", "◦", "●")
_FEWEST_COLUMN_LINES = 3
_ACROSS_SHARE = 0.2
_MOST_LINES = 2_000
"""Of a page in columns."""
_WIDEST_SPACE = 1.5
"""Times the size of the letters: what lies farther apart is in another column."""
_NUMBER_AT_AN_END = re.compile(r"^\W*\d+|\d+(?: ?(?:of|/|von|de|sur) ?\d+)?\W*$")
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
    """A line of print, or a piece of one: places in points from the page's bottom left corner."""

    text: str
    left: float
    right: float
    bottom: float
    """Of the line on which the letters stand."""
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

    def joined(self, piece: _Line) -> _Line | None:
        """The line with the next piece of it; None where that begins another line."""
        size = max(self.size, piece.size)
        gap, up = piece.left - self.right, piece.bottom - self.bottom
        if abs(up) > _RAISED_AT_MOST * size or not -_TIGHT * size <= gap < _WIDEST_SPACE * size:
            return None
        is_small = piece.size < _SMALL * self.size and len(piece.text) <= _LONGEST_MARK_CHARS
        if is_small and up > _RAISED_AT_LEAST * self.size:
            text = self.text + raised(self.text, piece.text)
        elif self.size < _SMALL * piece.size and up < -_RAISED_AT_LEAST * piece.size:
            text = f"{raised('', self.text)} {piece.text}"  # a note's mark before its text
        else:
            is_tight = gap < _TIGHT * size and self.text not in _BULLETS
            text = self.text.rstrip() + ("" if is_tight else " ") + piece.text
        base = self if len(self.text) >= len(piece.text) else piece
        return _Line(text, self.left, piece.right, base.bottom, base.size)


_Part: TypeAlias = _Line | Block
"""Of a page: a line, or a table or the like that is known as a whole."""


def read_pdf(data: bytes) -> Document:
    """The text of a PDF in the order of reading, column by column, with its tables as rows.

    Raises LoadError for a file that is damaged, locked, too long or only pictures.
    """
    from pypdfium2 import PdfDocument, PdfiumError

    check_streams(data)
    try:
        with PdfDocument(data) as pdf:
            pages, left_out = _pages(pdf)
            properties = pdf.get_metadata_dict()
    except (PdfiumError, ValueError) as error:
        raise LoadError(_reason(str(error))) from error
    if not any(pages):
        raise LoadError(
            left_out[0]
            if "letters" in "".join(left_out)
            else "its pages hold pictures and no text: run text recognition (OCR) on it"
        )
    parts = _without_furniture(_laid_out(data, pages))
    return with_properties(
        Document(tuple(_blocks(parts)), left_out=tuple(left_out)),
        clean(properties.get("Title", "")),
        clean(properties.get("Author", "")),
    )


def check_streams(data: bytes) -> None:
    """Raises LoadError where what a page is drawn from unpacks to more than is read.

    PDFium holds it as objects that take ten times its size.
    """
    for match in _STREAM.finditer(data):
        filters = [] if b"/Image" in match[1] else _FILTER.findall(match[1])
        if not any(name in _EXPANDING for name in filters):
            continue
        end = data.find(b"endstream", match.end())
        content = data[match.end() : end if end > 0 else len(data)]
        for name in filters:
            try:
                content = _UNPACKED[name](content)
            except (zlib.error, ValueError, IndexError):
                break
            if len(content) > MOST_STREAM_BYTES:
                most = MOST_STREAM_BYTES // 10**6
                raise LoadError(f"one of its pages unpacks to more than {most} MB: split it")


def _run_lengths(data: bytes) -> Iterator[bytes]:
    place = 0
    while place < len(data) and (count := data[place]) != 128:
        is_run = count > 128
        yield (
            data[place + 1 : place + 2] * (257 - count)
            if is_run
            else data[place + 1 :][: count + 1]
        )
        place += 2 if is_run else count + 2


def _lzw(data: bytes) -> Iterator[bytes]:
    words: list[bytes] = []
    before, held, bits = b"", 0, 0
    for byte in data:
        held, bits = held << 8 | byte, bits + 8
        width = min(12, max(9, (len(words) + 1).bit_length()))
        if bits < width:
            continue
        bits -= width
        code, held = held >> bits, held & (1 << bits) - 1
        if code == 257:  # the end
            return
        if code == 256 or not words:
            words, before = [bytes((each % 256,)) for each in range(258)], b""
            continue
        word = words[code] if code < len(words) else before + before[:1]
        if before and len(words) < 4096:
            words.append(before + word[:1])
        yield word
        before = word


def _bounded(pieces: Iterator[bytes]) -> bytes:
    """The pieces joined, up to the first that is more than is read."""
    whole = bytearray()
    for piece in pieces:
        whole += piece
        if len(whole) > MOST_STREAM_BYTES:
            break
    return bytes(whole)


_UNPACKED: Mapping[bytes, Callable[[bytes], bytes]] = {
    b"ASCII85": lambda data: a85decode(data.split(b"~>")[0]),
    b"ASCIIHex": lambda data: bytes.fromhex(data.split(b">")[0].decode("ascii")),
    b"Flate": lambda data: zlib.decompressobj().decompress(data, MOST_STREAM_BYTES + 1),
    b"RunLength": lambda data: _bounded(_run_lengths(data)),
    b"LZW": lambda data: _bounded(_lzw(data)),
}
_EXPANDING = (b"Flate", b"RunLength", b"LZW")


def _reason(message: str) -> str:
    if "password" in message.lower():
        return "it is locked with a password: save it without one"
    return "it is no PDF, or a damaged one: export it again"


def _pages(pdf: PdfDocument) -> tuple[list[list[_Line]], list[str]]:
    """The pieces of lines of each page, and what could not be read."""
    from pypdfium2.raw import FPDF_PAGEOBJ_IMAGE

    if len(pdf) > MOST_PAGES:
        raise LoadError(f"it has {len(pdf)} pages, more than {MOST_PAGES}: split it")
    pages: list[list[_Line]] = []
    pictures: list[int] = []
    unknown: list[int] = []
    chars = 0
    for number, page in enumerate(pdf, start=1):
        text = page.get_textpage()
        chars += text.count_chars()
        if chars > MOST_CHARS:
            raise LoadError(f"it has more than {MOST_CHARS // 10**6} million letters: split it")
        lines = list(_pieces(text))
        if _has_unknown_letters(text):
            unknown.append(number)
            lines = []
        elif not lines and next(page.get_objects(filter=[FPDF_PAGEOBJ_IMAGE]), None):
            pictures.append(number)
        pages.append(lines)
        text.close()
        page.close()
    told = {"hold pictures and no text": pictures, "have letters that cannot be told": unknown}
    return pages, [
        f"{len(numbers)} of {len(pages)} pages ({_ranges(numbers)}) {what}:"
        " run text recognition (OCR) on it"
        for what, numbers in told.items()
        if numbers
    ]


def _ranges(numbers: Sequence[int]) -> str:
    """ "2-5, 9"."""
    groups: list[list[int]] = []
    for number in numbers:
        if groups and number == groups[-1][-1] + 1:
            groups[-1].append(number)
        else:
            groups.append([number])
    return ", ".join(str(g[0]) if len(g) == 1 else f"{g[0]}-{g[-1]}" for g in groups)


def _has_unknown_letters(page: PdfTextPage) -> bool:
    from pypdfium2.raw import FPDFText_HasUnicodeMapError

    count = page.count_chars()
    sample = range(0, count, max(1, count // _LETTERS_TRIED))
    wrong = sum(FPDFText_HasUnicodeMapError(page, index) == 1 for index in sample)
    return bool(wrong > _UNKNOWN_SHARE * len(sample))


def _pieces(page: PdfTextPage) -> Iterator[_Line]:
    """What is printed in one go: letters of one size, on one line, without a gap."""
    from ctypes import byref, c_double

    from pypdfium2.raw import (
        FPDFText_GetCharOrigin,
        FPDFText_GetFontSize,
        FPDFText_GetUnicode,
        FPDFText_IsHyphen,
    )

    x, y = c_double(), c_double()
    text, first, last, last_x, bottom, size = "", 0, 0, 0.0, 0.0, 0.0

    def piece() -> Iterator[_Line]:
        # Letters beyond the first plane may come in halves.
        whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        if words := " ".join(clean(whole).translate(_LIGATURES).split()):
            left = page.get_charbox(first, loose=True)[0]
            right = page.get_charbox(last, loose=True)[2]
            yield _Line(words, left, right, bottom, size)

    for index in range(page.count_chars()):
        # PDFium marks the hyphen at the end of a line, and puts no line end after it.
        is_hyphen = FPDFText_IsHyphen(page, index) == 1
        letter = "-" if is_hyphen else chr(FPDFText_GetUnicode(page, index))
        if letter in "\r\n":
            yield from piece()
            text = ""
        elif letter.isspace():
            text += " " if text else ""
        else:
            FPDFText_GetCharOrigin(page, index, byref(x), byref(y))
            own = FPDFText_GetFontSize(page, index)
            if own <= 1:  # some programs scale letters by the page's matrix
                _, low, _, high = page.get_charbox(index, loose=True)
                own = high - low
            is_far = not -own < x.value - last_x < (1 + _WIDEST_SPACE) * own
            if text and (is_far or abs(y.value - bottom) > 0.5 or abs(own - size) > 0.5):
                yield from piece()
                text = ""
            if not text:
                first, bottom, size = index, y.value, own
            elif x.value - last_x > _WIDEST_LETTER * own and not text.endswith(" "):
                text += " "
            text, last, last_x = text + letter, index, x.value
        if is_hyphen:
            yield from piece()
            text = ""
    yield from piece()


def _laid_out(data: bytes, pages: Sequence[Sequence[_Line]]) -> list[list[_Part]]:
    """The parts of each page in the order of reading, with the tables that liteparse finds."""
    layouts: dict[int, Any] = {}
    with suppress(LoadError), survived("no layout"):
        from liteparse import LiteParse

        parser = LiteParse(
            ocr_enabled=False,
            quiet=True,
            extract_blocks=True,
            extract_form_fields=True,
            keep_headers_footers=True,
            output_format="markdown",
            image_mode="off",
            num_workers=1,
            max_pages=MOST_PAGES,
        )
        layouts = {page.page_num: page for page in parser.parse(data).pages}
    found: list[list[_Part]] = []
    for number, pieces in enumerate(pages, start=1):
        text = "".join(piece.text for piece in pieces)
        blocks: tuple[Block, ...] = ()
        if len(_RIGHT_TO_LEFT.findall(text)) > len(text) / 4:
            with suppress(LoadError), survived("no layout"):
                from pdf_inspector import extract_pages_markdown_bytes

                page = extract_pages_markdown_bytes(data, pages=[number - 1]).pages[0]
                blocks = markdown_document(page.markdown).blocks
        found.append(list(blocks or _parts(pieces, layouts.get(number))))
    return found


def _parts(pieces: Sequence[_Line], layout: Any) -> Iterator[_Part]:
    """The lines of a page and its tables, in the order of reading; then what its forms hold."""
    left = list(_with_drop_caps(pieces))
    tables: list[tuple[float, list[Block]]] = []
    for block in layout.blocks or () if layout else ():
        if block.kind != "table" or not block.rows or block.bbox is None:
            continue
        top = layout.height - block.bbox.y
        low, start, end = top - block.bbox.height, block.bbox.x, block.bbox.x + block.bbox.width
        outside = [
            piece
            for piece in left
            if not (low <= piece.bottom <= top and start <= (piece.left + piece.right) / 2 <= end)
        ]
        if len(outside) < len(left):
            left = outside
            rows = [[clean(cell.text) for cell in row] for row in (block.header or [], *block.rows)]
            tables.append((top, table_block(rows, 1 if block.header else None)))
    lines = list(_whole_lines(left))
    # Where a page is shown turned, places are not where they seem.
    is_turned = layout and any(
        piece.right > layout.width + 1 or piece.bottom > layout.height for piece in pieces
    )
    if not is_turned:
        lines = [line for column in _columns(lines) for line in column]
    for top, table in sorted(tables, key=lambda each: -each[0]):
        above = [n for n, line in enumerate(lines, start=1) if line.bottom >= top]
        end_above = max(above, default=0)
        yield from lines[:end_above]
        yield from table
        lines = lines[end_above:]
    yield from lines
    fields = layout.form_fields or () if layout else ()
    values = [(field.name or "", clean(field.value or "").strip()) for field in fields]
    filled = [f"{name}: {value}" for name, value in values if value and value != "Off"]
    if filled:
        yield Block("verbatim", "\n".join(filled))


def _columns(lines: Sequence[_Line]) -> Iterator[list[_Line]]:
    """The lines, column by column; what goes across the columns parts what is above and below."""
    size = median(line.size for line in lines) if lines else 0.0
    best: tuple[int, int] | None = None
    edges = sorted({round(line.left) for line in lines}) if len(lines) < _MOST_LINES else []
    for edge in edges[1:]:
        right = [line for line in lines if line.left >= edge - 1]
        left = [line for line in lines if line.right <= edge]
        across = len(lines) - len(left) - len(right)
        is_text = all(
            len(side) >= _FEWEST_COLUMN_LINES
            and median(line.right - line.left for line in side) >= _NARROWEST_COLUMN * size
            for side in (left, right)
        )
        if is_text and across <= _ACROSS_SHARE * len(lines):
            best = min(best or (across, edge), (across, edge))
    in_order = sorted(lines, key=lambda line: (-line.bottom, line.left))
    if best is None:
        yield in_order
        return
    _, edge = best
    left, right = [], []
    for line in (*in_order, None):
        if line and line.left >= edge - 1:
            right.append(line)
        elif line and line.right <= edge:
            left.append(line)
        else:
            for side in (left, right):
                if side:
                    yield from _columns(side)
            left, right = [], []
            if line:
                yield [line]


def _with_drop_caps(pieces: Sequence[_Line]) -> Iterator[_Line]:
    """The pieces, with the large letter that begins a chapter put before its word."""
    cap = ""
    for piece, after in zip_longest(pieces, pieces[1:]):
        if after and len(piece.text) == 1 and piece.size > _DROP_CAP * after.size:
            cap = piece.text
        else:
            yield replace(piece, text=cap + piece.text)
            cap = ""


def _whole_lines(pieces: Sequence[_Line]) -> Iterator[_Line]:
    line: _Line | None = None
    for piece in pieces:
        joined = line.joined(piece) if line else piece
        if joined is None and line:
            yield line
        line = joined or piece
    if line:
        yield line


def _without_furniture(pages: Sequence[Sequence[_Part]]) -> list[list[_Part]]:
    """The pages without page numbers and without the heads and feet that pages have in common."""
    counts: Counter[tuple[str, int]] = Counter()
    lines_of = [[part for part in page if isinstance(part, _Line)] for page in pages]
    for lines in lines_of:
        # Of a page with few lines, most might pass for heads and feet.
        depth = min(_EDGE_LINES, int(_EDGE_SHARE * len(lines)))
        counts.update({_head(line) for line in _edges(lines, depth)})
    kept: list[list[_Part]] = []
    for page, lines in zip(pages, lines_of, strict=True):
        edges = [line for line in _edges(lines, _EDGE_LINES) if counts[_head(line)] > 1]
        gone: set[_Part] = {line for line in edges if any(map(str.isalpha, line.text))}
        if len(pages) > 1:
            outer = _edges([line for line in lines if line not in gone], 1)
            gone |= {line for line in outer if PAGE_NUMBER.fullmatch(line.text)}
        kept.append([part for part in page if part not in gone])
    return kept


def _edges(page: Sequence[_Line], depth: int) -> list[_Line]:
    """The lines at the lowest and the highest places of a page, ``depth`` of each."""
    heights = sorted({_height(line) for line in page})
    outer = {*heights[:depth], *heights[max(0, len(heights) - depth) :]}
    return [line for line in page if _height(line) in outer]


def _height(line: _Line) -> int:
    return round(line.bottom / _SAME_HEIGHT_POINTS)


def _head(line: _Line) -> tuple[str, int]:
    """What running heads have in common: the words, whatever the page's number, and the height."""
    return _NUMBER_AT_AN_END.sub("0", line.text), _height(line)


def _blocks(pages: Sequence[Sequence[_Part]]) -> Iterator[Block]:
    groups = [group for page in pages for group in _groups(page)]
    lines_of = [[part for part in group if isinstance(part, _Line)] for group in groups]
    sizes = [line.size for lines in lines_of for line in lines for _ in line.text]
    usual_size = median(sizes) if sizes else 0.0
    # Mended all at once: which hyphens stay is told by the words of the whole text.
    mended = mend_hyphens("\n\n".join("\n".join(line.text for line in lines) for lines in lines_of))
    notes: list[Block] = []
    for group, lines, text in zip(groups, lines_of, mended.split("\n\n"), strict=True):
        if not lines:
            yield from (part for part in group if isinstance(part, Block))
        elif lines[0].size < usual_size / _SAME_SIZE and _NOTE.match(text):
            notes.append(Block("footnote", " ".join(text.split())))  # it may cut a sentence
        elif len(lines) <= _LONGEST_HEADING_LINES and lines[0].size >= _SAME_SIZE * usual_size:
            yield Block("heading", " ".join(text.split()))
        elif _is_prose(lines):
            yield Block("paragraph", " ".join(text.split()))
        else:
            yield from blocks_of_lines(text.split("\n"))
    yield from notes


def _is_prose(lines: Sequence[_Line]) -> bool:
    """Whether every line but the last fills its column, and none begins as an item of a list."""
    widest = max(line.right - line.left for line in lines)
    return (
        widest >= _NARROWEST_COLUMN * lines[0].size
        and all(line.right - line.left >= _FULL_LINE_SHARE * widest for line in lines[:-1])
        and not any(LIST_ITEM.match(line.text) for line in lines)
    )


def _groups(page: Sequence[_Part]) -> Iterator[list[_Part]]:
    """Lines that nothing on the page sets apart: no space, no other size, no new column."""
    lines = [part for part in page if isinstance(part, _Line)]
    down = [before.bottom - line.bottom for before, line in pairwise(lines)]
    leading = median([step for step in down if step > 1] or [0.0])
    group: list[_Part] = []
    for part in page:
        before = group[-1] if group else None
        goes_on = (
            isinstance(before, _Line) and isinstance(part, _Line) and part.follows(before, leading)
        )
        if group and not goes_on:
            yield group
            group = []
        group.append(part)
    if group:
        yield group
