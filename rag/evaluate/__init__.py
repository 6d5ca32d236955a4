"""How good are the answers? A folder of questions -> scores, each question's record beside them.

The library under evaluation is built and asked by the same code as the user's.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import EvaluationError
from rag.evaluate.judge import Record, judge
from rag.evaluate.questions import Collection, read_set
from rag.evaluate.report import Evaluation, render, summarize, to_json
from rag.types import Progress

if TYPE_CHECKING:
    from rag.library import Library
    from rag.settings import Settings

__all__ = ["Evaluation", "evaluate", "library_over", "render", "summarize", "to_json"]

ProgressCallback = Callable[[Progress], None]
OpenLibrary = Callable[[Collection, Path, "Settings", ProgressCallback], "Library"]


def evaluate(
    folder: Path,
    settings: Settings,
    *,
    sample: int | None = None,
    seed: int = 0,
    beside: Path | None = None,
    distractors: int | None = None,
    index: Path | None = None,
    progress: ProgressCallback = lambda step: None,
    open_library: OpenLibrary | None = None,
) -> Evaluation:
    """Asks every question of the set in ``folder`` and compares what comes back.

    ``sample`` asks at most so many lines of each question file, drawn by ``seed``; ``beside`` and
    ``distractors`` are those of ``read_set``. The set's articles are indexed in ``index``, where
    the next evaluation finds their vectors, or in a temporary folder; a set without articles is
    asked over the index of ``settings``. ``open_library`` stands in for the library in tests.

    Raises EvaluationError for a set that cannot be read, and what building and opening raise.
    """
    if sample is not None and sample < 1:
        raise EvaluationError(f"The sample must hold at least one question, not {sample}.")
    collections = read_set(folder, sample=sample, seed=seed, beside=beside, distractors=distractors)
    if not any(collection.questions for collection in collections):
        raise EvaluationError(f"{folder} holds no question: write one a line in questions.jsonl.")
    total = sum(len(collection.questions) for collection in collections)
    records: list[Record] = []
    with tempfile.TemporaryDirectory(prefix="rag-eval-") as temporary:
        for collection in collections:
            place = (index or Path(temporary)) / collection.name
            library = (open_library or library_over)(collection, place, settings, progress)
            try:
                for question in collection.questions:
                    records.append(judge(question, library))
                    progress(Progress("asking", len(records), total))
            finally:
                library.close()
    return summarize(records, folder=str(folder), sample=sample, seed=seed)


def library_over(
    collection: Collection,
    index: Path,
    settings: Settings,
    progress: ProgressCallback = lambda step: None,
) -> Library:
    """The collection's articles indexed in ``index``, or else the index of ``settings``, opened.

    Its models are loaded: once for the process, however many libraries are opened.
    Raises what building and opening raise.
    """
    from rag.embed import load_embedder
    from rag.ingest.build import build_from_articles
    from rag.library import build_library, open_library

    if collection.folder or collection.articles:
        # Milvus, if there is one, holds the user's own library.
        settings = settings.model_copy(update={"index": index, "milvus": None})
    if collection.folder:
        library = build_library(collection.folder, progress=progress, settings=settings)
    else:
        if collection.articles:
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
