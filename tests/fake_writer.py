"""Stand-ins for a model that writes, and for one that compares: deterministic, no weights."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from rag.write.generator import Pieces
from rag.write.writers import Generator


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


class SharedWords:
    """``rag.write.verify.Support``: the share of the claim's words that the quote has."""

    def score(self, claim: str, quote: str) -> float:
        words = set(re.findall(r"\w+", claim.lower()))
        return len(words & set(re.findall(r"\w+", quote.lower()))) / max(1, len(words))
