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
CREATE TABLE IF NOT EXISTS embedded (
    space TEXT NOT NULL, hash TEXT NOT NULL, vector BLOB NOT NULL, crc32 INTEGER NOT NULL,
    PRIMARY KEY (space, hash)
) STRICT, WITHOUT ROWID;
"""


class EmbeddingCache:
    """Vectors by the hash of what was embedded; those of other models are dropped on opening."""

    def __init__(self, index: Path, embedder: str, revision: str) -> None:
        self._index = index
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
        connection = sqlite3.connect(self._index / FILE)
        try:
            connection.executescript(_SCHEMA)
            with connection:
                connection.execute("DELETE FROM embedded WHERE space != ?", [self._space])
        except sqlite3.DatabaseError:
            connection.close()
            raise
        return connection

    def vectors(self, hashes: Sequence[str]) -> dict[str, Vectors]:
        """The vectors that are kept, each of shape (dimensions,), by hash."""
        import numpy as np

        try:
            rows = self._connection.execute(
                "SELECT hash, vector, crc32 FROM embedded WHERE space = ?"
                " AND hash IN (SELECT value FROM json_each(?))",
                [self._space, json.dumps(list(hashes))],
            ).fetchall()
        except sqlite3.DatabaseError:  # damaged
            return {}
        return {
            key: np.frombuffer(vector, dtype="<f4")
            for key, vector, checksum in rows
            if zlib.crc32(key.encode() + vector) == checksum
        }

    def keep(self, hashes: Sequence[str], vectors: Vectors) -> None:
        """Keeps vectors of shape (len(hashes), dimensions), whatever happens afterwards."""
        rows = [
            (key, row.astype("<f4").tobytes()) for key, row in zip(hashes, vectors, strict=True)
        ]
        with writing(self._index), self._connection:
            self._connection.executemany(
                "INSERT OR REPLACE INTO embedded VALUES (?,?,?,?)",
                [(self._space, key, row, zlib.crc32(key.encode() + row)) for key, row in rows],
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
            (self._index / f"{FILE}{suffix}").unlink(missing_ok=True)

    def _delete_shards(self, but: Path | None = None) -> None:
        for folder in self._index.iterdir():
            if SHARDS_NAME.fullmatch(folder.name) and folder != but:
                shutil.rmtree(folder, ignore_errors=True)
