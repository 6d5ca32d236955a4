from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, Queue

import pytest

from rag.errors import SeedsError
from rag.ingest.watch import changes

ROOT = Path(__file__).parents[2]
SOON = 30.0
"""Seconds within which something that happens has happened, on any machine."""


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.ingest.watch.SETTLED_MS", 200)


@contextmanager
def watching(seeds: Path, index: Path) -> Iterator[Queue[str]]:
    """A queue that gets "change" for each one told."""
    told: Queue[str] = Queue()
    stop = threading.Event()

    def follow() -> None:
        for _ in changes(seeds, index, stop):
            told.put("change")
        told.put("end")

    thread = threading.Thread(target=follow)
    thread.start()
    try:
        assert told.get(timeout=SOON) == "change"  # watching has begun
        yield told
    finally:
        stop.set()
        thread.join(SOON)
    assert told.get(timeout=SOON) == "end"


def is_quiet(told: Queue[str]) -> bool:
    try:
        told.get(timeout=1.0)
    except Empty:
        return True
    return False


@pytest.mark.timeout(60)
def test_every_kind_of_change_is_told_once(seeds_folder: Path) -> None:
    with watching(seeds_folder, Path("index")) as told:
        for number in range(50):
            (seeds_folder / f"{number}.txt").write_text("Many at once.")
        assert told.get(timeout=SOON) == "change"
        assert is_quiet(told)
        (seeds_folder / "deep").mkdir()
        assert told.get(timeout=SOON) == "change"
        (seeds_folder / "0.txt").rename(seeds_folder / "deep" / "0.txt")
        assert told.get(timeout=SOON) == "change"
        shutil.rmtree(seeds_folder / "deep")
        assert told.get(timeout=SOON) == "change"


def test_hidden_files_and_the_index_among_the_articles_are_passed_over(seeds_folder: Path) -> None:
    index = seeds_folder / "index"
    index.mkdir()
    with watching(Path("seeds"), Path("seeds/index")) as told:
        (seeds_folder / ".a.txt.swp").write_text("An editor's own.")
        (index / "CURRENT").write_text("g000001")
        (index / "embedded.sqlite-journal").touch()
        (index / "generations").mkdir()
        (index / "generations" / "a.txt").touch()
        assert is_quiet(told)
        (index / "article.txt").write_text("One article.")
        assert told.get(timeout=SOON) == "change"


def test_no_folder(tmp_path: Path) -> None:
    with pytest.raises(SeedsError, match="does not exist"):
        next(changes(tmp_path / "gone", tmp_path / "index"))


@pytest.fixture
def rag_build_watch(seeds_folder: Path) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.watch_in_process"],
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    with process:
        yield process
        process.kill()


@pytest.mark.timeout(60)
def test_rag_build_watch_follows_the_folder_until_ctrl_c(
    rag_build_watch: subprocess.Popen[str], seeds_folder: Path
) -> None:
    assert rag_build_watch.stdout is not None
    lines = iter(rag_build_watch.stdout)
    assert next(lines).startswith("index: 2 articles (2 new, ")
    (seeds_folder / "new.txt").write_text("A new article about the storm.")
    assert "3 articles (1 new, 0 updated, 0 renamed, 2 unchanged)" in next(lines)
    (seeds_folder / "odd.txt").write_bytes(b"\x00\x01" * 500)
    assert next(lines).startswith("not read: odd.txt: ")
    assert next(lines).endswith("; 1 failed.\n")
    seeds_folder.rename("elsewhere")
    Path("elsewhere/odd.txt").unlink()
    assert next(lines).startswith("error: The folder of articles seeds does not exist")
    Path("elsewhere").rename("seeds")
    Path("seeds").rename("elsewhere")
    shutil.copytree("elsewhere", "seeds")
    assert "3 articles (0 new, 0 updated, 0 renamed, 3 unchanged)" in next(lines)
    rag_build_watch.send_signal(signal.SIGINT)
    assert list(lines) == ["stopped.\n"]
    assert rag_build_watch.wait(SOON) == 0
