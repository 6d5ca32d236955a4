"""HTML from ``templates/``, and the page around Gradio's, sent under a policy.

All that a template prints is made one harmless line and then escaped: titles, names, quotes and
questions may hold anything. So is the HTML of a message, which the chat passes through a Markdown
parser that leaves a block of HTML alone until the first blank line.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI
from fastapi.responses import JSONResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.datastructures import MutableHeaders

from rag.answer.cite import format_date
from rag.errors import (
    ArticleFileError,
    ConversationMissingError,
    ConversationsError,
    RagError,
)
from rag.shown.escaping import escape, safe_url, unbroken, visible
from rag.text.counted import count

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_BREAK = re.compile(r"(?<=[>}])\s*\n\s*|\s*\n\s*(?=[<{])")
_FOREIGN = re.compile(r'<meta\s+(?:property="og:|name="twitter:)[^>]*>|<link rel="manifest"[^>]*>')
_INLINE_SCRIPT = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", re.DOTALL)
_STATUS_CODES = {ArticleFileError: 400, ConversationMissingError: 404, ConversationsError: 409}
_HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}


class _OneLine(FileSystemLoader):
    """A line's end in a template is nothing beside a tag, and a space elsewhere."""

    def get_source(
        self, environment: Environment, template: str
    ) -> tuple[str, str, Callable[[], bool]]:
        source, name, is_current = super().get_source(environment, template)
        return re.sub(r"\s*\n\s*", " ", _BREAK.sub("", source)).strip(), name, is_current


def _finalize(value: Any) -> Any:
    if isinstance(value, Markup):
        return value
    return "" if value is None else unbroken(str(value))


def _isolated(text: object) -> Markup:
    """Text apart from the writing direction around it."""
    return Markup(escape(str(text)))


def _with_breaks(text: str, line_break: str) -> Markup:
    """``text`` with ``line_break``, HTML of ours, for the ends of its lines."""
    lines = (Markup.escape(unbroken(line)) for line in visible(text).split("\n"))
    return Markup(line_break).join(lines)


def byline(author: str | None, date: str | None) -> Markup:
    """Author and date, either of which may be missing."""
    shown = filter(None, (author, format_date(date) if date else None))
    return Markup(" · ").join(map(_isolated, shown))


_ENVIRONMENT = Environment(
    loader=_OneLine(Path(__file__).with_name("templates")),
    autoescape=True,
    finalize=_finalize,
    undefined=StrictUndefined,
)
_ENVIRONMENT.filters |= {
    "bdi": _isolated,
    "breaks": _with_breaks,
    "day": format_date,
    "web": safe_url,
}
_ENVIRONMENT.globals |= {"byline": byline, "count": count}


def render(template: str, **values: Any) -> Markup:
    """The HTML of a template, on one line."""
    return Markup(_ENVIRONMENT.get_template(f"{template}.html").render(**values))


def tell_errors(app: FastAPI) -> None:
    """Has what nobody else tells refused in one line: a Milvus server does not answer, or worse."""

    @app.exception_handler(RagError)
    def refused(request: object, error: Exception) -> JSONResponse:
        found = (code for kind, code in _STATUS_CODES.items() if isinstance(error, kind))
        return JSONResponse({"detail": str(error)}, status_code=next(found, 503))


def compose_page(gradio_page: str) -> str:
    """Gradio's page with our head, source panel and dialogs, and no address of a foreign host."""
    from rag.conversations.feedback import MAX_COMMENT_CHARS, REASONS

    page = _FOREIGN.sub("", gradio_page)
    body = render("chat", reasons=REASONS, most_chars=MAX_COMMENT_CHARS)
    page = page.replace("</head>", f"{render('chat_head')}</head>", 1)
    return page.replace("</body>", f"{body}</body>", 1)


def security_policy(page: str = "") -> str:
    """The policy for a page: its own inline scripts by their hash, everything else from here."""
    hashes = (
        base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        for script in _INLINE_SCRIPT.findall(page)
    )
    scripts = " ".join(("'self'", *(f"'sha256-{each}'" for each in hashes)))
    return (
        f"default-src 'none'; connect-src 'self'; script-src {scripts};"
        " style-src 'self' 'unsafe-inline';"  # Svelte writes style attributes
        " img-src 'self' data:; font-src 'self' data:;"
        " frame-ancestors 'none'; base-uri 'self'; form-action 'none'"
    )


class PageMiddleware:
    """Adds the headers to every response, and composes the page where Gradio sends its own."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        is_page = scope["path"] == "/" and scope["method"] == "GET"
        if is_page:  # it must arrive uncompressed to be composed
            kept = [header for header in scope["headers"] if header[0] != b"accept-encoding"]
            scope = {**scope, "headers": kept}
        start: Message = {}
        body = bytearray()

        async def relay(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                start = message
                if not is_page:
                    await send(_with_headers(message, security_policy()))
            elif not is_page or message["type"] != "http.response.body":
                await send(message)
            else:
                body.extend(message.get("body", b""))
                if not message.get("more_body"):
                    page = compose_page(body.decode("utf-8"))
                    content = page.encode("utf-8")
                    headers = MutableHeaders(scope=start)
                    headers["content-length"] = str(len(content))
                    headers["cache-control"] = "no-store"
                    await send(_with_headers(start, security_policy(page)))
                    await send({"type": "http.response.body", "body": content})

        await self._app(scope, receive, relay)


def _with_headers(start: Message, policy: str) -> Message:
    """With our headers, but for those that the response has of its own."""
    headers = MutableHeaders(scope=start)
    for name, value in {**_HEADERS, "content-security-policy": policy}.items():
        headers.setdefault(name, value)
    return start
