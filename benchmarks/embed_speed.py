"""How fast passages are embedded, and what int8 costs in what is found.

    RAG_EVAL_DATA=DIR python -m benchmarks.embed_speed [SET ...] [--passages N] [--rounds N]

First: passages a second of the shipped embedder, in int8 and in float32, against
``SentenceTransformer.encode`` with its defaults. Each takes a round in turn, after a warm-up; the
ratio is that of a round, the figure the median; of wall time, and of processor time, which other
work on the machine disturbs less. Then, for each set: its articles indexed in either precision and
searched in either; nDCG@10 over articles (or hit@5 of the passage that answers, where a set marks
it), by vectors alone and fused with keywords. The difference to float32 is by question, with a 95%
bootstrap interval.
"""

from __future__ import annotations

import argparse
import math
import os
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rag.embed import MiniLMEmbedder
from rag.evaluate.questions import read_set
from rag.evaluate.scores import share
from rag.index import LocalStore, open_store
from rag.ingest.build import build_from_articles, embedded_text, recipe_of
from rag.models import SHIPPED_EMBEDDER, find_embedder
from rag.retrieval import retrieve
from rag.settings import Settings
from rag.text.split import passages

if TYPE_CHECKING:
    from rag.evaluate.questions import Collection, Question
    from rag.types import Article, Passage, Vectors

SETS = ("wiki", "time", "mtrag")
CANDIDATES = 100
Found = list[tuple["Passage", "Article"]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sets", nargs="*", default=SETS, help="folders of RAG_EVAL_DATA")
    parser.add_argument("--passages", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", choices=("speed", "results"))
    chosen = parser.parse_args()
    data = Path(os.environ["RAG_EVAL_DATA"])
    collections = {
        name: next(part for part in read_set(data / name) if part.articles) for name in chosen.sets
    }
    folder = find_embedder(SHIPPED_EMBEDDER)
    embedders = {
        "float32": MiniLMEmbedder(folder, int8=False),
        "int8": MiniLMEmbedder(folder, int8=True),
    }
    if chosen.only != "results":
        first = next(iter(collections.values()))
        texts = list(_embedded_texts(first, embedders["int8"]))
        step = max(1, len(texts) // chosen.passages)
        compare_speed(texts[::step][: chosen.passages], embedders, chosen.rounds)
    if chosen.only != "speed":
        for name, collection in collections.items():
            compare_results(name, collection, embedders)


def compare_speed(texts: list[str], embedders: dict[str, MiniLMEmbedder], rounds: int) -> None:
    from sentence_transformers import SentenceTransformer

    peer = SentenceTransformer(find_embedder(SHIPPED_EMBEDDER).path, device="cpu")
    ways: dict[str, Callable[[list[str]], Vectors]] = {
        "encode": peer.encode,
        **{name: embedder.embed_passages for name, embedder in embedders.items()},
    }
    for clock, what in ((time.perf_counter, "wall"), (time.process_time, "processor")):
        seconds = _in_turn(texts, ways, rounds, clock)
        for name, taken in seconds.items():
            ratios = [peer / own for peer, own in zip(seconds["encode"], taken, strict=True)]
            print(
                f"{len(texts)} passages, {name}: {len(texts) / statistics.median(taken):.0f} a "
                f"second of {what} time, {statistics.median(ratios):.2f} times encode "
                f"({min(ratios):.2f} to {max(ratios):.2f})",
                flush=True,
            )


def compare_results(
    name: str, collection: Collection, embedders: dict[str, MiniLMEmbedder]
) -> None:
    """``A, asked in B``: the articles embedded in A, the questions in B."""
    values: dict[str, dict[str, list[float]]] = {}
    for built, embedder in embedders.items():
        with tempfile.TemporaryDirectory() as folder:
            settings = Settings(index=Path(folder), milvus=None)
            articles = collection.articles
            build_from_articles(
                articles, settings.index, settings, embedder, origin="articles", total=len(articles)
            )
            store = open_store(settings.index, recipe_of(settings, embedder))
            for asked, other in embedders.items():
                values[f"{built}, asked in {asked}"] = _values(collection, store, other)
            store.close()
    exact = values["float32, asked in float32"]
    for measure, before in exact.items():
        print(f"{name}, {len(before)} questions, {measure}: float32 {statistics.mean(before):.4f}")
        for way, found in values.items():
            differences = [one - two for one, two in zip(found[measure], before, strict=True)]
            change = share("", "", differences, 0)
            print(
                f"  {way}: {change.value:+.4f} ({change.low:+.4f} to {change.high:+.4f})",
                flush=True,
            )


def _in_turn(
    texts: list[str],
    ways: dict[str, Callable[[list[str]], Vectors]],
    rounds: int,
    clock: Callable[[], float],
) -> dict[str, list[float]]:
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(rounds + 1):
        for name, embed in ways.items():
            began = clock()
            embed(texts)
            if turn:
                seconds[name].append(clock() - began)
    return seconds


def _embedded_texts(collection: Collection, embedder: MiniLMEmbedder) -> Iterator[str]:
    for article in collection.articles:
        for passage in passages(article, embedder, Settings().passage_tokens):
            yield embedded_text(article, passage)


def _values(
    collection: Collection, store: LocalStore, embedder: MiniLMEmbedder
) -> dict[str, list[float]]:
    """By measure, a value for each question that can be judged so."""
    values: dict[str, list[float]] = defaultdict(list)
    for question in collection.questions:
        for search, found in _searches(store, embedder, question.text):
            if question.relevant:
                articles = list(dict.fromkeys(article.id for _, article in found))
                values[f"nDCG@10, {search}"].append(_ndcg(articles[:10], question.relevant))
            elif question.span:
                hit = any(_holds(question, *each) for each in found[:5])
                values[f"hit@5, {search}"].append(float(hit))
    return values


def _searches(
    store: LocalStore, embedder: MiniLMEmbedder, query: str
) -> Iterator[tuple[str, Found]]:
    nearest = store.search_vectors(embedder.embed_query([query])[0], CANDIDATES)
    yield "vectors", store.fetch([ordinal for ordinal, _ in nearest])
    hits = retrieve(store, embedder, query, CANDIDATES, candidates=CANDIDATES)
    yield "fused", [(hit.passage, hit.article) for hit in hits]


def _holds(question: Question, passage: Passage, article: Article) -> bool:
    assert question.span
    start, end = question.span
    return article.id == question.article_id and passage.start < end and start < passage.end


def _ndcg(found: Sequence[str], relevant: Sequence[str]) -> float:
    gains = (1 / math.log2(rank + 2) for rank, name in enumerate(found) if name in relevant)
    return sum(gains) / sum(1 / math.log2(rank + 2) for rank in range(min(10, len(relevant))))


if __name__ == "__main__":
    main()
