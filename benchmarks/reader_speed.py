"""Seconds to read 20 passages of 180 tokens, against the same network in a CrossEncoder.

    python -m benchmarks.reader_speed [ROUNDS]

Both run in turn, after a warm-up, on the same passages of the shipped article; printed are the
medians and their ratio. The peer is sentence_transformers.CrossEncoder with its defaults, on the
shipped encoder: a forward pass and a relevance logit, without spans.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

PASSAGES, TOKENS = 20, 180
QUESTION = "How long did the talks between the two ambassadors last?"


def passages(tokenizer: Any) -> list[str]:
    """PASSAGES stretches of TOKENS tokens of the shipped article, each from another place."""
    text = next(Path("seeds").glob("*.txt")).read_text(encoding="utf-8")
    tokens = tokenizer.encode(text, add_special_tokens=False)
    step = (len(tokens.ids) - TOKENS) // PASSAGES
    return [
        text[tokens.offsets[i * step][0] : tokens.offsets[i * step + TOKENS - 1][1]]
        for i in range(PASSAGES)
    ]


def main(rounds: int = 7) -> None:
    from sentence_transformers import CrossEncoder

    from benchmarks.peer import peer_folder
    from rag.encoder.e5_file import open_e5
    from rag.models import find_encoder
    from rag.read.read import SpanReader

    texts = passages(open_e5(Path(find_encoder().path)).tokenizer)
    reader = SpanReader.shipped()
    with tempfile.TemporaryDirectory() as folder:
        peer = CrossEncoder(peer_folder(Path(folder)), num_labels=1, device="cpu")
    runs: dict[str, Callable[[], object]] = {
        "reader": lambda: reader.score(QUESTION, [("", text) for text in texts]),
        "CrossEncoder": lambda: peer.predict([(QUESTION, text) for text in texts]),
    }
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    for turn in range(rounds + 1):
        for name, run in runs.items():
            began = time.perf_counter()
            run()
            if turn:
                seconds[name].append(time.perf_counter() - began)
    medians = {name: statistics.median(values) for name, values in seconds.items()}
    for name, median in medians.items():
        print(f"{name}: {median:.3f} s for {PASSAGES} passages of {TOKENS} tokens")
    print(f"ratio: {medians['reader'] / medians['CrossEncoder']:.2f}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
