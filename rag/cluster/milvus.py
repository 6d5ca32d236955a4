"""Search in Milvus, for more passages than one machine searches.

Articles, their dates and what became of every file are read from the embedded index, whose table
every machine sees (docs/cluster.md); Milvus holds what is searched:

    footnote                  alias of the collection in force
    footnote_<recipe>_<name>  passages: vector, terms and what filters ask for

A row is a passage. Its id leads to the passage in the table, so that what was written meanwhile is
passed over, and quotes are always of the text that is read here. The terms are made by text/words,
as for the embedded store, so that all languages are treated alike there and here; Milvus only cuts
them at spaces and weighs them by BM25. A title's term counts a third of a passage's own: those are
written three times (BM25F; Robertson, Zaragoza and Taylor 2004, "Simple BM25 extension to multiple
weighted fields").
"""

from __future__ import annotations

import json
import logging
import re
import secrets
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import urlsplit

from rag.errors import BuildError, FilterError, IndexMissingError, OpenError, SettingsError
from rag.index.articles import FILE as ARTICLES_FILE
from rag.index.articles import days_of
from rag.index.generations import HeldGeneration, Manifest, Recipe
from rag.index.store import Generation, LocalStore, open_generation
from rag.index.terms import TITLE_WEIGHT, searched_text
from rag.index.vectors import EXACT_UP_TO
from rag.text.words import content_terms, terms
from rag.types import Article, Filters

if TYPE_CHECKING:
    from pymilvus import MilvusClient

    from rag.types import Vectors

Row: TypeAlias = dict[str, Any]

_ALIAS = "footnote"
_LAYOUT = 2
"""Of the collections and their rows; another one is written anew."""
_LONGEST_BYTES = 65_535
"""Of a string in Milvus."""
_MOST_HITS = 16_384
"""Of one search in Milvus."""
_MOST_SOURCES = 1000
"""That a shell pattern with letters in brackets may name."""
_TEXT_REPEATS = round(1 / TITLE_WEIGHT)
_BM25 = {"bm25_k1": 1.2 * _TEXT_REPEATS, "bm25_b": 0.75}
"""The first is in repeated terms."""
_BATCH_ARTICLES = 100
_BATCH_ROWS = 200
_SAMPLE_ROWS = 100
_PAGE_ROWS = 1000
_CONNECT_SECONDS = 10.0
_POLL_SECONDS = 1.0
_LONGEST_REASON_CHARS = 200
_FIRST = "place == 0"
"""One row of each article: its last to be written."""
_UNDATED = (99_999_999, 0)
"""First and last day of an article without a date: no bound lets it pass."""
_ANY = Filters()


class MilvusServer:
    """``http[s]://[user:password@]host[:port][/database]``; safe to share between threads."""

    def __init__(self, address: str) -> None:
        """Raises SettingsError if this is no address, OpenError if nobody answers there."""
        try:
            parts = urlsplit(address)
            is_address = parts.scheme in ("http", "https") and bool(parts.hostname)
            is_address = is_address and parts.port != 0
        except ValueError:  # of the port, or of what stands in brackets
            is_address = False
        if not is_address:
            without_password = address.rpartition("@")[2]
            raise SettingsError(
                f"Setting milvus: {without_password!r} is not an address: write http://host:19530."
            )
        self.name = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
        """The address without the password."""
        try:
            from pymilvus import MilvusClient
        except ImportError:
            raise SettingsError(
                "Milvus needs another package: pip install 'footnote-rag[milvus]'."
            ) from None
        # It logs every error that it raises, with its stack; the messages here take their place.
        logging.getLogger("pymilvus").setLevel(logging.CRITICAL)
        with self.reading():
            self.client: MilvusClient = MilvusClient(uri=address, timeout=_CONNECT_SECONDS)

    def in_force(self) -> str | None:
        """The collection that the alias names; None where nothing was built yet."""
        with self.reading():
            if _ALIAS not in self.client.list_aliases()["aliases"]:
                return None
            return str(self.client.describe_alias(_ALIAS)["collection_name"])

    def query(self, collection: str, condition: str, fields: list[str], **limit: int) -> list[Row]:
        """Rows for which a condition holds, in any order; all of them without a limit."""
        with self.reading():
            return list(self.client.query(collection, condition, fields, **limit))

    def versions(self, collection: str) -> Iterator[tuple[str, str]]:
        """Id and version of every article that is whole, a page in memory at a time."""
        fields = ["article_id", "version"]
        with self.reading():
            pages = self.client.query_iterator(
                collection, _PAGE_ROWS, filter=_FIRST, output_fields=fields
            )
        with closing(pages):
            while True:
                with self.reading():
                    page = pages.next()
                if not page:
                    return
                yield from ((row["article_id"], row["version"]) for row in page)

    def count(self, collection: str, condition: str = "") -> int:
        """How many rows a condition holds for."""
        (row,) = self.query(collection, condition, ["count(*)"])
        return int(row["count(*)"])

    def close(self) -> None:
        self.client.close()

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Turns what pymilvus raises into an OpenError."""
        try:
            yield
        except self._errors() as error:
            raise OpenError(
                f"Milvus at {self.name} does not answer ({_reason(error)}): "
                "check that it runs there and that its index was not removed."
            ) from error

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Turns what pymilvus raises into a BuildError."""
        try:
            yield
        except self._errors() as error:
            raise BuildError(
                f"Milvus at {self.name} could not be written ({_reason(error)}). "
                "Mend that, then run rag build."
            ) from error

    @staticmethod
    def _errors() -> tuple[type[Exception], ...]:
        from grpc import RpcError
        from pymilvus.exceptions import MilvusException

        return MilvusException, RpcError


