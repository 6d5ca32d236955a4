"""The encoder's network run by OpenVINO, in int8 where the processor multiplies bytes quickly.

The network is written out here from the encoder's weights, so that what is put on top of it (a
mean, the reader's heads) is part of it. Weights have one int8 scale an output; what goes into a
product gets one scale for every ``_GROUP_CHANNELS`` channels of a token when it runs ("dynamic
quantization": nothing was fitted to texts, and a text's result does not depend on its neighbours,
but for rounding). Attention, norms, sums and what is put on top stay in float32. The word table
stays in its 4-bit form on the disk: rows are looked up outside the network.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.encoder.e5_file import E5File, open_e5

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Top = Callable[[Any, Any], Sequence[Any]]
"""Makes a network's outputs from its last hidden states, shape (rows, tokens, channels), and what
is present, 1.0 or 0.0 of shape (rows, tokens), in OpenVINO's operations."""

_GROUP_CHANNELS = 128
_BATCH_ROWS = 4
"""Their activations stay in the processor's caches."""
_WIDTH_TOKENS = 8
"""Batches are as wide as a multiple of this: OpenVINO prepares and keeps what each width needs."""
_HIDDEN_LOGIT = -1e4


def has_fast_int8() -> bool:
    """Whether this processor multiplies bytes faster than floats (VNNI); known on Linux only."""
    try:
        told = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return not {"avx512_vnni", "avx_vnni"}.isdisjoint(told.split())


