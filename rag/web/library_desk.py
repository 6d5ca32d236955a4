"""What the library's page can learn and do: the list, the build, and files that come and go.

Knows nothing of HTTP. The list is kept until the index or the folder has changed.
"""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from rag.errors import IndexMissingError, OpenError
from rag.index import Current, read_current, read_listing
from rag.index.articles import Listing
from rag.text.counted import count, rounded
from rag.types import BuildReport
from rag.web.library_catalogue import Catalogue
from rag.web.library_folder import ArticleFolder
from rag.web.library_pace import describe_pace
from rag.web.library_rows import rows, scan
from rag.web.render_state import described
from rag.web.served import Failed, Ready, ServedLibrary, Working

_FRESH_SECONDS = 1.0
_SCANS_APART = 5
"""A folder whose scan takes long is scanned again only after so many times as long."""


@dataclass(frozen=True, slots=True)
class BuildState:
    """What the page shows of the build, and of the library otherwise."""

    kind: str
    """"working", "ready" or "failed"."""
    line: str
    building: bool = False
    """Whether a build is under way that can be stopped."""
    done: int = 0
    total: int = 0
    """Files; 0 where it is not known how far it is."""
    generation: str = ""
    summary: str = ""
    """What the last build did, if this server made it."""


@dataclass(frozen=True, slots=True)
class _Cached:
    catalogue: Catalogue
    problem: str
    made_of: tuple[Current | None, int]
    """The index in force, and how many changes had been told."""
    scanned_at: float
    scan_seconds: float


class LibraryDesk:
    """One for a server. All methods may be called from any thread."""

    def __init__(self, served: ServedLibrary, seeds: Path, index: Path) -> None:
        self.served = served
        self.folder = ArticleFolder(seeds, index)
        self._seeds = seeds
        self._index = index
        self._lock = threading.Lock()
        self._listing: tuple[Current, Listing] | None = None
        self._cached: _Cached | None = None
        self._changes = 0
        self.problem = ""
        """Why nothing of the index is listed, where it cannot be read."""

    def changed(self) -> None:
        """Tells that a file came or went: the next list is made anew."""
        self._changes += 1

    def catalogue(self) -> Catalogue:
        """The list as the index and the folder are now, or were a moment ago."""
        with self._lock:
            current = self._current()
            made_of = current, self._changes
            cached, now = self._cached, time.monotonic()
            if cached is not None and cached.made_of == made_of:
                fresh = max(_FRESH_SECONDS, _SCANS_APART * cached.scan_seconds)
                if now - cached.scanned_at < fresh:
                    self.problem = self.problem or cached.problem
                    return cached.catalogue
            listing = self._read(current)
            found = scan(self._seeds, self._index, listing)
            catalogue = Catalogue(rows(listing, found, self.folder.trash()))
            finished = time.monotonic()
            self._cached = _Cached(catalogue, self.problem, made_of, finished, finished - now)
            return catalogue

    def state(self) -> BuildState:
        """What is being done now; looks whether another process has built the index."""
        self.served.refresh()
        library = self.served.state.library
        state, line = described(self.served.state)
        kind = {Working: "working", Ready: "ready", Failed: "failed"}[type(state)]
        generation = library.generation if library else ""
        if isinstance(state, Working) and state.progress is not None:
            step = state.progress.step
            stopping = self.served.is_cancelling
            line = "Stopping the build" if stopping else describe_pace(state.progress)
            can_stop = not stopping and step.stage != "writing"
            return BuildState(kind, line, can_stop, step.done, step.total, generation)
        report = library.report if library and isinstance(state, Ready) else None
        summary = describe_report(report) if report else ""
        return BuildState(kind, line, generation=generation, summary=summary)

    def _current(self) -> Current | None:
        self.problem = ""
        try:
            return read_current(self._index)
        except IndexMissingError:
            return None
        except OpenError as error:
            self.problem = str(error)
            return None

    def _read(self, current: Current | None) -> Listing:
        """What the generation in force was made of; nothing where none is or can be read."""
        if current is None:
            self._listing = None
            return Listing()
        if self._listing is None or self._listing[0] != current:
            self._listing = None
            with suppress(IndexMissingError):
                try:
                    self._listing = current, read_listing(self._index, current)
                except OpenError as error:
                    self.problem = str(error)
        return self._listing[1] if self._listing else Listing()


def describe_report(report: BuildReport) -> str:
    """One line: what a build did."""
    changes = {
        "new": report.added,
        "updated": report.updated,
        "renamed": report.renamed,
        "removed": report.removed,
        "unchanged": report.unchanged,
    }
    told = [f"{number:,} {what}" for what, number in changes.items() if number]
    if report.failures:
        told.append(f"{count(len(report.failures), 'file')} not read")
    embedded = count(report.embedded, "passage")
    return f"Built in {rounded(report.seconds)} s: {', '.join(told)}. {embedded} embedded anew."
