"""The shipped reader's network: a BERT encoder with a relevance logit and start and end logits.

Trained by ``training``; run by OpenVINO, in int8 where that is quick (rag.bert).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.bert import WORD_TABLE, Bert, RowQueue, has_fast_int8, ints, load_bert

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from rag.read.pairs import Pair


@dataclass(frozen=True, slots=True)
class PairLogits:
    """What one forward pass says of a pair: log-odds, and a number for each token of its window."""

    relevance: float
    start: NDArray[np.float32]
    end: NDArray[np.float32]


class SpanNetwork:
    """The encoder in a folder with the difference in a file; loads both when made.

    The file holds, for each matrix of the encoder that was trained, ``NAME.left`` (out, rank) and
    ``NAME.right`` (rank, in), whose product is the difference; for each vector ``NAME.difference``;
    and the heads' own values under ``relevance.`` and ``span.``. ``int8`` is for measuring: by
    default it is what this processor does fastest. May be called from several threads.
    """

    def __init__(self, encoder: Path, weights: Path, int8: bool | None = None) -> None:
        from safetensors.numpy import load_file

        stored = {name: value.astype("float32") for name, value in load_file(weights).items()}
        heads = _Heads(*(stored[f"{head}.{part}"] for head in _HEADS for part in _PARTS))
        int8 = has_fast_int8() if int8 is None else int8
        self._queue = RowQueue(_trained(load_bert(encoder), stored), heads.logits, int8)

    def logits(self, pairs: Sequence[Pair]) -> list[PairLogits]:
        """The logits of each pair, in their order."""
        found: list[Any] = [None] * len(pairs)

        def keep(number: int, outputs: Sequence[NDArray[np.float32]]) -> None:
            relevance, spans = outputs
            pair = pairs[number]
            start, end = spans[pair.passage_from : pair.passage_to].T.copy()
            found[number] = PairLogits(float(relevance[0]), start, end)

        self._queue.run([(pair.ids, pair.types_from) for pair in pairs], keep)
        return found


_HEADS, _PARTS = ("relevance", "span"), ("weight", "bias")


@dataclass(frozen=True, slots=True)
class _Heads:
    relevance: NDArray[np.float32]
    relevance_bias: NDArray[np.float32]
    span: NDArray[np.float32]
    span_bias: NDArray[np.float32]

    def logits(self, hidden: Any, present: Any) -> list[Any]:
        """Relevance, shape (pairs, 1), and start and end logits, shape (pairs, tokens, 2)."""
        from openvino import opset15 as op

        first = op.gather(hidden, op.constant(0), ints(1))
        return [
            op.add(op.matmul(inputs, op.constant(weight), False, True), op.constant(bias))
            for inputs, weight, bias in (
                (first, self.relevance, self.relevance_bias),
                (hidden, self.span, self.span_bias),
            )
        ]


def _trained(encoder: Bert, stored: dict[str, NDArray[np.float32]]) -> Bert:
    """The encoder with the stored differences added; what has none is shared with the encoder."""
    values = with_differences({**encoder.weights, WORD_TABLE: encoder.words}, stored)
    words = values.pop(WORD_TABLE)
    return replace(encoder, words=words, weights=values)


def with_differences(weights: Mapping[str, Any], stored: Mapping[str, Any]) -> dict[str, Any]:
    """An encoder's weights with the differences of a file added; arrays of NumPy or of torch."""
    values = dict(weights)
    for name, value in stored.items():
        target, _, kind = name.removeprefix("encoder.").rpartition(".")
        if kind == "left":
            values[target] = values[target] + value @ stored[f"encoder.{target}.right"]
        elif kind == "difference":
            values[target] = values[target] + value
    return values
