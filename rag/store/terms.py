"""Passage terms in Tantivy: BM25 over the passage, with its article's title."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from rag.words import terms

FOLDER = "terms"
TITLE_WEIGHT = 0.3
"""A title's term counts this much of a passage's own (LOG.md, "title weight")."""
_HEAP_BYTES = 64_000_000


def _schema() -> Any:
    from tantivy import SchemaBuilder

    builder = SchemaBuilder()
    builder.add_unsigned_field("ordinal", stored=True, indexed=True, fast=True)
    for name in ("text", "title"):
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="freq")
    return builder.build()


class TermIndex:
    """The terms of one generation, by ordinal."""

    def __init__(self, folder: Path) -> None:
        from tantivy import Index

        self._index = Index.open(str(folder))
        self._schema = self._index.schema
        self._searcher = self._index.searcher()

    def search(
        self, query: str, k: int, ordinals: Sequence[int] | None = None
    ) -> list[tuple[int, float]]:
        """The ``k`` best passages by BM25: (ordinal, score), best first; ties by ordinal.

        Only ``ordinals`` are searched, where given. A query of stop words alone finds nothing.
        """
        wanted = sorted(set(terms(query)))
        if not wanted or k == 0:
            return []
        found = self._search(self._query(wanted), k, ordinals)
        return sorted(found, key=lambda hit: (-hit[1], hit[0]))

    def _search(
        self, query: Any, k: int, ordinals: Sequence[int] | None
    ) -> list[tuple[int, float]]:
        """Searches deeper and deeper until ``k`` allowed passages are found or there are no more."""
        allowed = None if ordinals is None else set(ordinals)
        limit = k
        while True:
            hits = self._searcher.search(query, limit=limit).hits
            found = [
                (int(self._searcher.doc(address)["ordinal"][0]), float(score))
                for score, address in hits
            ]
            kept = [hit for hit in found if allowed is None or hit[0] in allowed]
            if len(kept) >= k or len(hits) < limit:
                return kept[:k]
            limit *= 4

    def _query(self, wanted: Iterable[str]) -> Any:
        from tantivy import Occur, Query

        clauses = []
        for term in wanted:
            in_text = Query.term_query(self._schema, "text", term, index_option="freq")
            in_title = Query.term_query(self._schema, "title", term, index_option="freq")
            clauses.append((Occur.Should, in_text))
            clauses.append((Occur.Should, Query.boost_query(in_title, TITLE_WEIGHT)))
        return Query.boolean_query(clauses)


class TermWriter:
    """Writes the terms of a new generation."""

    def __init__(self, folder: Path) -> None:
        from tantivy import Index

        folder.mkdir()
        self._writer: Any = Index(_schema(), path=str(folder)).writer(_HEAP_BYTES, num_threads=1)
        self._next_ordinal = 0

    def add(self, text: str, title: str) -> None:
        """Appends a passage, which gets the next ordinal."""
        from tantivy import Document

        document = Document()
        document.add_unsigned("ordinal", self._next_ordinal)
        document.add_text("text", " ".join(terms(text)))
        document.add_text("title", " ".join(terms(title)))
        self._writer.add_document(document)
        self._next_ordinal += 1

    def close(self) -> None:
        self._writer.commit()
        self._writer.wait_merging_threads()
