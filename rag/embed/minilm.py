"""all-MiniLM-L6-v2: the mean over its encoder's tokens, as a unit vector.

Vectors in int8 and in float32 are near enough to search one index (docs/building.md).
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.bert import RowQueue, has_fast_int8, ints, load_bert

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from rag.models import ModelFolder
    from rag.types import Vectors

_CHANNELS = 384
_MOST_TOKENS = 256
_SPECIAL_TOKENS = 2


class MiniLMEmbedder:
    """The shipped embedder; loads its weights on first use. May be called from several threads.

    ``int8`` is for measuring: by default it is what this processor does fastest.
    """

    def __init__(self, folder: ModelFolder, int8: bool | None = None) -> None:
        self._folder = folder
        self._int8 = int8
        self._loading = threading.Lock()

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

    def embed_query(self, texts: Sequence[str]) -> Vectors:
        return self.embed_passages(texts)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        import numpy as np

        vectors = np.zeros((len(texts), _CHANNELS), dtype=np.float32)

        def keep(number: int, outputs: Sequence[NDArray[np.float32]]) -> None:
            vectors[number] = outputs[0]

        encodings = self._cutting.encode_batch(list(texts))
        with self._loading:
            queue = self._queue
        queue.run([(encoding.ids, len(encoding.ids)) for encoding in encodings], keep)
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
    def _queue(self) -> RowQueue:
        int8 = has_fast_int8() if self._int8 is None else self._int8
        return RowQueue(load_bert(Path(self._folder.path)), _unit_mean, int8)


def _unit_mean(hidden: Any, present: Any) -> list[Any]:
    """Unit vectors, shape (texts, channels)."""
    from openvino import opset15 as op

    total = op.reduce_sum(op.multiply(hidden, op.unsqueeze(present, ints(2))), ints(1))
    return [op.normalize_l2(total, ints(1), 1e-20, "add")]
