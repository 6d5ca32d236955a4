"""Writes the articles and passages of a new generation, and copies those that did not change."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path

from rag.index.articles import STORY_ORDER, days_of
from rag.index.file_stamps import FileStamp
from rag.types import Article, Failure, Passage

_SCHEMA = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
CREATE TABLE files (
    number INTEGER PRIMARY KEY, source TEXT NOT NULL, first_ordinal INTEGER NOT NULL,
    size_bytes INTEGER, modified_ns INTEGER, changed_ns INTEGER, sha256 TEXT
) STRICT;
CREATE TABLE failures (file INTEGER NOT NULL, source TEXT NOT NULL, reason TEXT NOT NULL) STRICT;
CREATE TABLE articles (
    id TEXT PRIMARY KEY, source TEXT NOT NULL UNIQUE, title TEXT NOT NULL, author TEXT,
    date TEXT, first_day TEXT, last_day TEXT, url TEXT, text TEXT NOT NULL,
    header TEXT NOT NULL, marks TEXT NOT NULL, language TEXT, left_out TEXT NOT NULL,
    file INTEGER NOT NULL, content_hash TEXT NOT NULL, signature BLOB, story TEXT
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
CREATE INDEX articles_of_story ON articles (story) WHERE story IS NOT NULL;
"""
# No journal and no waiting for the disk: a generation whose writing is cut off is thrown away, and
# one that is finished is synced before it is put in force.

_COPIED = (
    "id, source, title, author, date, first_day, last_day, url, text, header, marks, language,"
    " left_out"
)


@dataclass(frozen=True, slots=True)
class Changes:
    """Articles of a generation against the one before."""

    added: int
    updated: int
    renamed: int
    unchanged: int
    removed: int


