"""The models that may write: what every engine offers, and which one a name stands for."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Generator as Yielding
from functools import cache
from queue import SimpleQueue
from threading import Event, Thread
from typing import Protocol, TypeAlias

Pieces: TypeAlias = Yielding[str, None, None]
"""Text as it comes; closed, nothing more comes."""
Push: TypeAlias = Callable[[str], bool]
"""Takes a piece of text, and says whether more is wanted."""

SHIPPED_WRITER = "qwen"
"""The name of the model that make install-write installs."""
SMALL_WRITER = "smollm2"
"""The name of the one that tests of the path write with."""


class Generator(Protocol):
    """Writes text for a prompt."""

    name: str
    """The model's name, as answers and reports show it."""

    def stream(self, prompt: str, max_tokens: int) -> Pieces:
        """Pieces of the model's reply to ``prompt``, of at most ``max_tokens`` tokens in all.

        The model stops when the iterator is closed. As far as the engine can tell, the same prompt
        gives the same reply. Raises ModelError if the model cannot reply.
        """
        ...

    def generate(self, prompt: str, max_tokens: int) -> str:
        """The whole reply, stripped."""
        return "".join(self.stream(prompt, max_tokens)).strip()


@cache
def load_generator(name: str) -> Generator:
    """The model called ``name``, one for the whole process.

    ``name`` is ``qwen`` (what make install-write installs), ``smollm2`` (what the tests write
    with), the path of a ``.gguf`` file, the address of an OpenAI-compatible server
    (``http://127.0.0.1:8080/v1#model``; without ``#model`` the first that the server lists), or the
    folder or hub id of a Hugging Face model that writes. Raises ModelError if there is no such
    model, or what runs it is not installed.
    """
    from rag.write.llama_cpp import LlamaCppGenerator
    from rag.write.model_file import find_small_writer, find_writer
    from rag.write.prompts import FIXED

    if name == SHIPPED_WRITER:
        shipped = LlamaCppGenerator.from_file(find_writer())
        shipped.generate(FIXED, 1)  # from now on in the model's cache
        return shipped
    if name == SMALL_WRITER:
        return LlamaCppGenerator.from_file(find_small_writer())
    if name.startswith(("http://", "https://")):
        from rag.write.openai_server import OpenAIServer

        return OpenAIServer.at(name)
    if name.lower().endswith(".gguf"):
        return LlamaCppGenerator.from_file(name)
    from rag.write.transformers_model import TransformersGenerator

    return TransformersGenerator.from_pretrained(name)


def pulled(write: Callable[[Push], None]) -> Pieces:
    """What ``write`` pushes, as it comes; ``write`` runs in a thread of its own.

    An exception of ``write`` is raised here. Closing the iterator lets the next push say that no
    more is wanted, and waits until ``write`` returns.
    """
    pieces: SimpleQueue[str | BaseException | None] = SimpleQueue()
    left = Event()

    def push(piece: str) -> bool:
        pieces.put(piece)
        return not left.is_set()

    def run() -> None:
        try:
            write(push)
        except BaseException as error:
            pieces.put(error)
        else:
            pieces.put(None)

    writing = Thread(target=run, daemon=True, name="writing")
    writing.start()
    try:
        while (piece := pieces.get()) is not None:
            if isinstance(piece, BaseException):
                raise piece
            yield piece
    finally:
        left.set()
        writing.join()
