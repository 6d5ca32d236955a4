"""The reader: question and passages -> how relevant each passage is, and the words that answer.

Scores of all passages read for one question are comparable, also between calls: training puts one
softmax over the spans of all of a question's passages (shared normalization), and over saying
nothing, whose score is 0. This module knows neither articles nor what is shown of an answer.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

from rag.errors import ModelError
from rag.read.pairs import MAX_SPAN_TOKENS, Pair, SpecialTokens, join
from rag.read.spans import ScoredSpan, without_overlap
from rag.types import Verdict

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from tokenizers import Tokenizer

    from rag.read.span_network import PairLogits

SHIPPED_WEIGHTS = Path(__file__).parents[1] / "weights" / "reader.safetensors"
MAX_WINDOW_TOKENS = 224
OVERLAP_TOKENS = 64
_CANDIDATES = 60
"""Best spans of a window that are looked at; many of them overlap."""
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff"
_WORD = re.compile(
    rf"[{_UNSPACED}]|[^\W{_UNSPACED}]+(?:(?<=\d)[.,:](?=\d)\w+|['’][^\W{_UNSPACED}]+)*|\S"
)
"""Scripts that put no space between words have a word wherever a letter ends."""


@dataclass(frozen=True, slots=True)
class PassageReading:
    """What the reader made of one passage."""

    relevance: float
    """Log-odds that the passage answers the question, by the whole of it."""
    spans: tuple[ScoredSpan, ...]
    """Spans that do not overlap, best first; empty only where the passage has no words."""


class PassageReader(Protocol):
    """Reads passages under a question; the seam for another model."""

    @property
    def name(self) -> str: ...
    def score(self, question: str, passages: Sequence[tuple[str, str]]) -> list[PassageReading]:
        """One reading for each passage ``(context, text)``; the context is "title · date"."""
        ...


@dataclass(frozen=True, slots=True)
class _Window:
    """Tokens [first, first + length) of a passage, in the input of the model."""

    passage: int
    first: int
    pair: Pair


@dataclass(frozen=True, slots=True)
class Tokens:
    """A passage's tokens: ids, characters, and whether each begins and ends a word."""

    ids: list[int]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    begins_word: NDArray[np.bool_]
    ends_word: NDArray[np.bool_]


class PairNetwork(Protocol):
    """Computes the logits of pairs."""

    def logits(self, pairs: Sequence[Pair]) -> list[PairLogits]: ...


class SpanReader:
    """Reads with a network that marks spans, the trained one; holds no state but the network's."""

    def __init__(
        self, network: PairNetwork, tokenizer: Tokenizer, special: SpecialTokens, name: str
    ) -> None:
        self._network = network
        self._tokenizer = tokenizer
        self._special = special
        self.name = name

    @classmethod
    def shipped(cls) -> SpanReader:
        """The reader that comes with Footnote, on the shipped encoder.

        Raises ModelError if its weights are missing or not the ones that were shipped.
        """
        from rag.models import find_encoder, sha256_of

        recorded = SHIPPED_WEIGHTS.with_suffix(".sha256")
        files = SHIPPED_WEIGHTS.is_file() and recorded.is_file()
        if not files or sha256_of(SHIPPED_WEIGHTS) != recorded.read_text(encoding="ascii").strip():
            raise ModelError(
                f"Reader weights {SHIPPED_WEIGHTS} are not the shipped ones: "
                "restore the file, or run make train."
            )
        return cls.load(Path(find_encoder().path), SHIPPED_WEIGHTS)

    @classmethod
    def load(cls, encoder: Path, weights: Path) -> SpanReader:
        """The encoder in the file ``encoder`` with the low-rank difference in file ``weights``."""
        from rag.encoder import open_e5
        from rag.read.span_network import SpanNetwork

        file = open_e5(encoder)
        begin, end, pad, _ = file.special_ids
        special = SpecialTokens(begin, end, pad)
        return cls(SpanNetwork(file, weights), file.tokenizer, special, weights.stem)

    def score(self, question: str, passages: Sequence[tuple[str, str]]) -> list[PassageReading]:
        """One reading for each passage ``(context, text)``, in their order."""
        asked = self._ids(question)
        contexts = {context: self._ids(context) for context, _ in passages}
        tokens = [tokenize(self._tokenizer, text) for _, text in passages]
        windows = [
            _Window(
                number,
                first,
                join(
                    asked,
                    contexts[context],
                    tokens[number].ids[first : first + MAX_WINDOW_TOKENS],
                    self._special,
                ),
            )
            for number, (context, _) in enumerate(passages)
            for first in window_starts(len(tokens[number].ids))
        ]
        relevance = [-float("inf")] * len(passages)
        spans: list[list[ScoredSpan]] = [[] for _ in passages]
        logits = self._network.logits([window.pair for window in windows])
        for window, of_window in zip(windows, logits, strict=True):
            number = window.passage
            relevance[number] = max(relevance[number], of_window.relevance)
            spans[number] += best_spans(
                of_window.start, of_window.end, tokens[number], window.first
            )
        return [
            PassageReading(score, without_overlap(found))
            for score, found in zip(relevance, spans, strict=True)
        ]

    def support(self, claim: str, evidence: Sequence[str]) -> list[Verdict]:
        """What each text of ``evidence`` makes of the claim: the window that decides it most."""
        said = self._ids(claim)
        pairs: list[Pair] = []
        owners: list[int] = []
        for number, text in enumerate(evidence):
            ids = self._ids(text)
            for first in window_starts(len(ids)):
                window = ids[first : first + MAX_WINDOW_TOKENS]
                pairs.append(join(said, (), window, self._special))
                owners.append(number)
        verdicts = [Verdict(0.0, 0.0, 1.0)] * len(evidence)
        for number, logits in zip(owners, self._network.logits(pairs), strict=True):
            chances = np.exp(logits.support - logits.support.max())
            found = Verdict(*map(float, chances / chances.sum()))
            if found.neither <= verdicts[number].neither:
                verdicts[number] = found
        return verdicts

    def _ids(self, text: str) -> list[int]:
        ids: list[int] = self._tokenizer.encode(text, add_special_tokens=False).ids
        return ids