class MilvusStore(Generation):
    """``rag.types.Store`` that searches in Milvus; safe to share between threads."""

    def __init__(self, server: MilvusServer, held: HeldGeneration, manifest: Manifest) -> None:
        super().__init__(held, manifest)
        self._server = server
        self._collection = server.in_force() or ""
        self.name = server.name
        """The server's address without the password."""

    def check_collection(self) -> None:
        """Raises IndexMissingError where Milvus does not hold this index."""
        if not _is_of(self._collection, self.manifest):
            raise IndexMissingError(
                f"No such index in Milvus at {self.name}: run rag build, or wait until it is done."
            )

    def is_in_force(self) -> bool:
        """As of any generation; but one that Milvus does not hold yet is waited for."""
        if super().is_in_force():
            return True
        try:
            newer = open_generation(self._held.index, None, (), Generation)
            with closing(newer):
                return not _is_of(self._server.in_force() or "", newer.manifest)
        except OpenError:  # will be told by whatever is asked next
            return True

    def search_vectors(
        self, vector: Vectors, k: int, filters: Filters = _ANY
    ) -> list[tuple[int, float]]:
        return self._search("vector", vector, k, filters)

    def search_terms(self, query: str, k: int, filters: Filters = _ANY) -> list[tuple[int, float]]:
        wanted = " ".join(sorted(set(content_terms(query))))
        return self._search("weights", wanted, k, filters) if wanted else []

    def passages_holding(self, words: Sequence[str]) -> list[int]:
        """For each word the number of passages that hold it; see TermIndex.passages_holding.

        Spelling asks for many words of which few are held: one query tells those few.
        """
        terms_of = [terms(word) for word in words]
        sought = {term for found in terms_of for term in found}
        counts = dict.fromkeys(sought, 0)
        while sought:
            sample = self._server.query(
                self._collection, _holding(sorted(sought)), ["terms"], limit=_SAMPLE_ROWS
            )
            held = sought & {term for row in sample for term in row["terms"].split()}
            if not held:
                break
            for term in held:
                counts[term] = self._server.count(self._collection, _holding([term]))
            sought -= held
        return [min((counts[term] for term in found), default=0) for found in terms_of]

    def close(self) -> None:
        super().close()
        self._server.close()

    def _search(self, field: str, data: Any, k: int, filters: Filters) -> list[tuple[int, float]]:
        where = self._expression(filters)
        with self._server.reading():
            (found,) = self._server.client.search(
                self._collection,
                [data],
                filter=where,
                limit=min(k, _MOST_HITS),
                anns_field=field,
            )
        # Milvus Lite gives BM25 a minus.
        scores = {hit["id"]: hit["distance"] for hit in found}
        if field == "weights":
            scores = {passage_id: abs(score) for passage_id, score in scores.items()}
        ordinals = self.ordinals_by("id", list(scores))
        hits = [(ordinal, scores[passage_id]) for passage_id, ordinal in ordinals.items()]
        return sorted(hits, key=lambda hit: (-hit[1], hit[0]))

    def _expression(self, filters: Filters) -> str:
        """The passages that pass; empty if all do. Raises FilterError as the embedded store does.

        What a pattern with letters in brackets names, the table tells: Milvus knows no such thing.
        """
        conditions = []
        if filters.since is not None:
            conditions.append(f"last_day >= {_number(days_of(filters.since)[0])}")
        if filters.until is not None:
            conditions.append(f"first_day <= {_number(days_of(filters.until)[1])}")
        if filters.author is not None:
            conditions.append(f"author like {_literal(f'%{_like(filters.author.casefold())}%')}")
        if filters.source is not None and "[" in filters.source:
            sources = self.sources(filters.source, _MOST_SOURCES + 1)
            if len(sources) > _MOST_SOURCES:
                raise FilterError(
                    f"Source {filters.source!r} names too many articles: write * or ? for [...]."
                )
            conditions.append(_one_of("source", sources))
        elif filters.source is not None:
            conditions.append(f"source like {_literal(_like(filters.source, wild=True))}")
        return " and ".join(conditions)


