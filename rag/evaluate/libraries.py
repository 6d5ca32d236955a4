"""A collection -> the library over it, built and opened by the same code as the user's."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from rag.evaluate.questions import Collection
from rag.types import Progress

if TYPE_CHECKING:
    from rag.library import Library
    from rag.settings import Settings


def library_over(
    collection: Collection,
    index: Path,
    settings: Settings,
    progress: Callable[[Progress], None] = lambda step: None,
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