class ArticleWriter:
    """Files in order, each with its articles and their passages, in one transaction.

    ``previous`` is the table of the generation before, from which unchanged files are copied.
    """

    def __init__(self, path: Path, previous: Path | None = None) -> None:
        self._connection = sqlite3.connect(path.resolve().as_uri(), uri=True)
        self._connection.executescript(_SCHEMA)
        if previous is not None:
            address = f"{previous.resolve().as_uri()}?mode=ro&immutable=1"
            self._connection.execute("ATTACH ? AS previous", [address])
        self._has_previous = previous is not None
        self._next_file = 0
        self.next_ordinal = 0
        self._first_ordinal = 0

    def has(self, article: Article) -> bool:
        """Whether an article of this id or source was added already."""
        row = self._connection.execute(
            "SELECT 1 FROM articles WHERE id = ? OR source = ?", [article.id, article.source]
        ).fetchone()
        return row is not None

    def add(
        self,
        article: Article,
        passages: Sequence[Passage],
        embedded_hashes: Iterable[str],
        content_hash: str = "",
        signature: bytes | None = None,
    ) -> None:
        """Appends an article of the file at hand with its passages, which get the next ordinals.

        ``content_hash`` tells it from other versions, ``signature`` is duplicates.signature.
        """
        first_day, last_day = days_of(article.date) if article.date else (None, None)
        self._connection.execute(
            "INSERT INTO articles VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,NULL)",
            (
                article.id,
                article.source,
                article.title,
                article.author,
                article.date,
                first_day,
                last_day,
                article.url,
                article.text,
                json.dumps([article.header.title, article.header.author, article.header.date]),
                json.dumps([astuple(mark) for mark in article.marks]),
                article.language,
                json.dumps(article.left_out),
                self._next_file,
                content_hash,
                signature,
            ),
        )
        for passage, embedded_hash in zip(passages, embedded_hashes, strict=True):
            self._connection.execute(
                "INSERT INTO passages VALUES (?,?,?,?,?,?,?)",
                (
                    self.next_ordinal,
                    passage.id,
                    passage.article_id,
                    passage.start,
                    passage.end,
                    json.dumps(passage.headings),
                    embedded_hash,
                ),
            )
            self.next_ordinal += 1

    def end_file(self, source: str, stamp: FileStamp | None, failures: Sequence[Failure]) -> None:
        """Closes the file whose articles were added; without a stamp it will be read each time."""
        marks = (None,) * 4 if stamp is None else astuple(stamp)
        self._connection.execute(
            "INSERT INTO files VALUES (?,?,?,?,?,?,?)",
            (self._next_file, source, self._first_ordinal, *marks),
        )
        self._connection.executemany(
            "INSERT INTO failures VALUES (?,?,?)",
            [(self._next_file, failure.source, failure.reason) for failure in failures],
        )
        self._next_file += 1
        self._first_ordinal = self.next_ordinal

    def copy_files(self, first: int, stamps: Sequence[FileStamp]) -> tuple[int, int]:
        """Appends files of the generation before, from number ``first`` on, one for each stamp.

        Returns which ordinals their passages had there: the first, and the one after the last.
        """
        execute = self._connection.execute
        end = first + len(stamps)
        shift = {"first": first, "end": end, "files": self._next_file - first}
        start, stop = execute(
            "SELECT (SELECT first_ordinal FROM previous.files WHERE number = :first), coalesce("
            "(SELECT first_ordinal FROM previous.files WHERE number = :end),"
            "(SELECT count(*) FROM previous.passages))",
            shift,
        ).fetchone()
        ordinals = {"start": start, "stop": stop, "shift": self.next_ordinal - start}
        execute(
            "INSERT INTO files SELECT number + :files, source, first_ordinal + :shift, size_bytes,"
            " modified_ns, changed_ns, sha256 FROM previous.files"
            " WHERE number >= :first AND number < :end",
            shift | ordinals,
        )
        self._connection.executemany(
            "UPDATE files SET modified_ns = ?, changed_ns = ? WHERE number = ?",
            [
                (stamp.modified_ns, stamp.changed_ns, number)
                for number, stamp in enumerate(stamps, start=self._next_file)
            ],
        )
        execute(
            "INSERT INTO failures SELECT file + :files, source, reason FROM previous.failures"
            " WHERE file >= :first AND file < :end ORDER BY rowid",
            shift,
        )
        execute(
            f"INSERT INTO articles SELECT {_COPIED}, file + :files, content_hash, signature, NULL"
            " FROM previous.articles WHERE file >= :first AND file < :end",
            shift,
        )
        execute(
            "INSERT INTO passages SELECT ordinal + :shift, id, article_id, start, end,"
            " headings, embedded_hash FROM previous.passages"
            " WHERE ordinal >= :start AND ordinal < :stop",
            ordinals,
        )
        self._next_file += len(stamps)
        self.next_ordinal += stop - start
        self._first_ordinal = self.next_ordinal
        return start, stop

    def texts(self, first_ordinal: int) -> Iterator[tuple[str, str]]:
        """What is searched of every passage from ``first_ordinal`` on, and its article's title."""
        rows = self._connection.execute(
            "SELECT article_id, headings, start, end FROM passages WHERE ordinal >= ?"
            " ORDER BY ordinal",
            [first_ordinal],
        )
        article_id, text, title = "", "", ""
        for row_id, headings, start, end in rows:
            if row_id != article_id:
                article_id = row_id
                text, title = self._connection.execute(
                    "SELECT text, title FROM articles WHERE id = ?", [article_id]
                ).fetchone()
            yield "\n".join((*json.loads(headings), text[start:end])), title

    def article_count(self) -> int:
        """Articles added and copied so far."""
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
            f"ORDER BY {STORY_ORDER.format('')}"
        )

    def set_stories(self, stories: Mapping[str, str]) -> None:
        """Names the story, by its first article's id, of each article that shares one."""
        self._connection.executemany(
            "UPDATE articles SET story = ? WHERE id = ?",
            [(first, article_id) for article_id, first in stories.items()],
        )

    def changes(self) -> Changes:
        """The articles against those of the generation before."""
        if not self._has_previous:
            return Changes(self.article_count(), 0, 0, 0, 0)
        ((common, unchanged),) = self._connection.execute(
            "SELECT count(*), coalesce(sum(now.content_hash = old.content_hash), 0)"
            " FROM articles AS now JOIN previous.articles AS old USING (source)"
        )
        ((renamed,),) = self._connection.execute(
            "WITH come AS (SELECT content_hash, count(*) AS n FROM articles WHERE source NOT IN"
            " (SELECT source FROM previous.articles) GROUP BY content_hash),"
            " gone AS (SELECT content_hash, count(*) AS n FROM previous.articles WHERE source"
            " NOT IN (SELECT source FROM articles) GROUP BY content_hash)"
            " SELECT coalesce(sum(min(come.n, gone.n)), 0) FROM come JOIN gone USING (content_hash)"
        )
        ((before,),) = self._connection.execute("SELECT count(*) FROM previous.articles")
        return Changes(
            added=self.article_count() - common - renamed,
            updated=common - unchanged,
            renamed=renamed,
            unchanged=unchanged,
            removed=before - common - renamed,
        )

    def finish(self) -> None:
        """Commits everything to the file."""
        self._connection.commit()
        self._connection.close()

    def close(self) -> None:
        """Lets go of the file; what was not finished is lost."""
        self._connection.close()
