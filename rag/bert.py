"""BERT encoders run by OpenVINO, in int8 where the processor multiplies bytes quickly.

The network is written out here from the model's weights, so that what is put on top of it (a mean,
the reader's heads) is part of it. Weights have one int8 scale an output; what goes into a product
gets one scale for every ``_GROUP_CHANNELS`` channels of a token when it runs ("dynamic
quantization": nothing was fitted to texts, and a text's result does not depend on its neighbours).
Attention, norms, sums and what is put on top stay in float32.
"""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_GROUP_CHANNELS = 128
_BATCH_ROWS = 4
"""Their activations stay in the processor's caches."""
_WIDTH_TOKENS = 8
"""Batches are as wide as a multiple of this: OpenVINO prepares and keeps what each width needs."""
_HIDDEN_LOGIT = -1e4
WORD_TABLE = "embeddings.word_embeddings.weight"

Row = tuple[Sequence[int], int]
"""A text's token ids, and how many of them are of the first segment."""


def has_fast_int8() -> bool:
    """Whether this processor multiplies bytes faster than floats (VNNI); known on Linux only."""
    try:
        told = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return not {"avx512_vnni", "avx_vnni"}.isdisjoint(told.split())


@dataclass(frozen=True, slots=True)
class Bert:
    """An encoder's shape and its weights by name, all but the word table, which others share."""

    words: NDArray[np.float32]
    """(vocabulary, channels)"""
    weights: Mapping[str, NDArray[np.float32]]
    layers: int
    heads: int
    norm_epsilon: float

    @property
    def channels(self) -> int:
        return int(self.words.shape[1])


def load_bert(folder: Path) -> Bert:
    """The encoder in a model folder: its ``config.json`` and ``model.safetensors``."""
    from safetensors import safe_open

    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    with safe_open(folder / "model.safetensors", "np") as file:
        weights = {name: file.get_tensor(name) for name in file.keys() if name != WORD_TABLE}  # noqa: SIM118
    return Bert(
        words=_word_table(folder),
        weights=weights,
        layers=config["num_hidden_layers"],
        heads=config["num_attention_heads"],
        norm_epsilon=config["layer_norm_eps"],
    )


@cache
def _word_table(folder: Path) -> NDArray[np.float32]:
    """Half of a small encoder; one for all networks of the process that begin with it."""
    from safetensors import safe_open

    with safe_open(folder / "model.safetensors", "np") as file:
        table: NDArray[np.float32] = file.get_tensor(WORD_TABLE)
    return table


