"""What ``rag info`` tells of an index."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.cli.terminal import describe_index, index_record
from rag.text.counted import count

if TYPE_CHECKING:
    from rag.settings import Settings


def index_facts(settings: Settings) -> dict[str, Any]:
    """What the index holds and was made with, and how many files changed since, where known.

    Raises IndexMissingError or OpenError where it cannot be opened.
    """
    from rag.cluster.milvus import open_milvus
    from rag.index import open_store
    from rag.ingest.folder import count_changed

    if settings.milvus:
        with closing(open_milvus(settings.index, settings.milvus, None)) as there:
            return index_record(there.name, there.generation, there.manifest, None)
    with closing(open_store(settings.index, None)) as store:
        origin = Path(store.manifest.seeds)
        changed = count_changed(origin, settings.index, store) if origin.is_dir() else None
        return index_record(str(settings.index), store.generation, store.manifest, changed)


def described(facts: dict[str, Any], settings: Settings) -> str:
    """The facts, one a line; where files changed, also the command that builds them in."""
    from rag.index import rebuild_command

    lines = describe_index(facts)
    if facts["changed_files"]:
        files = count(facts["changed_files"], "file")
        mend = rebuild_command(settings.index)
        lines += f"\n{files} in {facts['seeds']} changed since the build: run {mend}."
    return lines
