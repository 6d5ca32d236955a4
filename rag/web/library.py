"""The library's page and its HTTP: the list, the build, and files that come and go."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, JSONResponse
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from rag.errors import IndexMissingError, OpenError
from rag.index import Current, read_current, read_listing
from rag.index.articles import Listing
from rag.load import KINDS, SAVED_AS, SUFFIXES, SYSTEM_FILES, largest_bytes
from rag.text.counted import count, rounded
from rag.types import BuildReport
from rag.web import catalogue
from rag.web.access import person_of
from rag.web.catalogue import PAGE_ROWS, Catalogue, Found, RowState, Show, SortKey
from rag.web.folder import ArticleFolder, Clash, Incoming
from rag.web.pages import render
from rag.web.served import Ready, ServedLibrary, Working, describe_pace, described
from rag.web.source import source_link

LABELS: Mapping[RowState, tuple[str, str]] = {
    "new": ("New", "Not in the index yet: rebuild it"),
    "changed": ("Changed", "The file has changed since the index was built: rebuild it"),
    "gone": ("Removed", "The file is gone; the index forgets it when it is rebuilt"),
    "failed": ("Not read", "The file could not be read"),
    "partly read": ("Partly read", "Can be asked about, but for what could not be read"),
    "duplicate": ("Duplicate", "An article that was published before tells the same"),
    "indexed": ("Indexed", "Can be asked about"),
    "in the trash": ("In the trash", "Can be put back"),
}
"""What each state is called, and what it means."""
_FRESH_SECONDS = 1.0
_SCANS_APART = 5
"""A folder whose scan takes long is scanned again only after so many times as long."""
_UNCACHED = {"cache-control": "no-store"}


class LibraryDesk:
    """One for a server. All methods may be called from any thread."""

    def __init__(self, served: ServedLibrary, seeds: Path, index: Path) -> None:
        self.served = served
        self.folder = ArticleFolder(seeds, index)
        self._seeds = seeds
        self._index = index
        self._lock = threading.Lock()
        self._listing: tuple[Current, Listing] | None = None
        self._catalogue = Catalogue(())
        self._made_of: object = None
        """The index in force, what was wrong with it, and how many changes had been told."""
        self._fresh_until = 0.0
        self._changes = 0
        self.problem = ""
        """Why nothing of the index is listed, where it cannot be read."""

    def changed(self) -> None:
        """Tells that a file came or went: the next list is made anew."""
        self._changes += 1

    def catalogue(self) -> Catalogue:
        """The list as the index and the folder are now, or were a moment ago."""
        with self._lock:
            current, problem = self._current()
            made_of, began = (current, problem, self._changes), time.monotonic()
            if made_of != self._made_of or began >= self._fresh_until:
                self.problem = problem
                listing = self._read(current)
                found = catalogue.scan(self._seeds, self._index, listing)
                self._catalogue = Catalogue(catalogue.rows(listing, found, self.folder.trash()))
                self._made_of, ended = made_of, time.monotonic()
                self._fresh_until = ended + max(_FRESH_SECONDS, _SCANS_APART * (ended - began))
            return self._catalogue

    def state(self) -> dict[str, str | int | bool]:
        """What is being done now; looks whether another process has built the index.

        ``kind`` is "working", "ready" or "failed", ``line`` tells more, ``building`` whether a
        build can be stopped, ``done`` and ``total`` how many files of it, ``summary`` what the last
        build of this server did.
        """
        self.served.refresh()
        library = self.served.state.library
        state, line = described(self.served.state)
        told: dict[str, str | int | bool] = {
            "kind": type(state).__name__.lower(),
            "line": line,
            "building": False,
            "done": 0,
            "total": 0,  # where it is not known how far it is
            "generation": library.generation if library else "",
            "summary": "",
        }
        if isinstance(state, Working) and (step := state.step):
            stopping = self.served.is_cancelling
            pace = describe_pace(step, state.embedded, state.seconds)
            told["line"] = "Stopping the build" if stopping else pace
            told["building"] = not stopping and step.stage != "writing"
            told |= {"done": step.done, "total": step.total}
        elif isinstance(state, Ready) and library and library.report:
            told["summary"] = describe_report(library.report)
        return told

    def _current(self) -> tuple[Current | None, str]:
        """The generation in force, if there is one, and what is wrong with it."""
        try:
            return read_current(self._index), ""
        except IndexMissingError:
            return None, ""
        except OpenError as error:
            return None, str(error)

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
    if report.left_out:
        partly = {part.source for part in report.left_out}
        told.append(f"{count(len(partly), 'article')} partly read")
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


def render_rows(found: Found, search: str = "", show: Show = "all") -> str:
    """The rows of a page as HTML; where there are none, one that says so."""
    return render(
        "rows",
        rows=found.rows,
        is_empty=not search.strip() and show == "all",
        labels=LABELS,
        quote=quote,
        link_to=source_link,
    )


def describe_found(found: Found) -> str:
    """How many rows there are, and which of them this page has."""
    if found.pages == 1:
        return "1 entry" if found.total == 1 else f"{found.total:,} entries"
    first = (found.page - 1) * PAGE_ROWS + 1
    return f"{first:,} to {first + len(found.rows) - 1:,} of {found.total:,} entries"


def library_routes(desk: LibraryDesk) -> APIRouter:
    """The routes under ``/library``."""
    routes = APIRouter(prefix="/library")
    folder = desk.folder

    def changed(**told: str | None) -> JSONResponse:
        desk.changed()
        return JSONResponse(told)

    @routes.get("", response_class=HTMLResponse)
    def page(request: Request) -> HTMLResponse:
        logs_out = bool(person_of(request))
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
        found = listed.find(q, sort, descending, show, page)
        told = {
            "rows": render_rows(found, q, show),
            "found": describe_found(found),
            "page": found.page,
            "pages": found.pages,
            "counts": listed.counts,
            "problem": desk.problem,
        }
        return JSONResponse(told, headers=_UNCACHED)

    @routes.get("/build")
    def build_state() -> JSONResponse:
        return JSONResponse(desk.state(), headers=_UNCACHED)

    @routes.post("/build")
    def build() -> JSONResponse:
        desk.served.rebuild()
        return JSONResponse(desk.state())

    @routes.delete("/build")
    def cancel() -> JSONResponse:
        desk.served.cancel()
        return JSONResponse(desk.state())

    @routes.put("/file")
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
        return changed(**asdict(added))

    @routes.delete("/file")
    def remove(source: Annotated[str, Query(max_length=4000)]) -> JSONResponse:
        return changed(trash_id=folder.remove(source))

    @routes.post("/trash/{trash_id}")
    def put_back(trash_id: str) -> JSONResponse:
        return changed(source=folder.put_back(trash_id))

    @routes.delete("/trash")
    def empty_trash() -> JSONResponse:
        folder.empty_trash()
        return changed()

    return routes
