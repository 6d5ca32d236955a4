"""Who may speak to the server: its own pages, under a name of this machine.

A foreign page in the same browser can send requests here, and can give a name of its own the
address of this machine (DNS rebinding). Both are refused, and with them what Gradio would allow:
any foreign page to read from a server that is not called localhost.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import JSONResponse

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

LOOPBACK = ("127.0.0.1", "localhost", "::1")


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
        if scope["type"] in ("http", "websocket"):
            problem = self._problem(Headers(scope=scope))
            if problem and scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 1008})
                return
            if problem:
                status, line = problem
                response = JSONResponse({"detail": line}, status_code=status)
                await response(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _problem(self, headers: Headers) -> tuple[int, str] | None:
        host, origin = headers.get("host", ""), headers.get("origin")
        if not self._is_own(_name_in(f"//{host}")):
            line = "Footnote does not know itself by this name: rag serve --name NAME"
            return 400, line
        if origin is None or origin.partition("://")[2].lower() == host.lower():
            return None
        if _name_in(origin) in self._given:  # a proxy may not pass on the name it is called by
            return None
        return 403, "Only Footnote's own pages may ask this."

    def _is_own(self, name: str) -> bool:
        return name in self._names or (not self._is_loopback and _is_address(name))


def _name_in(address: str) -> str:
    try:
        return (urlsplit(address).hostname or "").rstrip(".")
    except ValueError:
        return ""


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