def tokenize(tokenizer: Tokenizer, text: str) -> Tokens:
    """Tokens of a passage, and where its words begin and end."""
    encoding = tokenizer.encode(text, add_special_tokens=False)
    offsets = np.array(encoding.offsets, dtype=np.int64).reshape(-1, 2)
    # A piece may hold the space before its word.
    pieces = [text[start:end] for start, end in encoding.offsets]
    spaces = np.array([len(piece) - len(piece.lstrip()) for piece in pieces], dtype=np.int64)
    offsets[:, 0] += spaces
    words = np.array([m.span() for m in _WORD.finditer(text)], dtype=np.int64).reshape(-1, 2)
    return Tokens(
        ids=encoding.ids,
        starts=offsets[:, 0],
        ends=offsets[:, 1],
        begins_word=np.isin(offsets[:, 0], words[:, 0]) & (offsets[:, 0] < offsets[:, 1]),
        ends_word=np.isin(offsets[:, 1], words[:, 1]) & (offsets[:, 0] < offsets[:, 1]),
    )


def window_starts(length: int) -> list[int]:
    """First tokens of the overlapping windows that cover a passage of ``length`` tokens."""
    if length <= MAX_WINDOW_TOKENS:
        return [0]
    step = MAX_WINDOW_TOKENS - OVERLAP_TOKENS
    return [*range(0, length - MAX_WINDOW_TOKENS, step), length - MAX_WINDOW_TOKENS]


def best_spans(
    start: NDArray[np.float32], end: NDArray[np.float32], tokens: Tokens, first: int
) -> list[ScoredSpan]:
    """The best spans of whole words in the window whose first token is ``first``."""
    if not len(start):
        return []
    stop = first + len(start)
    starts = np.where(tokens.begins_word[first:stop], start, -np.inf)
    ends = np.where(tokens.ends_word[first:stop], end, -np.inf)
    reach = np.append(ends, np.full(MAX_SPAN_TOKENS - 1, -np.inf))
    scores = starts[:, None] + np.lib.stride_tricks.sliding_window_view(reach, MAX_SPAN_TOKENS)
    best = np.argsort(-scores, axis=None, kind="stable")[:_CANDIDATES].tolist()
    found: list[ScoredSpan] = []
    for begin, more in (divmod(place, MAX_SPAN_TOKENS) for place in best):
        if np.isfinite(scores[begin, more]):
            a, b = tokens.starts[first + begin], tokens.ends[first + begin + more]
            found.append(ScoredSpan(int(a), int(b), float(scores[begin, more])))
    return found
