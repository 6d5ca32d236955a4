"""Reads tables of articles: CSV with a column, JSON Lines with a key, for each field."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from functools import partial

from rag.errors import LoadError
from rag.load.decode import clean, decode
from rag.load.document import FIELD_NAMES, Document, Entry, is_web_address, words_of
from rag.load.text import text_document

TEXT_NAMES = tuple("text body content article article_text article_body full_text fulltext".split())
"""Names that tables give the column with the text, the likeliest first."""

_DELIMITERS = ",;\t|"
_SHOWN_NAMES = 8


def read_csv(data: bytes) -> Iterator[Entry]:
    """The rows of a table below its header, numbered from 1; empty rows count for nothing.

    Raises LoadError for a table without a column of text, and where it is damaged.
    """
    text = decode(data)
    header = text.lstrip().split("\n", 1)[0]
    csv.field_size_limit(len(text) + 1)
    # Only the header is sure to hold no delimiter within its words.
    rows = csv.DictReader(_lines(text), delimiter=max(_DELIMITERS, key=header.count))
    try:
        names = {name: _plain(name) for name in rows.fieldnames or () if name}
        if not any(name in TEXT_NAMES for name in names.values()):
            raise LoadError(
                f"none of its columns ({_listed(list(names))}) is named text or body: name one so"
            )
        for number, row in enumerate(rows, start=1):
            fields = {plain: row[name] or "" for name, plain in names.items()}
            yield Entry(f"#{number}", partial(_document, fields))
    except csv.Error as error:
        raise LoadError(f"line {rows.line_num} is no CSV ({error}): mend it") from error


def read_jsonl(data: bytes) -> Iterator[Entry]:
    """The lines of a JSON Lines file, numbered from 1; empty ones count, but hold no article."""
    for number, line in enumerate(_lines(decode(data)), start=1):
        if line.strip():
            yield Entry(f"#{number}", partial(_json_document, line))


def _lines(text: str) -> Iterator[str]:
    """The lines of ``text`` with their ends, one in memory at a time."""
    start = 0
    while start < len(text):
        end = text.find("\n", start) + 1 or len(text)
        yield text[start:end]
        start = end


def _json_document(line: str) -> Document:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise LoadError("this line is no JSON: write each article on one line") from error
    if not isinstance(value, dict):
        raise LoadError("this line is no JSON object: write each article as {...} on one line")
    fields = {_plain(name): words_of(item) for name, item in value.items()}
    if not any(fields.get(name) for name in TEXT_NAMES):
        raise LoadError(
            f"none of its keys ({_listed(list(value))}) is text or body and holds text: name one so"
        )
    return _document(fields)


def _document(fields: Mapping[str, str]) -> Document:
    text = next((fields[name] for name in TEXT_NAMES if fields.get(name, "").strip()), "")
    document = text_document(clean(text))
    metadata = dict(document.metadata)
    for name, field in FIELD_NAMES.items():
        value = " ".join(clean(fields.get(name, "")).split())
        if value and (field != "url" or is_web_address(value)):
            metadata.setdefault(field, value)
    return Document(document.blocks, metadata)


def _plain(name: str) -> str:
    return "_".join(name.lower().split())


def _listed(names: list[str]) -> str:
    shown = ", ".join(" ".join(name.split())[:40] for name in names[:_SHOWN_NAMES])
    return shown + (", …" if len(names) > _SHOWN_NAMES else "") if names else "none"
