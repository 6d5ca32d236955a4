"""The reader: question and passages -> how relevant each passage is, and the words that answer.

Scores of all passages read for one question are comparable, also between calls: training puts one
softmax over the spans of all of a question's passages (shared normalization), and over saying
nothing, whose score is 0. This module knows neither articles nor what is shown of an answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

from rag.errors import ModelError
from rag.read.pairs import MAX_SPAN_TOKENS, SpecialTokens, join
from rag.read.spans import ScoredSpan, without_overlap
from rag.types import Verdict

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from tokenizers import Encoding, Tokenizer

    from rag.read.pairs import Pair
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
class Words:
    """A text's tokens: their characters, and whether each begins and ends a word."""

    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    begin: NDArray[np.bool_]
    end: NDArray[np.bool_]


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
        tokens = [(context, self._encode(text)) for context, text in passages]
        words = [
            words_of(text, np.array(encoding.offsets, np.int64))
            for (_, text), (_, encoding) in zip(passages, tokens, strict=True)
        ]
        relevance = [-float("inf")] * len(passages)
        spans: list[list[ScoredSpan]] = [[] for _ in passages]
        for (number, first), logits in self._logits(question, tokens):
            relevance[number] = max(relevance[number], logits.relevance)
            spans[number] += best_spans(logits.start, logits.end, words[number], first)
        return [
            PassageReading(score, without_overlap(found))
            for score, found in zip(relevance, spans, strict=True)
        ]

    def support(self, claim: str, evidence: Sequence[str]) -> list[Verdict]:
        """What each text of ``evidence`` makes of the claim: the window that decides it most."""
        verdicts = [Verdict(0.0, 0.0, 1.0)] * len(evidence)
        texts = [("", self._encode(text)) for text in evidence]
        for (number, _), logits in self._logits(claim, texts):
            chances = np.exp(logits.support - logits.support.max())
            found = Verdict(*map(float, chances / chances.sum()))
            if found.neither <= verdicts[number].neither:
                verdicts[number] = found
        return verdicts

    def _logits(
        self, text: str, passages: Sequence[tuple[str, Encoding]]
    ) -> Iterator[tuple[tuple[int, int], PairLogits]]:
        """What the network makes of each window of a passage, given by context and tokens: of which
        passage it is, its first token, and the logits."""
        asked = self._encode(text).ids
        contexts = {context: self._encode(context).ids for context, _ in passages}
        windows = [
            (number, first)
            for number, (_, encoding) in enumerate(passages)
            for first in window_starts(len(encoding.ids))
        ]
        pairs = []
        for number, first in windows:
            context, encoding = passages[number]
            window = encoding.ids[first : first + MAX_WINDOW_TOKENS]
            pairs.append(join(asked, contexts[context], window, self._special))
        return zip(windows, self._network.logits(pairs), strict=True)

    def _encode(self, text: str) -> Encoding:
        return self._tokenizer.encode(text, add_special_tokens=False)


def words_of(text: str, offsets: NDArray[np.int64]) -> Words:
    """Where words begin and end among the tokens at ``offsets``, shape (tokens, 2), of a text."""
    starts, ends = offsets.reshape(-1, 2).T.copy()
    # A piece may hold the space before its word.
    pieces = [text[start:end] for start, end in zip(starts, ends, strict=True)]
    starts += np.array([len(piece) - len(piece.lstrip()) for piece in pieces], np.int64)
    words = np.array([m.span() for m in _WORD.finditer(text)], np.int64).reshape(-1, 2)
    return Words(
        starts=starts,
        ends=ends,
        begin=np.isin(starts, words[:, 0]) & (starts < ends),
        end=np.isin(ends, words[:, 1]) & (starts < ends),
    )


def window_starts(length: int) -> list[int]:
    """First tokens of the overlapping windows that cover a passage of ``length`` tokens."""
    if length <= MAX_WINDOW_TOKENS:
        return [0]
    step = MAX_WINDOW_TOKENS - OVERLAP_TOKENS
    return [*range(0, length - MAX_WINDOW_TOKENS, step), length - MAX_WINDOW_TOKENS]


def best_spans(
    start: NDArray[np.float32], end: NDArray[np.float32], words: Words, first: int = 0
) -> list[ScoredSpan]:
    """The best spans of whole words in the window whose first token is ``first``."""
    if not len(start):
        return []
    stop = first + len(start)
    starts = np.where(words.begin[first:stop], start, -np.inf)
    ends = np.where(words.end[first:stop], end, -np.inf)
    reach = np.append(ends, np.full(MAX_SPAN_TOKENS - 1, -np.inf))
    scores = starts[:, None] + np.lib.stride_tricks.sliding_window_view(reach, MAX_SPAN_TOKENS)
    best = np.argsort(-scores, axis=None, kind="stable")[:_CANDIDATES].tolist()
    found: list[ScoredSpan] = []
    for begin, more in (divmod(place, MAX_SPAN_TOKENS) for place in best):
        if np.isfinite(scores[begin, more]):
            a, b = words.starts[first + begin], words.ends[first + begin + more]
            found.append(ScoredSpan(int(a), int(b), float(scores[begin, more])))
    return found
