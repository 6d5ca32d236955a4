"""The page that the chat lives in: Gradio's, with our styles and source panel, under a policy.

Gradio's page carries inline scripts, links to foreign hosts in its metadata and a manifest that is
not there. ``compose_page`` mends that; ``PageMiddleware`` sends it with headers that forbid
everything the page does not need.
"""

from __future__ import annotations

import base64
import hashlib
import re
from typing import TYPE_CHECKING

from rag.web.conversation_dialogs import CONVERSATION_DIALOGS
from rag.web.render_settings import SETTINGS_DIALOG

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_FOREIGN = re.compile(r'<meta\s+(?:property="og:|name="twitter:)[^>]*>|<link rel="manifest"[^>]*>')
_INLINE_SCRIPT = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", re.DOTALL)
_HEAD = """\
<link rel="icon" href="/web/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/web/chat.css">
<link rel="stylesheet" href="/web/answer.css">
<link rel="stylesheet" href="/web/source.css">
<link rel="stylesheet" href="/web/filters.css">
<link rel="stylesheet" href="/web/conversations.css">
<link rel="stylesheet" href="/web/settings.css">
<link rel="stylesheet" href="/web/library_tabs.css">
<script src="/web/chat.js" type="module"></script>
</head>"""
_SOURCE_PANEL = """\
<aside id="source" aria-labelledby="source-heading" tabindex="-1">
<header>
<h2 id="source-heading" aria-live="polite">Library</h2>
<nav id="citations" aria-label="Citations of this answer" hidden>
<button id="previous" type="button" aria-label="Previous citation" title="Previous (p)">‹</button>
<output id="place"></output>
<button id="next" type="button" aria-label="Next citation" title="Next (n)">›</button>
</nav>
<button id="close-source" type="button" title="Close (Esc)">Close</button>
</header>
<div id="source-tools"></div>
<div id="source-text" tabindex="0" role="region" aria-labelledby="source-heading"></div>
<p id="keys"><kbd>1</kbd>–<kbd>9</kbd> open a citation, <kbd>n</kbd> and <kbd>p</kbd> the next and \
the one before, <kbd>Esc</kbd> closes</p>
</aside>
<div id="tip" role="tooltip" hidden></div>
<p id="said" role="status"></p>
"""
FILTER_BAR = """\
<ul id="chips" aria-label="Filters in force"></ul>
<details id="filter-choice">
<summary>Filter</summary>
<form aria-label="Filters" novalidate>
<label>Published from <input name="since" placeholder="31 May 2007, May 2007 or 2007"></label>
<label>Published until <input name="until" placeholder="31 May 2007, May 2007 or 2007"></label>
<label>Author <input name="author" list="known-author" placeholder="Part of a name"></label>
<label>Article <input name="source" list="known-source" placeholder="A file, or 2007/*.txt"></label>
<datalist id="known-author"></datalist>
<datalist id="known-source"></datalist>
<p id="filter-problem" role="alert"></p>
<button type="submit">Set filters</button>
</form>
</details>"""
"""Stands beside the question; ``rag/web/filters.js`` fills it and keeps the address."""
_HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}


def compose_page(gradio_page: str) -> str:
    """Gradio's page with our head and source panel, without its references to foreign hosts."""
    page = _FOREIGN.sub("", gradio_page)
    ours = f"{_SOURCE_PANEL}{CONVERSATION_DIALOGS}{SETTINGS_DIALOG}</body>"
    return page.replace("</head>", _HEAD, 1).replace("</body>", ours, 1)


def security_policy(page: str = "") -> str:
    """The policy for a page: its own inline scripts by their hash, everything else from here."""
    hashes = [
        "'sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() + "'"
        for script in _INLINE_SCRIPT.findall(page)
    ]
    return "; ".join(
        (
            "default-src 'none'",
            "connect-src 'self'",
            " ".join(("script-src 'self'", *hashes)),
            "style-src 'self' 'unsafe-inline'",  # Svelte writes style attributes
            "img-src 'self' data:",
            "font-src 'self' data:",
            "frame-ancestors 'none'",
            "base-uri 'self'",
            "form-action 'none'",
        )
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
                    await send(_with_headers(start, security_policy(page), len(content)))
                    await send({"type": "http.response.body", "body": content})

        await self._app(scope, receive, relay)


def _with_headers(start: Message, policy: str, content_length: int | None = None) -> Message:
    """With our headers, but for those that the response has of its own."""
    own = {name.decode() for name, _ in start["headers"]}
    headers = {**_HEADERS, "content-security-policy": policy}
    added = {name: value for name, value in headers.items() if name not in own}
    if content_length is not None:
        added |= {"content-length": str(content_length), "cache-control": "no-store"}
    kept = [(name, value) for name, value in start["headers"] if name.decode() not in added]
    return {**start, "headers": kept + [(n.encode(), v.encode()) for n, v in added.items()]}
