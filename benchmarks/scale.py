"""How building, opening and searching grow from a thousand passages to a million.

    RAG_EVAL_DATA=DIR python -m benchmarks.scale --sizes 1000 10000 100000 --out OUT

The passages are made (see benchmarks/made_library.py), from the question sets in RAG_EVAL_DATA or
the articles in --articles; the questions are the sets' own. Splitting and embedding are left out:
their time grows with the passages, and the embedding of a question does not grow. Every library is
built in one process and searched in another, so that each one's memory is its own. The measured
retrieval is ``rag.retrieval.retrieve`` as it is asked for answers, with as many candidates and hits
as the settings have. Written to OUT: scale.json and the libraries.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import re
import shutil
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.made_library import Sample, made_articles, made_vectors, sample_articles
from rag.index import (
    FORMAT_VERSION,
    GenerationWriter,
    IndexedArticle,
    LocalStore,
    Recipe,
    build_lock,
    open_store,
)
from rag.retrieval import retrieve
from rag.settings import Settings
from rag.types import Filters

REAL_PASSAGES = 2048
QUESTIONS = 200
CANDIDATES, HITS = (Settings.model_fields[name].default for name in ("candidates", "read_passages"))
FILTERS = {"half": Filters(since="2010"), "one month": Filters(source="2007/05/*")}
FILTERED_QUESTIONS = 30


@dataclass(frozen=True, slots=True)
class Built:
    """What building one library took; splitting, embedding and making the texts left out."""

    writing_seconds: float
    finishing_seconds: float
    """Sorting vectors into lists, measuring recall, hashing and syncing the files."""
    peak_mb: float
    disk_mb: float
    vectors: dict[str, Any]
    """How they are searched, with the recall measured when building: the manifest's words."""


@dataclass(frozen=True, slots=True)
class Searched:
    """What opening and searching one library took, after a first round that is not counted."""

    opening_seconds: float
    opened_mb: float
    searched_mb: float
    """Resident memory with the mapped files' pages, after all questions."""
    own_mb: float
    """Of it what is no mapped file."""
    median_ms: dict[str, float]
    """By stage, and "retrieval" as a whole."""
    p95_ms: dict[str, float]
    filtered_median_ms: dict[str, float]
    """Of the retrieval with each of FILTERS, and of the first, which finds what they let pass."""
    recall_at_10: float
    """Against comparing every vector as it was before it was stored."""
    recall_at_50: float


def recipe_of(sample: Sample) -> Recipe:
    dimensions = sample.vectors.shape[1]
    return Recipe(FORMAT_VERSION, "made", "1", dimensions, "made", 128)


def build(count: int, sample_folder: Path, index: Path) -> Built:
    """Writes a library of ``count`` passages."""
    sample = Sample.load(sample_folder)
    writing = 0.0
    with build_lock(index), GenerationWriter(index, recipe_of(sample)) as writer:
        for article, split, vectors in made_articles(sample, count):
            hashes = [sha256(passage.text.encode()).hexdigest() for passage in split]
            began = time.perf_counter()
            writer.add(IndexedArticle(article, split, hashes), vectors)
            writer.end_file(article.source, None, ())
            writing += time.perf_counter() - began
        began = time.perf_counter()
        writer.publish("made", "made")
        finishing = time.perf_counter() - began
    with open_store_of(index, sample) as store:
        vectors_search = asdict(store.manifest.vectors)
    disk = sum(path.stat().st_size for path in index.rglob("*") if path.is_file())
    return Built(writing, finishing, memory_mb("VmHWM"), disk / 1e6, vectors_search)


def search(count: int, sample_folder: Path, index: Path) -> Searched:
    """Opens a library and asks it every question twice, and some with filters."""
    sample = Sample.load(sample_folder)
    began = time.perf_counter()
    with open_store_of(index, sample) as store:
        opening = time.perf_counter() - began
        opened = memory_mb("VmRSS")
        timed, queries = _Timed(store), _Queries(sample)
        ask_all(timed, queries, Filters())
        timed.seconds.clear()
        ask_all(timed, queries, Filters())
        stages = {
            name: [1000 * value for value in values] for name, values in timed.seconds.items()
        }
        filtered = {}
        for name, filters in FILTERS.items():
            began = time.perf_counter()
            ask_all(timed, queries, filters, 1)
            filtered[f"{name}, first"] = 1000 * (time.perf_counter() - began)
            timed.seconds.clear()
            ask_all(timed, queries, filters, FILTERED_QUESTIONS)
            filtered[name] = 1000 * statistics.median(timed.seconds["retrieval"])
        searched, own = memory_mb("VmRSS"), memory_mb("RssAnon")
        found = [
            [ordinal for ordinal, _ in store.search_vectors(vector, CANDIDATES)]
            for vector in sample.question_vectors
        ]
    nearest = nearest_of_all(sample, count, 50)
    return Searched(
        opening_seconds=opening,
        opened_mb=opened,
        searched_mb=searched,
        own_mb=own,
        median_ms={name: statistics.median(values) for name, values in stages.items()},
        p95_ms={name: float(np.percentile(values, 95)) for name, values in stages.items()},
        filtered_median_ms=filtered,
        recall_at_10=recall(found, nearest, 10),
        recall_at_50=recall(found, nearest, 50),
    )


