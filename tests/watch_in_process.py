"""``rag build --watch`` in a process of its own, with stand-ins for the models."""

from __future__ import annotations

import signal

from rag import cli, library
from rag.ingest import watch
from rag.settings import Settings
from tests.fakes import FakeEmbedder, FakeReader


def main() -> None:
    library.load_embedder = lambda name: FakeEmbedder()  # type: ignore[assignment]
    library.load_reader = lambda *_: FakeReader()  # type: ignore[assignment]
    watch.SETTLED_MS = 200
    # A shell's background jobs ignore Ctrl-C, and so would this one.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    cli.build_and_watch(Settings())


if __name__ == "__main__":
    main()
