"""Any sentence-transformers model as an embedder."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from rag.models import EMBEDDER_MEND, loading

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

    @cached_property
    def revision(self) -> str:
        """A hash of the loaded weights: under one name a folder or the hub may hold newer ones."""
        model, _ = self._load()
        return _hash_of(model.state_dict())

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

    def embed_query(self, texts: Sequence[str]) -> Vectors:
        model, _ = self._load()
        return self._embed(model.encode_query, texts)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        model, _ = self._load()
        return self._embed(model.encode_document, texts)

    def _embed(self, encode: Callable[..., Any], texts: Sequence[str]) -> Vectors:
        """By one of the model's own methods, which put the model's own prompts before the texts."""
        import numpy as np

        if not texts:
            return np.zeros((0, self.dimensions), dtype=np.float32)
        with self._lock:
            vectors = encode(
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
                with loading(f"Embedding model {self._folder.name}", EMBEDDER_MEND):
                    model = _load_model(self._folder)
                    self._loaded = model, _counting_tokenizer(model)
            return self._loaded


def _load_model(folder: ModelFolder) -> Any:
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(folder.path, device="cpu", local_files_only=folder.is_here)


def _hash_of(weights: Mapping[str, Any]) -> str:
    """Eight hex digits that tell tensors, with their names, from others."""
    import torch

    digest = hashlib.sha256()
    for name, tensor in sorted(weights.items()):
        digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}".encode())
        digest.update(tensor.contiguous().reshape(-1).view(torch.uint8).numpy())
    return digest.hexdigest()[:8]


def _counting_tokenizer(model: Any) -> Any:
    """The model's tokenizer without truncation and padding, and without a wrapper's cost a call."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_str(model.tokenizer.backend_tokenizer.to_str())
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer
