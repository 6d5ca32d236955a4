"""What the generation in force was made of, article by article and file by file, without texts.

Enough to list a library of any size: one pass over SQLite, and no model, vector or term is read.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from rag.index.articles import FILE as ARTICLES_FILE
from rag.index.articles import STORY_ORDER
from rag.index.file_stamps import FileStamp
from rag.index.generations import Current, read_generation
from rag.index.problems import reading


@dataclass(frozen=True, slots=True)
class ListedArticle:
    """An article as a list shows it."""

    id: str
    source: str
    file: str
    """The source of the file that holds it, which may hold others."""
    title: str
    author: str | None
    date: str | None
    language: str | None
    size_bytes: int
    """Of its text, in UTF-8."""
    story: str | None
    """What it shares with the articles that tell the same, if any do."""
    left_out: tuple[str, ...] = ()
    """What of it was not read, and why."""


@dataclass(frozen=True, slots=True)
class ListedFailure:
    """What could not be read in a file: the whole of it, or ``source`` within it."""

    file: str
    source: str
    reason: str


@dataclass(frozen=True, slots=True)
class Listing:
    """All that a generation was made of."""

    articles: tuple[ListedArticle, ...] = ()
    """The first published of those that tell one story goes before the others."""
    files: tuple[tuple[str, FileStamp | None], ...] = ()
    """Source and stamp of each; no stamp where the next build will read it whatever it is."""
    failures: tuple[ListedFailure, ...] = ()


def read_listing(index: Path, current: Current) -> Listing:
    """Reads what ``current`` was made of.

    Raises OpenError, or one of its kinds, where it is gone, damaged or of another version.
    """
    with reading(index):
        held, _ = read_generation(index, current)
        with closing(held):
            return _read(held.folder / ARTICLES_FILE)


def _read(path: Path) -> Listing:
    address = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
    with closing(sqlite3.connect(address, uri=True)) as connection:
        articles = connection.execute(
            "SELECT id, articles.source, files.source, title, author, date, language,"
            " length(CAST(text AS BLOB)), story, left_out"
            " FROM articles JOIN files ON files.number = articles.file"
            f" ORDER BY {STORY_ORDER.format('articles.')}"
        )
        files = connection.execute(
            "SELECT source, size_bytes, modified_ns, changed_ns, sha256 FROM files"
        )
        failures = connection.execute(
            "SELECT files.source, failures.source, reason"
            " FROM failures JOIN files ON files.number = failures.file ORDER BY failures.rowid"
        )
        return Listing(
            articles=tuple(
                ListedArticle(*[*row, tuple(json.loads(left_out))]) for *row, left_out in articles
            ),
            files=tuple(
                (source, None if stamp[-1] is None else FileStamp(*stamp))
                for source, *stamp in files
            ),
            failures=tuple(ListedFailure(*row) for row in failures),
        )
