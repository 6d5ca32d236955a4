"""Articles and passages in SQLite."""

from __future__ import annotations

import calendar
import datetime
import json
import re
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.errors import FilterError
from rag.index.file_stamps import FileStamp
from rag.types import Article, Filters, Header, Mark, Passage, Span

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FILE = "articles.sqlite"
_ANY = Filters()

_ISO_DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?", re.ASCII)
STORY_ORDER = "coalesce({0}first_day, '9999'), length({0}source), {0}source"
"""Of several articles that tell one story, the first published goes before the others; of one day
that with the shortest path: "copy of wall.txt" and "wall (1).txt" come after "wall.txt"."""
_ARTICLE = "id, source, title, author, date, url, text, header, marks, language, left_out"


class ArticleTable:
    """The articles and passages of one generation, read only; safe to share between threads."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        self._connection = sqlite3.connect(
            f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False
        )
        self._connection.create_function("folded", 1, str.casefold, deterministic=True)

    def ordinals(self, filters: Filters) -> NDArray[np.int64] | None:
        """Ordinals of the passages whose articles pass, in order; None if all do."""
        import numpy as np

        where, values = _conditions(filters)
        if not where:
            return None
        rows = self._select(
            "SELECT ordinal FROM passages JOIN articles ON articles.id = article_id "
            f"WHERE {' AND '.join(where)} ORDER BY ordinal",
            values,
        )
        return np.array([ordinal for (ordinal,) in rows], dtype=np.int64)

    def fetch(self, ordinals: Sequence[int]) -> list[tuple[Passage, Article]]:
        """Passages with their articles, in the order of ``ordinals``."""
        rows = self._select(
            "SELECT ordinal, id, article_id, start, end, headings FROM passages "
            "WHERE ordinal IN (SELECT value FROM json_each(?))",
            [json.dumps(list(ordinals))],
        )
        articles = self._articles_by_id({row[2] for row in rows})
        found = {}
        for ordinal, passage_id, article_id, start, end, headings in rows:
            article = articles[article_id]
            text, chain = article.text[start:end], tuple(json.loads(headings))
            passage = Passage(passage_id, article_id, text, start, end, chain)
            found[ordinal] = (passage, article)
        return [found[ordinal] for ordinal in ordinals]

    def articles(self) -> Iterator[Article]:
        """Every article, by source, one in memory at a time."""
        for (article_id,) in self._select("SELECT id FROM articles ORDER BY source", ()):
            yield self._articles_by_id({article_id})[article_id]

    def article(self, article_id: str) -> Article | None:
        """The article with this id, or None."""
        return self._articles_by_id({article_id}).get(article_id)

    def latest_articles(self, count: int) -> list[Article]:
        """Up to ``count`` articles, those first whose files came or changed last."""
        rows = self._select(
            "SELECT articles.id FROM articles JOIN files ON file = number ORDER BY"
            " max(coalesce(modified_ns, 0), coalesce(changed_ns, 0)) DESC, articles.source LIMIT ?",
            [count],
        )
        articles = self._articles_by_id({article_id for (article_id,) in rows})
        return [articles[article_id] for (article_id,) in rows]

    def articles_between(
        self, since: str | None, until: str | None, limit: int, filters: Filters = _ANY
    ) -> list[Article]:
        """The ``limit`` newest articles published within ISO dates, both included, newest first.

        Without a bound the undated ones are among them, last. An article dated by month or year
        is within the bounds only if the whole month or year is.
        """
        conditions, passing = _conditions(filters)
        where = ["TRUE", *conditions]
        values: list[str | int] = [*passing]
        if since is not None:
            where.append("first_day >= ?")
            values.append(days_of(since)[0])
        if until is not None:
            where.append("last_day <= ?")
            values.append(days_of(until)[1])
        rows = self._select(
            f"SELECT id FROM articles WHERE {' AND '.join(where)} "
            "ORDER BY last_day DESC NULLS LAST, source LIMIT ?",
            [*values, limit],
        )
        articles = self._articles_by_id({article_id for (article_id,) in rows})
        return [articles[article_id] for (article_id,) in rows]

    def count_articles(self, filters: Filters) -> int:
        """How many articles pass."""
        conditions, values = _conditions(filters)
        where = " AND ".join(["TRUE", *conditions])
        ((count,),) = self._select(f"SELECT count(*) FROM articles WHERE {where}", values)
        return int(count)

    def first_and_last_day(self, filters: Filters = _ANY) -> tuple[str, str] | None:
        """Between which days the dated articles that pass were published; None if none is dated."""
        conditions, values = _conditions(filters)
        passing = f"FROM articles WHERE {' AND '.join(['TRUE', *conditions])}"
        ((first, last),) = self._select(  # apart, since SQLite takes only one end from its index
            f"SELECT (SELECT min(first_day) {passing}), (SELECT max(last_day) {passing})",
            [*values, *values],
        )
        return None if first is None else (first, last)

    def ordinals_of(self, embedded_hashes: Sequence[str]) -> dict[str, int]:
        """Ordinal by the hash of what was embedded, where there is one."""
        rows = self._select(
            "SELECT embedded_hash, ordinal FROM passages "
            "WHERE embedded_hash IN (SELECT value FROM json_each(?))",
            [json.dumps(list(embedded_hashes))],
        )
        return dict(rows)

    def files(self) -> dict[str, tuple[int, FileStamp]]:
        """Number and stamp by source, of the files that may be copied while they are the same."""
        rows = self._select(
            "SELECT source, number, size_bytes, modified_ns, changed_ns, sha256 FROM files "
            "WHERE sha256 IS NOT NULL",
            (),
        )
        return {source: (number, FileStamp(*stamp)) for source, number, *stamp in rows}

    def file_sources(self) -> list[str]:
        """Every file of which the index was built, whether it could be read or not."""
        return [source for (source,) in self._select("SELECT source FROM files", ())]

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    def _articles_by_id(self, ids: set[str]) -> dict[str, Article]:
        chosen = [json.dumps(sorted(ids))]
        rows = self._select(
            f"SELECT {_ARTICLE} FROM articles WHERE id IN (SELECT value FROM json_each(?))", chosen
        )
        told = self._select(
            "SELECT one.id, other.source FROM articles AS one JOIN articles AS other "
            "ON other.story = one.story AND other.id != one.id "
            "WHERE one.id IN (SELECT value FROM json_each(?)) "
            f"ORDER BY {STORY_ORDER.format('other.')}",
            chosen,
        )
        also_in: dict[str, list[str]] = {}
        for article_id, source in told:
            also_in.setdefault(article_id, []).append(source)
        return {row[0]: _article(tuple(also_in.get(row[0], ())), *row) for row in rows}

    def _select(self, statement: str, values: Sequence[str | int]) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._connection.execute(statement, values).fetchall()


def days_of(date: str) -> tuple[str, str]:
    """First and last day that an ISO date of a day, month or year may mean.

    Raises FilterError if it is none of these.
    """
    match = _ISO_DATE.fullmatch(date)
    try:
        if match is None:
            raise ValueError(date)
        year, month, day = match.groups()
        first = datetime.date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        raise FilterError(
            f"Date {date!r} is not an ISO date: write 2007-05-31, 2007-05 or 2007."
        ) from None
    last = first if month else first.replace(month=12)
    if not day:
        last = last.replace(day=calendar.monthrange(last.year, last.month)[1])
    return first.isoformat(), last.isoformat()


def _conditions(filters: Filters) -> tuple[list[str], list[str]]:
    where, values = [], []
    if filters.since is not None:
        where.append("last_day >= ?")
        values.append(days_of(filters.since)[0])
    if filters.until is not None:
        where.append("first_day <= ?")
        values.append(days_of(filters.until)[1])
    if filters.author is not None:
        where.append("instr(folded(coalesce(author, '')), ?) > 0")
        values.append(filters.author.casefold())
    if filters.source is not None:
        where.append("(source = ? OR source GLOB ?)")
        values.extend([filters.source, filters.source])
    # Bytes of the command line that are not UTF-8 arrive as lone surrogates, which SQLite refuses.
    return where, [value.encode("utf-8", "replace").decode() for value in values]


def _article(
    also_in: tuple[str, ...],
    article_id: str,
    source: str,
    title: str,
    author: str | None,
    date: str | None,
    url: str | None,
    text: str,
    header: str,
    marks: str,
    language: str | None,
    left_out: str,
) -> Article:
    title_span, author_span, date_span = (
        Span(*span) if span else None for span in json.loads(header)
    )
    return Article(
        id=article_id,
        title=title,
        author=author,
        date=date,
        source=source,
        url=url,
        text=text,
        header=Header(title_span, author_span, date_span),
        marks=tuple(Mark(*mark) for mark in json.loads(marks)),
        language=language,
        left_out=tuple(json.loads(left_out)),
        also_in=also_in,
    )
