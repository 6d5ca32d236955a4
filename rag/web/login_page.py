"""The way in: without a session every address leads to the login page, which needs no script.

``LoginMiddleware`` lets through who has a session, and writes the person's name into the request,
where ``person_of`` finds it.
"""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, quote, urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection, Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from rag.errors import LoginError
from rag.web.login import SESSION_SECONDS, Login

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

COOKIE = "footnote_session"
LOGIN_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self';"
    " frame-ancestors 'none'; base-uri 'none'"
)
_OPEN = {"/health", "/web/login.css", "/web/icon.svg"}
_MAX_FORM_BYTES = 16_384
_OWN_PLACE = re.compile(r"/(?![/\\])[\x21-\x7e]*")
_PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} · Footnote</title>
<link rel="icon" href="/web/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/web/login.css">
{head}</head>
<body>
<main>
<h1>Footnote</h1>
{body}
</main>
</body>
</html>
"""
_FORM = """\
<form method="post" action="{action}">
<p id="problem" role="alert">{problem}</p>
<label for="name">Name</label>
<input id="name" name="name" value="{name}" autocomplete="username" autocapitalize="none" \
spellcheck="false" maxlength="64" required{focus_name}>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" \
maxlength="1000" required{focus_password}>
<button type="submit">Log in</button>
</form>"""
_LEAVE = """\
<form method="post" action="/logout">
<p>You are logged in as <bdi>{name}</bdi>.</p>
<button type="submit">Log out</button>
<a href="/">Back to the chat</a>
</form>"""


def person_of(state: object) -> str:
    """The name of who sent a request, by its ``state``; "" where nobody logs in."""
    return str(getattr(state, "person", ""))


class LoginMiddleware:
    """Serves /login and /logout, and nothing else to strangers but what these pages show."""

    def __init__(self, app: ASGIApp, login: Login) -> None:
        self._app = app
        self._login = login

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        request = HTTPConnection(scope)
        person = self._login.name_of(request.cookies.get(COOKIE, ""))
        if scope["type"] == "http" and scope["path"] in ("/login", "/logout"):
            response = await self._log_in_or_out(Request(scope, receive), person)
            await response(scope, receive, send)
        elif person is not None or scope["path"] in _OPEN:
            state = {**scope.get("state", {}), "person": person or ""}
            await self._app({**scope, "state": state}, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await _ask_to_log_in(Request(scope))(scope, receive, send)

    async def _log_in_or_out(self, request: Request, person: str | None) -> Response:
        posted = request.method == "POST"
        if request.url.path == "/logout":
            if posted:
                self._login.end(request.cookies.get(COOKIE, ""))
                response = RedirectResponse("/login", status_code=303)
                response.delete_cookie(COOKIE, httponly=True, samesite="strict")
                # What the browser kept of this person is not for the next one at it. Browsers do so
                # where the address is of this machine or has a certificate.
                response.headers["clear-site-data"] = '"storage"'
                return response
            return _leave(person) if person else RedirectResponse("/login", status_code=303)
        place = _own_place(request.query_params.get("next", "/"))
        if posted:
            return await self._log_in(request, place)
        if person is not None:
            return RedirectResponse(place, status_code=303)
        if _is_led_here(request):
            return _once_more(place)
        return _form(place)

    async def _log_in(self, request: Request, place: str) -> Response:
        form = await _read_form(request)
        name, password = form.get("name", ""), form.get("password", "")
        address = request.client.host if request.client else ""
        try:
            token = await run_in_threadpool(self._login.attempt, name, password, address)
        except LoginError as error:
            return _form(place, name, str(error))
        response = RedirectResponse(place, status_code=303)
        response.set_cookie(
            COOKIE,
            token,
            max_age=SESSION_SECONDS,
            httponly=True,
            samesite="strict",
            secure=request.url.scheme == "https",
        )
        return response


def _ask_to_log_in(request: Request) -> Response:
    """A page leads to the login page; what a script asks for is refused in its own language."""
    if request.method == "GET" and "text/html" in request.headers.get("accept", ""):
        place = quote(request.url.path) + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse("/login?" + urlencode({"next": place}), status_code=303)
    return JSONResponse({"detail": "Log in first: reload the page."}, status_code=401)


def _is_led_here(request: Request) -> bool:
    """Whether a foreign page led here, for which browsers withhold the cookie of a session."""
    return (
        request.headers.get("sec-fetch-site") in ("cross-site", "same-site")
        and "again" not in request.query_params
    )


def _once_more(place: str) -> HTMLResponse:
    """Comes back here from this page, with the cookie where there is one."""
    again = escape("/login?" + urlencode({"next": place, "again": "1"}))
    head = f'<meta http-equiv="refresh" content="0; url={again}">\n'
    return _page("Log in", f'<p><a href="{again}">Go on</a></p>', head)


def _form(place: str, name: str = "", problem: str = "") -> HTMLResponse:
    body = _FORM.format(
        action=escape("/login?" + urlencode({"next": place})),
        problem=escape(problem),
        name=escape(name),
        focus_name="" if name else " autofocus",
        focus_password=" autofocus" if name else "",
    )
    return _page("Log in", body, status_code=403 if problem else 200)


def _leave(name: str) -> HTMLResponse:
    return _page("Log out", _LEAVE.format(name=escape(name)))


def _page(title: str, body: str, head: str = "", status_code: int = 200) -> HTMLResponse:
    return HTMLResponse(
        _PAGE.format(title=title, head=head, body=body),
        status_code=status_code,
        headers={
            "content-security-policy": LOGIN_POLICY,
            "referrer-policy": "same-origin",  # without one, a form is sent as if by nobody
            "cache-control": "no-store",
        },
    )


def _own_place(place: str) -> str:
    """Where to go after the login: a path of this server, never another's address."""
    return place if _OWN_PLACE.fullmatch(place) and not place.startswith("/login") else "/"


async def _read_form(request: Request) -> dict[str, str]:
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > _MAX_FORM_BYTES:
            return {}
    fields = parse_qs(body.decode("utf-8", "replace"), max_num_fields=10)
    return {name: values[0] for name, values in fields.items()}
