"""multilingual-e5-small: the mean over its encoder's tokens, as a unit vector.

Wang et al. 2024, "Multilingual E5 Text Embeddings": questions are embedded after ``query: ``, texts
to be found after ``passage: ``. Vectors in int8 and in float32 are near enough to search one index
(docs/building.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.encoder.e5_file import E5File, open_e5
from rag.encoder.network import open_network

if TYPE_CHECKING:
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

    @property
    def name(self) -> str:
        return self._model.name

    @property
    def revision(self) -> str:
        return self._model.revision

    @property
    def dimensions(self) -> int:
        return self._file.channels

    @property
    def max_tokens(self) -> int:
        return _MOST_TOKENS - _SPECIAL_TOKENS - _PROMPT_TOKENS

    def count_tokens(self, text: str) -> int:
        return len(self._tokenizer.encode(text, add_special_tokens=False).ids)

    def embed_query(self, texts: Sequence[str]) -> Vectors:
        return self._embed(_QUERY, texts)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        return self._embed(_PASSAGE, texts)

    def _embed(self, prompt: str, texts: Sequence[str]) -> Vectors:
        import numpy as np

        begin, end, *_ = self._file.special_ids
        encodings = self._tokenizer.encode_batch(
            [prompt + text for text in texts], add_special_tokens=False
        )
        most = _MOST_TOKENS - _SPECIAL_TOKENS
        network = open_network(Path(self._model.path), self._int8)
        rows = network.run([(begin, *encoding.ids[:most], end) for encoding in encodings], 1)
        return np.array([vector for (vector,) in rows], np.float32).reshape(-1, self.dimensions)

    @property
    def _file(self) -> E5File:
        return open_e5(Path(self._model.path))

    @property
    def _tokenizer(self) -> Any:
        return self._file.tokenizer
