"""Articles, passages and files of one generation in SQLite: read, listed, written, copied."""

from __future__ import annotations

import calendar
import datetime
import json
import re
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from rag.errors import FilterError
from rag.index.file_stamps import FileStamp
from rag.types import Article, Failure, Filters, Header, Mark, Passage, Span

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FILE = "articles.sqlite"
_ANY = Filters()
_SCHEMA = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
CREATE TABLE files (
    number INTEGER PRIMARY KEY, source TEXT NOT NULL,
    size_bytes INTEGER, modified_ns INTEGER, changed_ns INTEGER, sha256 TEXT
) STRICT;
CREATE TABLE failures (file INTEGER NOT NULL, source TEXT NOT NULL, reason TEXT NOT NULL) STRICT;
CREATE TABLE articles (
    id TEXT PRIMARY KEY, title TEXT NOT NULL, author TEXT, date TEXT, source TEXT NOT NULL UNIQUE,
    url TEXT, text TEXT NOT NULL, header TEXT NOT NULL, marks TEXT NOT NULL, language TEXT,
    left_out TEXT NOT NULL, first_day TEXT, last_day TEXT,
    content_hash TEXT NOT NULL, signature BLOB, file INTEGER NOT NULL, story TEXT
) STRICT;
CREATE TABLE passages (
    ordinal INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,
    article_id TEXT NOT NULL REFERENCES articles (id),
    start INTEGER NOT NULL, end INTEGER NOT NULL, headings TEXT NOT NULL,
    embedded_hash TEXT NOT NULL
) STRICT;
CREATE INDEX passages_of_article ON passages (article_id);
CREATE INDEX passages_of_hash ON passages (embedded_hash);
CREATE INDEX articles_by_first_day ON articles (first_day, last_day, source, id);
CREATE INDEX articles_by_last_day ON articles (last_day DESC, first_day, source, id);
CREATE INDEX articles_of_file ON articles (file);
CREATE INDEX failures_of_file ON failures (file);
CREATE INDEX articles_of_story ON articles (story) WHERE story IS NOT NULL;
"""
# No journal and no waiting for the disk: a generation whose writing is cut off is thrown away, and
# one that is finished is synced before it is put in force.

_ARTICLE = "id, title, author, date, source, url, text, header, marks, language, left_out"
_PASSAGE = "id, article_id, start, end, headings"
_STAMP = "size_bytes, modified_ns, changed_ns, sha256"
_HEADER = attrgetter("title", "author", "date")
_MARK = attrgetter("kind", "start", "end", "level", "speaker")
_STAMP_FIELDS = attrgetter(*_STAMP.split(", "))
_CHOSEN = "(SELECT value FROM json_each(?))"
_STORY_ORDER = "coalesce({0}first_day, '9999'), length({0}source), {0}source"
"""Of several articles that tell one story, the first published goes before the others; of one day
that with the shortest path: "copy of wall.txt" and "wall (1).txt" come after "wall.txt"."""
_ISO_DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?", re.ASCII)


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


@dataclass(frozen=True, slots=True)
class IndexedArticle:
    """An article with its passages, and what was found out of both when they were indexed."""

    article: Article
    passages: Sequence[Passage]
    embedded_hashes: Sequence[str]
    """Of what was embedded for each passage."""
    content_hash: str = ""
    """Tells it from the article's other versions."""
    signature: bytes | None = None
    """rag.text.duplicates.signature of it."""


