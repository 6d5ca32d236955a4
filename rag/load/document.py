"""What a reader of one format makes of a file, before it becomes an ``Article``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

FIELD_NAMES = {
    name: field
    for field, names in {
        "title": "title headline",
        "author": "author authors by byline creator",
        "date": "date published pubdate publication_date publication-date date_published",
        "url": "url link canonical canonical_url source_url permalink source",
    }.items()
    for name in names.split()
}
"""The field of ``Document.metadata`` for each name that files give it."""

Kind: TypeAlias = Literal["heading", "paragraph", "verbatim"]
"""``verbatim``: lists, tables, verse and code, whose line breaks mean something."""


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of text that blank lines set apart; it holds no blank line itself."""

    kind: Kind
    text: str


@dataclass(frozen=True, slots=True)
class Document:
    """Blocks in reading order, and what the file states outside its text.

    ``metadata`` may hold "title", "author", "date" (as written) and "url".
    """

    blocks: tuple[Block, ...]
    metadata: Mapping[str, str] = field(default_factory=dict)


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


def words_of(value: object) -> str:
    """A value of JSON as words: names of a list, or the name of an object; else nothing."""
    if isinstance(value, list):
        return ", ".join(filter(None, map(words_of, value)))
    if isinstance(value, dict):
        return words_of(value.get("name"))
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
