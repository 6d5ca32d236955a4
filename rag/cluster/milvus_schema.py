"""Collections of one generation in Milvus: their names, fields and indexes.

    footnote                        alias of the generation in force
    footnote_<generation>           its passages: vector, terms and what filters ask for
    footnote_<generation>_articles  its articles, with the same, and its manifest: JSON in parts

The terms of a passage are made by text/words, as for the embedded store, so that all languages are
treated alike there and here; Milvus only cuts them at spaces and weighs them by BM25. A title's
term counts a third of a passage's own: those are written three times (BM25F; Robertson, Zaragoza
and Taylor 2004, "Simple BM25 extension to multiple weighted fields").
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rag.index.terms import TITLE_WEIGHT
from rag.index.vectors import EXACT_UP_TO

if TYPE_CHECKING:
    from pymilvus import MilvusClient

ALIAS = "footnote"
ARTICLES = "_articles"
"""After a generation's name: the collection of its articles."""
LONGEST_BYTES = 65_535
"""Of a string in Milvus."""
TEXT_REPEATS = round(1 / TITLE_WEIGHT)
_SATURATION = 1.2 * TEXT_REPEATS
"""BM25's k1, in repeated terms."""
_LENGTH_SHARE = 0.75
"""BM25's b."""
_STRONG = "Strong"
"""Every reader sees what was written before it asked."""


def collection_of(generation: str) -> str:
    """The collection of a generation's passages."""
    return f"{ALIAS}_{generation}"


def generation_of(collection: str) -> str | None:
    """The generation that a collection belongs to; None if it is none of ours."""
    generation = collection.removeprefix(f"{ALIAS}_").removesuffix(ARTICLES)
    return generation if collection.startswith(f"{ALIAS}_") else None


def create_collections(
    client: MilvusClient, generation: str, dimensions: int, passages: int
) -> None:
    """Creates the empty collections of a generation, for about so many passages.

    As in the embedded store all vectors are compared while they are few; beyond EXACT_UP_TO Milvus
    is left to index them as its own configuration says (docs/cluster.md).
    """
    index_type = "FLAT" if passages <= EXACT_UP_TO else "AUTOINDEX"
    _create_passages(client, collection_of(generation), dimensions, index_type)
    _create_articles(client, collection_of(generation) + ARTICLES)


def _create_passages(client: MilvusClient, name: str, dimensions: int, index_type: str) -> None:
    from pymilvus import DataType, Function, FunctionType

    schema = client.create_schema(auto_id=False, enable_dynamic_field=False)
    schema.add_field("ordinal", DataType.INT64, is_primary=True)
    for field in ("id", "article_id", "version", "author", "source"):
        schema.add_field(field, DataType.VARCHAR, max_length=LONGEST_BYTES)
    for field in ("start", "end", "first_day", "last_day"):
        schema.add_field(field, DataType.INT64)
    schema.add_field(
        "terms",
        DataType.VARCHAR,
        max_length=LONGEST_BYTES,
        enable_analyzer=True,
        enable_match=True,
        analyzer_params={"tokenizer": "standard"},
    )
    schema.add_field("vector", DataType.FLOAT_VECTOR, dim=dimensions)
    schema.add_field("weights", DataType.SPARSE_FLOAT_VECTOR)
    schema.add_function(
        Function(
            name="bm25",
            function_type=FunctionType.BM25,
            input_field_names=["terms"],
            output_field_names=["weights"],
        )
    )
    indexes = client.prepare_index_params()
    indexes.add_index("vector", index_type=index_type, metric_type="IP")
    indexes.add_index(
        "weights",
        index_type="SPARSE_INVERTED_INDEX",
        metric_type="BM25",
        params={"bm25_k1": _SATURATION, "bm25_b": _LENGTH_SHARE},
    )
    _create(client, name, schema, indexes, ("article_id", "source", "first_day", "last_day"))


def _create_articles(client: MilvusClient, name: str) -> None:
    from pymilvus import DataType

    schema = client.create_schema(auto_id=False, enable_dynamic_field=False)
    schema.add_field("key", DataType.VARCHAR, max_length=LONGEST_BYTES, is_primary=True)
    for field in ("article_id", "version", "author", "source", "content"):
        schema.add_field(field, DataType.VARCHAR, max_length=LONGEST_BYTES)
    for field in ("part", "parts", "first_day", "last_day"):
        schema.add_field(field, DataType.INT64)
    schema.add_field("unused", DataType.FLOAT_VECTOR, dim=2)  # a collection must have a vector
    indexes = client.prepare_index_params()
    indexes.add_index("unused", index_type="FLAT", metric_type="L2")
    fields = ("article_id", "version", "part", "source", "first_day", "last_day")
    _create(client, name, schema, indexes, fields)


def _create(
    client: MilvusClient, name: str, schema: Any, indexes: Any, filtered: Sequence[str]
) -> None:
    for field in filtered:
        indexes.add_index(field, index_type="INVERTED")
    client.create_collection(name, schema=schema, consistency_level=_STRONG)
    client.create_index(name, indexes, sync=False)  # nothing to wait for: it is empty
    client.load_collection(name)
