"""Builds that are killed, short of space, cut off from power or in each other's way, step by step.

``python -m tests.index.faults FOLDER SWEEP=SHARE ...`` prints a JSON object: for each sweep a list
with one outcome for each time that something was done. A step is a system call that changes a file
of the index. ``SHARE`` of the steps are tried, and all those around the switch. A program of its
own, since it forks: its processes have everything loaded at once, and none of the libraries'
threads runs here.
"""

from __future__ import annotations

import errno
import itertools
import json
import os
import shutil
import signal
import socket
import sys
from collections import namedtuple
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

from tests.index.power_cut import Disk
from tests.index.system_calls import CREATES, GO_ON, KILL, TAKES_SPACE, Call, Decide, apart, watched
from tests.index.two_states import TwoStates

Outcome: TypeAlias = dict[str, Any]
Trial: TypeAlias = Callable[[TwoStates, Path, int], Outcome]


def kill(states: TwoStates, index: Path, step: int) -> Outcome:
    """``kill -9``."""
    ended = watched(partial(states.build, index), index, _at(step, lambda call: KILL))
    return {"ended": ended, **states.aftermath(index)}


def full_disk(states: TwoStates, index: Path, step: int) -> Outcome:
    """The disk is full from this step on, until the build has given up."""

    def build() -> str:
        usage = namedtuple("usage", "total used free")
        shutil.disk_usage = lambda path: usage(1, 1, 0)  # type: ignore[assignment]
        return states.build(index)

    def refuse(call: Call) -> int:
        grows = call.name in TAKES_SPACE and not (call.name in CREATES and call.path.exists())
        return errno.ENOSPC if grows else GO_ON

    return _after_failure(states, index, watched(build, index, _at(step, refuse, lasts=True)))


def failing_disk(states: TwoStates, index: Path, step: int) -> Outcome:
    """This one step fails."""
    decide = _at(step, lambda call: errno.EIO)
    return _after_failure(states, index, watched(partial(states.build, index), index, decide))


def _after_failure(states: TwoStates, index: Path, ended: str | None) -> Outcome:
    left = states.rubbish(index)
    return {"ended": ended, "left": left, **states.aftermath(index)}


def second_builder(states: TwoStates, index: Path, step: int) -> Outcome:
    """Another process builds, and ends before this one goes on."""
    told: list[str] = []
    decide = _at(step, lambda call: _go_on(told.append(apart(partial(states.build, index)))))
    ended = watched(partial(states.build, index), index, decide)
    return {"ended": ended, "second": told, **states.aftermath(index)}


def _each_step(trial: Trial, states: TwoStates, share: float) -> Iterator[Outcome]:
    """A trial at some of the steps of a first build and of a later one, each on a fresh index."""
    for has_index in (False, True):
        index = states.copy(has_index)
        calls: list[Call] = []
        decide = _at(0, lambda call, calls=calls: _go_on(calls.append(call)), lasts=True)
        watched(partial(states.build, index), index, decide)
        for step, call in enumerate(calls):
            if _is_drawn(step, share) or _is_near_switch(call, index):
                fresh = states.copy(has_index)
                yield {**_told(call, index, has_index), **trial(states, fresh, step)}
                shutil.rmtree(fresh.parent)


def reader(states: TwoStates, share: float) -> Iterator[Outcome]:
    """Another process opens the index and asks, at some of the steps of a build."""
    for has_index in (False, True):
        yield from _read_in_between(states, share, has_index)


def _read_in_between(states: TwoStates, share: float, has_index: bool) -> list[Outcome]:
    index = states.copy(has_index)
    outcomes: list[Outcome] = []
    steps = itertools.count()

    def ask(call: Call) -> int:
        if _is_drawn(next(steps), share) or _is_near_switch(call, index):
            outcomes.append({**_told(call, index, has_index), "state": states.state(index)})
        return GO_ON

    watched(partial(states.build, index), index, ask)
    return outcomes


def overtaken_reader(states: TwoStates, share: float) -> Iterator[Outcome]:
    """Two builds are made before a reader opens a file, whichever it is."""
    del share
    for step in itertools.count():
        index = states.copy(has_index=True)
        outcome = _overtake(states, index, step)
        if outcome is None:
            return
        yield outcome


