"""An index of which only the articles that pass some filters are seen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from rag.types import Filters

if TYPE_CHECKING:
    from rag.types import Article, Store, Vectors

_ANY = Filters()


class NarrowedStore:
    """``rag.types.Store`` over ``whole``, narrowed to what passes ``filters``.

    ``passages_holding`` still counts in the whole index: it is for spelling and for the choice of
    words to search, which no filter changes.
    """

    def __init__(self, whole: Store, filters: Filters) -> None:
        self._whole = whole
        self._filters = filters
        self.article_count = whole.count_articles(filters)
        self.generation = whole.generation
        self.passage_count = whole.passage_count
        self.passages_holding = whole.passages_holding
        self.fetch = whole.fetch
        self.article = whole.article

    def search_vectors(
        self, vector: Vectors, k: int, filters: Filters = _ANY
    ) -> list[tuple[int, float]]:
        both = self._with(filters)
        return self._whole.search_vectors(vector, k, both) if both else []

    def search_terms(self, query: str, k: int, filters: Filters = _ANY) -> list[tuple[int, float]]:
        both = self._with(filters)
        return self._whole.search_terms(query, k, both) if both else []

    def articles(self) -> Iterator[Article]:
        """Every article that passes, by source."""
        found = self.articles_between(None, None, self.article_count)
        return iter(sorted(found, key=lambda article: article.source))

    def some_articles(self, count: int) -> list[Article]:
        """The ``count`` newest."""
        return self.articles_between(None, None, count)

    def articles_between(
        self, since: str | None, until: str | None, limit: int, filters: Filters = _ANY
    ) -> list[Article]:
        both = self._with(filters)
        if both:
            return self._whole.articles_between(since, until, limit, both)
        passing = self._whole.articles_between(since, until, self.article_count, self._filters)
        name = (filters.author or "").casefold()
        return [each for each in passing if name in (each.author or "").casefold()][:limit]

    def count_articles(self, filters: Filters) -> int:
        both = self._with(filters)
        if both:
            return self._whole.count_articles(both)
        return len(self.articles_between(None, None, self.article_count, filters))

    def first_and_last_day(self, filters: Filters = _ANY) -> tuple[str, str] | None:
        both = self._with(filters)
        return self._whole.first_and_last_day(both) if both else None

    def close(self) -> None:
        """Nothing: the whole index stays open."""

    def _with(self, filters: Filters) -> Filters | None:
        """Both filters as one; None if none says both.

        Of two parts of an author's name the longer one, which must hold the other: of "Ada" and
        "Lind" only the articles found can tell, and a search finds nothing.
        """
        asked, own = filters.author, self._filters.author
        if asked and own:
            shorter, longer = sorted((asked, own), key=len)
            if shorter.casefold() not in longer.casefold():
                return None
            return replace(self._filters, author=longer)
        return replace(self._filters, author=asked or own)
