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
from fastapi.responses import HTMLResponse, JSONResponse
from fastapi.staticfiles import StaticFiles

from rag.conversations.feedback import FeedbackStore
from rag.conversations.store import ConversationStore, serving
from rag.errors import LoginError, ModelError, OpenError, RagError, ServeError
from rag.index import Current, read_current
from rag.web.conversation_routes import conversation_routes
from rag.web.conversing import Conversing
from rag.web.filter_address import date_problem, filters_from_address
from rag.web.library_desk import LibraryDesk
from rag.web.library_routes import library_routes
from rag.web.login import Login
from rag.web.login_file import LoginFile
from rag.web.login_page import LoginMiddleware, person_of
from rag.web.machine import describe_machine
from rag.web.own_pages import LOOPBACK, OwnPagesMiddleware
from rag.web.page import PageMiddleware
from rag.web.render import Mark
from rag.web.render_settings import NO_WRITER, render_settings
from rag.web.render_source import render_contents, render_missing_source, render_source
from rag.web.render_state import described
from rag.web.served import Failed, ServedLibrary, Working

if TYPE_CHECKING:
    from rag.settings import Settings

OPEN_TO_ALL = (
    "warning: whoever reaches this machine can read all that is here;"
    " let only some in: rag login NAME, then rag serve --login FILE"
)
_WEB = Path(__file__).parent
_TELL_SECONDS = 1.0
_SUGGESTED = 1000
"""Articles whose authors and sources are suggested."""
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
    if login is None and host not in LOOPBACK:
        print(OPEN_TO_ALL, file=sys.stderr, flush=True)
    with (
        closing(_listen(host, port)) as listener,
        closing(ConversationStore(settings.conversations)) as conversations,
        closing(FeedbackStore(settings.conversations)) as feedback,
        serving(conversations, settings.conversations) as is_alone,
    ):
        from rag.library import build_library, open_library

        served = ServedLibrary(
            lambda: open_library(settings=settings),
            lambda progress: build_library(settings=settings, progress=progress),
            lambda: _index_in_force(settings.index),
        )
        served.start()
        conversing = Conversing(served, conversations, feedback, settings, is_alone)
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
    login: Login | None = None,
    index: Path = Path("index"),
) -> FastAPI:
    """The web application; ``rag/web/own_pages.py`` tells under which names it answers."""
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    import gradio

    from app import create_chat

    served = conversing.served
    app = FastAPI(title="Footnote", docs_url=None, redoc_url=None, openapi_url=None)
    if login is not None:
        app.add_middleware(LoginMiddleware, login=login)
    app.add_middleware(PageMiddleware)
    app.add_middleware(OwnPagesMiddleware, host=host, names=names)

    @app.exception_handler(RagError)
    def unavailable(request: Request, error: Exception) -> JSONResponse:
        """What nobody else has told: a Milvus server does not answer."""
        return JSONResponse({"detail": str(error)}, status_code=503)

    @app.get("/health")
    def health(request: Request, response: Response) -> dict[str, str | int]:
        found = served.health()
        if found.status == "unhealthy":
            response.status_code = 503
        if login is not None and not person_of(request.state):
            return {"status": found.status}
        detail = {"detail": found.detail} if found.detail else {}
        counts = dict(zip(("articles", "passages"), found.counts or (), strict=False))
        return {"status": found.status, **detail, **counts}

    @app.get("/source", response_class=HTMLResponse)
    def source(
        article: str | None = None,
        quote: Annotated[list[str], Query(max_length=100)] = [],  # noqa: B006
        opened: int | None = None,
    ) -> HTMLResponse:
        library = served.state.library
        if article is None:
            if library is None:
                return HTMLResponse(render_contents((), 0))
            contents = library.articles(), library.article_count, library.manifest.failures
            return HTMLResponse(render_contents(*contents))
        found = library.article(article) if library else None
        if found is None:
            return HTMLResponse(render_missing_source(), status_code=404)
        marks = [Mark(*map(int, parts.groups())) for parts in map(_QUOTE.fullmatch, quote) if parts]
        return HTMLResponse(render_source(found, marks, opened))

    @app.get("/choices")
    def choices() -> dict[str, list[str]]:
        """What the filters can be set to, as suggestions: of a large library only the first."""
        library = served.state.library
        known = list(islice(library.articles(), _SUGGESTED)) if library else []
        authors = sorted({article.author for article in known if article.author})
        return {"author": authors, "source": [article.source for article in known]}

    @app.get("/filter-problem")
    def filter_problem(request: Request) -> dict[str, str] | None:
        """What is wrong with the dates of the filters in the query, and with which; else null."""
        problem = date_problem(filters_from_address(request.url.query))
        return problem._asdict() if problem else None

    @app.get("/answer-settings", response_class=HTMLResponse)
    def answer_settings() -> HTMLResponse:
        settings = conversing.settings
        problem = None if settings.writer else NO_WRITER
        if isinstance(state := served.state, Failed) and isinstance(state.error, ModelError):
            problem = str(state.error)
        return HTMLResponse(render_settings(settings, problem, describe_machine()))

    app.include_router(conversation_routes(conversing.conversations))
    app.include_router(library_routes(LibraryDesk(served, seeds, index)))
    app.mount("/web", StaticFiles(directory=_WEB))
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


def _login_of(settings: Settings) -> Login | None:
    if settings.login is None:
        return None
    file = LoginFile(settings.login)
    if not file.people():
        raise LoginError(f"{settings.login} names nobody: rag login NAME --file {settings.login}")
    return Login(file)


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
