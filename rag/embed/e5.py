"""multilingual-e5-small: the mean over its encoder's tokens, as a unit vector.

Wang et al. 2024, "Multilingual E5 Text Embeddings": questions are embedded after ``query: ``, texts
to be found after ``passage: ``. Vectors in int8 and in float32 are near enough to search one index
(docs/building.md).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.encoder.e5_file import E5File, open_e5
from rag.encoder.network import EncoderNetwork, ints

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from rag.models import ModelFolder
    from rag.types import Vectors

_MOST_TOKENS = 320
_QUERY, _PASSAGE = "query: ", "passage: "
_PROMPT_TOKENS = 4
_SPECIAL_TOKENS = 2


class E5Embedder:
    """The shipped embedder; loads its weights on first use. May be called from several threads.

    ``int8`` is for measuring: by default it is what this processor does fastest.
    """

    def __init__(self, model: ModelFolder, int8: bool | None = None) -> None:
        self._model = model
        self._int8 = int8
        self._loading = threading.Lock()

    @property
    def name(self) -> str:
        return self._model.name

    @property
    def revision(self) -> str:
        return self._model.revision

    @property
    def dimensions(self) -> int:
        return self.file.channels

    @property
    def max_tokens(self) -> int:
        return _MOST_TOKENS - _SPECIAL_TOKENS - _PROMPT_TOKENS

    def count_tokens(self, text: str) -> int:
        return len(self._tokenizer.encode(text, add_special_tokens=False).ids)

    def embed_query(self, texts: Sequence[str]) -> Vectors:
        return self._embed(_QUERY, texts)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        return self._embed(_PASSAGE, texts)

    def states(self, rows: Sequence[Sequence[int]]) -> list[NDArray[np.float32]]:
        """The encoder's last hidden states of each row of token ids: (tokens, channels)."""
        states: dict[int, NDArray[np.float32]] = {}

        def keep(number: int, outputs: Sequence[NDArray[np.float32]]) -> None:
            states[number] = outputs[1][: len(rows[number])].copy()

        self._run(rows, keep)
        return [states[number] for number in range(len(rows))]

    def _embed(self, prompt: str, texts: Sequence[str]) -> Vectors:
        import numpy as np

        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)

        def keep(number: int, outputs: Sequence[NDArray[np.float32]]) -> None:
            vectors[number] = outputs[0]

        begin, end, *_ = self.file.special_ids
        encodings = self._tokenizer.encode_batch(
            [prompt + text for text in texts], add_special_tokens=False
        )
        most = _MOST_TOKENS - _SPECIAL_TOKENS
        self._run([(begin, *encoding.ids[:most], end) for encoding in encodings], keep)
        return vectors

    def _run(self, rows: Sequence[Sequence[int]], keep: Callable[..., None]) -> None:
        with self._loading:
            network = self._network
        network.run(rows, keep)

    @property
    def file(self) -> E5File:
        return open_e5(Path(self._model.path))

    @property
    def _tokenizer(self) -> Any:
        return self.file.tokenizer

    @cached_property
    def _network(self) -> EncoderNetwork:
        return EncoderNetwork(self.file, _mean_and_states, int8=self._int8)


def _mean_and_states(hidden: Any, present: Any) -> list[Any]:
    """Unit vectors, shape (texts, channels), and the states that they are the mean of."""
    from openvino import opset15 as op

    total = op.reduce_sum(op.multiply(hidden, op.unsqueeze(present, ints(2))), ints(1))
    return [op.normalize_l2(total, ints(1), 1e-20, "add"), hidden]
