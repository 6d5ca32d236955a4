"""Who may speak to the server: its own pages, under a name of this machine, and who has a login.

A foreign page in the same browser can send requests here, and can give a name of its own the
address of this machine (DNS rebinding). Both are refused, and with them what Gradio would allow:
any foreign page to read from a server that is not called localhost. Where there is a login, every
address leads strangers to a page that needs no script.
"""

from __future__ import annotations

import hashlib
import ipaddress
import os
import re
import secrets
import socket
import threading
import time
import unicodedata
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode, urlsplit

from argon2 import PasswordHasher, extract_parameters
from argon2.exceptions import InvalidHashError, VerificationError
from fastapi import APIRouter, FastAPI
from starlette.authentication import (
    AuthCredentials,
    AuthenticationBackend,
    AuthenticationError,
    SimpleUser,
)
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.middleware.authentication import AuthenticationMiddleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import HTTPConnection, Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from rag.errors import LoginError
from rag.web.pages import render

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

LOOPBACK = ("127.0.0.1", "localhost", "::1")
COOKIE = "footnote_session"
LOGIN_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self';"
    " frame-ancestors 'none'; base-uri 'none'"
)
DEFAULT_FILE = Path("data/logins")
SESSION_SECONDS = 7 * 24 * 3600
MIN_PASSWORD_CHARS, MAX_PASSWORD_CHARS, MAX_NAME_CHARS = 8, 1000, 64
HASHER = PasswordHasher()
"""Argon2id at the cost of RFC 9106: 64 MiB and some hundredths of a second for each attempt."""
_NOBODY = HASHER.hash(secrets.token_hex())
"""Compared where the name is unknown, which so takes as long as a wrong password."""
_WINDOW_SECONDS = 300.0
_FAILURES_FROM_AN_ADDRESS, _FAILURES_FOR_A_NAME = 10, 20
"""More of them within the window, and the address or the name has to wait."""
_REMEMBERED = 10_000
"""Addresses and names whose failures are remembered at most."""
_OPEN = {"/login", "/logout", "/health", "/web/login.css", "/web/icon.svg"}
_MAX_FORM_BYTES = 16_384
_OWN_PLACE = re.compile(r"/(?![/\\])[\x21-\x7e]*")


class OwnPagesMiddleware:
    """Refuses requests under a foreign name, and those of a foreign page's scripts and forms.

    On a loopback ``host`` the only names are loopback ones. On others a name is any IP address,
    which no one can rebind, or one that this machine knows itself by. ``names`` are known besides:
    those that a proxy serves.
    """

    def __init__(self, app: ASGIApp, host: str, names: Iterable[str] = ()) -> None:
        self._app = app
        self._is_loopback = host in LOOPBACK
        self._given = set(map(str.lower, names))
        self._names = {*LOOPBACK, *self._given}
        if not self._is_loopback:
            itself = {host.lower(), socket.gethostname().lower(), socket.getfqdn().lower()}
            self._names |= itself | {f"{name}.local" for name in itself}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        problem = None
        if scope["type"] in ("http", "websocket"):
            problem = self._problem(Headers(scope=scope))
        if not problem:
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            status, line = problem
            await JSONResponse({"detail": line}, status_code=status)(scope, receive, send)

    def _problem(self, headers: Headers) -> tuple[int, str] | None:
        host, origin = headers.get("host", ""), headers.get("origin")
        name = _name_in(f"//{host}")
        if name not in self._names and (self._is_loopback or not _is_address(name)):
            return 400, "Footnote does not know itself by this name: rag serve --name NAME"
        if origin is None or origin.partition("://")[2].lower() == host.lower():
            return None
        if _name_in(origin) in self._given:  # a proxy may not pass on the name it is called by
            return None
        return 403, "Only Footnote's own pages may ask this."


def _name_in(address: str) -> str:
    try:
        return (urlsplit(address).hostname or "").rstrip(".")
    except ValueError:
        return ""


def _is_address(name: str) -> bool:
    try:
        return bool(ipaddress.ip_address(name))
    except ValueError:
        return False