def open_milvus(index: Path, address: str, recipe: Recipe | None) -> MilvusStore:
    """Opens the generation in force, searched in Milvus; as rag.index.open_store.

    Raises SettingsError if this is no address, OpenError if nobody answers there, and
    IndexMissingError too where Milvus does not hold what ``index`` does.
    """
    server = MilvusServer(address)
    try:
        store = open_generation(
            index, recipe, (ARTICLES_FILE,), lambda *opened: MilvusStore(server, *opened)
        )
        store.check_collection()
    except BaseException:
        server.close()
        raise
    return store


def send_to_milvus(store: LocalStore, address: str) -> None:
    """Has Milvus hold what is searched of ``store``: what is new or changed is written, what is
    gone is removed, article by article.

    What was made otherwise, or does not add up then, is written anew beside what is there, and put
    in force when it is whole. Killed at any step, it is completed by the next call; an article that
    is just being replaced is not found for a moment. The caller holds the build lock.

    Raises SettingsError if this is no address, OpenError if nobody answers there, or BuildError if
    Milvus does not take it.
    """
    with closing(MilvusServer(address)) as server:
        there = server.in_force()
        _drop_all(server, but=there)
        if not there or not _is_of(there, store.manifest) or not _update(server, there, store):
            _write_anew(server, store)


def _write_anew(server: MilvusServer, store: LocalStore) -> None:
    collection = f"{_prefix(store.manifest)}{secrets.token_hex(4)}"
    client = server.client
    with server.writing():
        _create(client, collection, store.manifest)
    if not _update(server, collection, store):
        _drop_all(server, but=server.in_force())
        raise BuildError(
            f"Milvus at {server.name} does not hold all that was written; what was there "
            "before is unchanged. Run rag build again."
        )
    is_first = server.in_force() is None
    with server.writing():
        while client.describe_index(collection, "vector")["pending_index_rows"]:
            time.sleep(_POLL_SECONDS)
        (client.create_alias if is_first else client.alter_alias)(collection, _ALIAS)


def _update(server: MilvusServer, collection: str, store: LocalStore) -> bool:
    """Writes and removes what differs; False if what is there then is not what should be."""
    there = dict(server.versions(collection))
    changed = (
        (article_id, version)
        for article_id, searched in store.searched_articles()
        if there.pop(article_id, None) != (version := _version(searched))
    )
    while some := list(islice(changed, _BATCH_ARTICLES)):
        _delete(server, collection, (article_id for article_id, _ in some))
        for article_id, version in some:
            rows = _rows(store, article_id, version)
            while batch := list(islice(rows, _BATCH_ROWS)):
                with server.writing():
                    server.client.upsert(collection, batch)
    gone = iter(there)
    while ids := list(islice(gone, _BATCH_ARTICLES)):
        _delete(server, collection, ids)
    with server.writing():
        server.client.flush(collection)
    return server.count(collection) == store.passage_count


def _delete(server: MilvusServer, collection: str, article_ids: Iterable[str]) -> None:
    with server.writing():
        server.client.delete(collection, filter=_one_of("article_id", article_ids))


def _rows(store: LocalStore, article_id: str, version: str) -> Iterator[Row]:
    """The passages of an article, the first of them last."""
    ((indexed, ordinals),) = store.indexed("id", article_id)
    article = indexed.article
    shared = {"article_id": article_id, "version": version, **_filtered(article)}
    found = list(zip(indexed.passages, store.vectors(ordinals), strict=True))
    for place, (passage, vector) in reversed(list(enumerate(found))):
        own = list(terms(searched_text(passage))) * _TEXT_REPEATS
        yield {
            **shared,
            "id": passage.id,
            "place": place,
            "terms": _fitting(" ".join([*terms(article.title), *own])),
            "vector": vector,
        }


