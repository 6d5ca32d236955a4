"""Embedder backends: text to unit vectors."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from rag.embed.minilm import MiniLMEmbedder
from rag.embed.sentence_transformer import SentenceTransformerEmbedder
from rag.models import SHIPPED_EMBEDDER, find_embedder

if TYPE_CHECKING:
    from rag.types import Embedder

__all__ = ["MiniLMEmbedder", "SentenceTransformerEmbedder", "load_embedder"]


@cache
def load_embedder(name: str) -> Embedder:
    """The embedder called ``name``, one for the whole process: the shipped one or any other's."""
    folder = find_embedder(name)
    if name == SHIPPED_EMBEDDER:
        return MiniLMEmbedder(folder)
    return SentenceTransformerEmbedder(folder)
