"""The real server and page over the real build, with stand-ins for the models:

``python -m tests.library_server PORT FOLDER [SECONDS]``; FOLDER gets ``seeds`` and ``index``, and
every batch of passages takes so many seconds to embed.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from unittest.mock import patch

from rag.ingest import build
from rag.settings import Settings
from rag.web.server import serve
from tests.fakes import FakeEmbedder, FakeReader

if TYPE_CHECKING:
    from rag.types import Vectors


class SlowEmbedder(FakeEmbedder):
    """Takes its time over every batch."""

    seconds = 0.0

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        time.sleep(self.seconds)
        return super().embed_passages(texts)


def main() -> None:
    port, folder = int(sys.argv[1]), Path(sys.argv[2])
    SlowEmbedder.seconds = float(sys.argv[3]) if len(sys.argv) > 3 else 0.0
    embedder = SlowEmbedder()
    settings = Settings(
        seeds=folder / "seeds",
        index=folder / "index",
        conversations=folder / "conversations.sqlite",
    )
    with (
        patch("rag.library.load_embedder", lambda name: embedder),
        patch("rag.library.load_reader", lambda *_: FakeReader()),
        patch.object(build, "_BATCH_PASSAGES", 4),  # steps of a build, as of a large one
    ):
        serve(settings, port=port)


if __name__ == "__main__":
    main()