class RowQueue:
    """Computes a network for rows of any length on all cores, in batches of like length.

    ``top`` makes the network's outputs from its last hidden states, shape (rows, tokens, channels),
    and what is present, 1.0 or 0.0 of shape (rows, tokens). May be called from several threads.
    """

    def __init__(self, bert: Bert, top: Callable[[Any, Any], Sequence[Any]], int8: bool) -> None:
        # OpenVINO tells its makers of every import, unless what it tells them with is missing.
        sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]
        from openvino import AsyncInferQueue, Core

        network = Core().compile_model(
            _Network(bert, int8).model(top),
            "CPU",
            {
                "PERFORMANCE_HINT": "THROUGHPUT",
                "ENABLE_CPU_PINNING": False,
                "INFERENCE_PRECISION_HINT": "f32",
                "DYNAMIC_QUANTIZATION_GROUP_SIZE": _GROUP_CHANNELS if int8 else 0,
            },
        )
        self._lock = threading.Lock()
        self._queue = AsyncInferQueue(network)
        self._queue.set_callback(_hand_over)

    def run(
        self, rows: Sequence[Row], keep: Callable[[int, Sequence[NDArray[np.float32]]], None]
    ) -> None:
        """Calls ``keep`` with each row's number and its outputs, valid for the call, in any order.

        An output by token may have more tokens than the row.
        """
        longest_first = sorted(range(len(rows)), key=lambda number: -len(rows[number][0]))
        size = min(_BATCH_ROWS, max(1, -(-len(rows) // len(self._queue))))
        # One caller at a time: more would only contend for the same cores.
        with self._lock:
            for begin in range(0, len(rows), size):
                numbers = longest_first[begin : begin + size]
                self._queue.start_async(_padded([rows[n] for n in numbers]), (keep, numbers))
            self._queue.wait_all()


def _hand_over(request: Any, wanted: tuple[Callable[..., None], list[int]]) -> None:
    keep, numbers = wanted
    outputs = [output.data for output in request.output_tensors]
    for place, number in enumerate(numbers):
        keep(number, [output[place] for output in outputs])


def _padded(rows: Sequence[Row]) -> list[NDArray[Any]]:
    """Token ids, their segments, and 1.0 for each that is there, all of shape (rows, tokens)."""
    import numpy as np

    width = -(-max(len(ids) for ids, _ in rows) // _WIDTH_TOKENS) * _WIDTH_TOKENS
    ids, segments = np.zeros((2, len(rows), width), np.int32)
    present = np.zeros((len(rows), width), np.float32)
    for row, (tokens, first_segment) in enumerate(rows):
        ids[row, : len(tokens)] = tokens
        segments[row, first_segment : len(tokens)] = 1
        present[row, : len(tokens)] = 1
    return [ids, segments, present]


@dataclass(frozen=True, slots=True)
class _Network:
    """Writes the network as OpenVINO's operations; a node stands for what it puts out."""

    bert: Bert
    int8: bool

    def model(self, top: Callable[[Any, Any], Sequence[Any]]) -> Any:
        """Ids, segments and what is present, shape (rows, tokens), to what ``top`` makes."""
        import numpy as np
        from openvino import Model
        from openvino import opset15 as op

        ids = op.parameter([-1, -1], np.int32, "ids")
        segments = op.parameter([-1, -1], np.int32, "segments")
        present = op.parameter([-1, -1], np.float32, "present")
        tokens = op.gather(op.shape_of(ids, "i32"), ints(1), op.constant(0))
        places = self._constant("embeddings.position_embeddings.weight")
        kinds = self._constant("embeddings.token_type_embeddings.weight")
        words = op.constant(self.bert.words, shared_memory=True)
        hidden = op.add(
            op.add(
                op.gather(words, ids, op.constant(0)), op.gather(kinds, segments, op.constant(0))
            ),
            op.slice(places, ints(0), tokens, ints(1), ints(0)),
        )
        hidden = self._norm(hidden, "embeddings.LayerNorm")
        absent = op.subtract(op.constant(np.float32(1)), op.unsqueeze(present, ints(1, 2)))
        hide = op.multiply(absent, op.constant(np.float32(_HIDDEN_LOGIT)))
        for layer in range(self.bert.layers):
            hidden = self._layer(hidden, hide, f"encoder.layer.{layer}.")
        return Model(list(top(hidden, present)), [ids, segments, present])

    def _layer(self, hidden: Any, hide: Any, name: str) -> Any:
        from openvino import opset15 as op

        context = self._attention(hidden, hide, f"{name}attention.self.")
        attended = self._product(context, f"{name}attention.output.dense")
        hidden = self._norm(op.add(attended, hidden), f"{name}attention.output.LayerNorm")
        wide = op.gelu(self._product(hidden, f"{name}intermediate.dense"), "ERF")
        added = op.add(self._product(wide, f"{name}output.dense"), hidden)
        return self._norm(added, f"{name}output.LayerNorm")

    def _attention(self, hidden: Any, hide: Any, name: str) -> Any:
        import numpy as np
        from openvino import opset15 as op

        head_channels = self.bert.channels // self.bert.heads
        swapped = ints(0, 2, 1, 3)

        def heads(part: str) -> Any:
            shape = ints(0, 0, self.bert.heads, head_channels)
            return op.transpose(
                op.reshape(self._product(hidden, name + part), shape, True), swapped
            )

        logits = op.matmul(heads("query"), heads("key"), False, True)
        logits = op.multiply(logits, op.constant(np.float32(head_channels**-0.5)))
        seen = op.matmul(op.softmax(op.add(logits, hide), -1), heads("value"), False, False)
        return op.reshape(op.transpose(seen, swapped), ints(0, 0, self.bert.channels), True)

    def _product(self, inputs: Any, name: str) -> Any:
        import numpy as np
        from openvino import opset15 as op

        exact = self.bert.weights[f"{name}.weight"]
        weight = op.constant(exact)
        if self.int8:
            scales = np.abs(exact).max(1, keepdims=True) / np.float32(127)
            rounded = op.constant(np.rint(exact / scales).astype(np.int8))
            weight = op.multiply(op.convert(rounded, "f32"), op.constant(scales))
        product = op.matmul(inputs, weight, False, True)
        return op.add(product, self._constant(f"{name}.bias"))

    def _norm(self, inputs: Any, name: str) -> Any:
        from openvino import opset15 as op

        even = op.mvn(inputs, ints(-1), True, self.bert.norm_epsilon, "INSIDE_SQRT")
        scaled = op.multiply(even, self._constant(f"{name}.weight"))
        return op.add(scaled, self._constant(f"{name}.bias"))

    def _constant(self, name: str) -> Any:
        from openvino import opset15 as op

        return op.constant(self.bert.weights[name])


def ints(*values: int) -> Any:
    """A constant of whole numbers: a shape, axes or places, for OpenVINO's operations."""
    import numpy as np
    from openvino import opset15 as op

    return op.constant(np.array(values, np.int32))
