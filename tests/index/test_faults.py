"""Whatever happens to a build, the index before opens or the new one, and the next build mends all.

Sampled by ``make test``, every step by ``make test-all``. Where the kernel cannot be asked about
system calls (other than Linux, or in some containers) these are skipped.
"""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rag.errors import IndexCorruptError, IndexMissingError
from tests.index.system_calls import is_supported
from tests.index.two_states import TwoStates

ROOT = Path(__file__).parents[2]
LEFT_BY_FAILURES = {"CURRENT.new", "embedded.sqlite", "embedded.sqlite-journal"}
"""What a build that failed may leave for the next one, which removes it."""
ALL = pytest.param(1.0, marks=[pytest.mark.long, pytest.mark.timeout(1800)], id="every step")

linux_only = pytest.mark.skipif(not is_supported(), reason="no user notification of system calls")


def sweep(name: str, share: float, folder: Path) -> list[dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.index.faults", name, str(share), str(folder / "work")],
        env={"PYTHONPATH": str(ROOT), "PATH": "", "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    outcomes: list[dict[str, Any]] = json.loads(done.stdout)
    return outcomes


def states_before_and_after(outcome: dict[str, Any]) -> set[str]:
    return {"old" if outcome["has_index"] else "none", "new"}


def assert_mended(outcome: dict[str, Any]) -> None:
    assert (outcome["next"], outcome["then"], outcome["rubbish"]) == ("built", "new", []), outcome


@linux_only
@pytest.mark.parametrize("share", [pytest.param(0.04, id="some steps"), ALL])
def test_killed(tmp_path: Path, share: float) -> None:
    """About 36 kills, and 390."""
    outcomes = sweep("kill", share, tmp_path)
    assert sum(outcome["ended"] is None for outcome in outcomes) >= (350 if share == 1 else 30)
    found = set()
    for outcome in outcomes:
        assert outcome["ended"] in (None, "built"), outcome
        assert outcome["state"] in states_before_and_after(outcome), outcome
        assert_mended(outcome)
        found.add((outcome["has_index"], outcome["state"]))
    assert found == {(False, "none"), (False, "new"), (True, "old"), (True, "new")}


@linux_only
@pytest.mark.parametrize("share", [pytest.param(0.015, id="some steps"), ALL])
@pytest.mark.parametrize("kind", ["full_disk", "failing_disk"])
def test_a_disk_that_does_not_take_it(tmp_path: Path, kind: str, share: float) -> None:
    outcomes = sweep(kind, share, tmp_path)
    said = set()
    for outcome in outcomes:
        line = outcome["ended"]
        assert "\n" not in line, outcome
        assert outcome["state"] in states_before_and_after(outcome), outcome
        if line == "built":
            assert outcome["state"] == "new", outcome
        elif "is new, but the disk did not confirm it" in line:
            assert outcome["state"] == "new", outcome
            assert "check the disk, then run rag build --index" in line
        else:
            assert outcome["state"] != "new", outcome
            assert set(outcome["left"]) <= LEFT_BY_FAILURES, outcome
            assert line.startswith("BuildError: Index "), outcome
            assert "what was there before is unchanged" in line
            assert ", then run rag build --index" in line
            assert kind != "full_disk" or "(the disk is full)" in line, outcome
        said.add(line.partition("(")[2])
        assert_mended(outcome)
    assert len(said) > 1


@linux_only
@pytest.mark.parametrize("share", [pytest.param(0.015, id="some steps"), ALL])
def test_two_builders(tmp_path: Path, share: float) -> None:
    for outcome in sweep("second_builder", share, tmp_path):
        assert outcome["ended"] == "built", outcome
        for line in outcome["second"]:
            is_first = outcome["path"] in (".", "build.lock")  # the lock is not taken yet
            assert "is being built already: wait" in line or (is_first and line == "built"), outcome
        assert outcome["state"] == "new", outcome
        assert_mended(outcome)


@linux_only
@pytest.mark.parametrize("share", [pytest.param(0.2, id="some steps"), ALL])
def test_readers_while_a_build_goes_on(tmp_path: Path, share: float) -> None:
    outcomes = sweep("reader", share, tmp_path)
    for has_index in (False, True):
        states = [outcome["state"] for outcome in outcomes if outcome["has_index"] == has_index]
        before = "old" if has_index else "none"
        assert states == sorted(states, key=(before, "new").index), "never back"
        assert set(states) == {before, "new"}


@linux_only
def test_readers_that_builds_overtake(tmp_path: Path) -> None:
    outcomes = sweep("overtaken_reader", 1, tmp_path)
    assert {outcome["state"] for outcome in outcomes} == {"old", "new"}


@linux_only
def test_a_generation_goes_when_its_last_reader_is_gone(tmp_path: Path) -> None:
    *while_read, after = sweep("holding_reader", 1, tmp_path)
    for number, outcome in enumerate(while_read, start=2):
        assert (outcome["read"], outcome["next"]) == ("old", "built")
        assert outcome["generations"] == ["g000001", f"g{number:06d}"]
    assert_mended(after)
    assert after["generations"] == ["g000005"]


@linux_only
@pytest.mark.parametrize("share", [pytest.param(0.01, id="some steps"), ALL])
def test_power_cuts(tmp_path: Path, share: float) -> None:
    """About 80 states in which the disk may be then, and 700."""
    outcomes = sweep("power_cut", share, tmp_path)
    assert len(outcomes) >= (500 if share == 1 else 50)
    for outcome in outcomes:
        assert outcome["state"] in states_before_and_after(outcome), outcome
        assert_mended(outcome)


# Damage to files.


@pytest.fixture(scope="module")
def states(tmp_path_factory: pytest.TempPathFactory) -> TwoStates:
    return TwoStates(tmp_path_factory.mktemp("states") / "work")


def damages(content: bytes, count: int) -> Iterator[bytes]:
    """Grown, cut short and with a bit flipped, each at ``count`` places, from first to last."""
    chance = random.Random(1)
    yield content + b"\0"
    for place in sorted({len(content) * n // max(1, count - 1) for n in range(count)}):
        if place < len(content):
            yield content[:place]
        at = min(place, len(content) - 1)
        flipped = content[at] ^ (1 << chance.randrange(8))
        yield content[:at] + bytes([flipped]) + content[at + 1 :]


@pytest.mark.parametrize("count", [5, pytest.param(200, marks=pytest.mark.long)])
def test_no_damaged_file_is_opened(states: TwoStates, count: int) -> None:
    index = states.copy(has_index=True)
    files = [path for path in index.rglob("*") if path.is_file() and path.name != "build.lock"]
    tried = 0
    for path in filter(lambda path: path.stat().st_size, files):
        whole = path.read_bytes()
        for content in damages(whole, count):
            path.write_bytes(content)
            with pytest.raises(IndexCorruptError, match=r"is damaged: .*\. Run rag build --index"):
                states.open(index)
            tried += 1
        path.unlink()
        is_current = path.name == "CURRENT"
        with pytest.raises(IndexMissingError if is_current else IndexCorruptError):
            states.open(index)
        path.write_bytes(whole)
        states.open(index).close()
    assert tried > 10 * count


@pytest.mark.parametrize("count", [6, pytest.param(200, marks=pytest.mark.long)])
def test_a_damaged_cache_of_vectors_does_no_harm(
    states: TwoStates, count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That which an interrupted build leaves to the next."""

    def interrupted(writer: object) -> int:
        raise KeyboardInterrupt

    index = states.copy(has_index=False)
    with monkeypatch.context() as patch:
        patch.setattr("rag.ingest.build.find_stories", interrupted)
        with pytest.raises(KeyboardInterrupt):
            states.build(index)
    cache = (index / "embedded.sqlite").read_bytes()
    for content in damages(cache, count):
        (index / "embedded.sqlite").write_bytes(content)
        shutil.rmtree(index / "generations")
        (index / "CURRENT").unlink(missing_ok=True)
        assert states.build(index) == "built"
        assert states.name_of(states.answer(index)) == "new"
        assert not (index / "embedded.sqlite").exists()
