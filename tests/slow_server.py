"""The real server, with a login where FOLDER holds ``logins``, over a library that takes its time.

``python -m tests.slow_server PORT FOLDER``
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from rag.types import Event, Token, Turn
from tests.fake_server import PressLibrary

SLOW = "Who spoke when the ferry terminal was opened? Slowly."
TOKEN_SECONDS = 0.3


class SlowLibrary(PressLibrary):
    """As ``PressLibrary``, but that it says SLOW a word at a time."""

    def stream(
        self, question: str, history: Sequence[Turn] = (), **filters: Any
    ) -> Iterator[Event]:
        for event in super().stream(question, history, **filters):
            if isinstance(event, Token) and question == SLOW:
                time.sleep(TOKEN_SECONDS)
            yield event


def main() -> None:
    from rag import library
    from rag.settings import Settings
    from rag.web.server import serve

    folder = Path(sys.argv[2])
    logins = folder / "logins"
    slow = SlowLibrary()
    vars(library)["open_library"] = lambda settings: slow
    settings = Settings(
        conversations=folder / "conversations.sqlite",
        login=logins if logins.exists() else None,
    )
    serve(settings, port=int(sys.argv[1]))


if __name__ == "__main__":
    main()
