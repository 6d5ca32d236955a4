"""The shipped reader's network: the encoder with heads for relevance, support and spans.

Trained by ``training``; run by OpenVINO, in int8 where that is quick (rag.encoder.network).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.encoder.e5_file import E5File
from rag.encoder.network import EncoderNetwork, ints

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from rag.read.pairs import Pair


@dataclass(frozen=True, slots=True)
class PairLogits:
    """What one forward pass says of a pair: log-odds, and a number for each token of its window."""

    relevance: float
    support: NDArray[np.float32]
    """Logits of the window stating, contradicting and not deciding the claim: (3,)."""
    start: NDArray[np.float32]
    end: NDArray[np.float32]


class SpanNetwork:
    """The encoder with the difference in a file; loads both when made.

    The file holds, for each matrix of the encoder that was trained, ``NAME.left`` (out, rank) and
    ``NAME.right`` (rank, in), whose product is the difference; for each vector ``NAME.difference``;
    and the heads' own values under ``relevance.``, ``support.`` and ``span.``. ``int8`` is for
    measuring: by default it is what this processor does fastest. May be called from several
    threads.
    """

    def __init__(self, encoder: E5File, weights: Path, int8: bool | None = None) -> None:
        from safetensors.numpy import load_file

        stored = {name: value.astype("float32") for name, value in load_file(weights).items()}
        trained = with_differences(encoder.weights(), stored)
        self._network = EncoderNetwork(encoder, _Heads(stored).logits, trained, int8)

    def logits(self, pairs: Sequence[Pair]) -> list[PairLogits]:
        """The logits of each pair, in their order."""
        rows = self._network.run([pair.ids for pair in pairs])
        return [
            PairLogits(
                float(relevance[0]),
                support,
                *spans[pair.passage_from : pair.passage_to].T.copy(),
            )
            for pair, (relevance, support, spans) in zip(pairs, rows, strict=True)
        ]


@dataclass(frozen=True, slots=True)
class _Heads:
    stored: Mapping[str, NDArray[np.float32]]

    def logits(self, hidden: Any, present: Any) -> list[Any]:
        """Relevance, (pairs, 1); support, (pairs, 3); start and end, (pairs, tokens, 2)."""
        from openvino import opset15 as op

        first = op.gather(hidden, op.constant(0), ints(1))
        return [
            op.add(
                op.matmul(inputs, op.constant(self.stored[f"{head}.weight"]), False, True),
                op.constant(self.stored[f"{head}.bias"]),
            )
            for inputs, head in ((first, "relevance"), (first, "support"), (hidden, "span"))
        ]


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