class EncoderNetwork:
    """Computes an encoder for rows of token ids on all cores, in batches of like length.

    ``weights`` are the encoder's, by their names in transformers' BertModel; those of ``file``
    where they are not given. ``int8`` is for measuring: by default it is what this processor does
    fastest. May be called from several threads.
    """

    def __init__(
        self,
        file: E5File,
        top: Top,
        weights: Mapping[str, NDArray[np.float32]] | None = None,
        int8: bool | None = None,
    ) -> None:
        # OpenVINO tells its makers of every import, unless what it tells them with is missing.
        sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]
        from openvino import AsyncInferQueue, Core

        int8 = has_fast_int8() if int8 is None else int8
        layers = _Layers(file, file.weights() if weights is None else weights, int8)
        network = Core().compile_model(
            layers.model(top),
            "CPU",
            {
                "PERFORMANCE_HINT": "THROUGHPUT",
                "ENABLE_CPU_PINNING": False,
                "INFERENCE_PRECISION_HINT": "f32",
                "DYNAMIC_QUANTIZATION_GROUP_SIZE": _GROUP_CHANNELS if int8 else 0,
            },
        )
        self._file = file
        self._lock = threading.Lock()
        self._queue = AsyncInferQueue(network)
        self._queue.set_callback(_hand_over)

    def run(
        self, rows: Sequence[Sequence[int]], most: int | None = None
    ) -> list[list[NDArray[np.float32]]]:
        """The outputs of each row, the first ``most`` of them; one by token may have more tokens
        than the row."""
        longest_first = sorted(range(len(rows)), key=lambda number: -len(rows[number]))
        size = min(_BATCH_ROWS, max(1, -(-len(rows) // len(self._queue))))
        found: list[list[NDArray[np.float32]]] = [[] for _ in rows]
        # One caller at a time: more would only contend for the same cores.
        with self._lock:
            for begin in range(0, len(rows), size):
                numbers = longest_first[begin : begin + size]
                inputs = self._padded([rows[number] for number in numbers])
                self._queue.start_async(inputs, ([found[number] for number in numbers], most))
            self._queue.wait_all()
        return found

    def _padded(self, rows: Sequence[Sequence[int]]) -> list[NDArray[np.float32]]:
        """Word vectors, shape (rows, tokens, channels), and 1.0 for each token that is there."""
        import numpy as np

        width = -(-max(map(len, rows)) // _WIDTH_TOKENS) * _WIDTH_TOKENS
        words = np.zeros((len(rows), width, self._file.channels), np.float32)
        present = np.zeros((len(rows), width), np.float32)
        for row, ids in enumerate(rows):
            words[row, : len(ids)] = self._file.embed_words(np.array(ids, np.int32))
            present[row, : len(ids)] = 1
        return [words, present]


def _hand_over(request: Any, wanted: tuple[Sequence[list[Any]], int | None]) -> None:
    """Copies each row's outputs, which the next batch overwrites, to its list."""
    rows, most = wanted
    for output in request.output_tensors[:most]:
        for row, values in zip(rows, output.data, strict=True):
            row.append(values.copy())


_OPENING = threading.Lock()


def open_network(path: Path, int8: bool | None = None) -> EncoderNetwork:
    """The encoder in the file ``path``, one for the process: of each row its unit vector, the mean
    over its tokens, shape (channels,), and its last hidden states, shape (tokens, channels)."""
    with _OPENING:
        return _opened(path, int8)


@cache
def _opened(path: Path, int8: bool | None) -> EncoderNetwork:
    return EncoderNetwork(open_e5(path), _mean_and_states, int8=int8)


def _mean_and_states(hidden: Any, present: Any) -> list[Any]:
    from openvino import opset15 as op

    total = op.reduce_sum(op.multiply(hidden, op.unsqueeze(present, ints(2))), ints(1))
    return [op.normalize_l2(total, ints(1), 1e-20, "add"), hidden]


@dataclass(frozen=True, slots=True)
class _Layers:
    """Writes the encoder as OpenVINO's operations; a node stands for what it puts out."""

    file: E5File
    weights: Mapping[str, NDArray[np.float32]]
    int8: bool

    def model(self, top: Top) -> Any:
        """Word vectors and what is present to what ``top`` makes."""
        import numpy as np
        from openvino import Model
        from openvino import opset15 as op

        words = op.parameter([-1, -1, self.file.channels], np.float32, "words")
        present = op.parameter([-1, -1], np.float32, "present")
        tokens = op.gather(op.shape_of(words, "i32"), ints(1), op.constant(0))
        # All is one segment, so that its vector may as well be added to every place.
        places = op.constant(
            self.weights["embeddings.position_embeddings.weight"]
            + self.weights["embeddings.token_type_embeddings.weight"][0]
        )
        hidden = op.add(words, op.slice(places, ints(0), tokens, ints(1), ints(0)))
        hidden = self._norm(hidden, "embeddings.LayerNorm")
        absent = op.subtract(op.constant(np.float32(1)), op.unsqueeze(present, ints(1, 2)))
        hide = op.multiply(absent, op.constant(np.float32(_HIDDEN_LOGIT)))
        for layer in range(self.file.layers):
            hidden = self._layer(hidden, hide, f"encoder.layer.{layer}.")
        return Model(list(top(hidden, present)), [words, present])

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

        head_channels = self.file.channels // self.file.heads
        swapped = ints(0, 2, 1, 3)

        def heads(part: str) -> Any:
            shape = ints(0, 0, self.file.heads, head_channels)
            return op.transpose(
                op.reshape(self._product(hidden, name + part), shape, True), swapped
            )

        logits = op.matmul(heads("query"), heads("key"), False, True)
        logits = op.multiply(logits, op.constant(np.float32(head_channels**-0.5)))
        seen = op.matmul(op.softmax(op.add(logits, hide), -1), heads("value"), False, False)
        return op.reshape(op.transpose(seen, swapped), ints(0, 0, self.file.channels), True)

    def _product(self, inputs: Any, name: str) -> Any:
        import numpy as np
        from openvino import opset15 as op

        exact = self.weights[f"{name}.weight"]
        weight = op.constant(exact)
        if self.int8:
            scales = np.abs(exact).max(1, keepdims=True) / np.float32(127)
            rounded = op.constant(np.rint(exact / scales).astype(np.int8))
            weight = op.multiply(op.convert(rounded, "f32"), op.constant(scales))
        product = op.matmul(inputs, weight, False, True)
        return op.add(product, self._constant(f"{name}.bias"))

    def _norm(self, inputs: Any, name: str) -> Any:
        from openvino import opset15 as op

        even = op.mvn(inputs, ints(-1), True, self.file.norm_epsilon, "INSIDE_SQRT")
        scaled = op.multiply(even, self._constant(f"{name}.weight"))
        return op.add(scaled, self._constant(f"{name}.bias"))

    def _constant(self, name: str) -> Any:
        from openvino import opset15 as op

        return op.constant(self.weights[name])


def ints(*values: int) -> Any:
    """A constant of whole numbers: a shape, axes or places, for OpenVINO's operations."""
    import numpy as np
    from openvino import opset15 as op

    return op.constant(np.array(values, np.int32))
