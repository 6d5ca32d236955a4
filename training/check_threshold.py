"""What the check of written sentences lets through, and would with the reader's head of support.

    python -m training.check_threshold MARKED.jsonl [--weights FILE] [--most N]

Each line of the file has ``claim``, ``evidence`` and ``label`` ("support", "refute" or "neither"):
written by ``python -m training.written`` and marked by hand, or claims.jsonl, of which the claims
are taken that training holds out. Prints Markdown: of the sentences that pass, how many their
evidence does not hold; of those that it does hold, how many are replaced.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from pathlib import Path

from rag.models import find_encoder
from rag.read.read import SHIPPED_WEIGHTS, SpanReader
from rag.write.check import is_stated
from training.batches import is_held_out

THRESHOLDS = (0.0, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99)


@dataclass(frozen=True, slots=True)
class Judged:
    """A marked sentence, and what the check makes of it."""

    holds: bool
    is_stated: bool
    support: float


def judged(rows: list[dict[str, str]], reader: SpanReader) -> list[Judged]:
    return [
        Judged(
            row["label"] == "support",
            is_stated(row["claim"], row["evidence"]),
            reader.support(row["claim"], [row["evidence"]])[0].supports,
        )
        for row in rows
    ]


def row_of(name: str, marked: list[Judged], passing: list[Judged]) -> str:
    """One line of the table."""
    false, true = sum(not each.holds for each in passing), sum(each.holds for each in passing)
    lost = sum(each.holds for each in marked) - true
    return (
        f"| {name} | {len(passing)} | {false} ({false / max(1, false + true):.3f}) "
        f"| {lost} ({lost / max(1, lost + true):.3f}) |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("marked", type=Path)
    parser.add_argument("--weights", type=Path, default=SHIPPED_WEIGHTS)
    parser.add_argument("--most", type=int, default=2000, help="of its lines (2000)")
    given = parser.parse_args()
    rows = [json.loads(line) for line in given.marked.read_text(encoding="utf-8").splitlines()]
    if given.marked.name == "claims.jsonl":
        rows = [row for row in rows if is_held_out(row["evidence"])]
    reader = SpanReader.load(Path(find_encoder().path), given.weights)
    marked = judged([row for row in rows if row["label"]][: given.most], reader)
    print("| pass | sentences | not held | held, and replaced |\n| --- | --- | --- | --- |")
    print(row_of("its own words", marked, [each for each in marked if each.is_stated]))
    for least in THRESHOLDS:
        passing = [each for each in marked if each.is_stated or each.support >= least]
        print(row_of(f"or support {least}", marked, passing))


if __name__ == "__main__":
    main()
