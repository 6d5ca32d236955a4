from __future__ import annotations

import errno
import sqlite3
from collections import namedtuple
from pathlib import Path

import pytest

from rag.errors import BuildError, IndexCorruptError, OpenError
from rag.index.problems import corrupt, reading, rebuild_command, writing

FULL = "could not be written (the disk is full); what was there before is unchanged. Free some"


@pytest.mark.parametrize(
    ("index", "command"),
    [
        ("index", "rag build"),
        ("/var/my index", "rag build --index '/var/my index'"),
        ("other", "rag build --index other"),
    ],
)
def test_the_command_that_mends(index: str, command: str) -> None:
    assert rebuild_command(Path(index)) == command


def test_a_full_disk_is_told_by_its_error_number(tmp_path: Path) -> None:
    with pytest.raises(BuildError) as caught, writing(tmp_path):
        raise OSError(errno.ENOSPC, "No space left on device")
    assert FULL in str(caught.value)


@pytest.mark.parametrize(
    "error", [sqlite3.OperationalError("disk I/O error"), ValueError("An index writer was killed")]
)
def test_a_full_disk_is_told_where_the_backend_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr("shutil.disk_usage", lambda path: usage(10**9, 10**9, 0))
    with pytest.raises(BuildError) as caught, writing(tmp_path):
        raise error
    assert FULL in str(caught.value)


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.EDQUOT, "Disk quota exceeded"),
        sqlite3.OperationalError("database or disk is full"),
        ValueError("An IO error occurred: 'No space left on device (os error 28)'"),
    ],
)
def test_space_may_be_short_on_a_disk_that_has_some(tmp_path: Path, error: Exception) -> None:
    """For a user with a quota, or once another program has made room."""
    with pytest.raises(BuildError) as caught, writing(tmp_path):
        raise error
    assert FULL in str(caught.value)


def test_other_reasons_are_given_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(BuildError) as caught, writing(tmp_path):
        raise RuntimeError("the\nbackend's   words " + "x" * 1000)
    line = str(caught.value)
    assert "could not be written (the backend's words xxx" in line
    assert "\n" not in line
    assert len(line) < 600


def test_our_own_errors_pass(tmp_path: Path) -> None:
    with pytest.raises(IndexCorruptError), reading(tmp_path):
        raise corrupt(tmp_path, "a test")
    with pytest.raises(KeyError), writing(tmp_path):
        raise KeyError("a mistake of ours")


def test_reading(tmp_path: Path) -> None:
    with pytest.raises(OpenError, match=r"cannot be opened \(no lock\): check"), reading(tmp_path):
        raise ValueError("no lock")
