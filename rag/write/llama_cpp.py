"""GGUF models, run by llama.cpp in this process."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path
from typing import Any

from rag.errors import ModelError
from rag.write.generators import Generator, Pieces, Push, pulled

CONTEXT_TOKENS = 4096
"""Prompt and reply together."""
BATCH_TOKENS = 128
"""Of the prompt at once: whoever stops while it is read waits for no more than these."""


class LlamaCppGenerator(Generator):
    """A GGUF model; greedy, one reply at a time. What a prompt has in common with the one before
    is not read again, which may change the last bits of what the model computes."""

    def __init__(self, name: str, server: Any) -> None:
        self.name = name
        self._server = server

    @staticmethod
    def from_file(path: Path | str) -> LlamaCppGenerator:
        """The model in a GGUF file. Raises ModelError if llama.cpp cannot read it."""
        file = Path(os.path.expanduser(path))  # as it stands where nobody has that home
        if not file.is_file():
            raise ModelError(f"Model file {path} is not there: name a GGUF file in RAG_WRITER.")
        if importlib.util.find_spec("xllamacpp") is None:
            raise ModelError(
                "Writing needs xllamacpp, which is not installed: run make install-write."
            )
        return LlamaCppGenerator(file.stem, _server(file))

    def stream(self, prompt: str, max_tokens: int) -> Pieces:
        request = {
            "messages": [{"role": "user", "content": prompt}],
            "max_tokens": max_tokens,
            "temperature": 0,
            "cache_prompt": True,
            "return_progress": True,
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
                # Without content: how far the prompt is read, what a model only thinks, the end.
                return not push(chunk["choices"][0]["delta"].get("content") or "")

            self._server.handle_chat_completions(request, on_chunk)

        yield from pulled(write)
        if problems:
            raise ModelError(
                f"Model {self.name} did not reply: {problems[0]}; give a shorter prompt."
            )


def _server(file: Path) -> Any:
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