@dataclass(frozen=True, slots=True)
class LoginFile:
    """Who may log in: a name and the hash of a password, a person a line. May change meanwhile."""

    path: Path

    def people(self) -> dict[str, str]:
        """Everybody's hash, by name. Raises LoginError where the file cannot be read."""
        try:
            return _parse(self.path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise LoginError(
                f"{self.path} is missing, so nobody can log in: rag login NAME --file {self.path}"
            ) from None
        except (OSError, ValueError) as error:
            raise LoginError(
                f"{self.path} cannot be read ({error}), so nobody can log in: mend that, or"
                " move it away and make another by rag login NAME"
            ) from None

    def allow(self, name: str, password: str) -> str:
        """Lets a person log in by a password, a new one if known before; the name as kept."""
        name = folded_name(name)
        if not name or len(name) > MAX_NAME_CHARS or ":" in name or not name.isprintable():
            raise LoginError(
                f"A name has 1 to {MAX_NAME_CHARS} characters that can be seen, and no colon:"
                " choose another."
            )
        if not MIN_PASSWORD_CHARS <= len(password) <= MAX_PASSWORD_CHARS:
            raise LoginError(
                f"A password has at least {MIN_PASSWORD_CHARS} characters, and at most"
                f" {MAX_PASSWORD_CHARS}: choose another."
            )
        people = self.people() if self.path.exists() else {}
        people[name] = HASHER.hash(_composed(password))
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            _write(self.path, "".join(f"{each}:{kept}\n" for each, kept in people.items()))
        except OSError as error:
            raise LoginError(f"{self.path} cannot be written: {error.strerror}.") from None
        return name


def folded_name(name: str) -> str:
    """A name as it is compared: in any case, however its letters are composed."""
    return unicodedata.normalize("NFKC", name.strip()).casefold()


def _composed(password: str) -> bytes:
    return unicodedata.normalize("NFKC", password).encode("utf-8", "replace")


def _parse(text: str) -> dict[str, str]:
    people = {}
    for number, line in enumerate(text.splitlines(), start=1):
        name, _, kept = line.partition(":")
        if line.strip():
            try:
                extract_parameters(kept.strip())
            except InvalidHashError:
                old = "an older Footnote made" if kept.startswith("scrypt$") else "nobody made"
                raise ValueError(
                    f"line {number} holds a password that {old}: delete the line, then rag login"
                    f" {name.strip() or 'NAME'}"
                ) from None
            people[folded_name(name)] = kept.strip()
    return people


def _write(path: Path, text: str) -> None:
    """Puts ``text`` in the file's place at once, for this user's eyes alone."""
    with NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, delete=False) as new:
        try:
            new.write(text)
            new.flush()
            os.fsync(new.fileno())
            os.replace(new.name, path)
        except BaseException:
            os.unlink(new.name)
            raise


class Throttle:
    """Holds back who failed ``limit`` times within a window of time. Callers lock."""

    def __init__(self, limit: int, now: Callable[[], float]) -> None:
        self._limit = limit
        self._now = now
        self._failures: dict[str, deque[float]] = {}

    def wait_seconds(self, who: str) -> float:
        """How long ``who`` must not try; 0.0 if at once."""
        failures = self._failures.get(who) or deque()
        is_full = len(failures) == self._limit
        return max(0.0, failures[0] + _WINDOW_SECONDS - self._now()) if is_full else 0.0

    def fail(self, who: str) -> None:
        failures = self._failures.pop(who, deque(maxlen=self._limit))
        failures.append(self._now())
        self._failures[who] = failures  # at the end: the first is forgotten first
        if len(self._failures) > _REMEMBERED:
            del self._failures[next(iter(self._failures))]

    def forget(self, who: str) -> None:
        self._failures.pop(who, None)


class Login:
    """Logs people of a file in and out. All methods may be called from any thread.

    A session is what a signed cookie holds. Its key is this server's, so that a restart asks
    everybody to log in again, and who is taken out of the file, or gets a new password, is logged
    out at once.
    """

    def __init__(self, file: LoginFile, now: Callable[[], float] = time.time) -> None:
        self._file = file
        self._one_attempt = threading.Lock()  # many at once would take memory and both cores
        self._addresses = Throttle(_FAILURES_FROM_AN_ADDRESS, now)
        self._names = Throttle(_FAILURES_FOR_A_NAME, now)
        self._ended: set[str] = set()

    def attempt(self, name: str, password: str, address: str) -> dict[str, Any]:
        """Opens a session and returns it. Raises LoginError with the line to show."""
        name = folded_name(name)
        with self._one_attempt:
            wait = max(self._addresses.wait_seconds(address), self._names.wait_seconds(name))
            if wait > 0:
                minutes = max(1, round(wait / 60))
                raise LoginError(
                    f"Too many attempts: try again in {minutes} minute{'s' * (minutes > 1)}."
                )
            kept = self._file.people().get(name)
            try:
                HASHER.verify(kept or _NOBODY, _composed(password[: MAX_PASSWORD_CHARS + 1]))
            except VerificationError:
                kept = None
            if kept is None:
                self._addresses.fail(address)
                self._names.fail(name)
                raise LoginError("This name and password do not go together.")
            self._addresses.forget(address)
            self._names.forget(name)
        return {"id": secrets.token_hex(16), "name": name, "of": _digest(kept)}

    def name_of(self, session: dict[str, Any]) -> str | None:
        """Whose session this is; None where it has ended."""
        if not session or session["id"] in self._ended:
            return None
        try:
            kept = self._file.people().get(session["name"])
        except LoginError:
            return None
        return str(session["name"]) if kept and _digest(kept) == session["of"] else None

    def end(self, session: dict[str, Any]) -> None:
        self._ended.add(session.get("id", ""))


