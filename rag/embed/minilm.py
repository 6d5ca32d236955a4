"""all-MiniLM-L6-v2 run by OpenVINO, in int8 where the processor multiplies bytes quickly.

The network is written out here from the model's weights (a BERT encoder; the mean over its tokens,
as a unit vector). Weights have one int8 scale an output; what goes into a product gets one scale
for every ``_GROUP_CHANNELS`` channels of a token when it runs ("dynamic quantization": nothing was
fitted to texts, and a text's vector does not depend on its neighbours). Attention, norms and sums
stay in float32. Vectors in int8 and in float32 are near enough to search one index
(docs/building.md).
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from rag.models import ModelFolder
    from rag.types import Vectors

_LAYERS, _HEADS, _CHANNELS = 6, 12, 384
_MOST_TOKENS = 256
_SPECIAL_TOKENS = 2
_GROUP_CHANNELS = 128
_BATCH_TEXTS = 4
"""Their activations stay in the processor's caches."""
_WIDTH_TOKENS = 8
"""Batches are as wide as a multiple of this: OpenVINO prepares and keeps what each width needs."""
_HIDDEN_LOGIT = -1e4


def has_fast_int8() -> bool:
    """Whether this processor multiplies bytes faster than floats (VNNI)."""
    import torch

    return bool(torch.cpu._is_vnni_supported())


class MiniLMEmbedder:
    """The shipped embedder; loads its weights on first use. May be called from several threads.

    ``int8`` is for measuring: by default it is what this processor does fastest.
    """

    def __init__(self, folder: ModelFolder, int8: bool | None = None) -> None:
        self._folder = folder
        self._int8 = int8
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        return self._folder.name

    @property
    def revision(self) -> str:
        return self._folder.revision

    @property
    def dimensions(self) -> int:
        return _CHANNELS

    @property
    def max_tokens(self) -> int:
        return _MOST_TOKENS - _SPECIAL_TOKENS

    def count_tokens(self, text: str) -> int:
        return len(self._counting.encode(text, add_special_tokens=False).ids)

    def embed(self, texts: Sequence[str]) -> Vectors:
        import numpy as np

        vectors = np.zeros((len(texts), _CHANNELS), dtype=np.float32)
        rows = [encoding.ids for encoding in self._cutting.encode_batch(list(texts))]
        by_length = sorted(range(len(rows)), key=lambda place: -len(rows[place]))
        # One caller at a time: more would only contend for the same cores.
        with self._lock:
            queue = self._queue
            for first in range(0, len(rows), _BATCH_TEXTS):
                places = by_length[first : first + _BATCH_TEXTS]
                batch = _padded([rows[place] for place in places])
                queue.start_async(batch, (vectors, places))
            queue.wait_all()
        return vectors

    @cached_property
    def _counting(self) -> Any:
        return self._tokenizer()

    @cached_property
    def _cutting(self) -> Any:
        tokenizer = self._tokenizer()
        tokenizer.enable_truncation(_MOST_TOKENS)
        return tokenizer

    def _tokenizer(self) -> Any:
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_file(str(Path(self._folder.path) / "tokenizer.json"))
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return tokenizer

    @cached_property
    def _queue(self) -> Any:
        """Computes as many batches at once as there are cores; kept, as it keeps its memory."""
        # OpenVINO tells its makers of every import, unless what it tells them with is missing.
        sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]
        from openvino import AsyncInferQueue, Core
        from safetensors.numpy import load_file

        int8 = has_fast_int8() if self._int8 is None else self._int8
        weights = load_file(Path(self._folder.path) / "model.safetensors")
        network = Core().compile_model(
            _Network(weights, int8).model(),
            "CPU",
            {
                "PERFORMANCE_HINT": "THROUGHPUT",
                "ENABLE_CPU_PINNING": False,
                "INFERENCE_PRECISION_HINT": "f32",
                "DYNAMIC_QUANTIZATION_GROUP_SIZE": _GROUP_CHANNELS if int8 else 0,
            },
        )

        def keep(request: Any, where: tuple[Vectors, list[int]]) -> None:
            vectors, places = where
            vectors[places] = request.get_output_tensor(0).data

        queue = AsyncInferQueue(network)
        queue.set_callback(keep)
        return queue


def _padded(rows: Sequence[Sequence[int]]) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Token ids and 1.0 for each that is there, both of shape (texts, tokens)."""
    import numpy as np

    width = -(-max(map(len, rows)) // _WIDTH_TOKENS) * _WIDTH_TOKENS
    ids = np.zeros((len(rows), width), np.int32)
    present = np.zeros((len(rows), width), np.float32)
    for row, tokens in enumerate(rows):
        ids[row, : len(tokens)] = tokens
        present[row, : len(tokens)] = 1
    return ids, present


@dataclass(frozen=True, slots=True)
class _Network:
    """Writes the network as OpenVINO's operations; a node stands for what it puts out."""

    weights: dict[str, NDArray[np.float32]]
    int8: bool

    def model(self) -> Any:
        """Ids and what is present, shape (texts, tokens), to unit vectors."""
        import numpy as np
        from openvino import Model
        from openvino import opset15 as op

        ids = op.parameter([-1, -1], np.int32, "ids")
        present = op.parameter([-1, -1], np.float32, "present")
        tokens = op.gather(op.shape_of(ids, "i32"), _ints(1), op.constant(0))
        segment = self.weights["embeddings.token_type_embeddings.weight"][:1]
        places = self.weights["embeddings.position_embeddings.weight"] + segment
        words = op.constant(self.weights["embeddings.word_embeddings.weight"])
        hidden = op.add(
            op.gather(words, ids, op.constant(0)),
            op.slice(op.constant(places), _ints(0), tokens, _ints(1), _ints(0)),
        )
        hidden = self._norm(hidden, "embeddings.LayerNorm")
        absent = op.subtract(op.constant(np.float32(1)), op.unsqueeze(present, _ints(1, 2)))
        hide = op.multiply(absent, op.constant(np.float32(_HIDDEN_LOGIT)))
        for layer in range(_LAYERS):
            hidden = self._layer(hidden, hide, f"encoder.layer.{layer}.")
        total = op.reduce_sum(op.multiply(hidden, op.unsqueeze(present, _ints(2))), _ints(1))
        return Model([op.normalize_l2(total, _ints(1), 1e-20, "add")], [ids, present])

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

        head_channels = _CHANNELS // _HEADS
        swapped = _ints(0, 2, 1, 3)

        def heads(part: str) -> Any:
            shape = _ints(0, 0, _HEADS, head_channels)
            return op.transpose(
                op.reshape(self._product(hidden, name + part), shape, True), swapped
            )

        logits = op.matmul(heads("query"), heads("key"), False, True)
        logits = op.multiply(logits, op.constant(np.float32(head_channels**-0.5)))
        seen = op.matmul(op.softmax(op.add(logits, hide), -1), heads("value"), False, False)
        return op.reshape(op.transpose(seen, swapped), _ints(0, 0, _CHANNELS), True)

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
        return op.add(product, op.constant(self.weights[f"{name}.bias"]))

    def _norm(self, inputs: Any, name: str) -> Any:
        from openvino import opset15 as op

        even = op.mvn(inputs, _ints(-1), True, 1e-12, "INSIDE_SQRT")
        scaled = op.multiply(even, op.constant(self.weights[f"{name}.weight"]))
        return op.add(scaled, op.constant(self.weights[f"{name}.bias"]))


def _ints(*values: int) -> Any:
    import numpy as np
    from openvino import opset15 as op

    return op.constant(np.array(values, np.int32))
