"""An embedder for the workers of a Ray cluster, which import it, and what they did."""

from __future__ import annotations

import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.fakes import FakeEmbedder

if TYPE_CHECKING:
    from rag.types import Vectors


def begun(log: Path) -> list[tuple[str, str]]:
    """Node and first text of every shard that a worker began."""
    return [
        (path.name.partition("-")[0], path.read_text())
        for path in log.iterdir()
        if not path.name.startswith(("doomed", "stuck"))
    ]


@dataclass
class DoomedEmbedder(FakeEmbedder):
    """Writes down which node of the cluster begins what; on a doomed one it never ends."""

    log: Path = Path()
    nodes: int = 1
    """So many nodes are waited for, at most a minute, so that none does all before others begin."""

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        import ray

        node = ray.get_runtime_context().get_node_id()
        (self.log / f"{node}-{uuid.uuid4().hex}").write_text(texts[0])
        patience = time.monotonic() + 60
        while (
            len({node for node, _ in begun(self.log)}) < self.nodes and time.monotonic() < patience
        ):
            time.sleep(0.05)
        while (self.log / f"doomed-{node}").exists():
            (self.log / f"stuck-{node}").touch()
            time.sleep(0.1)
        time.sleep(0.05)
        return super().embed_passages(texts)
