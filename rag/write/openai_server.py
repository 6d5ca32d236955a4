"""Models behind any OpenAI-compatible server: llama-server, vLLM, Ollama, a paid service."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urldefrag

from rag.errors import ModelError
from rag.write.generators import Generator, Pieces

if TYPE_CHECKING:
    import httpx

API_KEY = "OPENAI_API_KEY"
CONNECT_SECONDS = 5.0
SILENCE_SECONDS = 120.0
"""A server may be silent this long while it reads the prompt."""


class OpenAIServer(Generator):
    """A model behind ``POST {address}/chat/completions``; greedy as far as the server obeys."""

    def __init__(self, address: str, model: str) -> None:
        self.name = model
        self._address = address

    @staticmethod
    def at(address_and_model: str) -> OpenAIServer:
        """The server at ``http://host:port/v1#model``; without ``#model`` the first it lists.

        Raises ModelError if the server has to be asked for its models and cannot be.
        """
        address, model = urldefrag(address_and_model)
        address = address.rstrip("/")
        return OpenAIServer(address, model or _first_model(address))

    def stream(self, prompt: str, max_tokens: int) -> Pieces:
        request = {
            "model": self.name,
            "messages": [{"role": "user", "content": prompt}],
            "max_tokens": max_tokens,
            "temperature": 0,
            "stream": True,
        }
        with (
            _client(self._address) as client,
            client.stream("POST", f"{self._address}/chat/completions", json=request) as response,
        ):
            if not response.is_success:
                response.read()
                raise _refusal(self._address, response, self.name)
            for line in response.iter_lines():
                # Server-sent events; other lines are comments and blank.
                if line.startswith("data:"):
                    data = line.removeprefix("data:").strip()
                    if data == "[DONE]":
                        return
                    yield _content(self._address, data)


def _content(address: str, data: str) -> str:
    """The text of one event."""
    try:
        event = json.loads(data)
        # A last event with the count of tokens has no choices.
        delta = event["choices"][0]["delta"] if event["choices"] else {}
        return str(delta.get("content") or "")
    except (ValueError, LookupError, TypeError, AttributeError):
        raise ModelError(
            f"{_server(address)} sent what is no piece of a reply ({data[:80]}): "
            "name an OpenAI-compatible server in RAG_WRITER."
        ) from None


def _first_model(address: str) -> str:
    with _client(address) as client:
        response = client.get(f"{address}/models")
        if not response.is_success:
            raise _refusal(address, response)
        try:
            return str(response.json()["data"][0]["id"])
        except (ValueError, LookupError, TypeError):
            raise ModelError(
                f"{_server(address)} lists no models: name one after # in RAG_WRITER."
            ) from None


@contextmanager
def _client(address: str) -> Iterator[httpx.Client]:
    """A client with the key; what goes wrong between it and the server becomes a ModelError.

    It follows no redirects: the key goes to the server that was named, and to no other.
    """
    import httpx

    key = os.environ.get(API_KEY)
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    timeout = httpx.Timeout(SILENCE_SECONDS, connect=CONNECT_SECONDS)
    try:
        with httpx.Client(headers=headers, timeout=timeout) as client:
            yield client
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
        reason = _one_line(str(error)) or type(error).__name__
        raise ModelError(
            f"{_server(address)} cannot be reached ({reason}): start it, or name another in "
            "RAG_WRITER."
        ) from None
    except UnicodeEncodeError:
        raise ModelError(f"{API_KEY} is no key: it holds characters beyond ASCII.") from None


def _refusal(address: str, response: httpx.Response, model: str = "") -> ModelError:
    """What the server would not do, with its own words if it has any, and the fix."""
    try:
        problem = response.json()["error"]
        words = problem.get("message", "") if isinstance(problem, Mapping) else problem
    except (ValueError, LookupError, TypeError):
        words = ""
    reason = f"{response.status_code} {_one_line(str(words)) or response.reason_phrase}".strip()
    if response.status_code in (401, 403):
        told = f"refuses the key ({reason}): set {API_KEY} to one that it takes."
    elif response.status_code == 404 and model:
        told = f"has no model {model} ({reason}): name one that it has after # in RAG_WRITER."
    else:
        told = f"did not reply ({reason}): see its log, or name another in RAG_WRITER."
    return ModelError(f"{_server(address)} {told}")


def _server(address: str) -> str:
    """How messages name it: without its password, since every reader sees them."""
    scheme, mark, rest = address.partition("://")
    return f"Server {scheme}{mark}{rest.rpartition('@')[2]}"


def _one_line(text: str) -> str:
    return " ".join(text.split())[:200].rstrip(".:")