def _overtake(states: TwoStates, index: Path, step: int) -> Outcome | None:
    calls: list[Call] = []

    def build_twice(call: Call) -> int:
        calls.append(call)
        # A reader that stands still at the terms holds Tantivy's lock: builds would wait for it.
        if call.path.parent.name != "terms":
            for articles in ("old", "new"):
                apart(partial(states.build, index, articles))
        return GO_ON

    decide = _at(step, build_twice)
    answer = watched(partial(states.answer, index), index, decide, every_open=True)
    if not calls:
        return None
    return {**_told(calls[0], index, True), "state": states.name_of(str(answer))}


def holding_reader(states: TwoStates, share: float) -> Iterator[Outcome]:
    """Builds while another process reads a generation, and one after that was killed."""
    del share
    index = states.copy(has_index=True)
    ours, theirs = socket.socketpair()
    process = os.fork()
    if process == 0:
        store = states.open(index)
        while theirs.recv(1):
            theirs.sendall(states.name_of(states.answer_of(store)).encode())
    for _ in range(3):
        ours.sendall(b"?")
        read = ours.recv(100).decode()
        built = apart(partial(states.build, index))
        yield {"read": read, "next": built, "generations": _generations(index)}
    os.kill(process, signal.SIGKILL)
    os.waitpid(process, 0)
    yield {"read": None, **states.aftermath(index), "generations": _generations(index)}


def _generations(index: Path) -> list[str]:
    return sorted(os.listdir(index / "generations"))


def power_cut(states: TwoStates, share: float) -> Iterator[Outcome]:
    """The power fails: of what was not synced, some is there and some is not.

    In a first build, in a later one, and in the one after a build that was killed between its
    switch and the sync of that.
    """
    for has_index in (False, True):
        index = states.copy(has_index)
        yield from _cut_power(states, index, Disk(index.parent), share, has_index)
    index = states.copy(has_index=True)
    disk = Disk(index.parent)

    def until_switched(call: Call) -> int:
        is_switched = call.name == "fsync" and states.state(index) == "new"
        return KILL if is_switched else _go_on(disk.note(call))

    assert watched(partial(states.build, index), index.parent, until_switched) is None
    yield from _cut_power(states, index, disk, share, has_index=True)


def _cut_power(
    states: TwoStates, index: Path, disk: Disk, share: float, has_index: bool
) -> list[Outcome]:
    outcomes: list[Outcome] = []
    steps = itertools.count()

    def cut(call: Call) -> int:
        if _is_drawn(next(steps), share) or _is_near_switch(call, index):
            for what, folder in disk.after_power_cut(states.folder()):
                after = folder / index.name
                outcome = {**_told(call, index, has_index), "what": what}
                outcomes.append({**outcome, **states.aftermath(after)})
        return _go_on(disk.note(call))

    assert watched(partial(states.build, index), index.parent, cut) == "built"
    cut(Call("end", index))
    return outcomes


def _at(step: int, act: Callable[[Call], int], *, lasts: bool = False) -> Decide:
    """Has ``act`` decide at call number ``step``, and at all later ones if it lasts."""
    steps = itertools.count()

    def decide(call: Call) -> int:
        number = next(steps)
        return act(call) if number == step or (lasts and number > step) else GO_ON

    return decide


def _go_on(_: None) -> int:
    return GO_ON


def _is_drawn(step: int, share: float) -> bool:
    """Whether a step is among ``share`` of all, evenly drawn."""
    return int(step * share) != int((step + 1) * share)


def _is_near_switch(call: Call, index: Path) -> bool:
    return call.path.name.startswith("CURRENT") or call.path == index


def _told(call: Call, index: Path, has_index: bool) -> Outcome:
    return {"call": call.name, "path": os.path.relpath(call.path, index), "has_index": has_index}


SWEEPS: dict[str, Callable[[TwoStates, float], Iterator[Outcome]]] = {
    **{
        trial.__name__: partial(_each_step, trial)
        for trial in (kill, full_disk, failing_disk, second_builder)
    },
    **{sweep.__name__: sweep for sweep in (reader, overtaken_reader, holding_reader, power_cut)},
}


def main(folder: str, *sweeps: str) -> None:
    states = TwoStates(Path(folder))
    shares = (sweep.split("=") for sweep in sweeps)
    print(json.dumps({name: [*SWEEPS[name](states, float(share))] for name, share in shares}))


if __name__ == "__main__":
    main(*sys.argv[1:])