class ArticleTable:
    """The articles and passages of one generation, read only; safe to share between threads."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        self._connection = sqlite3.connect(_read_only(path), uri=True, check_same_thread=False)
        self._connection.create_function("folded", 1, str.casefold, deterministic=True)

    def passing(self, filters: Filters) -> NDArray[np.int64] | None:
        """Ordinals of the passages whose articles pass, in order; None if all do."""
        import numpy as np

        if filters == _ANY:
            return None
        where, values = _conditions(filters)
        rows = self._select(
            "SELECT ordinal FROM passages JOIN articles ON articles.id = article_id "
            f"WHERE {where} ORDER BY ordinal",
            values,
        )
        return np.array([ordinal for (ordinal,) in rows], dtype=np.int64)

    def fetch(self, ordinals: Sequence[int]) -> list[tuple[Passage, Article]]:
        """Passages with their articles, in the order of ``ordinals``."""
        rows = self._select(
            f"SELECT ordinal, {_PASSAGE} FROM passages WHERE ordinal IN {_CHOSEN}",
            [json.dumps(list(ordinals))],
        )
        articles = self._by_id(row[2] for row in rows)
        found = {
            ordinal: (_passage(row, articles[row[1]]), articles[row[1]]) for ordinal, *row in rows
        }
        return [found[ordinal] for ordinal in ordinals]

    def articles(self) -> Iterator[Article]:
        """Every article, by source, one in memory at a time."""
        for (article_id,) in self._select("SELECT id FROM articles ORDER BY source"):
            yield self._by_id([article_id])[article_id]

    def article(self, article_id: str) -> Article | None:
        """The article with this id, or None."""
        return self._by_id([article_id]).get(article_id)

    def latest_articles(self, count: int) -> list[Article]:
        """Up to ``count`` articles, those first whose files came or changed last."""
        return self._chosen(
            "SELECT articles.id FROM articles JOIN files ON file = number ORDER BY"
            " max(coalesce(modified_ns, 0), coalesce(changed_ns, 0)) DESC, articles.source LIMIT ?",
            [count],
        )

    def articles_between(
        self, since: str | None, until: str | None, limit: int, filters: Filters = _ANY
    ) -> list[Article]:
        """See rag.types.Store.articles_between."""
        where, values = _conditions(filters)
        if since is not None:
            where += " AND first_day >= ?"
            values.append(days_of(since)[0])
        if until is not None:
            where += " AND last_day <= ?"
            values.append(days_of(until)[1])
        return self._chosen(
            f"SELECT id FROM articles WHERE {where} "
            "ORDER BY last_day DESC NULLS LAST, source LIMIT ?",
            [*values, limit],
        )

    def count_articles(self, filters: Filters) -> int:
        """How many articles pass."""
        where, values = _conditions(filters)
        ((count,),) = self._select(f"SELECT count(*) FROM articles WHERE {where}", values)
        return int(count)

    def first_and_last_day(self, filters: Filters = _ANY) -> tuple[str, str] | None:
        """Between which days the dated articles that pass were published; None if none is dated."""
        where, values = _conditions(filters)
        passing = f"FROM articles WHERE {where}"
        ((first, last),) = self._select(  # apart, since SQLite takes only one end from its index
            f"SELECT (SELECT min(first_day) {passing}), (SELECT max(last_day) {passing})",
            [*values, *values],
        )
        return None if first is None else (first, last)

    def sources(self, pattern: str, limit: int) -> list[str]:
        """Up to ``limit`` sources of articles that a path or shell pattern names."""
        where, values = _conditions(Filters(source=pattern))
        rows = self._select(f"SELECT source FROM articles WHERE {where} LIMIT ?", [*values, limit])
        return [source for (source,) in rows]

    def ordinals_by(
        self, column: Literal["id", "embedded_hash"], keys: Sequence[str]
    ) -> dict[str, int]:
        """Ordinal by id, or by the hash of what was embedded, of the passages that are there."""
        rows = self._select(
            f"SELECT {column}, ordinal FROM passages WHERE {column} IN {_CHOSEN}",
            [json.dumps(list(keys))],
        )
        return dict(rows)

    def searched_articles(self) -> Iterator[tuple[str, list[tuple[str | None, ...]]]]:
        """Id of every article with passages, and what a search engine holds of it: for each
        passage its id, the hash of what was embedded, the article's title, author, date, source."""
        rows = self._cursor(
            "SELECT article_id, passages.id, embedded_hash, title, author, date, source"
            " FROM passages JOIN articles ON articles.id = article_id ORDER BY ordinal"
        )
        for article_id, group in groupby(rows, key=lambda row: row[0]):
            yield article_id, [row[1:] for row in group]

    def files(self) -> dict[str, tuple[int, FileStamp]]:
        """Number and stamp by source, of the files that may be copied while they are the same."""
        rows = self._select(f"SELECT source, number, {_STAMP} FROM files WHERE sha256 IS NOT NULL")
        return {source: (number, FileStamp(*stamp)) for source, number, *stamp in rows}

    def indexed(
        self, column: Literal["id", "file"], value: str | int
    ) -> Iterator[tuple[IndexedArticle, list[int]]]:
        """The article of this id, or those of a file in order, with their passages' ordinals."""
        rows = self._cursor(
            f"SELECT {_ARTICLE}, content_hash, signature FROM articles WHERE {column} = ?"
            " ORDER BY rowid",
            [value],
        )
        for row in rows:
            article = _article(row[:-2])
            parts = self._select(
                f"SELECT {_PASSAGE}, embedded_hash, ordinal FROM passages WHERE article_id = ?"
                " ORDER BY ordinal",
                [article.id],
            )
            passages = [_passage(part, article) for *part, _, _ in parts]
            hashes = [part[-2] for part in parts]
            ordinals = [part[-1] for part in parts]
            yield IndexedArticle(article, passages, hashes, *row[-2:]), ordinals

    def failures_of(self, number: int) -> list[Failure]:
        """What could not be read of a file."""
        rows = self._select(
            "SELECT source, reason FROM failures WHERE file = ? ORDER BY rowid", [number]
        )
        return [Failure(*row) for row in rows]

    def content_hashes(self) -> dict[str, str]:
        """That of every article, by source."""
        return dict(self._select("SELECT source, content_hash FROM articles"))

    def file_sources(self) -> list[str]:
        """Every file of which the index was built, whether it could be read or not."""
        return [source for (source,) in self._select("SELECT source FROM files")]

    def listing(self) -> Listing:
        """What the generation was made of, without texts: one pass, for a library of any size."""
        articles = self._cursor(
            "SELECT id, articles.source, files.source, title, author, date, language,"
            " length(CAST(text AS BLOB)), story, left_out"
            " FROM articles JOIN files ON files.number = articles.file"
            f" ORDER BY {_STORY_ORDER.format('articles.')}"
        )
        failures = self._cursor(
            "SELECT files.source, failures.source, reason"
            " FROM failures JOIN files ON files.number = failures.file ORDER BY failures.rowid"
        )
        return Listing(
            articles=tuple(
                ListedArticle(*[*row, tuple(json.loads(left_out))]) for *row, left_out in articles
            ),
            files=tuple(
                (source, None if stamp[-1] is None else FileStamp(*stamp))
                for source, *stamp in self._cursor(f"SELECT source, {_STAMP} FROM files")
            ),
            failures=tuple(ListedFailure(*row) for row in failures),
        )

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    def _chosen(self, statement: str, values: Sequence[str | int]) -> list[Article]:
        """The articles whose ids a statement selects, in its order."""
        ids = [article_id for (article_id,) in self._select(statement, values)]
        articles = self._by_id(ids)
        return [articles[article_id] for article_id in ids]

    def _by_id(self, ids: Iterable[str]) -> dict[str, Article]:
        chosen = [json.dumps(sorted(set(ids)))]
        rows = self._select(f"SELECT {_ARTICLE} FROM articles WHERE id IN {_CHOSEN}", chosen)
        told = self._select(
            "SELECT one.id, other.source FROM articles AS one JOIN articles AS other "
            "ON other.story = one.story AND other.id != one.id "
            f"WHERE one.id IN {_CHOSEN} ORDER BY {_STORY_ORDER.format('other.')}",
            chosen,
        )
        also_in: dict[str, tuple[str, ...]] = {}
        for article_id, source in told:
            also_in[article_id] = (*also_in.get(article_id, ()), source)
        return {row[0]: _article(row, also_in.get(row[0], ())) for row in rows}

    def _select(self, statement: str, values: Sequence[str | int] = ()) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._connection.execute(statement, values).fetchall()

    def _cursor(
        self, statement: str, values: Sequence[str | int] = ()
    ) -> Iterator[tuple[Any, ...]]:
        """Rows one by one."""
        cursor = self._connection.execute(statement, values)
        while rows := self._some(cursor):
            yield from rows

    def _some(self, cursor: sqlite3.Cursor) -> list[tuple[Any, ...]]:
        with self._lock:
            return cursor.fetchmany(1000)


