"""Stand-ins for a model that writes, and for one of support: deterministic, no weights."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from rag.types import Verdict
from rag.write.generators import Generator, Pieces


@dataclass
class FakeWriter(Generator):
    """Writes what ``reply`` makes of the prompt, a few characters at a time."""

    reply: Callable[[str], str]
    name: str = "fake"
    piece_chars: int = 3
    prompts: list[str] = field(default_factory=list)
    streamed_chars: int = 0

    def stream(self, prompt: str, max_tokens: int) -> Pieces:
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
