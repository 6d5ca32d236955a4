"""Against a real HTTP server on the loopback."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from rag.errors import ModelError
from rag.write.generators import load_generator
from rag.write.openai_server import OpenAIServer


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
    load_generator.cache_clear()
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


def test_a_reply_is_streamed_and_the_request_is_greedy(server: Server) -> None:
    generator = load_generator(f"{server.address}/#tiny")
    assert list(generator.stream("Where?", 7)) == ["", " In", " Köln.", ""]
    assert generator.generate("Where?", 7) == "In Köln."
    assert server.asked == {
        "model": "tiny",
        "messages": [{"role": "user", "content": "Where?"}],
        "max_tokens": 7,
        "temperature": 0,
        "stream": True,
    }
    assert server.authorization is None


def test_without_a_model_the_first_is_asked(server: Server) -> None:
    assert OpenAIServer.at(server.address).name == "tiny"


def test_the_key_goes_to_the_server_and_into_no_message(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.key = "right"
    monkeypatch.setenv("OPENAI_API_KEY", "right")
    assert OpenAIServer.at(server.address).generate("Where?", 7) == "In Köln."
    monkeypatch.setenv("OPENAI_API_KEY", "wrong-key")
    with pytest.raises(ModelError, match="refuses the key .401 bad key.: set OPENAI") as caught:
        OpenAIServer.at(server.address)
    assert "wrong-key" not in str(caught.value)


def test_a_key_that_is_none(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "schlüssel")
    with pytest.raises(ModelError, match="OPENAI_API_KEY is no key"):
        OpenAIServer.at(server.address)


@pytest.mark.parametrize(
    ("model", "state", "told"),
    [
        ("big", {}, "has no model big (404 model not found): name one"),
        ("tiny", {"status": 500}, "did not reply (500 out of memory): see its log"),
        ("tiny", {"events": ("<html>",)}, "sent what is no piece of a reply (<html>)"),
        ("tiny", {"events": ("[]",)}, "sent what is no piece of a reply"),
        ("tiny", {"events": ('{"choices": [{"text": "x"}]}',)}, "sent what is no piece"),
        ("", {"models": ()}, "lists no models: name one after #"),
        ("", {"key": "right"}, "refuses the key (401 bad key): set OPENAI_API_KEY"),
    ],
)
def test_what_goes_wrong_is_one_line_without_the_password(
    server: Server, model: str, state: dict[str, Any], told: str
) -> None:
    for name, value in state.items():
        setattr(server, name, value)
    address = server.address.replace("//", "//ada:sec%40ret@")
    with pytest.raises(ModelError) as caught:
        OpenAIServer.at(f"{address}#{model}").generate("Where?", 7)
    line = str(caught.value)
    assert line.startswith(f"Server {server.address} {told}")
    assert "sec" not in line
    assert "ada" not in line


@pytest.mark.parametrize(
    "address", ["http://", "http://[::", "http://127.0.0.1:999999/v1", "http://127.0.0.1:9/v1"]
)
def test_an_address_that_is_none_or_where_nobody_answers(address: str) -> None:
    with pytest.raises(ModelError, match="cannot be reached"):
        OpenAIServer.at(address)
