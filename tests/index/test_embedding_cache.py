from __future__ import annotations

import sqlite3
from pathlib import Path

import numpy as np
import pytest

from rag.errors import BuildError
from rag.index.embedding_cache import FILE, EmbeddingCache

VECTORS = np.asarray([[0.6, 0.8], [1.0, 0.0]], dtype=np.float32)


def kept(folder: Path, embedder: str = "e", revision: str = "1") -> dict[str, list[float]]:
    with EmbeddingCache(folder, embedder, revision) as cache:
        return {name: row.tolist() for name, row in cache.vectors(["a", "b", "c"]).items()}


def test_what_was_kept_is_there_after_a_kill(tmp_path: Path) -> None:
    cache = EmbeddingCache(tmp_path, "e", "1")
    cache.keep(["a", "b"], VECTORS)
    assert kept(tmp_path) == {"a": VECTORS[0].tolist(), "b": VECTORS[1].tolist()}
    assert kept(tmp_path, revision="2") == {}, "another model finds nothing"
    assert kept(tmp_path) == {}, "and leaves nothing"


def test_the_shards_of_one_model_are_never_taken_for_those_of_another(tmp_path: Path) -> None:
    with EmbeddingCache(tmp_path, "e", "1") as cache:
        (cache.shards / "deep").mkdir(parents=True)
    (tmp_path / "shards").mkdir()  # somebody's articles
    with EmbeddingCache(tmp_path, "e", "1") as cache:
        assert (cache.shards / "deep").exists()
    with EmbeddingCache(tmp_path, "e", "2") as other:
        assert not cache.shards.exists()
        other.shards.mkdir()
        other.clear()
    assert [path.name for path in tmp_path.iterdir()] == ["shards"]


def test_a_vector_that_was_changed_is_not_used(tmp_path: Path) -> None:
    with EmbeddingCache(tmp_path, "e", "1") as cache:
        cache.keep(["a", "b"], VECTORS)
    connection = sqlite3.connect(tmp_path / FILE)
    with connection:
        connection.execute("UPDATE embedded SET vector = zeroblob(8) WHERE hash = 'a'")
    connection.close()
    assert set(kept(tmp_path)) == {"b"}


@pytest.mark.parametrize("content", [b"no database" * 100, b"SQLite format 3\0" + bytes(500)])
def test_a_damaged_file_is_begun_anew(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE).write_bytes(content)
    assert kept(tmp_path) == {}
    with EmbeddingCache(tmp_path, "e", "1") as cache:
        cache.keep(["a"], VECTORS[:1])
    assert set(kept(tmp_path)) == {"a"}


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / FILE).mkdir()
    with pytest.raises(BuildError, match="could not be written"):
        EmbeddingCache(tmp_path, "e", "1")
