"""GGUF models, run by llama.cpp in this process."""

from __future__ import annotations

import importlib.util
import os
from functools import cache
from pathlib import Path
from typing import Any

from rag.errors import ModelError
from rag.models import find_generator
from rag.write.generator import Generator, Pieces, Push, pulled

CONTEXT_TOKENS = 4096
"""Prompt and reply together."""
MISSING = "Writing needs xllamacpp, which is not installed: run make install-write."


class LlamaCppGenerator(Generator):
    """A GGUF model; greedy."""

    def __init__(self, name: str, server: Any) -> None:
        self.name = name
        self._server = server

    @staticmethod
    @cache
    def shipped() -> LlamaCppGenerator:
        """The model of models-write.txt. Raises ModelError if it or xllamacpp is not installed."""
        _check_installed()
        model = find_generator()
        return LlamaCppGenerator(model.name, _server(Path(model.path)))

    @staticmethod
    def from_file(path: str) -> LlamaCppGenerator:
        """The model in a GGUF file. Raises ModelError if llama.cpp cannot read it."""
        file = Path(os.path.expanduser(path))  # as it stands where nobody has that home
        if not file.is_file():
            raise ModelError(f"Model file {path} is not there: name a GGUF file in RAG_WRITER.")
        _check_installed()
        return LlamaCppGenerator(file.stem, _server(file))

    def stream(self, prompt: str, max_tokens: int) -> Pieces:
        request = {
            "messages": [{"role": "user", "content": prompt}],
            "max_tokens": max_tokens,
            "temperature": 0,
            "cache_prompt": False,
            "stream": True,
        }
        problems: list[str] = []

        def write(push: Push) -> None:
            def on_chunk(chunk: dict[str, Any]) -> bool:
                """Whether llama.cpp is to stop."""
                if "choices" not in chunk:
                    problem = chunk.get("error", chunk)
                    problems.append(str(problem.get("message", problem)))
                    return True
                # The last chunk, and one in which a model only thinks, have no content.
                return not push(chunk["choices"][0]["delta"].get("content") or "")

            self._server.handle_chat_completions(request, on_chunk)

        yield from pulled(write)
        if problems:
            raise ModelError(
                f"Model {self.name} did not reply: {problems[0]}; give a shorter prompt."
            )


def _check_installed() -> None:
    if importlib.util.find_spec("xllamacpp") is None:
        raise ModelError(MISSING)


def _server(file: Path) -> Any:
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = str(file)
    params.n_ctx = CONTEXT_TOKENS
    params.n_parallel = 1
    params.n_gpu_layers = 0
    params.cpuparams.n_threads = os.cpu_count() or 1
    params.verbosity = 0
    try:
        return xllamacpp.Server(params)
    except RuntimeError:  # its message says no more
        raise ModelError(
            f"Model file {file} cannot be loaded by llama.cpp: name a GGUF file in RAG_WRITER "
            "that is whole and fits the memory."
        ) from None
