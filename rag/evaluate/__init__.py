"""How good are the answers? A folder of questions -> scores, each question's record beside them.

The library under evaluation is built and asked by the same code as the user's.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import EvaluationError
from rag.evaluate.confidence import risk_coverage
from rag.evaluate.judge import AskedLibrary, Record, judge
from rag.evaluate.metrics import knows_whether_right, scores, stage_seconds
from rag.evaluate.questions import Collection, read_set
from rag.evaluate.report import Evaluation, plot_risk_coverage, render, to_json
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
    _check_installed("ir_measures", "scipy")
    if sample is not None and sample < 1:
        raise EvaluationError(f"The sample must hold at least one question, not {sample}.")
    collections = read_set(folder, sample=sample, seed=seed)
    total = sum(len(collection.questions) for collection in collections)
    if not total:
        raise EvaluationError(f"{folder} holds no question: write one a line in questions.jsonl.")
    records: list[Record] = []
    with tempfile.TemporaryDirectory(prefix="rag-eval-") as temporary:
        for collection in collections:
            library = (open_library or _open_library)(
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
        records=tuple(records),
    )


def _open_library(
    collection: Collection, index: Path, settings: Settings, progress: ProgressCallback
) -> AskedLibrary:
    """The library over a collection, its articles indexed in ``index``."""
    from rag.embed import load_embedder
    from rag.ingest import build_from_articles
    from rag.library import build_library, open_library

    if collection.folder:
        settings = settings.model_copy(update={"seeds": collection.folder, "index": index})
        library = build_library(settings=settings, progress=progress)
        library.warm_up()
        return library
    if collection.articles:
        settings = settings.model_copy(update={"index": index})
        build_from_articles(
            collection.articles,
            index,
            settings,
            load_embedder(settings.embedder),
            progress,
            origin=collection.name,
            total=len(collection.articles),
        )
    library = open_library(settings=settings)
    library.warm_up()
    return library


def _check_installed(*modules: str) -> None:
    missing = [module for module in modules if find_spec(module) is None]
    if missing:
        raise EvaluationError(
            f"rag eval needs {', '.join(missing)}: pip install 'footnote-rag[eval]'."
        )
