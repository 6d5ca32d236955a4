"""The models that may write: what each of them does, and which one a name stands for."""

from __future__ import annotations

from collections.abc import Callable, Generator
from functools import cache
from queue import SimpleQueue
from threading import Event, Thread
from typing import Protocol, TypeAlias, TypeVar

from rag.errors import ModelError
from rag.models import SHIPPED_WRITER, WRITER_FILE

Item = TypeVar("Item")
Stream: TypeAlias = Generator[Item, None, None]
"""Items as they come; closed, nothing more comes."""
Push: TypeAlias = Callable[[Item], bool]
"""Takes an item, and says whether more are wanted."""


class TextGenerator(Protocol):
    """Writes text for a prompt."""

    name: str
    """The model's name, as answers and reports show it."""

    def stream(self, prompt: str, max_tokens: int) -> Stream[str]:
        """Pieces of the model's reply to ``prompt``, of at most ``max_tokens`` tokens in all.

        The model stops when the iterator is closed. As far as the engine can tell, the same prompt
        gives the same reply. Raises ModelError if the model cannot reply.
        """
        ...


@cache
def load_generator(name: str) -> TextGenerator:
    """The model called ``name``, one for the whole process.

    ``name`` is ``qwen`` (what make install-write installs), the path of a ``.gguf`` file, the
    address of an OpenAI-compatible server (``http://127.0.0.1:8080/v1#model``; without ``#model``
    the first that the server lists), or the folder or hub id of a Hugging Face model that writes.
    Raises ModelError if there is no such model, or what runs it is not installed.
    """
    from rag.write.chat_models import ChatServer, LlamaCpp

    if name == SHIPPED_WRITER:
        if not WRITER_FILE.is_file():
            raise ModelError(f"Model {WRITER_FILE.stem} is not installed: run make install-write.")
        name = str(WRITER_FILE)
    if name.startswith(("http://", "https://")):
        return ChatServer.at(name)
    if name.lower().endswith(".gguf"):
        return LlamaCpp.from_file(name)
    from rag.write.transformers_model import TransformersModel

    return TransformersModel.from_pretrained(name)


def pulled(write: Callable[[Push[Item]], None]) -> Stream[Item]:
    """What ``write`` pushes, as it comes; ``write`` runs in a thread of its own.

    An exception of ``write`` is raised here. Closing the iterator lets the next push say that no
    more is wanted, and waits until ``write`` returns.
    """
    items: SimpleQueue[tuple[Item] | BaseException | None] = SimpleQueue()
    left = Event()

    def push(item: Item) -> bool:
        items.put((item,))
        return not left.is_set()

    def run() -> None:
        try:
            write(push)
            items.put(None)
        except BaseException as error:
            items.put(error)

    writing = Thread(target=run, daemon=True, name="writing")
    writing.start()
    try:
        while item := items.get():
            if isinstance(item, BaseException):
                raise item
            yield item[0]
    finally:
        left.set()
        writing.join()
