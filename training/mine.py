"""Hard negatives: the passages of the same set that BM25 finds for a question."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.corpus import Corpus

CANDIDATES = 40


def _terms_ranking(passages: Sequence[str], questions: Sequence[str]) -> list[list[int]]:
    """For each question the best passages by BM25, best first."""
    import tantivy

    schema = tantivy.SchemaBuilder().add_text_field("text", tokenizer_name="en_stem").build()
    index = tantivy.Index(schema)
    writer = index.writer(num_threads=1)
    for passage in passages:
        writer.add_document(tantivy.Document(text=passage))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    searcher = index.searcher()
    if searcher.num_segments != 1:  # else a hit's place in its segment is not the passage's number
        raise RuntimeError("the in-memory index has more than one segment")
    rankings: list[list[int]] = []
    for question in questions:
        words = " ".join(re.findall(r"\w+", question.lower()))
        query = index.parse_query(words, ["text"]) if words else tantivy.Query.empty_query()
        rankings.append([hit.doc for _, hit in searcher.search(query, CANDIDATES).hits])
    return rankings


def mine(corpus: Corpus) -> dict[str, NDArray[np.int32]]:
    """For each set an array (questions, CANDIDATES) of indexes into ``corpus.texts``, best first.

    A question's own text is among them where it is found; -1 where there are fewer.
    """
    found: dict[str, NDArray[np.int32]] = {}
    for source, items in corpus.items.items():
        members = sorted({item.text for item in items})
        passages = [f"{corpus.texts[i].title} {corpus.texts[i].text}" for i in members]
        rows = np.full((len(items), CANDIDATES), -1, dtype=np.int32)
        rankings = _terms_ranking(passages, [item.question for item in items])
        for row, ranking in enumerate(rankings):
            rows[row, : len(ranking)] = [members[member] for member in ranking]
        found[source] = rows
    return found


def mine_once(corpus: Corpus, folder: Path) -> dict[str, NDArray[np.int32]]:
    """``mine``, kept in ``folder`` and read from there when the corpus is the same."""
    digest = hashlib.sha256()
    for source in corpus.items:
        for item in corpus.items[source]:
            digest.update(f"{item.question}\0{item.text}\0".encode())
    path = folder / f"candidates-{digest.hexdigest()[:12]}.npz"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        np.savez(path, **mine(corpus))  # type: ignore[arg-type]
    with np.load(path) as stored:
        return {source: stored[source] for source in stored.files}
