"""HTTP for the library: its page, its list, its build, and files that come and go.

What changes something is refused unless a page of this server asks for it: the browser itself
says so (``Sec-Fetch-Site``, or ``Origin``), and no foreign page can make it say so.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import asdict
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, JSONResponse
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from rag.errors import ArticleFileError
from rag.web.library_catalogue import Listed, Show, SortKey
from rag.web.library_desk import LibraryDesk
from rag.web.library_folder import Clash
from rag.web.library_incoming import Incoming
from rag.web.library_page import library_page
from rag.web.library_render import describe_found, render_rows
from rag.web.login_page import person_of

_UNCACHED = {"cache-control": "no-store"}


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
        catalogue = desk.catalogue()
        asked = Listed(q, sort, descending, show, page)
        found = catalogue.find(asked)
        told = {
            "rows": render_rows(found, asked),
            "found": describe_found(found),
            "page": found.page,
            "pages": found.pages,
            "counts": catalogue.counts,
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
                coming = desk.folder.incoming(name, size)
                file: Incoming = await run_in_threadpool(held.enter_context, coming)
                async for chunk in request.stream():
                    file.write(chunk)
                added = await run_in_threadpool(desk.folder.place, file, clash)
        except ClientDisconnect:
            return JSONResponse({"detail": "The upload was broken off."}, status_code=400)
        except ArticleFileError as error:
            return _refused(error)
        desk.changed()
        return JSONResponse(asdict(added))

    @routes.delete("/file", **changing)
    def remove(source: Annotated[str, Query(max_length=4000)]) -> JSONResponse:
        try:
            trash_id = desk.folder.remove(source)
        except ArticleFileError as error:
            return _refused(error)
        desk.changed()
        return JSONResponse({"trash_id": trash_id})

    @routes.post("/trash/{trash_id}", **changing)
    def put_back(trash_id: str) -> JSONResponse:
        try:
            source = desk.folder.put_back(trash_id)
        except ArticleFileError as error:
            return _refused(error)
        desk.changed()
        return JSONResponse({"source": source})

    @routes.delete("/trash/{trash_id}", **changing)
    def delete_for_good(trash_id: str) -> JSONResponse:
        try:
            source = desk.folder.delete_for_good(trash_id)
        except ArticleFileError as error:
            return _refused(error)
        desk.changed()
        return JSONResponse({"source": source})

    @routes.delete("/trash", **changing)
    def empty_trash() -> JSONResponse:
        try:
            desk.folder.empty_trash()
        except ArticleFileError as error:
            return _refused(error)
        desk.changed()
        return JSONResponse({})

    return routes


def _refused(error: ArticleFileError) -> JSONResponse:
    return JSONResponse({"detail": str(error)}, status_code=400)
