from __future__ import annotations

import errno
from pathlib import Path

import pytest

from rag.errors import (
    BuildError,
    BuildInProgressError,
    IndexCorruptError,
    IndexMissingError,
    OpenError,
)
from rag.index.generations import (
    build_lock,
    generation_folders,
    is_in_force,
    is_index_file,
    new_generation,
    publish,
    read_current,
    read_generation,
    remove_unused,
)
from rag.index.manifest import FORMAT_VERSION, Manifest, Recipe, VectorSearch

MANIFEST = Manifest(
    Recipe(FORMAT_VERSION, "e", "r", 8, "s", 160),
    "seeds",
    0,
    0,
    {},
    (),
    {},
    VectorSearch("exact", 1),
)


def test_generations_are_numbered_and_the_published_one_is_in_force(tmp_path: Path) -> None:
    first = new_generation(tmp_path)
    publish(tmp_path, first, MANIFEST)
    second = new_generation(tmp_path)
    assert (first.name, second.name) == ("g000001", "g000002")
    assert read_current(tmp_path).generation == "g000001"
    assert is_in_force(tmp_path, first)
    assert not is_in_force(tmp_path, second)
    publish(tmp_path, second, MANIFEST)
    held, manifest = read_generation(tmp_path, read_current(tmp_path))
    assert (held.folder, manifest) == (second, MANIFEST)


def test_unused_generations_are_removed_and_foreign_files_left(tmp_path: Path) -> None:
    for _ in range(3):
        publish(tmp_path, new_generation(tmp_path), MANIFEST)
    new_generation(tmp_path)
    foreign = tmp_path / "generations" / ".DS_Store"
    foreign.touch()
    remove_unused(tmp_path)
    assert [folder.name for folder in generation_folders(tmp_path)] == ["g000003"]
    assert foreign.exists()
    assert new_generation(tmp_path).name == "g000004"


def test_nothing_is_removed_where_it_is_not_known_what_is_in_force(tmp_path: Path) -> None:
    publish(tmp_path, new_generation(tmp_path), MANIFEST)
    (tmp_path / "CURRENT").write_text("?")
    remove_unused(tmp_path)
    assert len(generation_folders(tmp_path)) == 1


def test_what_killed_builds_left_is_removed(tmp_path: Path) -> None:
    new_generation(tmp_path)
    remove_unused(tmp_path)
    assert generation_folders(tmp_path) == []


def test_nothing_built_yet(tmp_path: Path) -> None:
    with pytest.raises(IndexMissingError, match=r"No index in .*new: run rag build --index .*new"):
        read_current(tmp_path / "new")
    new_generation(tmp_path)  # a first build that was killed
    with pytest.raises(IndexMissingError):
        read_current(tmp_path)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"g000001\n",
        b"g000002 " + b"0" * 64 + b"\n",
        b"../../etc " + b"0" * 64 + b"\n",
        b"\xff\xfe\x00",
        b"g000001 " + b"0" * 64,
    ],
)
def test_current_that_is_not_whole(tmp_path: Path, content: bytes) -> None:
    publish(tmp_path, new_generation(tmp_path), MANIFEST)
    (tmp_path / "CURRENT").write_bytes(content)
    with pytest.raises(IndexCorruptError, match="is damaged: .* Run rag build --index"):
        read_generation(tmp_path, read_current(tmp_path))


def test_an_index_that_is_a_file(tmp_path: Path) -> None:
    path = tmp_path / "index"
    path.touch()
    with pytest.raises(OpenError, match="is a file: name a folder with --index"):
        read_current(path)
    with pytest.raises(BuildError, match="is a file: name a folder with --index"), build_lock(path):
        pass


def test_an_index_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> bytes:
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(OpenError, match=r"cannot be opened \(Permission denied\): check"):
        read_current(tmp_path)


def test_one_build_at_a_time(tmp_path: Path) -> None:
    with build_lock(tmp_path / "i"):
        with pytest.raises(BuildInProgressError, match="is being built already"):
            with build_lock(tmp_path / "i"):
                pass
        with build_lock(tmp_path / "j"):
            pass
    with build_lock(tmp_path / "i"):
        pass


def test_what_a_build_raises_passes_through_the_lock(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="not about writing"), build_lock(tmp_path):
        raise OSError("not about writing")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/a/index/CURRENT", True),
        ("/a/index/build.lock", True),
        ("/a/index/generations/g000001/terms/meta.json", True),
        ("/a/index/shards-0123456789abcdef/0a.json", True),
        ("/a/index/shards/0a.json", False),
        ("/a/index/notes.txt", False),
        ("/a/CURRENT", False),
        ("/a/index", False),
    ],
)
def test_files_of_the_index(path: str, expected: bool) -> None:
    assert is_index_file(Path(path), Path("/a/index")) is expected
