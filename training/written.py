"""What a model writes about training passages, to be marked: claims for the head of support.

    RAG_TRAIN_DATA=DIR python -m training.written OUT.jsonl [--writer qwen] [--minutes 3]

Each line is a sentence that the model wrote, in other words than those it read: ``claim``,
``evidence`` (what it cites, or all that it read), ``label`` ("support", "refute" or "neither"; null
until somebody marks it), ``question``, ``passage`` and ``source`` (the set, whose licence holds for
the evidence). The questions are those of the passage, some of them near misses, by which a writer
is lured, and a summary. A run goes on where the one before stopped.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from rag.text.sentences import sentences
from rag.types import Citation
from rag.write.check import is_stated
from rag.write.generators import TextGenerator, load_generator
from rag.write.prompts import Evidence, form_of, prompt_of
from rag.write.prose import drafted

SETS = ("squad", "squad_near_miss", "natural_questions")
MAX_SENTENCES = 3
MAX_QUESTIONS = 4
"""Of a passage: what the model has read of it is kept in its cache."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A passage in numbered sentences, and what is asked about it."""

    id: str
    source: str
    evidence: tuple[Evidence, ...]
    question: str
    kind: str


def questions(folder: Path, seed: int) -> Iterator[Asked]:
    """The questions of the sets in ``folder``: shuffled passages, one of each set in turn."""
    rng = np.random.default_rng(seed)
    rows = [(folder / f"{name}.jsonl").read_text("utf-8").splitlines() for name in SETS]
    for places in zip(*(rng.permutation(len(lines)) for lines in rows), strict=False):
        for name, lines, place in zip(SETS, rows, places, strict=True):
            yield from _asked(f"{name}-{place}", name, json.loads(lines[place]))


def claims(asked: Asked, generator: TextGenerator) -> Iterator[dict[str, Any]]:
    """What the model writes about a passage in other words than its sentences."""
    quotes = {each.citation.number: each.text for each in asked.evidence}
    form = form_of(asked.kind)
    for text, cited in drafted(prompt_of(asked.question, asked.evidence, form), generator, form):
        numbers = [number for number in cited if number in quotes]
        if not any(is_stated(text, quote) for quote in quotes.values()):
            yield {
                "claim": text,
                "evidence": " ".join(quotes[number] for number in numbers or quotes),
                "label": None,
                "question": asked.question,
                "passage": asked.id,
                "source": asked.source,
            }


def _asked(passage_id: str, source: str, row: dict[str, Any]) -> Iterator[Asked]:
    text, title = row["passage"], row["title"] or "From the archive"
    spans = [span for asked in row["questions"] for span in asked["spans"]]
    parts = sentences(text)
    answering = next(
        (n for n, part in enumerate(parts) if spans and part.start <= spans[0][0] < part.end), 0
    )
    first = max(0, min(answering - 1, len(parts) - MAX_SENTENCES))
    evidence = tuple(
        Evidence(Citation(number, passage_id, title, None, None, "", text[start:end], start, end))
        for number, (start, end) in enumerate(parts[first : first + MAX_SENTENCES], start=1)
    )
    known = [(asked["question"].strip('" '), "lookup") for asked in row["questions"]]
    kept = known[:MAX_QUESTIONS]
    if row["title"] and source != "natural_questions":
        kept.append((f"What is said about {title}?", "summary"))
    for number, (question, kind) in enumerate(kept):
        yield Asked(f"{passage_id}-{number}", source, evidence, question, kind)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--writer", default="qwen")
    parser.add_argument("--minutes", type=float, default=3.0)
    parser.add_argument("--seed", type=int, default=20)
    given = parser.parse_args()
    ends = time.monotonic() + 60 * given.minutes
    done_file = given.out.with_suffix(".done")
    done = set(done_file.read_text().split()) if done_file.is_file() else set()
    generator = load_generator(given.writer)
    with given.out.open("a", encoding="utf-8") as out, done_file.open("a") as told:
        for asked in questions(Path(os.environ["RAG_TRAIN_DATA"]), given.seed):
            if time.monotonic() > ends:
                break
            if asked.id in done:
                continue
            for line in claims(asked, generator):
                out.write(json.dumps(line, ensure_ascii=False) + "\n")
                out.flush()
            told.write(f"{asked.id}\n")
            told.flush()


if __name__ == "__main__":
    main()
