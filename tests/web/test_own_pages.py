"""Only the server's own pages speak to it, under a name of this machine."""

from __future__ import annotations

import socket

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from rag.web.own_pages import OwnPagesMiddleware


def status(host: str, headers: dict[str, str], *names: str, method: str = "GET") -> int:
    app = FastAPI()
    app.add_middleware(OwnPagesMiddleware, host=host, names=names)

    @app.api_route("/", methods=["GET", "POST"])
    def page() -> str:
        return ""

    return TestClient(app).request(method, "/", headers=headers).status_code


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "0.0.0.0", "192.168.1.5"])
@pytest.mark.parametrize("name", ["127.0.0.1:7860", "localhost:7860", "LOCALHOST", "[::1]:7860"])
def test_loopback_names_are_always_its_own(host: str, name: str) -> None:
    assert status(host, {"host": name}) == 200


@pytest.mark.parametrize("name", ["192.168.1.5:7860", "[fe80::1]", socket.gethostname()])
def test_other_machines_may_ask_only_where_it_listens_to_them(name: str) -> None:
    assert status("127.0.0.1", {"host": name}) == 400
    assert status("0.0.0.0", {"host": name}) == 200


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])
@pytest.mark.parametrize(
    "name", ["rebound.example", "127.0.0.1.rebound.example", "localhost.rebound.example", "", "["]
)
def test_a_name_that_others_can_give_this_machine_is_refused(host: str, name: str) -> None:
    assert status(host, {"host": name}) == 400


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    "origin",
    ["http://evil.example", "null", "http://127.0.0.1:3000", "http://localhost:7860", "http://["],
)
def test_a_foreign_page_is_refused(method: str, origin: str) -> None:
    headers = {"host": "127.0.0.1:7860", "origin": origin}
    assert status("127.0.0.1", headers, method=method) == 403


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_its_own_page_may_ask(method: str) -> None:
    headers = {"host": "192.168.1.5:7860", "origin": "http://192.168.1.5:7860"}
    assert status("0.0.0.0", headers, method=method) == 200


def test_a_name_that_a_proxy_serves_is_known() -> None:
    name, origin = "notes.example.org", "https://notes.example.org"
    assert status("127.0.0.1", {"host": name, "origin": origin}, name) == 200
    assert status("127.0.0.1", {"host": "127.0.0.1:7860", "origin": origin}, name) == 200
    assert status("127.0.0.1", {"host": "127.0.0.1:7860", "origin": "https://evil"}, name) == 403
