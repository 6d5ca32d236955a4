"""Reads tables of articles: CSV with a column, JSON Lines with a key, for each field."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from itertools import islice

from rag.errors import LoadError
from rag.load.decode import clean, decode, decode_exactly
from rag.load.document import Document, Entry, field_name, metadata_of, words_of
from rag.load.hypertext import html_blocks
from rag.load.text import text_document

TEXT_NAMES = tuple(
    "text body content article article_text article_body full_text fulltext content_html html"
    " inhalt texte texto testo".split()
)
"""Names that tables give the column with the text, the likeliest first."""

_DELIMITERS = ",;\t|"
_SHOWN_NAMES = 8
_HEADER_LINES = 20
"""The names of the columns stand among so many: exports say what they are above them."""
_SEPARATOR = re.compile(r"sep=(.)\n?")
"""What Excel writes first, to tell the delimiter."""
_MARKUP = re.compile(r"<(?:p|div|br|h[1-6]|ul|ol|li|table|blockquote)\b[^<>]*>", re.IGNORECASE)


def read_csv(data: bytes) -> Iterator[Entry]:
    """The rows of a table below its header, numbered from 1; empty rows count for nothing.

    Raises LoadError for a table without a column of text, and where it is damaged.
    """
    text = decode(data).lstrip()
    csv.field_size_limit(len(text) + 1)
    start, delimiter = _header(text)
    rows = csv.DictReader(_lines(text, start), delimiter=delimiter)
    try:
        names = {name: field_name(name) for name in rows.fieldnames or () if name}
        if not any(name in TEXT_NAMES for name in names.values()):
            raise LoadError(
                f"none of its columns ({_listed(list(names))}) is named text or body: name one so"
            )
        for number, row in enumerate(rows, start=1):
            fields = {plain: row[name] or "" for name, plain in names.items()}
            extra = row.get(None) or ()  # cells of a row that is longer than the header
            lost = f"{len(extra)} cells beyond the last column: put quotation marks around its text"
            yield Entry(f"#{number}", partial(_document, fields, (lost,) if extra else ()))
    except csv.Error as error:
        raise LoadError(f"line {rows.line_num} is no CSV ({error}): mend it") from error


def _header(text: str) -> tuple[int, str]:
    """Where the line with the names of the columns begins, and what parts them."""
    if told := _SEPARATOR.match(text):
        return told.end(), told[1]
    start = 0
    for line in islice(_lines(text, 0), _HEADER_LINES):
        # Only the header is sure to hold no delimiter within its words.
        delimiter = max(_DELIMITERS, key=line.count)
        names = next(csv.reader([line], delimiter=delimiter), [])
        if any(field_name(name) in TEXT_NAMES for name in names):
            return start, delimiter
        start += len(line)
    first = text.split("\n", 1)[0]
    return 0, max(_DELIMITERS, key=first.count)


def read_jsonl(data: bytes) -> Iterator[Entry]:
    """The lines of a JSON Lines file, numbered from 1; empty ones count, but hold no article."""
    for number, line in enumerate(_lines(decode_exactly(data), 0), start=1):
        if line.strip():
            yield Entry(f"#{number}", partial(_json_document, line))


def _lines(text: str, start: int) -> Iterator[str]:
    """The lines of ``text[start:]`` with their ends, one in memory at a time."""
    while start < len(text):
        end = text.find("\n", start) + 1 or len(text)
        yield text[start:end]
        start = end


def _json_document(line: str) -> Document:
    try:
        value = json.loads(line.removeprefix("\ufeff"))
    except (ValueError, RecursionError) as error:
        raise LoadError("this line is no JSON: write each article on one line") from error
    if not isinstance(value, dict):
        raise LoadError("this line is no JSON object: write each article as {...} on one line")
    fields = {field_name(name): item for name, item in value.items()}
    if not any(_text(fields.get(name)).strip() for name in TEXT_NAMES):
        raise LoadError(
            f"none of its keys ({_listed(list(value))}) is text or body and holds text: name one so"
        )
    return _document(fields)


def _document(fields: Mapping[str, object], left_out: tuple[str, ...] = ()) -> Document:
    """The article of fields, whose text may be a list of paragraphs, or HTML."""
    text = next(filter(None, map(str.strip, (_text(fields.get(name)) for name in TEXT_NAMES))), "")
    if _MARKUP.search(text):
        document = Document(tuple(html_blocks(text)))
    else:
        document = text_document(clean(text))
    metadata = {**metadata_of(fields), **document.metadata}
    return replace(document, metadata=metadata, left_out=left_out)


def _text(value: object) -> str:
    return "\n\n".join(map(words_of, value)) if isinstance(value, list) else words_of(value)


def _listed(names: list[str]) -> str:
    shown = ", ".join(" ".join(name.split())[:40] for name in names[:_SHOWN_NAMES])
    return shown + (", …" if len(names) > _SHOWN_NAMES else "") if names else "none"
