"""Models asked as OpenAI's chat completions: llama.cpp in this process, and servers."""

from __future__ import annotations

import importlib.util
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urldefrag

from rag.errors import ModelError
from rag.write.generators import Stream, TextGenerator, pulled
from rag.write.prompts import FIXED

if TYPE_CHECKING:
    import httpx

CONTEXT_TOKENS = 4096
"""Of llama.cpp: prompt and reply together."""
BATCH_TOKENS = 128
"""Of the prompt at once: whoever stops while it is read waits for no more than these."""
API_KEY = "OPENAI_API_KEY"
CONNECT_SECONDS = 5.0
SILENCE_SECONDS = 120.0
"""A server may be silent this long while it reads the prompt."""


class LlamaCpp(TextGenerator):
    """A GGUF model; greedy, one reply at a time. What a prompt has in common with the one before
    is not read again, which may change the last bits of what the model computes."""

    def __init__(self, name: str, server: Any) -> None:
        self.name = name
        self._server = server

    @classmethod
    def from_file(cls, path: Path | str) -> LlamaCpp:
        """The model in a GGUF file, with the fixed part of every prompt in its cache.

        Raises ModelError if llama.cpp cannot read it.
        """
        file = Path(os.path.expanduser(path))  # as it stands where nobody has that home
        if not file.is_file():
            raise ModelError(f"Model file {path} is not there: name a GGUF file in RAG_WRITER.")
        if importlib.util.find_spec("xllamacpp") is None:
            raise ModelError("xllamacpp, which writes, is not installed: run make install-write.")
        made = cls(file.stem, _llama_cpp(file))
        list(made.stream(FIXED, 1))
        return made

    def stream(self, prompt: str, max_tokens: int) -> Stream[str]:
        more = {"cache_prompt": True, "return_progress": True}
        request = _request(prompt, max_tokens) | more
        # A chunk without content says how far the prompt is read.
        chunks: Stream[dict[str, Any]] = pulled(
            lambda push: self._server.handle_chat_completions(request, lambda c: not push(c))
        )
        for chunk in chunks:
            yield _content(chunk, f"Model {self.name}")


class ChatServer(TextGenerator):
    """A model behind ``POST {address}/chat/completions``; greedy as far as the server obeys."""

    def __init__(self, address: str, model: str) -> None:
        self.name = model
        self._address = address

    @classmethod
    def at(cls, address_and_model: str) -> ChatServer:
        """The server at ``http://host:port/v1#model``; without ``#model`` the first it lists.

        Raises ModelError if the server has to be asked for its models and cannot be.
        """
        address, model = urldefrag(address_and_model.replace("/#", "#"))
        if not model:
            with _asked("GET", f"{address}/models") as response:
                model = json.loads(response.read())["data"][0]["id"]
        return cls(address, model)

    def stream(self, prompt: str, max_tokens: int) -> Stream[str]:
        request = _request(prompt, max_tokens) | {"model": self.name}
        with _asked("POST", f"{self._address}/chat/completions", request) as response:
            for line in response.iter_lines():
                # Server-sent events; other lines are comments and blank.
                if line.startswith("data:"):
                    data = line.removeprefix("data:").strip()
                    if data == "[DONE]":
                        return
                    yield _content(json.loads(data), f"Server {_without_password(self._address)}")


def _request(prompt: str, max_tokens: int) -> dict[str, Any]:
    messages = [{"role": "user", "content": prompt}]
    return {"messages": messages, "max_tokens": max_tokens, "temperature": 0, "stream": True}


def _content(chunk: Mapping[str, Any], who: str) -> str:
    """The text of one chunk of a reply; a last one with the count of tokens has none."""
    if "choices" not in chunk:
        problem = chunk.get("error", chunk)
        said = problem.get("message", problem) if isinstance(problem, Mapping) else problem
        raise ModelError(f"{who} did not reply ({said}): name another in RAG_WRITER.")
    return chunk["choices"][0]["delta"].get("content") or "" if chunk["choices"] else ""


def _llama_cpp(file: Path) -> Any:
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = str(file)
    params.n_ctx = CONTEXT_TOKENS
    params.n_batch = params.n_ubatch = BATCH_TOKENS
    params.n_parallel = 1
    params.n_gpu_layers = 0
    params.cache_ram_mib = 0  # else prompts of earlier questions fill 8 GiB
    params.cpuparams.n_threads = int(os.environ.get("OMP_NUM_THREADS", 0)) or os.cpu_count() or 1
    params.verbosity = 0
    params.warmup = False  # the first prompt is read as fast
    try:
        return xllamacpp.Server(params)
    except RuntimeError:  # its message says no more
        raise ModelError(
            f"Model file {file} cannot be loaded by llama.cpp: name a GGUF file in RAG_WRITER "
            "that is whole and fits the memory."
        ) from None


@contextmanager
def _asked(
    method: str, url: str, content: Mapping[str, Any] | None = None
) -> Iterator[httpx.Response]:
    """A server's reply, not yet read; whatever goes wrong with it becomes a ModelError.

    No redirects are followed: the key goes to the server that was named, and to no other.
    """
    import httpx

    key = os.environ.get(API_KEY)
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    timeout = httpx.Timeout(SILENCE_SECONDS, connect=CONNECT_SECONDS)
    try:
        with (
            httpx.Client(headers=headers, timeout=timeout) as client,
            client.stream(method, url, json=content) as response,
        ):
            if not response.is_success:
                response.read()
                said = response.text or response.reason_phrase
                raise ValueError(f"{response.status_code} {said}")
            yield response
    except (
        *(httpx.HTTPError, httpx.InvalidURL, httpx.StreamError),
        *(ValueError, LookupError, TypeError, AttributeError),  # of a reply that is none
    ) as error:
        reason = " ".join(f"{error}".split())[:200].rstrip(".:") or type(error).__name__
        raise ModelError(
            f"Server {_without_password(url)} did not reply ({reason}): start it, or name one that "
            f"is OpenAI-compatible in RAG_WRITER, its model after #, and its key in {API_KEY}."
        ) from None


def _without_password(url: str) -> str:
    scheme, mark, rest = url.partition("://")
    return f"{scheme}{mark}{rest.rpartition('@')[2]}"
