"""Builds an index of ``seeds/`` in a process of its own, with the fake embedder.

``python -m tests.build_in_process kill PLACE`` ends as by ``kill -9`` when it comes to PLACE, a
function; ``... wait`` says "embedding" and goes on when its standard input ends; ``... watch`` is
``rag build --watch``.
"""

from __future__ import annotations

import importlib
import os
import signal
import sys
from pathlib import Path

from rag.ingest.build import build_from_folder
from rag.settings import Settings
from tests.fakes import FakeEmbedder


def die(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def wait(step: object) -> None:
    print("embedding", flush=True)
    sys.stdin.read()


def watch() -> None:
    from rag import library
    from rag.cli import build_command
    from rag.ingest import watch
    from tests.fakes import FakeReader

    library.load_embedder = lambda name: FakeEmbedder()  # type: ignore[assignment]
    library.load_reader = lambda name: FakeReader()  # type: ignore[assignment]
    watch.SETTLED_MS = 200
    # A shell's background jobs ignore Ctrl-C, and so would this one.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    build_command.build_and_watch(Settings())


def main(action: str, place: str = "") -> None:
    if action == "watch":
        watch()
        return
    if action == "kill":
        owner, _, name = place.rpartition(".")
        module, _, cls = owner.partition(":")
        target = importlib.import_module(module)
        setattr(getattr(target, cls) if cls else target, name, die)
    build_from_folder(
        Path("seeds"),
        Path("index"),
        Settings(),
        FakeEmbedder(),
        wait if action == "wait" else lambda step: None,
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
