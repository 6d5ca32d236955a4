from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rag.errors import ModelError
from rag.write import chat_models
from rag.write.chat_models import ChatServer, LlamaCpp
from rag.write.generators import Push, load_generator, pulled
from rag.write.prompts import FIXED
from tests.fake_writer import SMALL_MODEL, needs_small_model


@pytest.fixture(autouse=True)
def _nothing_loaded_before() -> None:
    load_generator.cache_clear()


class FakeLlama:
    """Keeps the request and gives canned chunks, until it is told to stop."""

    def __init__(self, *chunks: dict[str, Any]) -> None:
        self.chunks = chunks
        self.requests: list[dict[str, Any]] = []
        self.given = 0

    def handle_chat_completions(
        self, request: dict[str, Any], stop: Callable[[dict[str, Any]], bool]
    ) -> None:
        self.requests.append(request)
        for chunk in self.chunks:
            self.given += 1
            if stop(chunk):
                return


REPLY = [
    {"choices": [{"delta": {"content": content}}]} for content in (None, "", " In", " Paris.\n")
]


@pytest.mark.parametrize("name", ["qwen", "tiny.gguf", "TINY.GGUF"])
def test_a_file_is_run_by_llama_cpp_with_the_fixed_part_read_once(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = FakeLlama(*REPLY, {"choices": [{"delta": {}}]})
    monkeypatch.setattr(chat_models, "_llama_cpp", lambda file: server)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: True)
    monkeypatch.setattr("rag.write.generators.WRITER_FILE", tmp_path / "big.gguf")
    if name == "qwen":
        with pytest.raises(ModelError, match="big is not installed: run make install-write"):
            load_generator(name)
    file = tmp_path / ("big.gguf" if name == "qwen" else name)
    file.touch()
    model = load_generator(name if name == "qwen" else str(file))
    assert model.name == file.stem
    assert "".join(model.stream("Where?", 7)) == " In Paris.\n"
    assert load_generator(name if name == "qwen" else str(file)) is model
    read, asked = server.requests
    assert read["messages"][0]["content"] == FIXED
    assert asked["messages"] == [{"role": "user", "content": "Where?"}]
    assert (asked["temperature"], asked["max_tokens"]) == (0, 7)


@pytest.mark.parametrize("name", ["", "no/such/folder", "a b"])
def test_a_name_of_nothing(name: str) -> None:
    with pytest.raises(ModelError, match="is not there: name the folder or hub id .* RAG_WRITER"):
        load_generator(name)


def test_an_address_is_a_server() -> None:
    assert isinstance(load_generator("http://127.0.0.1:9/v1#some/model"), ChatServer)


def test_what_is_pushed_is_pulled_in_order_and_an_error_comes_last() -> None:
    def write(push: Push[str]) -> None:
        assert push("")
        assert push("b")
        raise ModelError("broken")

    stream = pulled(write)
    assert [next(stream), next(stream)] == ["", "b"]
    with pytest.raises(ModelError, match="broken"):
        next(stream)


def test_a_closed_stream_stops_the_model_even_while_it_reads_the_prompt() -> None:
    server = FakeLlama(*REPLY[:1] * 100_000)
    stream = LlamaCpp("tiny", server).stream("Where?", 7)
    next(stream)
    stream.close()
    assert server.given < len(server.chunks)


def test_a_prompt_that_is_too_long_is_a_model_error() -> None:
    server = FakeLlama({"error": {"message": "request exceeds the context"}})
    with pytest.raises(ModelError, match="tiny did not reply .request exceeds the context.: name"):
        list(LlamaCpp("tiny", server).stream("Where?", 7))


def test_files_that_are_no_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ModelError, match=r"nowhere.gguf is not there: name a GGUF file"):
        LlamaCpp.from_file("nowhere.gguf")
    file = tmp_path / "broken.gguf"
    file.write_text("no weights")
    if importlib.util.find_spec("xllamacpp") is not None:
        with pytest.raises(ModelError, match=r"broken.gguf cannot be loaded by llama.cpp: name"):
            LlamaCpp.from_file(file)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ModelError, match="run make install-write"):
        LlamaCpp.from_file(file)


@needs_small_model
@pytest.mark.models
def test_the_small_model_reads_the_prompt_and_repeats_itself() -> None:
    generator = load_generator(str(SMALL_MODEL))
    prompt = "The capital of France is Paris. What is the capital of France?"
    pieces = list(generator.stream(prompt, 8))
    assert len(pieces) > 3
    assert "Paris" in "".join(pieces)
    assert "".join(generator.stream(prompt, 8)) == "".join(pieces)
