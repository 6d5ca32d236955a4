"""The index in Milvus, for more passages than one machine holds: one generation, for reading."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from rag.cluster.milvus_articles import MilvusArticles
from rag.cluster.milvus_filters import expression, literal
from rag.cluster.milvus_manifest import MilvusManifest, read_manifest
from rag.cluster.milvus_rows import MANIFEST, PASSAGE_FIELDS, passage_of
from rag.cluster.milvus_schema import ARTICLES, collection_of
from rag.cluster.milvus_server import MilvusServer
from rag.errors import IndexMissingError, OpenError
from rag.index.manifest import Recipe
from rag.text.words import content_terms, terms
from rag.types import Article, Filters, Hit, Passage

if TYPE_CHECKING:
    from rag.types import Vectors

FUSION_RANK = 60
"""The constant of reciprocal rank fusion (Cormack, Clarke and Büttcher, SIGIR 2009)."""
_ANY = Filters()
_MOST_HITS = 16_384
"""Of one search in Milvus."""
_SAMPLE_ROWS = 100


class MilvusStore:
    """``rag.types.Store`` and ``rag.types.FusingStore`` on Milvus; safe to share between threads.

    Its generation stays until the second build after it. Articles that are replaced within it (see
    rag.cluster.milvus_writer) show at once.
    """

    def __init__(self, server: MilvusServer, generation: str, manifest: MilvusManifest) -> None:
        self._server = server
        self._generation = generation
        self._manifest = manifest
        self._passages = collection_of(generation)
        self._articles = MilvusArticles(server, self._passages + ARTICLES)

    @property
    def generation(self) -> str:
        return self._generation

    @property
    def name(self) -> str:
        """The server's address without the password."""
        return self._server.name

    @property
    def manifest(self) -> MilvusManifest:
        """How the index was made; its counts are those of the last build."""
        return self._manifest

    @property
    def article_count(self) -> int:
        return self._articles.count()

    @property
    def passage_count(self) -> int:
        return self._server.count(self._passages)

    def is_in_force(self) -> bool:
        """Whether no later build has finished; where nobody answers, none that is known."""
        try:
            return self._server.generation_in_force() == self._generation
        except OpenError:  # will be told by whatever is asked next
            return True

    def search_vectors(
        self, vector: Vectors, k: int, filters: Filters = _ANY
    ) -> list[tuple[int, float]]:
        return self._search("vector", vector, k, filters)

    def search_terms(self, query: str, k: int, filters: Filters = _ANY) -> list[tuple[int, float]]:
        wanted = _search_text(query)
        return self._search("weights", wanted, k, filters) if wanted else []

    def search_fused(
        self, query: str, vector: Vectors, k: int, filters: Filters = _ANY
    ) -> list[Hit]:
        """The ``k`` best of each search, fused by rank in the engine: 1.0 means first in both."""
        from pymilvus import AnnSearchRequest, RRFRanker

        k, where = min(k, _MOST_HITS), expression(filters)
        wanted = _search_text(query)
        asked: list[tuple[str, Any]] = [("vector", vector)]
        if wanted:
            asked.append(("weights", wanted))
        searches = [AnnSearchRequest([data], field, {}, k, where) for field, data in asked]
        with self._server.reading():
            (found,) = self._server.client.hybrid_search(
                self._passages, searches, RRFRanker(FUSION_RANK), k, PASSAGE_FIELDS
            )
        rows = {hit["ordinal"]: hit["entity"] for hit in found}
        articles = self._articles.by_version(row["version"] for row in rows.values())
        # The engine adds up 1 / (60 + rank) of both searches; 1.0 is to mean first in both.
        scores = {hit["ordinal"]: hit["distance"] * (FUSION_RANK + 1) / 2 for hit in found}
        return [
            Hit(passage_of(row, article), article, scores[ordinal])
            for ordinal in sorted(rows, key=lambda ordinal: (-scores[ordinal], ordinal))
            if (row := rows[ordinal]) and (article := articles.get(row["version"]))
        ]

    def passages_holding(self, words: Sequence[str]) -> list[int]:
        """For each word the number of passages that hold it; see TermIndex.passages_holding.

        Spelling asks for many words of which few are held: one query tells those few.
        """
        terms_of = [terms(word) for word in words]
        sought = {term for found in terms_of for term in found}
        counts = dict.fromkeys(sought, 0)
        while sought:
            sample = self._server.query(
                self._passages, _holding(sorted(sought)), ["terms"], limit=_SAMPLE_ROWS
            )
            held = sought & {term for row in sample for term in row["terms"].split()}
            if not held:
                break
            for term in held:
                counts[term] = self._server.count(self._passages, _holding([term]))
            sought -= held
        return [min((counts[term] for term in found), default=0) for found in terms_of]

    def fetch(self, ordinals: Sequence[int]) -> list[tuple[Passage, Article]]:
        """Passages with their articles, in the order asked for, without those removed since."""
        if not ordinals:
            return []
        chosen = f"ordinal in {sorted({int(ordinal) for ordinal in ordinals})}"
        found = self._server.query(self._passages, chosen, PASSAGE_FIELDS)
        rows = {row["ordinal"]: row for row in found}
        articles = self._articles.by_version(row["version"] for row in found)
        return [
            (passage_of(row, article), article)
            for ordinal in ordinals
            if (row := rows.get(ordinal)) and (article := articles.get(row["version"]))
        ]

    def articles(self) -> Iterator[Article]:
        return self._articles.all()

    def article(self, article_id: str) -> Article | None:
        return self._articles.article(article_id)

    def some_articles(self, count: int) -> list[Article]:
        """About ``count`` articles, taken evenly from all; see MilvusArticles.some."""
        return self._articles.some(count)

    def latest_articles(self, count: int) -> list[Article]:
        """Any ``count`` articles: this index does not keep when files came."""
        return self.some_articles(count)

    def articles_between(
        self, since: str | None, until: str | None, limit: int, filters: Filters = _ANY
    ) -> list[Article]:
        return self._articles.between(since, until, limit, filters)

    def count_articles(self, filters: Filters) -> int:
        return self._articles.count(filters)

    def first_and_last_day(self, filters: Filters = _ANY) -> tuple[str, str] | None:
        return self._articles.first_and_last_day(filters)

    def close(self) -> None:
        self._server.close()

    def _search(self, field: str, data: Any, k: int, filters: Filters) -> list[tuple[int, float]]:
        with self._server.reading():
            (found,) = self._server.client.search(
                self._passages,
                [data],
                filter=expression(filters),
                limit=min(k, _MOST_HITS),
                anns_field=field,
            )
        # Milvus Lite gives BM25 a minus.
        hits = [(int(hit["ordinal"]), hit["distance"]) for hit in found]
        if field == "weights":
            hits = [(ordinal, abs(score)) for ordinal, score in hits]
        return sorted(hits, key=lambda hit: (-hit[1], hit[0]))


def open_milvus(address: str, recipe: Recipe | None) -> MilvusStore:
    """Opens the generation in force, after checking that ``recipe`` made it; None takes any.

    Raises SettingsError if this is no address, OpenError if nobody answers, IndexMissingError or
    IndexMismatchError.
    """
    server = MilvusServer(address)
    try:
        generation, manifest = generation_at(server, recipe)
    except BaseException:
        server.close()
        raise
    return MilvusStore(server, generation, manifest)


def generation_at(server: MilvusServer, recipe: Recipe | None) -> tuple[str, MilvusManifest]:
    """The generation in force and its manifest; raises as open_milvus does."""
    generation = server.generation_in_force()
    if generation is None:
        raise IndexMissingError(f"No index in Milvus at {server.name}: run rag build.")
    articles = MilvusArticles(server, collection_of(generation) + ARTICLES)
    (content,) = articles.texts([MANIFEST]).values()
    return generation, read_manifest(server.name, content, recipe)


def _search_text(query: str) -> str:
    return " ".join(sorted(set(content_terms(query))))


def _holding(some: Sequence[str]) -> str:
    """That a passage or its title holds one of some terms."""
    return f"text_match(terms, {literal(' '.join(some))})"
