from __future__ import annotations

import errno
import sqlite3
from collections import namedtuple
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
    FORMAT_VERSION,
    FileSeal,
    Manifest,
    Recipe,
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
from rag.index.problems import corrupt, reading, rebuild_command, writing
from rag.index.vectors import VectorSearch
from rag.types import Failure

RECIPE = Recipe(FORMAT_VERSION, "e", "r", 8, "s", 160)
FAILURES = (Failure("a.xls", "XLS is not read"),)
SEALS = {"terms/meta.json": FileSeal(3, "f" * 64)}
MANIFEST = Manifest(RECIPE, "seeds", 1, 2, "code", FAILURES, SEALS, VectorSearch(), FAILURES)


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


def test_nothing_built_yet(tmp_path: Path) -> None:
    with pytest.raises(IndexMissingError, match=r"No index in .*new: run rag build --index .*new"):
        read_current(tmp_path / "new")
    new_generation(tmp_path)  # a first build that was killed
    with pytest.raises(IndexMissingError):
        read_current(tmp_path)


@pytest.mark.parametrize(
    "content", [b"", b"g000001\n", b"../../etc " + b"0" * 64 + b"\n", b"\xff\xfe\x00"]
)
def test_current_that_is_not_whole(tmp_path: Path, content: bytes) -> None:
    publish(tmp_path, new_generation(tmp_path), MANIFEST)
    (tmp_path / "CURRENT").write_bytes(content)
    with pytest.raises(IndexCorruptError, match="is damaged: .* Run rag build --index"):
        read_generation(tmp_path, read_current(tmp_path))
    remove_unused(tmp_path)
    assert len(generation_folders(tmp_path)) == 1, "it is not known which is in force"


def test_an_index_that_is_a_file(tmp_path: Path) -> None:
    path = tmp_path / "index"
    path.touch()
    with pytest.raises(OpenError, match="is a file: name a folder with --index"):
        read_current(path)
    with pytest.raises(BuildError, match="is a file: name a folder with --index"), build_lock(path):
        pass


def test_one_build_at_a_time(tmp_path: Path) -> None:
    with build_lock(tmp_path / "i"):
        with pytest.raises(BuildInProgressError, match="is being built already"):
            with build_lock(tmp_path / "i"):
                pass
        with build_lock(tmp_path / "j"):
            pass
    with build_lock(tmp_path / "i"):
        pass


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/a/index/CURRENT", True),
        ("/a/index/generations/g000001/terms/meta.json", True),
        ("/a/index/shards-0123456789abcdef/0a.json", True),
        ("/a/index/shards/0a.json", False),
        ("/a/index/notes.txt", False),
        ("/a/index", False),
    ],
)
def test_files_of_the_index(path: str, expected: bool) -> None:
    assert is_index_file(Path(path), Path("/a/index")) is expected


# What the file system and the backends raise, as one line.

FULL = r"could not be written \(the disk is full\); what was there before is unchanged. Free some"


def test_the_command_that_mends() -> None:
    assert rebuild_command(Path("index")) == "rag build"
    assert rebuild_command(Path("/var/my index")) == "rag build --index '/var/my index'"


@pytest.mark.parametrize(
    ("error", "free_bytes"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), 10**9),  # another made room since
        (OSError(errno.EDQUOT, "Disk quota exceeded"), 10**9),
        (sqlite3.OperationalError("database or disk is full"), 10**9),
        (ValueError("An IO error occurred: 'No space left on device (os error 28)'"), 10**9),
        (sqlite3.OperationalError("disk I/O error"), 0),  # the backend does not say it
        (ValueError("An index writer was killed"), 0),
    ],
)
def test_a_full_disk_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, free_bytes: int
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr("shutil.disk_usage", lambda path: usage(10**9, 10**9, free_bytes))
    with pytest.raises(BuildError, match=FULL), writing(tmp_path):
        raise error


def test_other_reasons_are_given_in_one_short_line(tmp_path: Path) -> None:
    with pytest.raises(BuildError) as caught, writing(tmp_path):
        raise RuntimeError("the\nbackend's   words " + "x" * 1000)
    line = str(caught.value)
    assert "could not be written (the backend's words xxx" in line
    assert "\n" not in line
    assert len(line) < 600
    with pytest.raises(OpenError, match=r"cannot be opened \(no lock\): check"), reading(tmp_path):
        raise ValueError("no lock")


def test_our_own_errors_pass(tmp_path: Path) -> None:
    with pytest.raises(IndexCorruptError), reading(tmp_path):
        raise corrupt(tmp_path, "a test")
    with pytest.raises(KeyError), writing(tmp_path):
        raise KeyError("a mistake of ours")
