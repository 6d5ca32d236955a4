"""Reads plain text: hard-wrapped lines become paragraphs, verse and lists keep their lines."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from rag.load.decode import decode
from rag.load.document import Block, Document, table_block
from rag.load.markdown import markdown_document
from rag.load.pages import mend_hyphens

_MARKDOWN_START = re.compile(r"\s*(?:#{1,6}[ \t]+\S|---[ \t]*\n[ \t]*[\w-]+[ \t]*:)")
_BLANK_LINES = re.compile(r"\n[^\S\n]*(?:\n\s*)|\f")
_UNDERLINE = re.compile(r"(?:={3,}|-{3,}|\*{3,}|_{3,})\s*")
LIST_ITEM = re.compile(r"\s*(?:[-*+•‣◦–—]|\d{1,3}[.)]|\(?[a-z]\))\s")
_MESSAGE = re.compile(
    r"\[?\d{1,4}[./-]\d{1,2}[./-]\d{2,4},? \d{1,2}:\d\d(?::\d\d)?(?: ?[AP]M)?\]?(?: -)?"
    r" ([^:]{2,40}): "
)
"""As in "[03.05.23, 10:12:01] Ada: ". """
_COLUMN_GAP = re.compile(r"\S {2,}\S")
_RULE = re.compile(r"[-=_:+]*")
SENTENCE_END = re.compile(r"[.!?…。！？।؟]['\"”’»)\]]*\s*$")

_WIDEST_WRAP_CHARS = 160
"""Nobody wraps lines wider than this: a longer line is a paragraph of its own."""
_NARROWEST_PROSE_CHARS = 60
"""In narrower text, lines that all begin with a capital are verse or an address."""
_FULL_LINE_SHARE = 0.75
"""A wrapped line with the next line's first word fills at least this share of the width."""
_WRAPPED_LINES_SHARE = 0.8


def read_text(data: bytes) -> Document:
    """The blocks of a plain text file; text that begins as Markdown does is read as Markdown.

    Raises LoadError for bytes that are no text.
    """
    return text_document(decode(data))


def text_document(text: str) -> Document:
    """The blocks of plain text, or of Markdown where it begins as that does."""
    if _MARKDOWN_START.match(text):
        return markdown_document(text)
    blocks: list[Block] = []
    for group in _BLANK_LINES.split(mend_hyphens(text)):
        blocks += blocks_of_lines(group.split("\n"))
    return Document(tuple(blocks))


def blocks_of_lines(lines: Sequence[str]) -> Iterator[Block]:
    """The blocks among lines that no blank line parts."""
    lines = [line.rstrip() for line in lines if line.strip()]
    while lines and _UNDERLINE.fullmatch(lines[0]):
        lines.pop(0)
    if len(lines) > 1 and _UNDERLINE.fullmatch(lines[1]):
        yield Block("heading", _one_line(lines[:1]))
        yield from blocks_of_lines(lines[2:])
        return
    lines = [line for line in lines if not _UNDERLINE.fullmatch(line)]
    if not lines:
        return
    width = max(map(len, lines))
    items = [bool(LIST_ITEM.match(line)) for line in lines]
    if sum(bool(_MESSAGE.match(line)) for line in lines) > 1:
        yield from _messages(lines)
    elif rows := _table_rows(lines):
        yield from table_block(rows)
    elif width > _WIDEST_WRAP_CHARS and not any(items):
        for line in lines:
            yield Block("paragraph", _one_line([line]))
    elif sum(items) > 1 or items[0]:
        first = items.index(True)
        is_lead_in = first and lines[first - 1].endswith((":", "："))
        if first and not is_lead_in:
            yield from _paragraphs(lines[:first], width)
        lead_in = [_one_line(lines[:first])] if is_lead_in else []
        items_text = map(_one_line, _list_items(lines[first:]))
        yield Block("list", "\n".join([*lead_in, *items_text]))
    else:
        yield from _paragraphs(lines, width)


