"""Builds again whenever the folder of articles has changed and is at rest."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from rag.index import is_index_file
from rag.load import find_files

if TYPE_CHECKING:
    from threading import Event

    from watchfiles import Change

SETTLED_MS = 1000
"""A folder is at rest when nothing has changed for so long."""
_LONGEST_CHANGE_MS = 60_000
"""Where files change all the time, a build begins all the same after so long."""
_TICK_MS = 200


def changes(seeds: Path, index: Path, stop: Event | None = None) -> Iterator[None]:
    """Yields when watching has begun, and again each time that articles changed and are at rest.

    Ends when ``stop`` is set. Hidden files and those of the index, which may lie in the folder, are
    passed over. What changes while the caller works is told when it comes back. Raises SeedsError
    if there is no such folder.
    """
    from watchfiles import watch

    find_files(seeds)  # raises SeedsError
    folder = seeds.resolve()
    while stop is None or not stop.is_set():
        watched, has_begun = _identity(folder), False
        for changed in watch(
            folder,
            watch_filter=_only_articles(folder, index.resolve()),
            step=SETTLED_MS,
            debounce=_LONGEST_CHANGE_MS,
            rust_timeout=_TICK_MS,
            yield_on_timeout=True,
            stop_event=stop,
        ):
            if changed or not has_begun:
                yield
            has_begun = True
            if _identity(folder) not in (None, watched):
                break  # another folder has taken its place


def _identity(folder: Path) -> tuple[int, int] | None:
    """What tells a folder from another of the same name; None if it is not there."""
    try:
        status = folder.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _only_articles(folder: Path, index: Path) -> Callable[[Change, str], bool]:
    def is_article(change: Change, path: str) -> bool:
        place = Path(path)
        is_hidden = any(part.startswith(".") for part in place.relative_to(folder).parts)
        return not (is_hidden or is_index_file(place, index))

    return is_article
