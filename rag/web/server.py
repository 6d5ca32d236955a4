"""HTTP: serves the chat of ``app.py``, the library's page, articles, conversations, ``/health``.

Every answer carries a content security policy under which the page can load and run only what
this server sends: no foreign host, no inline script but Gradio's own, each allowed by its hash.
"""

from __future__ import annotations

import errno
import logging
import os
import re
import socket
import sys
import threading
import time
from asyncio import CancelledError
from collections.abc import Sequence
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from fastapi import FastAPI, Query, Request, Response
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles

from rag.conversations.feedback import FeedbackStore
from rag.conversations.store import ConversationStore, serving
from rag.errors import LoginError, ModelError, OpenError, ServeError
from rag.index import Current, read_current
from rag.web import access
from rag.web.conversations import Conversing, conversation_routes
from rag.web.library import LibraryDesk, library_routes
from rag.web.pages import PageMiddleware, tell_errors
from rag.web.served import Failed, ServedLibrary, Working, described
from rag.web.settings import date_problem, filters_from_address, render_settings
from rag.web.source import MISSING, Mark, matching, render_contents, render_source

if TYPE_CHECKING:
    from rag.settings import Settings

OPEN_TO_ALL = (
    "warning: whoever reaches this machine can read all that is here;"
    " let only some in: rag login NAME, then rag serve --login FILE"
)
_STATIC = Path(__file__).with_name("static")
_TELL_SECONDS = 1.0
_SUGGESTED = 500
"""Articles whose authors and sources are suggested at once."""
_QUOTE = re.compile(r"(\d{1,6})\.(\d{1,9})\.(\d{1,9})\.(\d{1,10})")


def serve(
    settings: Settings,
    host: str = "127.0.0.1",
    port: int = 7860,
    names: Sequence[str] = (),
) -> None:
    """Serves the chat until interrupted; builds the index from the articles if there is none.

    Raises ServeError if the port is taken, ConversationsError if conversations cannot be kept, and
    LoginError if nobody could log in, before anything slow is loaded.
    """
    login = _login_of(settings)
    if login is None and host not in access.LOOPBACK:
        print(OPEN_TO_ALL, file=sys.stderr, flush=True)
    with (
        closing(_listen(host, port)) as listener,
        closing(ConversationStore(settings.conversations)) as conversations,
        closing(FeedbackStore(settings.conversations)) as feedback,
        serving(conversations, settings.conversations),
    ):
        from rag.library import build_library, open_library

        served = ServedLibrary(
            lambda: open_library(settings=settings),
            lambda progress: build_library(settings=settings, progress=progress),
            lambda: _index_in_force(settings.index),
        )
        served.start()
        conversing = Conversing(served, conversations, feedback, settings)
        app = create_app(conversing, settings.seeds, host, names, login, settings.index)
        _announce(served, _address(listener))
        import uvicorn

        config = uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=2)
        logging.getLogger("uvicorn.error").addFilter(_is_a_problem)
        uvicorn.Server(config).run(sockets=[listener])


