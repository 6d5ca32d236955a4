"""Embedder backends: text to unit vectors."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from contextlib import redirect_stderr
from functools import cache
from io import StringIO
from typing import TYPE_CHECKING, Any

from rag.errors import ModelError
from rag.models import ModelFolder, find_embedder

if TYPE_CHECKING:
    from rag.types import Embedder, Vectors

_BATCH_SIZE = 32
_SPECIAL_TOKENS = 2


class SentenceTransformerEmbedder:
    """A sentence-transformers model on the CPU; loads its weights on first use.

    Safe to call from several threads: one batch runs at a time, as more would only contend for
    the same cores.
    """

    def __init__(self, folder: ModelFolder) -> None:
        self._folder = folder
        self._loaded: Any = None
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        return self._folder.name

    @property
    def revision(self) -> str:
        return self._folder.revision

    @property
    def dimensions(self) -> int:
        return int(self._model.get_embedding_dimension())

    @property
    def max_tokens(self) -> int:
        return int(self._model.max_seq_length) - _SPECIAL_TOKENS

    def count_tokens(self, text: str) -> int:
        encoded = self._model.tokenizer(text, add_special_tokens=False, verbose=False)
        return len(encoded["input_ids"])

    def embed(self, texts: Sequence[str]) -> Vectors:
        import numpy as np

        model = self._model
        if not texts:
            return np.zeros((0, self.dimensions), dtype=np.float32)
        with self._lock:
            vectors = model.encode(
                list(texts),
                batch_size=_BATCH_SIZE,
                normalize_embeddings=True,
                convert_to_numpy=True,
                show_progress_bar=False,
            )
        return np.ascontiguousarray(vectors, dtype=np.float32)

    @property
    def _model(self) -> Any:
        if self._loaded is None:
            with self._lock:
                if self._loaded is None:
                    self._loaded = _load(self._folder)
        return self._loaded


def _load(folder: ModelFolder) -> Any:
    """The model in memory, silently: progress bars of the loader are not for our users."""
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    if folder.revision != "hub":
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
    from sentence_transformers import SentenceTransformer

    try:
        with redirect_stderr(StringIO()):
            return SentenceTransformer(folder.path, device="cpu")
    except (OSError, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise ModelError(
            f"Embedding model {folder.name} cannot be loaded ({reason}): "
            "name a model folder or hub id in RAG_EMBEDDER."
        ) from None


@cache
def load_embedder(name: str) -> Embedder:
    """The embedder called ``name``, one for the whole process."""
    return SentenceTransformerEmbedder(find_embedder(name))