def _digest(kept: str) -> str:
    """Tells one password from the next, and nothing else of it."""
    return hashlib.sha256(kept.encode()).hexdigest()[:32]


def person_of(request: HTTPConnection) -> str:
    """The name of who sent a request; "" where nobody logs in."""
    user: SimpleUser | None = request.scope.get("user")
    return user.username if user else ""


def require_login(app: FastAPI, login: Login) -> None:
    """Serves /login and /logout, and nothing else to strangers but what these pages show."""
    app.include_router(_login_routes(login))
    app.add_middleware(AuthenticationMiddleware, backend=_Sessions(login), on_error=_ask_to_log_in)
    app.add_middleware(_Cookie)


class _Cookie:
    """Starlette's sessions, in a cookie that goes over https alone where the request did."""

    def __init__(self, app: ASGIApp) -> None:
        key = secrets.token_hex(32)
        self._by_scheme = {
            is_https: SessionMiddleware(app, key, COOKIE, SESSION_SECONDS, https_only=is_https)
            for is_https in (False, True)
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._by_scheme[scope.get("scheme") in ("https", "wss")](scope, receive, send)


class _Sessions(AuthenticationBackend):
    """Knows a person by the session, and lets strangers no further than the login."""

    def __init__(self, login: Login) -> None:
        self._login = login

    async def authenticate(self, conn: HTTPConnection) -> tuple[AuthCredentials, SimpleUser]:
        person = self._login.name_of(dict(conn.session))
        if person is None and conn.url.path not in _OPEN:
            raise AuthenticationError
        return AuthCredentials(), SimpleUser(person or "")


def _ask_to_log_in(conn: HTTPConnection, _: Exception) -> Response:
    """A page leads to the login page; what a script asks for is refused in its own language."""
    if conn.scope["method"] == "GET" and "text/html" in conn.headers.get("accept", ""):
        place = quote(conn.url.path) + (f"?{conn.url.query}" if conn.url.query else "")
        return RedirectResponse("/login?" + urlencode({"next": place}), 303)
    return JSONResponse({"detail": "Log in first: reload the page."}, status_code=401)


def _login_routes(login: Login) -> APIRouter:
    routes = APIRouter()

    @routes.get("/login")
    def log_in_page(request: Request, next: str = "/") -> Response:
        place = _own_place(next)
        if person_of(request):
            return RedirectResponse(place, 303)
        return _page(action="/login?" + urlencode({"next": place}))

    @routes.post("/login")
    async def log_in(request: Request, next: str = "/") -> Response:
        place = _own_place(next)
        name, password = "", ""
        if int(request.headers.get("content-length", _MAX_FORM_BYTES)) < _MAX_FORM_BYTES:
            form = await request.form(max_fields=10)
            name, password = str(form.get("name", "")), str(form.get("password", ""))
        address = request.client.host if request.client else ""
        try:
            session = await run_in_threadpool(login.attempt, name, password, address)
        except LoginError as error:
            action = "/login?" + urlencode({"next": place})
            return _page(403, action=action, name=name, problem=str(error))
        request.session.update(session)
        return RedirectResponse(place, 303)

    @routes.get("/logout")
    def log_out_page(request: Request) -> Response:
        person = person_of(request)
        return _page(person=person) if person else RedirectResponse("/login", 303)

    @routes.post("/logout")
    def log_out(request: Request) -> Response:
        login.end(dict(request.session))
        request.session.clear()
        # What the browser kept of this person is not for the next one at it. Browsers do so where
        # the address is of this machine or has a certificate.
        return RedirectResponse("/login", 303, {"clear-site-data": '"storage"'})

    return routes


def _own_place(place: str) -> str:
    """``place`` unless it is on another server, or the login itself."""
    return "/" if not _OWN_PLACE.fullmatch(place) or place.startswith("/login") else place


def _page(status_code: int = 200, **values: str) -> HTMLResponse:
    """The login page: a form, or the way out of a ``person``."""
    shown = dict.fromkeys(("action", "name", "problem", "person"), "")
    headers = {
        "content-security-policy": LOGIN_POLICY,
        "referrer-policy": "same-origin",  # without one, a form is sent as if by nobody
        "cache-control": "no-store",
    }
    return HTMLResponse(render("login", **{**shown, **values}), status_code, headers)