def create_app(
    conversing: Conversing,
    seeds: Path,
    host: str = "127.0.0.1",
    names: Sequence[str] = (),
    login: access.Login | None = None,
    index: Path = Path("index"),
) -> FastAPI:
    """The web application; ``OwnPagesMiddleware`` tells under which names it answers."""
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    import gradio

    from app import create_chat

    served = conversing.served
    app = FastAPI(title="Footnote", docs_url=None, redoc_url=None, openapi_url=None)
    if login is not None:
        access.require_login(app, login)
    app.add_middleware(PageMiddleware)
    app.add_middleware(access.OwnPagesMiddleware, host=host, names=names)

    tell_errors(app)

    @app.get("/health")
    def health(request: Request, response: Response) -> dict[str, str | int]:
        found = served.health()
        if found.status == "unhealthy":
            response.status_code = 503
        if login is not None and not access.person_of(request):
            return {"status": found.status}
        detail = {"detail": found.detail} if found.detail else {}
        counts = dict(zip(("articles", "passages"), found.counts or (), strict=False))
        return {"status": found.status, **detail, **counts}

    @app.get("/source", response_class=HTMLResponse)
    def source(
        article: str | None = None,
        quote: Annotated[list[str], Query(max_length=100)] = [],  # noqa: B006
        opened: int | None = None,
        search: Annotated[str, Query(max_length=1000)] = "",
        offset: Annotated[int, Query(ge=0, le=10**9)] = 0,
    ) -> HTMLResponse:
        library = served.state.library
        if article is None:
            if library is None:
                return HTMLResponse(render_contents((), 0))
            contents = library.articles(), library.article_count, library.manifest.failures
            return HTMLResponse(render_contents(*contents, search, offset))
        found = library.article(article) if library else None
        if found is None:
            return HTMLResponse(MISSING, status_code=404)
        marks = [Mark(*map(int, parts.groups())) for parts in map(_QUOTE.fullmatch, quote) if parts]
        return HTMLResponse(render_source(found, marks, opened))

    @app.get("/choices")
    def choices(search: Annotated[str, Query(max_length=1000)] = "") -> dict[str, dict[str, str]]:
        """What the filters can be set to, with what it is called: of many the first suggestions."""
        library = served.state.library
        found = [*islice(matching(library.articles(), search), _SUGGESTED)] if library else []
        authors = sorted({article.author for article in found if article.author})
        sources = {article.source: article.title for article in found}
        return {"author": dict.fromkeys(authors, ""), "source": sources}

    @app.get("/filter-problem")
    def filter_problem(request: Request) -> dict[str, str] | None:
        """What is wrong with the dates of the filters in the query, and with which; else null."""
        problem = date_problem(filters_from_address(request.url.query))
        return problem._asdict() if problem else None

    @app.get("/answer-settings", response_class=HTMLResponse)
    def answer_settings() -> HTMLResponse:
        state = served.state
        error = state.error if isinstance(state, Failed) else None
        problem = str(error) if isinstance(error, ModelError) else ""
        return HTMLResponse(render_settings(conversing.settings, problem))

    app.include_router(conversation_routes(conversing.conversations))
    app.include_router(library_routes(LibraryDesk(served, seeds, index)))
    app.mount("/web", StaticFiles(directory=_STATIC))
    gradio.mount_gradio_app(
        app,
        create_chat(conversing, seeds, logs_out=login is not None),
        path="/",
        footer_links=[],
        run_history=False,
        show_error=False,
        ssr_mode=False,
        enable_monitoring=False,
        pwa=False,
        max_file_size=1,  # nothing is uploaded
        theme=gradio.themes.Base(font="system-ui", font_mono="ui-monospace"),
    )
    return app


def _is_a_problem(record: logging.LogRecord) -> bool:
    """Not that the end of the server cuts off the open pages, which listen as long as they live."""
    is_cut_off = record.exc_info and isinstance(record.exc_info[1], CancelledError)
    return not is_cut_off and not str(record.msg).startswith("Cancel %s running task(s)")


def _login_of(settings: Settings) -> access.Login | None:
    if settings.login is None:
        return None
    file = access.LoginFile(settings.login)
    if not file.people():
        raise LoginError(f"{settings.login} names nobody: rag login NAME --file {settings.login}")
    return access.Login(file)


def _index_in_force(index: Path) -> Current | None:
    try:
        return read_current(index)
    except OpenError:
        return None


def _announce(served: ServedLibrary, address: str) -> None:
    """Tells the terminal, in the background, what is being built, and where the chat is."""

    def follow() -> None:
        told_at = 0.0
        for state in served.states():
            if isinstance(state, Working) and time.monotonic() - told_at < _TELL_SECONDS:
                continue
            told_at = time.monotonic()
            print(described(state)[1], file=sys.stderr, flush=True)
        print(f"Footnote is at {address}", flush=True)

    threading.Thread(target=follow, daemon=True).start()


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    if host in ("0.0.0.0", "::"):  # every address of this machine, of which one can be opened
        host = "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        # From now on the port is ours, and a browser that comes early waits instead of failing.
        listener.listen(128)
    except (OSError, OverflowError) as error:
        listener.close()
        if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
            raise ServeError(
                f"Port {port} is taken: rag serve --port {port + 1}, or make run PORT={port + 1}"
            ) from None
        raise ServeError(f"Cannot serve on {host}, port {port}: {error}.") from None
    return listener
