"""What a reader of one format makes of a file, before it becomes an ``Article``."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import zip_longest
from typing import Literal, TypeAlias

from rag.load.decode import clean
from rag.types import Mark

_FIELD_OF_NAME = {
    name: field
    for field, names in {
        "title": "title headline heading titel titre titulo titolo",
        "author": "author authors author_name by byline creator creators writer autor auteur",
        "date": "date published published_at published_on published_date publish_date pubdate"
        " pub_date publication_date date_published issued datum fecha posted posted_at created_at",
        "url": "url link canonical canonical_url source_url permalink source",
    }.items()
    for name in names.split()
}
"""The field of ``Document.metadata`` for each name that files give it."""
_TIMESTAMP = re.compile(r"1\d{9}(?:\d{3})?(?:\.\d+)?")
"""Seconds or milliseconds since 1970."""

Kind: TypeAlias = Literal[
    "heading",
    "paragraph",
    "list",
    "table",
    "verbatim",
    "footnote",
    "correction",
    "byline",
    "caption",
    "clutter",
]
"""``list``: a line for each item, with its bullet or number. ``verbatim``: verse and code, whose
line breaks mean something. The others as ``rag.types.MarkKind`` has them."""


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of text that blank lines set apart; it holds no blank line itself."""

    kind: Kind
    text: str
    level: int = 0
    """Of a heading: 1 for the outermost, 6 for the innermost."""
    speaker: str = ""
    """Whose words these are, where they are not the author's."""
    marks: tuple[Mark, ...] = ()
    """Of stretches of ``text``."""


@dataclass(frozen=True, slots=True)
class Document:
    """Blocks in reading order, and what the file states outside its text.

    ``metadata`` may hold "title", "author", "date" (as written) and "url". ``left_out`` says what
    was not read, and why: one line each.
    """

    blocks: tuple[Block, ...]
    metadata: Mapping[str, str] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """One of the articles in a file that holds many."""

    name: str
    """What sets it apart within its file, as "#3"."""
    read: Callable[[], Document]
    """Raises LoadError where this one cannot be read."""


def is_web_address(value: str) -> bool:
    """Whether an article's ``url`` may be this."""
    return value.startswith(("http://", "https://"))


def metadata_of(fields: Mapping[str, object]) -> dict[str, str]:
    """``Document.metadata`` from a file's own fields, named as ``field_name`` returns it."""
    metadata: dict[str, str] = {}
    for name, meant in _FIELD_OF_NAME.items():
        words = " ".join(clean(words_of(fields.get(name))).split())
        if meant == "date" and _TIMESTAMP.fullmatch(words):
            seconds = float(words) / (1000 if len(words.split(".")[0]) > 10 else 1)
            words = datetime.fromtimestamp(seconds, UTC).date().isoformat()
        if words and (meant != "url" or is_web_address(words)):
            metadata.setdefault(meant, words)
    return metadata


def field_name(name: str) -> str:
    """A name as tables and front matter mean it: "publishedAt" as "published_at"."""
    return "_".join(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).replace("-", " ").lower().split())


def words_of(value: object) -> str:
    """A value of JSON as words: names of a list, or the name or text of an object."""
    if isinstance(value, list):
        return ", ".join(filter(None, map(words_of, value)))
    if isinstance(value, dict):
        named = (words_of(value.get(key)) for key in ("name", "rendered", "text", "#text"))
        return next(filter(None, named), "")
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


_YEAR = re.compile(r"(?:1[5-9]|2[01])\d\d")
_VALUE = re.compile(r"[^\w\s]{0,2}\d[\d.,:\s]*\W{0,2}(?:[^\W\d]{1,3}\W?)?|[-–—]?")
"""A number, with a unit or without, or nothing."""
EMPTY_CELL = "–"
_LONGEST_LABEL_CHARS = 60


def table_block(rows: Iterable[Sequence[str]], header_rows: int | None = None) -> list[Block]:
    """The block of a table, each row a line that is read with its header; none without text.

    "Sarn | teachers: 12 | nurses: 6" stands below "Town | teachers | nurses", which is marked as a
    header. Each row has a cell for every column, a merged cell once for each that it takes up.
    ``header_rows`` says how many rows are the header; None where the format does not tell.
    """
    cells = [[" ".join(cell.split()).replace(" | ", " / ") for cell in row] for row in rows]
    cells = [row for row in cells if any(row)]
    if not cells:
        return []
    count = _header_rows(cells) if header_rows is None else min(header_rows, len(cells) - 1)
    columns = zip_longest(*cells[:count], fillvalue="")
    labels = [" ".join(dict.fromkeys(filter(None, column))) for column in columns]
    head = [" | ".join(labels)] if labels else []
    lines = [_row(row, labels) for row in cells[count:]]
    marks = (Mark("table header", 0, len(head[0])),) if head else ()
    return [Block("table", "\n".join(head + lines), marks=marks)]


def _header_rows(rows: Sequence[Sequence[str]]) -> int:
    """1 if the first row names the columns: each cell in words or years, above numbers."""
    first, rest = rows[0], rows[1:]
    if not rest or len(first) < 2 or not all(first[1:]):
        return 0
    names = all(
        len(cell) <= _LONGEST_LABEL_CHARS and (not _VALUE.fullmatch(cell) or _YEAR.fullmatch(cell))
        for cell in first[1:]
    ) and not _VALUE.fullmatch(first[0] or "x")
    if not names or len(set(first)) < len(first):
        return 0
    below = [row[column] for column in range(1, len(first)) for row in rest if column < len(row)]
    has_numbers = any(map(_VALUE.fullmatch, filter(None, below)))
    is_wide = len(first) > 2 and len(rest) > 1 and not any(cell in below for cell in first[1:])
    return int(has_numbers or is_wide)


def _row(row: Sequence[str], labels: Sequence[str]) -> str:
    if len(row) == 1 or (len(set(filter(None, row))) == 1 and len(row) > 1 and all(row)):
        return row[0]  # one cell across the table
    named = [row[0] or EMPTY_CELL]
    for cell, label in zip_longest(row[1:], labels[1:], fillvalue=""):
        named.append(f"{label}: {cell or EMPTY_CELL}" if label else cell or EMPTY_CELL)
    return " | ".join(named)


_POWER_OF = re.compile(r"(?:^|[^\d.,])(?:10|2)$|\)$")
_UNIT = re.compile(r"(?:^|[\s\d/·])(?:[cdhkm]?m|ft|in|mi|yd|s|x|r)$")
_RAISED_DIGITS = str.maketrans("0123456789+-−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻")


def raised(before: str, text: str, is_link: bool = False) -> str:
    """A superscript as it is read after ``before``, never glued to a number.

    A note's mark becomes "[4]", a power "10^6", a unit's "m²"; "1st" stays one word.
    """
    text, before = text.strip(), before[-12:]
    mark = text.strip("[]()")
    if re.fullmatch(r"[-−+]?\d+", mark) and not is_link:
        if _POWER_OF.search(before):
            return f"^{mark}"
        if len(mark.lstrip("-−+")) == 1 and _UNIT.search(before):
            return mark.translate(_RAISED_DIGITS)
    is_letter = len(mark) == 1 and mark.isalpha() and not before[-1:].isalpha()
    if is_link or is_letter or re.fullmatch(r"\d{1,3}(?:[,–-]\s?\d{1,3})*", mark):
        return f"[{mark}]" if mark else ""
    return text
