"""How good are the answers? A folder of questions -> scores, each question's record beside them.

The library under evaluation is built and asked by the same code as the user's.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import EvaluationError
from rag.evaluate.confidence import risk_coverage
from rag.evaluate.judge import AskedLibrary, judge
from rag.evaluate.judgements import Record
from rag.evaluate.libraries import library_over
from rag.evaluate.metrics import knows_whether_right, scores, stage_seconds
from rag.evaluate.picture import plot_risk_coverage
from rag.evaluate.question_sets import read_set
from rag.evaluate.questions import Collection
from rag.evaluate.report import Evaluation, render, to_json
from rag.types import Progress

if TYPE_CHECKING:
    from rag.settings import Settings

__all__ = ["Evaluation", "evaluate", "plot_risk_coverage", "render", "summarize", "to_json"]

ProgressCallback = Callable[[Progress], None]
OpenLibrary = Callable[[Collection, Path, "Settings", ProgressCallback], AskedLibrary]


def evaluate(
    folder: Path,
    settings: Settings,
    *,
    sample: int | None = None,
    seed: int = 0,
    index: Path | None = None,
    progress: ProgressCallback = lambda step: None,
    open_library: OpenLibrary | None = None,
) -> Evaluation:
    """Asks every question of the set in ``folder`` and compares what comes back.

    ``sample`` asks at most so many lines of each question file, drawn by ``seed``. The set's
    articles are indexed in ``index``, where the next evaluation finds their vectors, or in a
    temporary folder; a set without articles is asked over the index of ``settings``.
    ``open_library`` stands in for the library in tests.

    Raises EvaluationError for a set that cannot be read, and what building and opening raise.
    """
    if sample is not None and sample < 1:
        raise EvaluationError(f"The sample must hold at least one question, not {sample}.")
    collections = read_set(folder, sample=sample, seed=seed)
    total = sum(len(collection.questions) for collection in collections)
    if not total:
        raise EvaluationError(f"{folder} holds no question: write one a line in questions.jsonl.")
    records: list[Record] = []
    with tempfile.TemporaryDirectory(prefix="rag-eval-") as temporary:
        for collection in collections:
            library = (open_library or library_over)(
                collection, (index or Path(temporary)) / collection.name, settings, progress
            )
            try:
                for question in collection.questions:
                    records.append(judge(question, library))
                    progress(Progress("asking", len(records), total))
            finally:
                library.close()
    return summarize(records, folder=str(folder), sample=sample, seed=seed)


def summarize(
    records: list[Record], *, folder: str, sample: int | None = None, seed: int = 0
) -> Evaluation:
    """The scores of records that were made before."""
    judged = knows_whether_right(records)
    return Evaluation(
        folder=folder,
        sample=sample,
        seed=seed,
        models=tuple(sorted({record.model for record in records})),
        scores=scores(records, seed),
        seconds=stage_seconds(records),
        curve=risk_coverage(
            [record.confidence for record in judged], [bool(record.right) for record in judged]
        ),
        answered=(
            sum(record.status == "answered" for record in judged) / len(judged) if judged else None
        ),
        records=tuple(records),
    )
