"""How fast passages are embedded, and how near the vectors are to the float model's.

    RAG_EVAL_DATA=DIR python -m benchmarks.embed_speed [--passages N] [--rounds N]

Passages a second of the shipped embedder against ``SentenceTransformer.encode`` of the same model
with its defaults. Each takes a round in turn, after a warm-up; the ratio is that of a round, the
figure the median; of wall time, and of processor time, which other work on the machine disturbs
less. Then the cosines of both ways' vectors.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.peer import peer_embedder
from rag.embed import load_embedder
from rag.evaluate.questions import read_set
from rag.ingest.build import embedded_text
from rag.settings import Settings
from rag.text.split import passages

if TYPE_CHECKING:
    from rag.types import Vectors


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--passages", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=5)
    chosen = parser.parse_args()
    settings = Settings()
    own = load_embedder(settings.embedder)
    peer = peer_embedder()
    (wiki,) = read_set(Path(os.environ["RAG_EVAL_DATA"]) / "wiki")
    texts = [
        embedded_text(article, passage)
        for article in wiki.articles
        for passage in passages(article, own, settings.passage_tokens)
    ]
    texts = texts[:: max(1, len(texts) // chosen.passages)][: chosen.passages]

    def encode(texts: list[str]) -> Vectors:
        return np.asarray(peer.encode(texts, prompt="passage: "))

    ways: dict[str, Callable[[list[str]], Vectors]] = {
        "encode": encode,
        own.name: own.embed_passages,
    }
    for clock, what in ((time.perf_counter, "wall"), (time.process_time, "processor")):
        seconds = in_turn(texts, ways, chosen.rounds, clock)
        ratios = [there / here for there, here in zip(*seconds.values(), strict=True)]
        for name, taken in seconds.items():
            print(f"{name}: {len(texts) / statistics.median(taken):.0f} a second of {what} time")
        spread = f"{min(ratios):.2f} to {max(ratios):.2f}"
        print(f"{statistics.median(ratios):.2f} times encode ({spread})", flush=True)
    cosines = (own.embed_passages(texts) * encode(texts)).sum(axis=1)
    print(f"cosine to encode: mean {cosines.mean():.5f}, least {cosines.min():.5f}")


def in_turn(
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


if __name__ == "__main__":
    main()
