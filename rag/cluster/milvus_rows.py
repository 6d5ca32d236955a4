"""Articles and passages as rows of Milvus, and back; pure.

An article is one JSON text, cut into parts that fit. Its version is the hash of that text, and its
passages carry it: a passage therefore never meets another text than the one it was cut from, even
while an article is replaced.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from hashlib import sha256
from typing import TYPE_CHECKING

from rag.cluster.milvus_filters import day_numbers
from rag.cluster.milvus_schema import LONGEST_BYTES, TEXT_REPEATS
from rag.cluster.milvus_server import Row
from rag.text.marks import headings_at
from rag.text.words import terms
from rag.types import Article, Header, Mark, Passage, Span

if TYPE_CHECKING:
    from rag.types import Vectors

MANIFEST = "manifest"
"""The version of the rows that hold a generation's manifest."""
PART_CHARS = LONGEST_BYTES // 4
"""At most four bytes a character."""
PASSAGE_FIELDS = ["ordinal", "id", "article_id", "version", "start", "end"]


def version_of(article: Article) -> str:
    """The hash of everything an article is."""
    return sha256(_article_json(article).encode()).hexdigest()


def article_rows(article: Article) -> Iterator[Row]:
    """The parts of an article, the first of them last, keyed so that Milvus lists by source."""
    # As hexadecimals: pymilvus does not escape the keys by which it pages.
    name = article.source.encode().hex()
    fields = {"article_id": article.id, "version": version_of(article), **_filtered(article)}
    yield from _parts(name, _article_json(article), fields)


def manifest_rows(content: str) -> Iterator[Row]:
    """The parts of a manifest; their keys come after those of all articles."""
    first_day, last_day = day_numbers(None)
    fields = {
        "article_id": "",
        "version": MANIFEST,
        "author": "",
        "source": "",
        "first_day": first_day,
        "last_day": last_day,
    }
    yield from _parts(MANIFEST, content, fields)


def passage_rows(
    article: Article, passages: Sequence[Passage], vectors: Vectors, first_ordinal: int
) -> Iterator[Row]:
    """The passages of an article, numbered from ``first_ordinal`` on."""
    version, filtered = version_of(article), _filtered(article)
    for ordinal, (passage, vector) in enumerate(
        zip(passages, vectors, strict=True), start=first_ordinal
    ):
        yield {
            "ordinal": ordinal,
            "id": passage.id,
            "article_id": article.id,
            "version": version,
            **filtered,
            "start": passage.start,
            "end": passage.end,
            "terms": _weighed_terms("\n".join((*passage.headings, passage.text)), article.title),
            "vector": vector,
        }


def texts_by_version(rows: Iterable[Row]) -> dict[str, str]:
    """What was cut into parts, whole again, by version; without what is just being written."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row["version"], []).append(row)
    return {
        version: "".join(row["content"] for row in sorted(parts, key=lambda row: int(row["part"])))
        for version, parts in found.items()
        if len(parts) == parts[0]["parts"]
    }


def article_of(content: str) -> Article:
    """The article of which this is the JSON text."""
    data = json.loads(content)
    spans = {name: Span(*span) if span else None for name, span in data["header"].items()}
    return Article(
        **{
            **data,
            "header": Header(**spans),
            "marks": tuple(Mark(**mark) for mark in data["marks"]),
            "left_out": tuple(data["left_out"]),
            "also_in": tuple(data["also_in"]),
        }
    )


def passage_of(row: Row, article: Article) -> Passage:
    start, end = row["start"], row["end"]
    return Passage(
        row["id"], article.id, article.text[start:end], start, end, headings_at(article, start)
    )


def _article_json(article: Article) -> str:
    return json.dumps(asdict(article), ensure_ascii=False)


def _filtered(article: Article) -> Row:
    """The fields that filters ask for; see rag/cluster/milvus_filters.py."""
    first_day, last_day = day_numbers(article.date)
    author = _fitting((article.author or "").casefold())
    return {
        "author": author,
        "source": article.source,
        "first_day": first_day,
        "last_day": last_day,
    }


def _parts(name: str, content: str, fields: Row) -> Iterator[Row]:
    contents = [content[start : start + PART_CHARS] for start in range(0, len(content), PART_CHARS)]
    for part, some in reversed(list(enumerate(contents))):
        yield {
            **fields,
            "key": f"{name}-{fields['version']}-{part:06d}",
            "part": part,
            "parts": len(contents),
            "content": some,
            "unused": [0.0, 0.0],
        }


def _weighed_terms(text: str, title: str) -> str:
    """Terms of a passage and its title, repeated as they count."""
    return _fitting(" ".join([*terms(title), *(list(terms(text)) * TEXT_REPEATS)]))


def _fitting(text: str) -> str:
    """``text``, cut where Milvus takes no more; that much shows only in how it is ranked."""
    return text.encode()[:LONGEST_BYTES].decode("utf-8", "ignore")
