"""The articles of one generation in Milvus."""

from __future__ import annotations

import datetime
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby, islice, pairwise

from rag.cluster.milvus_filters import expression, literal, one_of, published_within
from rag.cluster.milvus_rows import article_of, texts_by_version
from rag.cluster.milvus_server import MilvusServer, Row
from rag.index.articles import days_of
from rag.types import Article, Filters

_ANY = Filters()
_CONTENT = ["version", "part", "parts", "content"]
_ANY_PART = 'article_id != ""'
ONE_EACH = f"{_ANY_PART} and part == 0"
"""One row of each article."""


class MilvusArticles:
    """Reads the collection of articles; safe to share between threads."""

    def __init__(self, server: MilvusServer, collection: str) -> None:
        self._server = server
        self._collection = collection

    def count(self, filters: Filters = _ANY) -> int:
        """How many articles pass."""
        return self._count(_passing(filters))

    def by_version(self, versions: Iterable[str]) -> dict[str, Article]:
        """The articles of these versions that are still there."""
        return {version: article_of(text) for version, text in self.texts(versions).items()}

    def texts(self, versions: Iterable[str]) -> dict[str, str]:
        """The JSON texts of these versions that are there."""
        wanted = sorted(set(versions))
        rows = self._query(one_of("version", wanted), _CONTENT) if wanted else []
        return texts_by_version(rows)

    def versions(self) -> Iterator[tuple[str, str]]:
        """Id and version of every article; of one that is just being replaced there may be two."""
        for row in self._server.pages(self._collection, ONE_EACH, ["article_id", "version"]):
            yield row["article_id"], row["version"]

    def all(self) -> Iterator[Article]:
        """Every article, by source, one in memory at a time."""
        rows = self._server.pages(self._collection, _ANY_PART, _CONTENT)
        for _, parts in groupby(rows, key=lambda row: str(row["version"])):
            yield from map(article_of, texts_by_version(parts).values())

    def some(self, count: int) -> list[Article]:
        """About ``count`` articles, taken evenly from all, or all of them if they are no more.

        Versions are hashes, which lie evenly between 0 and f.
        """
        if self.count() <= count:
            return list(self.all())
        versions = set()
        bounds = [f"{number * 16**6 // count:06x}" for number in range(count)]
        for first, end in pairwise([*bounds, "g"]):
            within = f"{ONE_EACH} and version >= {literal(first)} and version < {literal(end)}"
            versions |= {row["version"] for row in self._query(within, ["version"], limit=1)}
        return list(self.by_version(versions).values())

    def article(self, article_id: str) -> Article | None:
        """The article with this id, or None."""
        rows = self._query(f"article_id == {literal(article_id)}", _CONTENT)
        return next(map(article_of, texts_by_version(rows).values()), None)

    def between(
        self, since: str | None, until: str | None, limit: int, filters: Filters = _ANY
    ) -> list[Article]:
        """See rag.types.Store.articles_between.

        Milvus does not sort: the day from which on there are ``limit`` articles is found by halving
        the calendar.
        """
        within = " and ".join(filter(None, (_passing(filters), published_within(since, until))))
        cut = _latest_day(lambda day: self._count(f"{within} and last_day >= {day}") >= limit)
        newer = self._query(f"{within} and last_day > {cut}", ["version"])
        as_old = self._server.pages(
            self._collection, f"{within} and last_day == {cut}", ["version"]
        )
        rows = [*newer, *islice(as_old, max(0, limit - len(newer)))]
        articles = self.by_version(row["version"] for row in rows).values()
        by_source = sorted(articles, key=lambda article: article.source)
        return sorted(by_source, key=_last_day, reverse=True)

    def first_and_last_day(self, filters: Filters = _ANY) -> tuple[str, str] | None:
        """Between which days the dated articles that pass were published; None if none is dated."""
        passing = _passing(filters)
        last = _latest_day(lambda day: self._holds(f"{passing} and last_day >= {day}"))
        if not last:
            return None
        first = _latest_day(lambda day: not self._holds(f"{passing} and first_day < {day}"))
        return _iso(first), _iso(last)

    def _holds(self, condition: str) -> bool:
        return bool(self._query(condition, ["key"], limit=1))

    def _count(self, condition: str) -> int:
        return self._server.count(self._collection, condition)

    def _query(self, condition: str, fields: list[str], limit: int | None = None) -> list[Row]:
        return self._server.query(self._collection, condition, fields, limit)


def _passing(filters: Filters) -> str:
    return " and ".join(filter(None, (ONE_EACH, expression(filters))))


def _latest_day(is_so: Callable[[int], bool]) -> int:
    """The latest day, as 20070531, for which something is so that was so before; 0 if none is."""
    days = range(1, datetime.date.max.toordinal() + 1)
    # The first day on which it is no longer so.
    end = bisect_left(days, True, key=lambda day: not is_so(_number(day)))
    return _number(days[end - 1]) if end else 0


def _number(day: int) -> int:
    return int(datetime.date.fromordinal(day).isoformat().replace("-", ""))


def _iso(number: int) -> str:
    return f"{number // 10_000:04d}-{number // 100 % 100:02d}-{number % 100:02d}"


def _last_day(article: Article) -> str:
    return days_of(article.date)[1] if article.date else ""
