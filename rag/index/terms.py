"""Passage terms in Tantivy: BM25 over the passage, with its article's title."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from rag.text.words import content_terms, terms
from rag.types import Passage

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ordinals: TypeAlias = Sequence[int] | NDArray[np.int64]

FOLDER = "terms"
TITLE_WEIGHT = 0.3
"""A title's term counts this much of a passage's own, by hand."""
_HEAP_BYTES = 64_000_000
_NAMED_AT_MOST = 10_000
"""Naming every allowed passage to Tantivy takes 0.8 microseconds each (docs/scale.md)."""


class TermIndex:
    """The terms of one generation, by ordinal."""

    def __init__(self, folder: Path) -> None:
        from tantivy import Index

        index = Index.open(str(folder))
        self._schema = index.schema
        self._searcher = index.searcher()

    def search(
        self, query: str, k: int, ordinals: Ordinals | None = None
    ) -> list[tuple[int, float]]:
        """The ``k`` best passages by BM25: (ordinal, score), best first; ties by ordinal.

        Only ``ordinals`` are searched, where given. A query of stop words alone finds nothing.
        """
        import numpy as np

        count = int(self._searcher.num_docs)
        wanted = sorted(set(content_terms(query)))
        k = min(k, count if ordinals is None else len(ordinals))
        if not wanted or k == 0:
            return []
        if ordinals is not None and len(ordinals) > _NAMED_AT_MOST:
            depth = math.ceil(2 * k * count / len(ordinals))
            ranking = self._ranking(self._query(wanted), min(depth, count))
            passes = np.isin([ordinal for ordinal, _ in ranking], ordinals)
            found = [hit for hit, is_allowed in zip(ranking, passes, strict=True) if is_allowed][:k]
            if len(found) == k or len(ranking) < depth:
                return found
        return self._ranking(self._query(wanted, ordinals), k)

    def _ranking(self, query: Any, k: int) -> list[tuple[int, float]]:
        hits = self._searcher.search(query, limit=k, count=False).hits
        found: list[Any] = self._searcher.fast_field_values("ordinal", [hit[1] for hit in hits])
        scores = [float(score) for score, _ in hits]
        ranking = zip(map(int, found), scores, strict=True)
        return sorted(ranking, key=lambda hit: (-hit[1], hit[0]))

    def passages_holding(self, words: Sequence[str]) -> list[int]:
        """For each word the number of passages that hold it, or whose title does, in any
        inflection; of a phrase, those that hold its rarest word. 0 for a stop word."""
        held = self._searcher.doc_freq
        return [
            min((max(held("text", term), held("title", term)) for term in terms(word)), default=0)
            for word in words
        ]

    def _query(self, wanted: Sequence[str], ordinals: Ordinals | None = None) -> Any:
        from tantivy import Occur, Query

        clauses = []
        for term in wanted:
            in_text = Query.term_query(self._schema, "text", term, index_option="freq")
            in_title = Query.term_query(self._schema, "title", term, index_option="freq")
            clauses.append((Occur.Should, in_text))
            clauses.append((Occur.Should, Query.boost_query(in_title, TITLE_WEIGHT)))
        query = Query.boolean_query(clauses)
        if ordinals is None:
            return query
        allowed = Query.term_set_query(self._schema, "ordinal", [int(n) for n in ordinals])
        return Query.boolean_query(
            [(Occur.Must, query), (Occur.Must, Query.const_score_query(allowed, 0.0))]
        )


def searched_text(passage: Passage) -> str:
    """In what words a passage is found: its headings, and its own."""
    return "\n".join((*passage.headings, passage.text))


class TermWriter:
    """Writes the terms of a new generation."""

    def __init__(self, folder: Path) -> None:
        from tantivy import Index

        folder.mkdir()
        # One thread, so that the same passages always make the same index.
        self._writer: Any = Index(_schema(), path=str(folder)).writer(_HEAP_BYTES, num_threads=1)
        self._next_ordinal = 0

    def add(self, passage: Passage, title: str) -> None:
        """Appends a passage of an article with this title; it gets the next ordinal."""
        from tantivy import Document

        document = Document()
        document.add_unsigned("ordinal", self._next_ordinal)
        document.add_text("text", " ".join(terms(searched_text(passage))))
        document.add_text("title", " ".join(terms(title)))
        self._writer.add_document(document)
        self._next_ordinal += 1

    def finish(self) -> None:
        """Writes everything to the folder."""
        self._writer.commit()
        self._writer.wait_merging_threads()

    def close(self) -> None:
        """Ends the writing threads; what was not finished is lost."""
        self._writer = None


def _schema() -> Any:
    from tantivy import SchemaBuilder

    builder = SchemaBuilder()
    builder.add_unsigned_field("ordinal", indexed=True, fast=True)
    for name in ("text", "title"):
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="freq")
    return builder.build()
