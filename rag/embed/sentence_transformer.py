"""Any sentence-transformers model as an embedder."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rag.errors import ModelError

if TYPE_CHECKING:
    from rag.models import ModelFolder
    from rag.types import Vectors

_BATCH_SIZE = 32
_SPECIAL_TOKENS = 2


class SentenceTransformerEmbedder:
    """A sentence-transformers model on the CPU; loads its weights on first use.

    Safe to call from several threads: one batch runs at a time, as more would only contend for
    the same cores.
    """

    def __init__(self, folder: ModelFolder) -> None:
        self._folder = folder
        self._loaded: tuple[Any, Any] | None = None
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        return self._folder.name

    @property
    def revision(self) -> str:
        return self._folder.revision

    @property
    def dimensions(self) -> int:
        model, _ = self._load()
        return int(model.get_embedding_dimension())

    @property
    def max_tokens(self) -> int:
        model, _ = self._load()
        return int(model.max_seq_length) - _SPECIAL_TOKENS

    def count_tokens(self, text: str) -> int:
        _, tokenizer = self._load()
        return len(tokenizer.encode(text, add_special_tokens=False).ids)

    def embed(self, texts: Sequence[str]) -> Vectors:
        import numpy as np

        model, _ = self._load()
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

    def _load(self) -> tuple[Any, Any]:
        """The model, and a tokenizer for counting."""
        with self._lock:
            if self._loaded is None:
                model = _load_model(self._folder)
                self._loaded = model, _counting_tokenizer(model)
            return self._loaded


def _load_model(folder: ModelFolder) -> Any:
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    from sentence_transformers import SentenceTransformer
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        return SentenceTransformer(
            folder.path, device="cpu", local_files_only=folder.revision != "hub"
        )
    except (OSError, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise ModelError(
            f"Embedding model {folder.name} cannot be loaded ({reason}): "
            "name a model folder or hub id in RAG_EMBEDDER."
        ) from None


def _counting_tokenizer(model: Any) -> Any:
    """The model's tokenizer without truncation and padding, and without a wrapper's cost a call."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_str(model.tokenizer.backend_tokenizer.to_str())
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer
