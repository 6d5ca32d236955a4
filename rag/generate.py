"""Writes a reply with a small language model on this machine: the peer that Footnote is held to."""

from __future__ import annotations

import importlib.util
import os
from functools import cache
from typing import Any, Protocol

from rag.errors import ModelError
from rag.models import find_generator

CONTEXT_TOKENS = 2048
MISSING = "Writing needs xllamacpp, which is not installed: run make install-write."


class Generator(Protocol):
    """Writes text for a prompt."""

    @property
    def name(self) -> str:
        """The model's name, as reports show it."""
        ...

    def generate(self, prompt: str, max_tokens: int) -> str:
        """The model's reply to ``prompt``, of at most ``max_tokens`` tokens, stripped.

        The same prompt gives the same reply. Raises ModelError if the model cannot reply.
        """
        ...


class LlamaCppGenerator:
    """A GGUF model run by llama.cpp in this process; greedy."""

    def __init__(self, name: str, server: Any) -> None:
        self.name = name
        self._server = server

    @staticmethod
    @cache
    def shipped() -> LlamaCppGenerator:
        """The model of models-write.txt. Raises ModelError if it or xllamacpp is not installed."""
        if importlib.util.find_spec("xllamacpp") is None:
            raise ModelError(MISSING)
        import xllamacpp

        model = find_generator()
        params = xllamacpp.CommonParams()
        params.model.path = model.path
        params.n_ctx = CONTEXT_TOKENS
        params.n_parallel = 1
        params.n_gpu_layers = 0
        params.cpuparams.n_threads = os.cpu_count() or 1
        params.verbosity = 0
        return LlamaCppGenerator(model.name, xllamacpp.Server(params))

    def generate(self, prompt: str, max_tokens: int) -> str:
        reply = self._server.handle_chat_completions(
            {
                "messages": [{"role": "user", "content": prompt}],
                "max_tokens": max_tokens,
                "temperature": 0,
                "cache_prompt": False,
            }
        )
        if "choices" not in reply:
            problem = reply.get("error", reply)
            reason = problem.get("message", problem)
            raise ModelError(f"Model {self.name} did not reply: {reason}; give a shorter prompt.")
        return str(reply["choices"][0]["message"]["content"]).strip()