def _filtered(article: Article) -> Row:
    """The fields that filters ask for."""
    first, last = map(_number, days_of(article.date)) if article.date else _UNDATED
    author = _fitting((article.author or "").casefold())
    return {"author": author, "source": article.source, "first_day": first, "last_day": last}


def _version(searched: object) -> str:
    """The hash of everything that is searched of an article."""
    return sha256(json.dumps(searched).encode()).hexdigest()


def _prefix(manifest: Manifest) -> str:
    """How the name of a collection begins that may hold what the manifest vouches for."""
    is_exact = manifest.passage_count <= EXACT_UP_TO
    told = f"{_LAYOUT} {is_exact} {manifest.recipe}"
    return f"{_ALIAS}_{sha256(told.encode()).hexdigest()[:12]}_"


def _is_of(collection: str, manifest: Manifest) -> bool:
    return collection.startswith(_prefix(manifest))


def _drop_all(server: MilvusServer, but: str | None) -> None:
    """Drops every collection of ours but the one in force."""
    with server.writing():
        for name in server.client.list_collections():
            if name.startswith(f"{_ALIAS}_") and name != but:
                server.client.drop_collection(name)


def _create(client: MilvusClient, collection: str, manifest: Manifest) -> None:
    """Creates an empty collection for what the manifest tells.

    As in the embedded store all vectors are compared while they are few; beyond EXACT_UP_TO Milvus
    is left to index them as its own configuration says (docs/cluster.md).
    """
    from pymilvus import DataType, Function, FunctionType

    schema = client.create_schema(auto_id=False, enable_dynamic_field=False)
    for field in ("id", "article_id", "version", "author", "source"):
        schema.add_field(
            field, DataType.VARCHAR, max_length=_LONGEST_BYTES, is_primary=field == "id"
        )
    for field in ("place", "first_day", "last_day"):
        schema.add_field(field, DataType.INT64)
    words = {"enable_analyzer": True, "enable_match": True}
    cut = {"tokenizer": "standard"}
    schema.add_field(
        "terms", DataType.VARCHAR, max_length=_LONGEST_BYTES, analyzer_params=cut, **words
    )
    schema.add_field("vector", DataType.FLOAT_VECTOR, dim=manifest.recipe.dimensions)
    schema.add_field("weights", DataType.SPARSE_FLOAT_VECTOR)
    schema.add_function(Function("bm25", FunctionType.BM25, ["terms"], ["weights"]))
    indexes = client.prepare_index_params()
    kind = "FLAT" if manifest.passage_count <= EXACT_UP_TO else "AUTOINDEX"
    indexes.add_index("vector", index_type=kind, metric_type="IP")
    indexes.add_index(
        "weights", index_type="SPARSE_INVERTED_INDEX", metric_type="BM25", params=_BM25
    )
    for field in ("article_id", "place", "source", "first_day", "last_day"):
        indexes.add_index(field, index_type="INVERTED")
    # "Strong": every reader sees what was written before it asked.
    client.create_collection(collection, schema=schema, consistency_level="Strong")
    client.create_index(collection, indexes, sync=False)  # nothing to wait for: it is empty
    client.load_collection(collection)


def _holding(some: Sequence[str]) -> str:
    """That a passage or its title holds one of some terms."""
    return f"text_match(terms, {_literal(' '.join(some))})"


def _one_of(field: str, values: Iterable[str]) -> str:
    """That a field holds one of some strings."""
    return f"{field} in [{', '.join(map(_literal, values))}]"


def _literal(text: str) -> str:
    """A string as an expression holds it."""
    # Bytes of the command line that are not UTF-8 arrive as lone surrogates.
    return json.dumps(text.encode("utf-8", "replace").decode(), ensure_ascii=False)


def _like(text: str, *, wild: bool = False) -> str:
    """A LIKE pattern for ``text``, whose ``*`` and ``?`` stand for others where it is ``wild``."""
    pattern = re.sub(r"([\\%_])", r"\\\1", text)
    return pattern.replace("*", "%").replace("?", "_") if wild else pattern


def _number(day: str) -> int:
    """A day as 20070531."""
    return int(day.replace("-", ""))


def _fitting(text: str) -> str:
    """``text``, cut where Milvus takes no more; that much shows only in how it is ranked."""
    return text.encode()[:_LONGEST_BYTES].decode("utf-8", "ignore")


def _reason(error: Any) -> str:
    return " ".join(str(getattr(error, "message", error)).split())[:_LONGEST_REASON_CHARS]
