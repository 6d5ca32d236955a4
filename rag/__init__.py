"""Footnote: questions to a folder of articles, answered in the articles' own words.

>>> import rag
>>> hits = rag.retrieve("Who met in Baghdad?", k=5)
>>> answer = rag.ask("How long did they talk?", history=[("user", "Who met in Baghdad?")])
>>> library = rag.build("seeds", "index")

Importing this package loads no model and no heavy library; the first call does.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

from rag import errors
from rag.types import (
    Answer,
    Article,
    Citation,
    FilterArguments,
    Filters,
    Hit,
    Passage,
    Quote,
    Turn,
)

if TYPE_CHECKING:
    from rag.ingest.build import ProgressCallback
    from rag.library import Library
    from rag.settings import Settings

__all__ = [
    "Answer",
    "Article",
    "Citation",
    "Filters",
    "Hit",
    "Passage",
    "Quote",
    "Turn",
    "ask",
    "build",
    "errors",
    "open",
    "retrieve",
]

_opened: Library | None = None
"""The default library, as it was opened last."""
_opening = threading.Lock()


def retrieve(
    question: str,
    k: int = 5,
    *,
    history: Sequence[Turn] = (),
    **filters: Unpack[FilterArguments],
) -> list[Hit]:
    """The ``k`` passages of ``index/`` that answer ``question`` best, best first.

    ``index/`` is built from ``seeds/`` if it is not there. ``history`` holds the turns before, as
    (role, text) or {"role", "content"}. The filters ``since`` and ``until`` are ISO dates (both
    inclusive), ``author`` a part of a name in any case, ``source`` a path relative to the folder or
    a shell pattern. For every hit, ``hit.article.text[hit.passage.start:hit.passage.end]`` is
    ``hit.passage.text``.

    Raises a rag.errors.RagError whose text says what happened and what mends it.
    """
    return _default_library().retrieve(question, k, history=history, **filters)


def ask(
    question: str,
    *,
    history: Sequence[Turn] = (),
    **filters: Unpack[FilterArguments],
) -> Answer:
    """The answer in the articles' own words, or an abstention (``answer.status``).

    Arguments and errors as for ``retrieve``. For every citation of the answer,
    ``article.text[citation.start:citation.end] == citation.quote``.
    """
    return _default_library().ask(question, history=history, **filters)


def build(
    seeds: Path | str | None = None,
    index: Path | str | None = None,
    *,
    progress: ProgressCallback | None = None,
    settings: Settings | None = None,
) -> Library:
    """Builds the index of the articles in ``seeds`` and opens it.

    Only passages that are new or changed are embedded. ``progress`` is called with each
    rag.types.Progress. ``library.report`` says what was done.
    """
    from rag.library import build_library

    return build_library(seeds, index, progress=progress or (lambda step: None), settings=settings)


def open(index: Path | str | None = None, *, settings: Settings | None = None) -> Library:
    """Opens a built index. Raises IndexMissingError, IndexCorruptError or IndexMismatchError."""
    from rag.library import open_library

    return open_library(index, settings)


def _default_library() -> Library:
    """The library in ``index/``, opened once and again whenever another generation is in force."""
    global _opened
    from rag.library import build_library, open_library
    from rag.settings import load_settings

    with _opening:
        settings = load_settings()
        if _opened is None or _opened.settings != settings or not _opened.is_in_force():
            try:
                _opened = open_library(settings=settings)
            except errors.IndexMissingError:
                _opened = build_library(settings=settings)
        return _opened