@contextmanager
def open_store_of(index: Path, sample: Sample) -> Iterator[LocalStore]:
    store = open_store(index, recipe_of(sample))
    try:
        yield store
    finally:
        store.close()


class _Queries:
    """An embedder that knows the questions' vectors already."""

    name = revision = "made"
    max_tokens = 254

    def __init__(self, sample: Sample) -> None:
        self.questions = sample.questions
        self.dimensions = sample.vectors.shape[1]
        self._vectors = dict(zip(sample.questions, sample.question_vectors, strict=True))

    def embed_query(self, texts: Sequence[str]) -> Any:
        return np.stack([self._vectors[text] for text in texts])

    def count_tokens(self, text: str) -> int:
        return len(text.split())


class _Timed:
    """A store whose searches are timed."""

    def __init__(self, store: LocalStore) -> None:
        self._store = store
        self.seconds: defaultdict[str, list[float]] = defaultdict(list)

    def timed(self, stage: str, run: Callable[..., Any], *given: Any) -> Any:
        began = time.perf_counter()
        result = run(*given)
        self.seconds[stage].append(time.perf_counter() - began)
        return result

    def search_vectors(self, *given: Any) -> Any:
        return self.timed("dense", self._store.search_vectors, *given)

    def search_terms(self, *given: Any) -> Any:
        return self.timed("terms", self._store.search_terms, *given)

    def fetch(self, *given: Any) -> Any:
        return self.timed("fetch", self._store.fetch, *given)


def ask_all(store: _Timed, queries: _Queries, filters: Filters, most: int | None = None) -> None:
    for question in queries.questions[:most]:
        store.timed("retrieval", _ask, store, queries, question, filters)


def _ask(store: Any, queries: _Queries, question: str, filters: Filters) -> None:
    retrieve(store, queries, question, HITS, candidates=CANDIDATES, filters=filters)


def nearest_of_all(sample: Sample, count: int, depth: int) -> np.ndarray:
    """Ordinals of the ``depth`` nearest of each question, by comparing every vector."""
    queries = sample.question_vectors
    scores = np.full((len(queries), 0), 0, dtype=np.float32)
    ordinals = np.zeros((len(queries), 0), dtype=np.int64)
    first = 0
    for block in made_vectors(sample, count):
        numbers = np.broadcast_to(np.arange(first, first + len(block)), (len(queries), len(block)))
        scores = np.concatenate([scores, queries @ block.T], axis=1)
        ordinals = np.concatenate([ordinals, numbers], axis=1)
        best = np.argsort(-scores, axis=1, kind="stable")[:, :depth]
        scores = np.take_along_axis(scores, best, axis=1)
        ordinals = np.take_along_axis(ordinals, best, axis=1)
        first += len(block)
    return ordinals


def recall(found: Sequence[Sequence[int]], nearest: np.ndarray, depth: int) -> float:
    """Share of the ``depth`` nearest that are among the first ``depth`` found."""
    shares = [
        len(set(some[:depth]) & set(all_[:depth].tolist())) / min(depth, len(all_))
        for some, all_ in zip(found, nearest, strict=True)
    ]
    return statistics.fmean(shares)


def memory_mb(field: str) -> float:
    """A field of /proc/self/status, which counts in kB."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    match = re.search(rf"^{field}:\s+(\d+) kB$", status, re.MULTILINE)
    assert match is not None
    return int(match[1]) * 1024 / 1e6


def measure(count: int, out: Path) -> dict[str, Any]:
    """One row of the table."""
    index = out / f"index-{count}"
    shutil.rmtree(index, ignore_errors=True)
    apart = multiprocessing.get_context("spawn")
    row: dict[str, Any] = {"passages": count}
    for step in (build, search):
        with apart.Pool(1) as process:
            row |= asdict(process.apply(step, (count, out, index)))
    return row


def _sample(out: Path, articles: Path | None) -> None:
    """Draws and embeds the sample, unless an earlier run left it in ``out``."""
    from rag.embed import load_embedder

    if (out / "texts.json").exists():
        return
    folder = articles or Path(os.environ["RAG_EVAL_DATA"])
    embedder = load_embedder(Settings().embedder)
    sample_articles(folder, embedder, passage_count=REAL_PASSAGES, question_count=QUESTIONS).save(
        out
    )


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="How the embedded store grows.")
    parser.add_argument("--sizes", type=int, nargs="+", default=[1000, 10_000, 100_000, 1_000_000])
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--articles", type=Path, help="a folder of articles, not RAG_EVAL_DATA")
    options = parser.parse_args(arguments)
    if options.articles is None and "RAG_EVAL_DATA" not in os.environ:
        parser.error("name a folder: --articles DIR, or RAG_EVAL_DATA=DIR")
    options.out.mkdir(parents=True, exist_ok=True)
    _sample(options.out, options.articles)
    table = options.out / "scale.json"
    rows = {row["passages"]: row for row in json.loads(table.read_text())} if table.exists() else {}
    for count in options.sizes:
        rows[count] = measure(count, options.out)
        print(json.dumps(rows[count]), flush=True)
        table.write_text(json.dumps([rows[size] for size in sorted(rows)], indent=1) + "\n")


if __name__ == "__main__":
    main()
