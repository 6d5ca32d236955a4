"""The library's page and its HTTP: the list, the build, and files that come and go.

What changes something is refused unless a page of this server asks for it: the browser itself
says so (``Sec-Fetch-Site``, or ``Origin``), and no foreign page can make it say so.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote, urlsplit

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, JSONResponse
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from rag.errors import ArticleFileError, IndexMissingError, OpenError
from rag.index import Current, read_current, read_listing
from rag.index.articles import Listing
from rag.load import KINDS, SAVED_AS, SUFFIXES, SYSTEM_FILES, largest_bytes
from rag.text.counted import count, rounded
from rag.types import BuildReport
from rag.web import catalogue
from rag.web.access import person_of
from rag.web.catalogue import PAGE_ROWS, Catalogue, Found, Listed, RowState, Show, SortKey
from rag.web.folder import ArticleFolder, Clash, Incoming
from rag.web.pages import render
from rag.web.served import Ready, ServedLibrary, Working, describe_pace, described
from rag.web.source import source_link

LABELS: Mapping[RowState, tuple[str, str]] = {
    "new": ("New", "Not in the index yet: rebuild it"),
    "changed": ("Changed", "The file has changed since the index was built: rebuild it"),
    "gone": ("Removed", "The file is gone; the index forgets it when it is rebuilt"),
    "failed": ("Not read", "The file could not be read"),
    "duplicate": ("Duplicate", "An article that was published before tells the same"),
    "indexed": ("Indexed", "Can be asked about"),
    "in the trash": ("In the trash", "Can be put back"),
}
"""What each state is called, and what it means."""
_FRESH_SECONDS = 1.0
_SCANS_APART = 5
"""A folder whose scan takes long is scanned again only after so many times as long."""
_UNCACHED = {"cache-control": "no-store"}


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
            found = catalogue.scan(self._seeds, self._index, listing)
            made = Catalogue(catalogue.rows(listing, found, self.folder.trash()))
            finished = time.monotonic()
            self._cached = _Cached(made, self.problem, made_of, finished, finished - now)
            return made

    def state(self) -> BuildState:
        """What is being done now; looks whether another process has built the index."""
        self.served.refresh()
        library = self.served.state.library
        state, line = described(self.served.state)
        kind = type(state).__name__.lower()
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
        if current and (self._listing is None or self._listing[0] != current):
            self._listing = None
            with suppress(IndexMissingError):
                try:
                    self._listing = current, read_listing(self._index, current)
                except OpenError as error:
                    self.problem = str(error)
        return self._listing[1] if current and self._listing else Listing()


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


def library_page(logs_out: bool) -> str:
    """The page, without what it lists; ``logs_out`` puts the way out on it."""
    return render(
        "library",
        labels=LABELS,
        logs_out=logs_out,
        largest=json.dumps({suffix: largest_bytes(f"a{suffix}") for suffix in SUFFIXES}),
        saved_as=json.dumps(dict(SAVED_AS)),
        system_files=json.dumps(sorted(SYSTEM_FILES)),
        kinds=KINDS,
        suffixes=SUFFIXES,
    )


def render_rows(found: Found, asked: Listed) -> str:
    """The rows of a page as HTML; where there are none, one that says so."""
    return render(
        "rows",
        rows=found.rows,
        is_empty=not asked.search.strip() and asked.show == "all",
        labels=LABELS,
        size=describe_size,
        quote=quote,
        link_to=source_link,
    )


def describe_found(found: Found) -> str:
    """How many rows there are, and which of them this page has."""
    if found.pages == 1:
        return "1 entry" if found.total == 1 else f"{found.total:,} entries"
    first = (found.page - 1) * PAGE_ROWS + 1
    return f"{first:,} to {first + len(found.rows) - 1:,} of {found.total:,} entries"


def describe_size(size_bytes: int | None) -> str:
    """Bytes for people: ``7.4 KB``."""
    size, unit = float(size_bytes or 0), "B"
    for larger in ("KB", "MB", "GB"):
        if size >= 1000:
            size, unit = size / 1000, larger
    return "" if size_bytes is None else f"{rounded(size) if unit != 'B' else size_bytes} {unit}"


def from_our_page(request: Request) -> None:
    """Refuses what no page of this server asks for."""
    site = request.headers.get("sec-fetch-site")
    origin = urlsplit(request.headers.get("origin", ""))
    same_host = origin.scheme in ("http", "https") and origin.netloc == request.headers.get("host")
    if not (site == "same-origin" if site is not None else same_host):
        raise HTTPException(403, "Only this server's own page may change the library.")


def library_routes(desk: LibraryDesk) -> APIRouter:
    """The routes under ``/library``."""
    routes = APIRouter(prefix="/library")
    changing: dict[str, Any] = {"dependencies": [Depends(from_our_page)]}
    folder = desk.folder

    def changed(change: Callable[[], str | None], told: str = "source") -> JSONResponse:
        try:
            made = change()
        except ArticleFileError as error:
            return JSONResponse({"detail": str(error)}, status_code=400)
        desk.changed()
        return JSONResponse({told: made})

    @routes.get("", response_class=HTMLResponse)
    def page(request: Request) -> HTMLResponse:
        logs_out = bool(person_of(request.state))
        return HTMLResponse(library_page(logs_out), headers=_UNCACHED)

    @routes.get("/list")
    def found(
        q: Annotated[str, Query(max_length=1000)] = "",
        sort: SortKey = "state",
        descending: bool = False,
        show: Show = "all",
        page: Annotated[int, Query(ge=1, le=10**9)] = 1,
    ) -> JSONResponse:
        listed = desk.catalogue()
        asked = Listed(q, sort, descending, show, page)
        found = listed.find(asked)
        told = {
            "rows": render_rows(found, asked),
            "found": describe_found(found),
            "page": found.page,
            "pages": found.pages,
            "counts": listed.counts,
            "problem": desk.problem,
        }
        return JSONResponse(told, headers=_UNCACHED)

    @routes.get("/build")
    def build_state() -> JSONResponse:
        return JSONResponse(asdict(desk.state()), headers=_UNCACHED)

    @routes.post("/build", **changing)
    def build() -> JSONResponse:
        desk.served.rebuild()
        return JSONResponse(asdict(desk.state()))

    @routes.delete("/build", **changing)
    def cancel() -> JSONResponse:
        desk.served.cancel()
        return JSONResponse(asdict(desk.state()))

    @routes.put("/file", **changing)
    async def add(
        request: Request,
        name: Annotated[str, Query(min_length=1, max_length=4000)],
        clash: Clash = "ask",
    ) -> JSONResponse:
        try:
            with ExitStack() as held:
                size = int(request.headers.get("content-length", "0"))
                coming = folder.incoming(name, size)
                file: Incoming = await run_in_threadpool(held.enter_context, coming)
                async for chunk in request.stream():
                    file.write(chunk)
                added = await run_in_threadpool(folder.place, file, clash)
        except ClientDisconnect:
            return JSONResponse({"detail": "The upload was broken off."}, status_code=400)
        except ArticleFileError as error:
            return JSONResponse({"detail": str(error)}, status_code=400)
        desk.changed()
        return JSONResponse(asdict(added))

    @routes.delete("/file", **changing)
    def remove(source: Annotated[str, Query(max_length=4000)]) -> JSONResponse:
        return changed(lambda: folder.remove(source), "trash_id")

    @routes.post("/trash/{trash_id}", **changing)
    def put_back(trash_id: str) -> JSONResponse:
        return changed(lambda: folder.put_back(trash_id))

    @routes.delete("/trash/{trash_id}", **changing)
    def delete_for_good(trash_id: str) -> JSONResponse:
        return changed(lambda: folder.delete_for_good(trash_id))

    @routes.delete("/trash", **changing)
    def empty_trash() -> JSONResponse:
        return changed(folder.empty_trash)

    return routes
