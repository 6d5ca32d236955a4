"""The rows of the library's list in SQLite, so that a page of 100,000 is found and sorted at once.

In memory, made anew whenever the index or the folder has changed, and gone with its last reader.
"""

from __future__ import annotations

import json
import sqlite3
import threading
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal, TypeAlias, get_args

from rag.web.library_rows import Row, RowState

PAGE_ROWS = 100
SortKey: TypeAlias = Literal["state", "title", "author", "date", "language", "size"]
Show: TypeAlias = Literal["all"] | RowState
"""All leaves out what is in the trash."""
_STATES = get_args(RowState)
_ATTENTION = {"indexed": 9, "duplicate": 9}
"""Sorted by state, what awaits something goes first, and all that is well follows by title."""
_ORDER: Mapping[SortKey, str] = {
    "state": "attention {0}, title_key, source",
    "title": "title_key {0}, source",
    "author": "author_key IS NULL, author_key {0}, title_key, source",
    "date": "date IS NULL, date {0}, title_key, source",
    "language": "language IS NULL, language {0}, title_key, source",
    "size": "size_bytes IS NULL, size_bytes {0}, title_key, source",
}
_KEYS = ("attention", "title_key", "author_key", "found_by")
_COLUMNS = tuple(each.name for each in fields(Row))


@dataclass(frozen=True, slots=True)
class Listed:
    """What is asked of the list."""

    search: str = ""
    sort: SortKey = "state"
    descending: bool = False
    show: Show = "all"
    page: int = 1


@dataclass(frozen=True, slots=True)
class Found:
    """One page of the list, and how many rows all its pages have."""

    rows: tuple[Row, ...]
    total: int
    page: int
    pages: int


class Catalogue:
    """The list of one state of the library; safe to share between threads."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._lock = threading.Lock()
        self._connection = sqlite3.connect(":memory:", check_same_thread=False)
        names = (*_COLUMNS, *_KEYS)
        self._connection.execute(f"CREATE TABLE rows ({', '.join(names)})")
        self._connection.executemany(
            f"INSERT INTO rows VALUES ({', '.join('?' for _ in names)})", map(_values, rows)
        )
        self._connection.executescript(
            "CREATE INDEX by_attention ON rows (attention, title_key, source);"
            "CREATE INDEX by_title ON rows (title_key, source);"
        )
        counted = dict(self._select("SELECT state, count(*) FROM rows GROUP BY state", ()))
        self.counts: Mapping[RowState, int] = {state: counted.get(state, 0) for state in _STATES}
        """How many rows there are of each state."""

    def find(self, asked: Listed) -> Found:
        """A page of the rows that hold every word of the search; the nearest page there is."""
        where = ["state = ?" if asked.show != "all" else "state != 'in the trash'"]
        values: list[str | int] = [] if asked.show == "all" else [asked.show]
        for word in folded(asked.search).split():
            where.append("instr(found_by, ?) > 0")
            values.append(word)
        conditions = " AND ".join(where)
        ((total,),) = self._select(f"SELECT count(*) FROM rows WHERE {conditions}", values)
        pages = max(1, -(-total // PAGE_ROWS))
        page = min(max(1, asked.page), pages)
        order = _ORDER[asked.sort].format("DESC" if asked.descending else "ASC")
        found = self._select(
            f"SELECT {', '.join(_COLUMNS)} FROM rows WHERE {conditions}"
            f" ORDER BY {order} LIMIT ? OFFSET ?",
            [*values, PAGE_ROWS, (page - 1) * PAGE_ROWS],
        )
        return Found(tuple(_row(*each) for each in found), total, page, pages)

    def _select(self, statement: str, values: Iterable[str | int]) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._connection.execute(statement, tuple(values)).fetchall()


def folded(text: str) -> str:
    """``text`` as it is compared: without case and accents."""
    apart = unicodedata.normalize("NFKD", text.encode("utf-8", "replace").decode())
    return "".join(each for each in apart if not unicodedata.combining(each)).casefold()


def _values(row: Row) -> tuple[str | int | None, ...]:
    """A row as it is kept: its fields, and what it is sorted and found by."""
    told = (row.title, row.author, row.date, row.source, row.reason)
    values = (getattr(row, name) for name in _COLUMNS)
    return (
        *(json.dumps(value) if isinstance(value, tuple) else value for value in values),
        _ATTENTION.get(row.state, _STATES.index(row.state)),
        folded(row.title),
        None if row.author is None else folded(row.author),
        folded("\n".join(filter(None, told))),
    )


def _row(*values: Any) -> Row:
    columns = dict(zip(_COLUMNS, values, strict=True))
    return Row(**{**columns, "also_in": tuple(json.loads(columns["also_in"]))})
