"""Embedder backends: text to unit vectors."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from rag.embed.e5 import E5Embedder
from rag.embed.sentence_transformer import SentenceTransformerEmbedder
from rag.models import SHIPPED_ENCODER, find_embedder

if TYPE_CHECKING:
    from rag.types import Embedder

__all__ = ["E5Embedder", "SentenceTransformerEmbedder", "load_embedder"]


@cache
def load_embedder(name: str) -> Embedder:
    """The embedder called ``name``, one for the whole process: the shipped one or any other's."""
    folder = find_embedder(name)
    if name == SHIPPED_ENCODER:
        return E5Embedder(folder)
    return SentenceTransformerEmbedder(folder)
