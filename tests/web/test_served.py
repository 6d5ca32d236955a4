"""One library for every tab: opened or built once, swapped by a rebuild, never lost."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from rag.errors import (
    BuildError,
    IndexMismatchError,
    IndexMissingError,
    OpenError,
    RagError,
    SeedsError,
)
from rag.types import Progress
from rag.web.served import (
    Failed,
    Health,
    Ready,
    ServedLibrary,
    State,
    Working,
    describe_pace,
)
from tests.fake_library import FakeLibrary

Library = FakeLibrary


def opens(result: Library | RagError | Exception) -> Callable[[], Library]:
    def open_library() -> Library:
        if isinstance(result, Exception):
            raise result
        return result

    return open_library


def builds(result: Library | RagError) -> Callable[[Callable[[Progress], None]], Library]:
    def build_library(progress: Callable[[Progress], None]) -> Library:
        progress(Progress("embedding", 5, 1200))
        return opens(result)()

    return build_library


def settled(served: ServedLibrary) -> State:
    *_, last = served.states()
    return last


def test_a_missing_index_is_built_with_progress() -> None:
    library = FakeLibrary()
    followed: list[State] = []
    served: ServedLibrary

    def build(progress: Callable[[Progress], None]) -> Library:
        progress(Progress("embedding", 5, 1200))
        followed.append(served.state)
        return library

    served = ServedLibrary(opens(IndexMissingError("Nothing built.")), build)
    served.start()
    assert settled(served) == Ready(library)
    (state,) = followed
    assert isinstance(state, Working)
    assert state.line == "Building the index: embedding, 5 of 1,200"


def test_a_failed_rebuild_keeps_the_library_before() -> None:
    library, error = FakeLibrary(), SeedsError("The folder is empty.")
    served = ServedLibrary(opens(library), builds(error))
    served.start()
    settled(served)
    served.rebuild()
    assert settled(served) == Failed(error, library)


def test_what_nobody_foresaw_becomes_one_line() -> None:
    served = ServedLibrary(opens(ZeroDivisionError("secret path")), builds(FakeLibrary()))
    served.start()
    state = settled(served)
    assert isinstance(state, Failed)
    assert "secret path" not in str(state.error)


def test_what_another_process_built_is_opened() -> None:
    libraries = [FakeLibrary(), FakeLibrary()]
    opened = iter(libraries)
    served = ServedLibrary(lambda: next(opened), builds(FakeLibrary()))
    served.start()
    assert settled(served) == Ready(libraries[0])
    assert not served.refresh()
    libraries[0].replaced = True
    assert served.refresh()
    assert settled(served).library is libraries[1]
    assert not served.refresh()


class Opening:
    """Opens or raises what it is given next; ``index`` is the one in force."""

    def __init__(self, *results: Library | RagError) -> None:
        self._results = iter(results)
        self.index = "g000001"

    def __call__(self) -> Library:
        return opens(next(self._results))()

    def served(self) -> ServedLibrary:
        served = ServedLibrary(self, builds(BuildError("Nothing is built.")), lambda: self.index)
        served.start()
        settled(served)
        return served


def test_an_index_built_anew_after_a_failure_is_opened() -> None:
    error, library = IndexMismatchError("Made by another version: rag build"), FakeLibrary()
    opening = Opening(error, library)
    served = opening.served()
    assert not served.refresh()
    assert served.health() == Health("failed", str(error))
    opening.index = "g000002"
    served.health()
    assert settled(served) == Ready(library)
    assert not served.refresh()


def test_an_index_that_cannot_be_opened_is_tried_again_only_when_asked_to() -> None:
    error, library = OpenError("Too many open files."), FakeLibrary()
    served = Opening(error, error, library).served()
    assert not served.refresh()
    assert served.refresh(tries_again=True)
    assert settled(served) == Failed(error)
    assert served.refresh(tries_again=True)
    assert settled(served) == Ready(library)


def test_two_rebuilds_at_once_are_one() -> None:
    may_finish = threading.Event()
    builds_begun = []

    def build(progress: Callable[[Progress], None]) -> Library:
        builds_begun.append(1)
        assert may_finish.wait(10)
        return FakeLibrary()

    before = FakeLibrary()
    served = ServedLibrary(opens(before), build)
    served.start()
    settled(served)
    served.rebuild()
    served.rebuild()
    assert isinstance(served.state, Working)
    assert served.state.library is before
    may_finish.set()
    assert isinstance(settled(served), Ready)
    assert builds_begun == [1]


def test_a_rebuild_begun_while_another_ends_is_not_told_as_over() -> None:
    begun, ended, may_finish = threading.Event(), threading.Event(), threading.Event()

    def build(progress: Callable[[Progress], None]) -> Library:
        begun.set()
        assert may_finish.wait(10)
        return FakeLibrary()

    class Ending(ServedLibrary):
        def _enter(self, state: State) -> None:
            if isinstance(state, Ready) and not may_finish.is_set():
                threading.Thread(target=self.rebuild).start()
                begun.wait(0.3)
            super()._enter(state)
            if isinstance(state, Ready):
                ended.set()

    served = Ending(opens(FakeLibrary()), build)
    served.start()
    assert ended.wait(10)
    assert begun.wait(10)
    assert isinstance(served.state, Working)
    may_finish.set()
    assert isinstance(settled(served), Ready)


def test_health_says_that_the_index_does_not_answer_and_recovers() -> None:
    class Remote(FakeLibrary):
        answers = True

        @property
        def passage_count(self) -> int:
            if not self.answers:
                raise OpenError("Milvus at http://host:19530 does not answer.")
            return 3

    library = Remote()
    served = ServedLibrary(opens(library), builds(FakeLibrary()))
    served.start()
    settled(served)
    well = served.health()
    library.answers = False
    assert served.health() == Health("unhealthy", "Milvus at http://host:19530 does not answer.")
    library.answers = True
    assert served.health() == well
    assert well.status == "ready"


@pytest.mark.parametrize(
    ("step", "embedded", "seconds", "line"),
    [
        (Progress("reading", 5, 1200), None, 0.0, "5 of 1,200 files"),
        (
            Progress("embedding", 5, 1200, 9),
            Progress("embedding", 5, 1200, 9),
            0.5,
            "5 of 1,200 files",
        ),
        (
            Progress("reading", 640, 1200, 7608),  # ahead of what is embedded
            Progress("embedding", 600, 1200, 7608),
            120.0,
            "640 of 1,200 files · 63 passages a second · about 2 minutes left",
        ),
        (
            Progress("embedding", 1100, 1200, 500),
            Progress("embedding", 1100, 1200, 500),
            10.0,
            "1,100 of 1,200 files · 50 passages a second · less than a minute left",
        ),
        (
            Progress("embedding", 1, 11, 500),
            Progress("embedding", 1, 11, 500),
            1080.0,
            "1 of 11 files · 0 passages a second · about 3 hours left",
        ),
        (Progress("writing", 6, 6), None, 10.0, "Writing the index of 6 files"),
    ],
)
def test_the_pace_is_one_line(
    step: Progress, embedded: Progress | None, seconds: float, line: str
) -> None:
    assert describe_pace(step, embedded, seconds) == line