def _messages(lines: Sequence[str]) -> Iterator[Block]:
    """The messages of an exported chat, each with who wrote it."""
    message, speaker = "", ""
    for line in (*lines, None):
        start = _MESSAGE.match(line) if line else None
        if message and (start or line is None):
            yield Block("paragraph", _one_line([message]), speaker=speaker)
            message = ""
        speaker = start[1] if start else speaker
        message = f"{message} {line}"


def _table_rows(lines: Sequence[str]) -> list[list[str]] | None:
    """The cells of lines that tabs, bars or columns of spaces part; None where there are none."""
    for sign in ("\t", "|"):
        rows = [line.strip(f" {sign}" if sign == "|" else "").split(sign) for line in lines]
        width = max(map(len, rows))
        if len(rows) > 1 and min(map(len, rows)) > 1:  # empty cells at its end may be cut off
            rows = [[cell.strip() for cell in row] + [""] * (width - len(row)) for row in rows]
            return [row for row in rows if not all(_RULE.fullmatch(cell) for cell in row)]
    lines = [line.expandtabs(4) for line in lines]
    gaps = sum(bool(_COLUMN_GAP.search(line.strip())) for line in lines)
    if len(lines) < 3 or gaps < len(lines):
        return None
    width = max(map(len, lines))
    blank = [all(line[n : n + 1] in ("", " ") for line in lines) for n in range(width)]
    edges = [0]
    for start in range(1, width):
        if not blank[start] and blank[start - 1] and (start < 2 or blank[start - 2]):
            edges.append(start)
    cells = [[line[a:b].strip() for a, b in pairwise([*edges, width])] for line in lines]
    cells = [row[1:] if not any(each[0] for each in cells) else row for row in cells]
    is_wide = len(edges) > 2 or all(re.search(r"\S {3,}\S", line) for line in lines)
    return cells if len(edges) > 1 and is_wide else None


def _list_items(lines: Sequence[str]) -> Iterator[list[str]]:
    """Each list item with the lines that continue it."""
    item: list[str] = []
    for line in lines:
        if item and LIST_ITEM.match(line):
            yield item
            item = []
        item.append(line)
    yield item


def _paragraphs(lines: Sequence[str], width: int) -> Iterator[Block]:
    """Paragraphs that only a short last line or an indented first line tells apart."""
    paragraph: list[str] = [lines[0]]
    for before, line in pairwise(lines):
        is_indented = _indent(line) > _indent(before)
        is_short = not _is_full(before, line, width)
        if SENTENCE_END.search(before) and (
            is_indented or (is_short and width >= _NARROWEST_PROSE_CHARS)
        ):
            yield _paragraph(paragraph, width)
            paragraph = []
        paragraph.append(line)
    yield _paragraph(paragraph, width)


def _paragraph(lines: Sequence[str], width: int) -> Block:
    if _is_wrapped(lines, width):
        return Block("paragraph", _one_line(lines))
    return Block("verbatim", "\n".join(_one_line([line]) for line in lines))


def _is_wrapped(lines: Sequence[str], width: int) -> bool:
    """Whether the lines are prose, broken where the line was full."""
    if len(lines) == 1:
        return True
    if width < _NARROWEST_PROSE_CHARS and not any(line.strip()[0].islower() for line in lines[1:]):
        return False
    full = sum(_is_full(line, after, width) for line, after in pairwise(lines))
    return full >= _WRAPPED_LINES_SHARE * (len(lines) - 1)


def _is_full(line: str, after: str, width: int) -> bool:
    return len(line) + 1 + len(after.split(None, 1)[0]) >= _FULL_LINE_SHARE * width


def _indent(line: str) -> int:
    line = line.expandtabs(4)
    return len(line) - len(line.lstrip())


def _one_line(lines: Sequence[str]) -> str:
    return " ".join(" ".join(lines).split())
