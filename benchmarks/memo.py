"""What both networks said, kept on disk: asking the same again costs next to nothing."""

from __future__ import annotations

import hashlib
import pickle
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

import rag
from rag.embed import load_embedder
from rag.read.read import SpanReader
from rag.settings import Settings


def remember_networks(file: Path, settings: Settings) -> None:
    """From now on, in this process, embedder and reader are asked only what ``file`` lacks."""
    memo = Memo(file)
    embedder = load_embedder(settings.embedder)
    for method in ("embed_query", "embed_passages"):
        memo.over(type(embedder), method, embedder.revision)
    weights = (Path(rag.__file__).parent / "weights").glob("*.safetensors")
    digests = [hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(weights)]
    memo.over(SpanReader, "score", "".join(digests))


class Memo:
    """What a network said, kept on disk under a hash of what it was asked and of its weights."""

    def __init__(self, file: Path) -> None:
        self._disk = sqlite3.connect(file)
        self._disk.execute("CREATE TABLE IF NOT EXISTS said (key BLOB PRIMARY KEY, value BLOB)")
        self._said: dict[bytes, Any] = {}

    def over(self, holder: type, method: str, weights: str) -> None:
        """Keeps what ``holder.method(self, *context, texts)`` says of each of ``texts``."""
        asked: Callable[..., Any] = getattr(holder, method)

        def kept(instance: Any, *given: Any) -> Any:
            *context, texts = given
            marks = [repr((weights, method, context, text)).encode() for text in texts]
            keys = [hashlib.sha256(mark).digest() for mark in marks]
            new = {key: text for key, text in zip(keys, texts, strict=True) if not self._has(key)}
            if new:
                self._keep(list(new), asked(instance, *context, list(new.values())))
            said = [self._said[key] for key in keys]
            return np.stack(said) if said and isinstance(said[0], np.ndarray) else said

        setattr(holder, method, kept)

    def _has(self, key: bytes) -> bool:
        if key not in self._said:
            row = self._disk.execute("SELECT value FROM said WHERE key = ?", (key,)).fetchone()
            if row is not None:
                self._said[key] = pickle.loads(row[0])
        return key in self._said

    def _keep(self, keys: Sequence[bytes], values: Sequence[Any]) -> None:
        for key, value in zip(keys, values, strict=True):
            self._said[key] = value
            row = (key, pickle.dumps(value))
            self._disk.execute("INSERT OR REPLACE INTO said VALUES (?, ?)", row)
        self._disk.commit()
