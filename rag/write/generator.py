"""What every engine offers, and how one that pushes its text is read as a stream."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Generator as Yielding
from queue import SimpleQueue
from threading import Event, Thread
from typing import Protocol, TypeAlias

Pieces: TypeAlias = Yielding[str, None, None]
"""Text as it comes; closed, nothing more comes."""


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


Push: TypeAlias = Callable[[str], bool]
"""Takes a piece of text, and says whether more is wanted."""


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
