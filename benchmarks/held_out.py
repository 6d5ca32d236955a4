"""The part of a question set that nothing was fitted on, as a set of its own for ``rag eval``.

    RAG_EVAL_DATA=DIR python -m benchmarks.held_out OUT [QUESTIONS ABSENT]

Writes DIR/wiki without the lines that benchmarks/fit_evidence.py calibrates on to the folder OUT;
at most QUESTIONS and ABSENT of them, where these are given.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from benchmarks.fit_evidence import CALIBRATED, shuffled


def held_out(folder: Path, out: Path, most: dict[str, int]) -> None:
    """Copies the articles of ``folder`` and the lines of each file after the calibrated ones."""
    out.mkdir(parents=True, exist_ok=True)
    shutil.copy(folder / "articles.jsonl", out)
    for name, calibrated in CALIBRATED.items():
        lines = (folder / f"{name}.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
        kept = shuffled(lines)[calibrated : calibrated + most.get(name, len(lines))]
        (out / f"{name}.jsonl").write_text("".join(kept), encoding="utf-8")


if __name__ == "__main__":
    held_out(
        Path(os.environ["RAG_EVAL_DATA"]) / "wiki",
        Path(sys.argv[1]),
        dict(zip(CALIBRATED, map(int, sys.argv[2:]), strict=False)),
    )
