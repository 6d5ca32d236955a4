from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from rag.index.file_stamps import stamp_if_same, stamp_of

LARGE = 10**9


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "a.txt"
    path.write_text("eleven whales")
    return path


@pytest.fixture
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """The file was changed long ago."""
    now = time.time_ns()
    monkeypatch.setattr("rag.index.file_stamps.time.time_ns", lambda: now + 10**10)


@pytest.mark.usefixtures("settled")
def test_a_file_at_rest_is_not_opened_again(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stamp = stamp_of(path, LARGE)
    assert stamp is not None
    monkeypatch.setattr("rag.index.file_stamps.stamp_of", None)
    assert stamp_if_same(path, stamp) == stamp


@pytest.mark.parametrize("is_settled", [False, True])
def test_a_change_that_neither_size_nor_time_tells_is_seen(
    path: Path, is_settled: bool, request: pytest.FixtureRequest
) -> None:
    """In the moment of reading; or later, with the old time put back."""
    if is_settled:
        request.getfixturevalue("settled")
    stamp = stamp_of(path, LARGE)
    assert stamp is not None
    times = path.stat()
    time.sleep(0.02 * is_settled)
    path.write_text("twelve whales")
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert stamp_if_same(path, stamp) is None


@pytest.mark.usefixtures("settled")
def test_a_copy_is_the_same_and_gets_a_new_stamp(path: Path) -> None:
    stamp = stamp_of(path, LARGE)
    assert stamp is not None
    path.unlink()
    path.write_text("eleven whales")
    os.utime(path, (1, 1))
    now = stamp_if_same(path, stamp)
    assert now is not None
    assert now.modified_ns == 10**9
    assert now.sha256 == stamp.sha256


def test_what_has_no_stamp(path: Path, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert stamp_of(tmp_path / "pipe", LARGE) is None
    assert stamp_of(tmp_path, LARGE) is None
    assert stamp_of(tmp_path / "gone", LARGE) is None
    assert stamp_of(path, 5) is None
    stamp = stamp_of(path, LARGE)
    path.unlink()
    assert stamp is not None
    assert stamp_if_same(path, stamp) is None
