"""The models that may write: llama.cpp, transformers, any OpenAI-compatible server."""

from __future__ import annotations

from functools import cache

from rag.write.generator import Generator
from rag.write.llama_cpp import LlamaCppGenerator
from rag.write.openai_server import OpenAIServer
from rag.write.transformers_model import TransformersGenerator

__all__ = [
    "SHIPPED_WRITER",
    "Generator",
    "LlamaCppGenerator",
    "OpenAIServer",
    "TransformersGenerator",
    "load_generator",
]

SHIPPED_WRITER = "smollm2"
"""The name of the model that make install-write installs."""


@cache
def load_generator(name: str) -> Generator:
    """The model called ``name``, one for the whole process.

    ``name`` is ``smollm2`` (the shipped model), the path of a ``.gguf`` file, the address of an
    OpenAI-compatible server (``http://127.0.0.1:8080/v1#model``; without ``#model`` the first that
    the server lists), or the folder or hub id of a Hugging Face model that writes. Raises
    ModelError if there is no such model, or what runs it is not installed.
    """
    if name == SHIPPED_WRITER:
        return LlamaCppGenerator.shipped()
    if name.startswith(("http://", "https://")):
        return OpenAIServer.at(name)
    if name.lower().endswith(".gguf"):
        return LlamaCppGenerator.from_file(name)
    return TransformersGenerator.from_pretrained(name)
