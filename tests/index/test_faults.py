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
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from rag.errors import IndexCorruptError, IndexMissingError
from tests.index.system_calls import is_supported
from tests.index.two_states import TwoStates

ROOT = Path(__file__).parents[2]
LEFT_BY_FAILURES = {"CURRENT.new", "embedded.sqlite", "embedded.sqlite-journal"}
"""What a build that failed may leave for the next one, which removes it."""
SHARES = {
    **{"kill": 0.04, "full_disk": 0.015, "failing_disk": 0.015, "second_builder": 0.015},
    **{"reader": 0.2, "overtaken_reader": 1, "holding_reader": 1, "power_cut": 0.01},
}
"""Of the steps, where not every one is tried."""

Outcomes: TypeAlias = list[dict[str, Any]]
Sweep: TypeAlias = Callable[[str], Outcomes]

linux_only = pytest.mark.skipif(not is_supported(), reason="no user notification of system calls")
pytestmark = pytest.mark.timeout(1800)


def swept(folder: Path, shares: Mapping[str, float]) -> dict[str, Outcomes]:
    done = subprocess.run(
        [
            *(sys.executable, "-m", "tests.index.faults", str(folder / "work")),
            *(f"{name}={share}" for name, share in shares.items()),
        ],
        env={"PYTHONPATH": str(ROOT), "PATH": "", "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    outcomes: dict[str, Outcomes] = json.loads(done.stdout)
    return outcomes


@pytest.fixture(scope="module")
def sampled(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Outcomes]:
    return swept(tmp_path_factory.mktemp("sampled"), SHARES)


@pytest.fixture(params=["some steps", pytest.param("every step", marks=pytest.mark.long)])
def sweep(request: pytest.FixtureRequest, tmp_path: Path) -> Sweep:
    """What came of each trial of a sweep, by its name."""
    if request.param == "some steps":
        return request.getfixturevalue("sampled").__getitem__  # type: ignore[no-any-return]
    return lambda name: swept(tmp_path, {name: 1.0})[name]


def states_before_and_after(outcome: dict[str, Any]) -> set[str]:
    return {"old" if outcome["has_index"] else "none", "new"}


def assert_mended(outcome: dict[str, Any]) -> None:
    assert (outcome["next"], outcome["then"], outcome["rubbish"]) == ("built", "new", []), outcome


@linux_only
def test_killed(sweep: Sweep) -> None:
    """About 36 kills, or 390."""
    outcomes = sweep("kill")
    assert sum(outcome["ended"] is None for outcome in outcomes) >= 30
    found = set()
    for outcome in outcomes:
        assert outcome["ended"] in (None, "built"), outcome
        assert outcome["state"] in states_before_and_after(outcome), outcome
        assert_mended(outcome)
        found.add((outcome["has_index"], outcome["state"]))
    assert found == {(False, "none"), (False, "new"), (True, "old"), (True, "new")}


@linux_only
@pytest.mark.parametrize("kind", ["full_disk", "failing_disk"])
def test_a_disk_that_does_not_take_it(sweep: Sweep, kind: str) -> None:
    said = set()
    for outcome in sweep(kind):
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
def test_two_builders(sweep: Sweep) -> None:
    for outcome in sweep("second_builder"):
        assert outcome["ended"] == "built", outcome
        for line in outcome["second"]:
            is_first = outcome["path"] in (".", "build.lock")  # the lock is not taken yet
            assert "is being built already: wait" in line or (is_first and line == "built"), outcome
        assert outcome["state"] == "new", outcome
        assert_mended(outcome)


@linux_only
def test_readers_while_a_build_goes_on(sweep: Sweep) -> None:
    outcomes = sweep("reader")
    for has_index in (False, True):
        states = [outcome["state"] for outcome in outcomes if outcome["has_index"] == has_index]
        before = "old" if has_index else "none"
        assert states == sorted(states, key=(before, "new").index), "never back"
        assert set(states) == {before, "new"}


@linux_only
def test_readers_that_builds_overtake(sampled: dict[str, Outcomes]) -> None:
    states = {outcome["state"] for outcome in sampled["overtaken_reader"]}
    assert states == {"old", "new"}


@linux_only
def test_a_generation_goes_when_its_last_reader_is_gone(sampled: dict[str, Outcomes]) -> None:
    *while_read, after = sampled["holding_reader"]
    for number, outcome in enumerate(while_read, start=2):
        assert (outcome["read"], outcome["next"]) == ("old", "built")
        assert outcome["generations"] == ["g000001", f"g{number:06d}"]
    assert_mended(after)
    assert after["generations"] == ["g000005"]


@linux_only
def test_power_cuts(sweep: Sweep) -> None:
    """About 80 states in which the disk may be then, or 700."""
    outcomes = sweep("power_cut")
    assert len(outcomes) >= 50
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
