"""Against a real HTTP server on the loopback."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from rag.errors import ModelError
from rag.write.chat_models import ChatServer


class Server(ThreadingHTTPServer):
    """Knows one model and one key; keeps what it was asked."""

    key: str | None = None
    models: tuple[str, ...] = ("tiny", "other")
    events: tuple[str, ...] = ()
    status = 200
    asked: dict[str, Any]
    authorization: str | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        if self.allowed():
            self.reply(200, {"data": [{"id": model} for model in self.server.models]})

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        self.server.asked = json.loads(self.rfile.read(length))
        if not self.allowed():
            return
        if self.path != "/v1/chat/completions" or self.server.asked["model"] != "tiny":
            self.reply(404, {"error": {"message": "model not\nfound."}})
        elif self.server.status != 200:
            self.reply(self.server.status, {"error": "out of memory"})
        else:
            self.send_response(200)
            self.end_headers()
            for event in self.server.events:
                self.wfile.write(f": ping\n\ndata: {event}\n\n".encode())

    def allowed(self) -> bool:
        self.server.authorization = self.headers["Authorization"]
        if self.server.key and self.server.authorization != f"Bearer {self.server.key}":
            self.reply(401, {"error": {"message": "bad key"}})
            return False
        return True

    def reply(self, status: int, content: dict[str, Any]) -> None:
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps(content).encode())

    def log_message(self, format: str, *args: Any) -> None:
        pass


def event(content: str | None) -> str:
    return json.dumps({"choices": [{"delta": {"content": content}}]})


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    for proxy in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(proxy, raising=False)
    with Server(("127.0.0.1", 0), Handler) as made:
        made.events = (
            event(None),
            event(" In"),
            event(" Köln."),
            '{"choices": [], "usage": {}}',
            "[DONE]",
            event("never"),
        )
        serving = threading.Thread(target=made.serve_forever, daemon=True)
        serving.start()
        yield made
        made.shutdown()
        serving.join()


def reply(address: str) -> str:
    return "".join(ChatServer.at(address).stream("Where?", 7))


def test_a_reply_is_streamed_and_the_request_is_greedy(server: Server) -> None:
    assert reply(f"{server.address}/#tiny") == " In Köln."
    assert server.asked == {
        "model": "tiny",
        "messages": [{"role": "user", "content": "Where?"}],
        "max_tokens": 7,
        "temperature": 0,
        "stream": True,
    }
    assert server.authorization is None
    assert ChatServer.at(server.address).name == "tiny"  # the first that it lists


def test_the_key_goes_to_the_server_and_into_no_message(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.key = "right"
    monkeypatch.setenv("OPENAI_API_KEY", "right")
    assert reply(server.address) == " In Köln."
    monkeypatch.setenv("OPENAI_API_KEY", "wrong-key")
    with pytest.raises(ModelError, match="did not reply .401 .*bad key.* OPENAI_API_KEY") as caught:
        reply(server.address)
    assert "wrong-key" not in str(caught.value)
    monkeypatch.setenv("OPENAI_API_KEY", "schlüssel")
    with pytest.raises(ModelError, match="ascii.* OPENAI_API_KEY"):
        reply(server.address)


@pytest.mark.parametrize(
    ("model", "state", "told"),
    [
        ("big", {}, "404 {"),
        ("tiny", {"status": 500}, "500 {"),
        ("tiny", {"events": ("<html>",)}, "Expecting value"),
        ("tiny", {"events": ("[]",)}, ""),
        ("tiny", {"events": ('{"choices": [{"text": "x"}]}',)}, "'delta'"),
        ("", {"models": ()}, "list index"),
        ("", {"key": "right"}, "401 {"),
    ],
)
def test_what_goes_wrong_is_one_line_without_the_password(
    server: Server, model: str, state: dict[str, Any], told: str
) -> None:
    for name, value in state.items():
        setattr(server, name, value)
    address = server.address.replace("//", "//ada:sec%40ret@")
    with pytest.raises(ModelError) as caught:
        reply(f"{address}#{model}")
    line = str(caught.value)
    assert line.startswith(f"Server {server.address}/")
    assert f" did not reply ({told}" in line
    assert "RAG_WRITER" in line
    assert "\n" not in line
    assert "sec" not in line
    assert "ada" not in line


@pytest.mark.parametrize(
    "address", ["http://", "http://[::", "http://127.0.0.1:999999/v1", "http://127.0.0.1:9/v1"]
)
def test_an_address_that_is_none_or_where_nobody_answers(address: str) -> None:
    with pytest.raises(ModelError, match="did not reply .*: start it, or name one"):
        reply(address)
