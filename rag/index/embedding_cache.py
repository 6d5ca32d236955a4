"""Vectors of a build under way, kept so that a build that is interrupted need not begin anew.

One SQLite file in the folder of the index, written batch by batch, each in a transaction; gone as
soon as a build is finished. Every vector carries a checksum: one that was damaged is embedded anew.
Beside it, where other machines embed, a folder for what goes to them and comes from them.
"""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
import zlib
from collections.abc import Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from rag.index.problems import writing

if TYPE_CHECKING:
    from rag.types import Vectors

FILE = "embedded.sqlite"
SHARDS_NAME = re.compile(r"shards-[0-9a-f]{16}")

_SCHEMA = """
CREATE TABLE IF NOT EXISTS vectors (
    space TEXT NOT NULL, embedded_hash TEXT NOT NULL, vector BLOB NOT NULL, crc32 INTEGER NOT NULL,
    PRIMARY KEY (space, embedded_hash)
) STRICT, WITHOUT ROWID;
"""


class EmbeddingCache:
    """Vectors by the hash of what was embedded; those of other models are dropped on opening."""

    def __init__(self, index: Path, embedder: str, revision: str) -> None:
        self._path = index / FILE
        self._space = f"{embedder} {revision}"
        self.shards = index / f"shards-{sha256(self._space.encode()).hexdigest()[:16]}"
        """A folder for texts and their vectors on the way, of this model alone."""
        with writing(index):
            self._delete_shards(but=self.shards)
            try:
                self._connection = self._opened()
            except sqlite3.DatabaseError:  # damaged: what it held is embedded again
                self._delete()
                self._connection = self._opened()

    def _opened(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path)
        try:
            connection.executescript(_SCHEMA)
            with connection:
                connection.execute("DELETE FROM vectors WHERE space != ?", [self._space])
        except sqlite3.DatabaseError:
            connection.close()
            raise
        return connection

    def vectors(self, hashes: Sequence[str]) -> dict[str, Vectors]:
        """The vectors that are kept, each of shape (dimensions,), by hash."""
        import numpy as np

        try:
            rows = self._connection.execute(
                "SELECT embedded_hash, vector, crc32 FROM vectors WHERE space = ? "
                "AND embedded_hash IN (SELECT value FROM json_each(?))",
                [self._space, json.dumps(list(hashes))],
            ).fetchall()
        except sqlite3.DatabaseError:  # damaged
            return {}
        return {
            embedded_hash: np.frombuffer(vector, dtype="<f4")
            for embedded_hash, vector, checksum in rows
            if _checksum(embedded_hash, vector) == checksum
        }

    def keep(self, hashes: Sequence[str], vectors: Vectors) -> None:
        """Keeps vectors of shape (len(hashes), dimensions), whatever happens afterwards."""
        blobs = [row.astype("<f4").tobytes() for row in vectors]
        with writing(self._path.parent), self._connection:
            self._connection.executemany(
                "INSERT OR REPLACE INTO vectors VALUES (?,?,?,?)",
                [
                    (self._space, embedded_hash, blob, _checksum(embedded_hash, blob))
                    for embedded_hash, blob in zip(hashes, blobs, strict=True)
                ],
            )

    def clear(self) -> None:
        """Deletes the files: a finished index holds the vectors now."""
        self._connection.close()
        with suppress(OSError):  # the next build to finish will delete them
            self._delete()
            self._delete_shards()

    def __enter__(self) -> EmbeddingCache:
        return self

    def __exit__(self, *_: object) -> None:
        """Lets go of the file, which stays for the next build unless it was cleared."""
        self._connection.close()

    def _delete(self) -> None:
        for suffix in ("", "-journal"):
            self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)

    def _delete_shards(self, but: Path | None = None) -> None:
        for folder in self._path.parent.iterdir():
            if SHARDS_NAME.fullmatch(folder.name) and folder != but:
                shutil.rmtree(folder, ignore_errors=True)


def _checksum(embedded_hash: str, vector: bytes) -> int:
    return zlib.crc32(vector, zlib.crc32(embedded_hash.encode()))