class ArticleWriter:
    """Files in order, each with its articles and their passages, in one transaction."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path.resolve().as_uri(), uri=True)
        self._connection.executescript(_SCHEMA)
        self._next_file = 0
        self.next_ordinal = 0

    def has(self, article: Article) -> bool:
        """Whether an article of this id or source was added already."""
        row = self._connection.execute(
            "SELECT 1 FROM articles WHERE id = ? OR source = ?", [article.id, article.source]
        ).fetchone()
        return row is not None

    def add(self, indexed: IndexedArticle) -> None:
        """Appends an article of the file at hand with its passages, which get the next ordinals."""
        article = indexed.article
        self._insert(
            "articles",
            *(article.id, article.title, article.author, article.date, article.source),
            *(article.url, article.text, json.dumps(_HEADER(article.header))),
            *(json.dumps([*map(_MARK, article.marks)]), article.language),
            json.dumps(article.left_out),
            *(days_of(article.date) if article.date else (None, None)),
            *(indexed.content_hash, indexed.signature, self._next_file, None),
        )
        for passage, embedded in zip(indexed.passages, indexed.embedded_hashes, strict=True):
            place = passage.id, passage.article_id, passage.start, passage.end
            headings = json.dumps(passage.headings)
            self._insert("passages", self.next_ordinal, *place, headings, embedded)
            self.next_ordinal += 1

    def end_file(self, source: str, stamp: FileStamp | None, failures: Sequence[Failure]) -> None:
        """Closes the file whose articles were added; without a stamp it will be read each time."""
        marks = (None,) * 4 if stamp is None else _STAMP_FIELDS(stamp)
        self._insert("files", self._next_file, source, *marks)
        for failure in failures:
            self._insert("failures", self._next_file, failure.source, failure.reason)
        self._next_file += 1

    def article_count(self) -> int:
        """Articles added so far."""
        ((found,),) = self._connection.execute("SELECT count(*) FROM articles")
        return int(found)

    def failures(self) -> tuple[Failure, ...]:
        """What could not be read, in the order of the files."""
        rows = self._connection.execute("SELECT source, reason FROM failures ORDER BY file, rowid")
        return tuple(Failure(*row) for row in rows)

    def left_out(self) -> tuple[Failure, ...]:
        """What of the articles was not read, in the order of the files."""
        rows = self._connection.execute(
            "SELECT source, value FROM articles, json_each(left_out) WHERE left_out != '[]'"
            " ORDER BY file, articles.rowid"
        )
        return tuple(Failure(*row) for row in rows)

    def signatures(self) -> Iterator[tuple[str, bytes]]:
        """Id and signature of every article that has one, the first published first."""
        yield from self._connection.execute(
            "SELECT id, signature FROM articles WHERE signature IS NOT NULL "
            f"ORDER BY {_STORY_ORDER.format('')}"
        )

    def set_stories(self, stories: Mapping[str, str]) -> None:
        """Names the story, by its first article's id, of each article that shares one."""
        self._connection.executemany(
            "UPDATE articles SET story = ? WHERE id = ?",
            [(first, article_id) for article_id, first in stories.items()],
        )

    def content_hashes(self) -> dict[str, str]:
        """That of every article so far, by source."""
        return dict(self._connection.execute("SELECT source, content_hash FROM articles"))

    def finish(self) -> None:
        """Commits everything to the file."""
        self._connection.commit()
        self._connection.close()

    def close(self) -> None:
        """Lets go of the file; what was not finished is lost."""
        self._connection.close()

    def _insert(self, table: str, *row: str | bytes | int | None) -> None:
        places = ",".join("?" * len(row))
        self._connection.execute(f"INSERT INTO {table} VALUES ({places})", row)


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


def _conditions(filters: Filters) -> tuple[str, list[str | int]]:
    """What holds of the articles that pass, in SQL, and its values."""
    where, values = ["TRUE"], []
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
        values += [filters.source, filters.source]
    # Bytes of the command line that are not UTF-8 arrive as lone surrogates, which SQLite refuses.
    return " AND ".join(where), [value.encode("utf-8", "replace").decode() for value in values]


def _read_only(path: Path) -> str:
    return f"{path.resolve().as_uri()}?mode=ro&immutable=1"


def _article(row: Sequence[Any], also_in: tuple[str, ...] = ()) -> Article:
    """The article of a row of ``_ARTICLE``."""
    *plain, header, marks, language, left_out = row
    spans = (Span(*span) if span else None for span in json.loads(header))
    told = Header(*spans), tuple(Mark(*mark) for mark in json.loads(marks))
    return Article(*[*plain, *told, language, tuple(json.loads(left_out)), also_in])


def _passage(row: Sequence[Any], article: Article) -> Passage:
    """The passage of a row of ``_PASSAGE``."""
    passage_id, article_id, start, end, headings = row
    text, chain = article.text[start:end], tuple(json.loads(headings))
    return Passage(passage_id, article_id, text, start, end, chain)
