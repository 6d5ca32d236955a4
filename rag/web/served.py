"""The library that every tab shares: opened or built once, warmed, and swapped by a rebuild.

Knows nothing of HTTP. What the library is doing is a ``State``; a page shows it by following
``ServedLibrary.states``.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from rag.errors import (
    BuildCancelledError,
    IndexMissingError,
    ModelError,
    OpenError,
    RagError,
    SeedsError,
)
from rag.text.counted import count
from rag.types import Progress
from rag.web.pages import render

if TYPE_CHECKING:
    from rag.library import Library

_LOG = logging.getLogger(__name__)
_LEAST_SECONDS = 1.5
"""A build tells nothing of its pace before."""


@dataclass(frozen=True, slots=True)
class Working:
    """Opening, building or warming; ``library`` is the one before, if there is one."""

    line: str
    library: Library | None = None
    step: Progress | None = None
    """How far a build is."""
    embedded: Progress | None = None
    """The last step that embedded: files are read ahead of it."""
    seconds: float = 0.0
    """From the first step to that."""


@dataclass(frozen=True, slots=True)
class Ready:
    library: Library


@dataclass(frozen=True, slots=True)
class Failed:
    """``error`` is the line to show; ``library`` is the one before, which still answers."""

    error: RagError
    library: Library | None = None


State: TypeAlias = Working | Ready | Failed


@dataclass(frozen=True, slots=True)
class Health:
    """``detail`` is one line on what is wrong; ``counts`` are of articles and passages."""

    status: Literal["working", "ready", "failed", "unhealthy"]
    detail: str | None = None
    counts: tuple[int, int] | None = None


class ServedLibrary:
    """Owns the one library of a server. All methods may be called from any thread.

    ``open_library`` raises OpenError where the index cannot be used; ``build_library`` reports its
    progress and returns the new library, opened; ``index_in_force`` tells one index from the next,
    also where it cannot be opened, and never raises.
    """

    def __init__(
        self,
        open_library: Callable[[], Library],
        build_library: Callable[[Callable[[Progress], None]], Library],
        index_in_force: Callable[[], object] = lambda: None,
    ) -> None:
        self._open = open_library
        self._build = build_library
        self._index_in_force = index_in_force
        self._tried: object = None
        """The index in force when it was last tried to open or build one."""
        self._changed = threading.Condition()
        self._state: State = Working("Opening the library")
        self._busy = False
        self._cancelled = threading.Event()

    @property
    def state(self) -> State:
        return self._state

    def start(self) -> None:
        """Opens the index in the background, or builds it where there is none; then warms up."""
        self._run(self._open_or_build)

    def rebuild(self) -> None:
        """Builds the index anew in the background; joins a build that is already running."""
        self._run(self._build_anew)

    def cancel(self) -> None:
        """Stops a build at its next step, if it has one; the library before stays."""
        self._cancelled.set()

    @property
    def is_cancelling(self) -> bool:
        return self._busy and self._cancelled.is_set()

    def refresh(self, *, tries_again: bool = False) -> bool:
        """Opens the index in the background if another process has built it anew; says whether.

        After a failure too. ``tries_again`` with the same index as well, where it could not be
        opened: what was in the way may be gone.
        """
        outdated = self._is_outdated(tries_again)
        if outdated:
            self._run(self._open_or_build)
        return outdated

    def _is_outdated(self, tries_again: bool) -> bool:
        state = self._state
        if isinstance(state, Working) or (state.library and state.library.is_in_force()):
            return False
        if isinstance(state, Ready) or self._index_in_force() != self._tried:
            return True
        return tries_again and isinstance(state.error, OpenError | ModelError)

    def health(self) -> Health:
        """How it stands with the index as it is now, also where another process has built it anew.

        Unhealthy while what holds the index, a Milvus server, does not answer; asked again later,
        it is well once that answers.
        """
        self.refresh()
        state = self._state
        try:
            library = state.library
            counts = (library.article_count, library.passage_count) if library else None
        except RagError as error:
            return Health("unhealthy", str(error))
        if isinstance(state, Failed):
            return Health("failed", str(state.error), counts)
        return Health("ready" if isinstance(state, Ready) else "working", None, counts)

    def states(self) -> Iterator[State]:
        """The state now and each change after it, until it is Ready or Failed."""
        seen: State | None = None
        while True:
            with self._changed:
                while self._state is seen:
                    self._changed.wait()
                seen = self._state
            yield seen
            if not isinstance(seen, Working):
                return

    def _run(self, work: Callable[[], Library]) -> None:
        with self._changed:
            if self._busy:
                return
            self._busy = True
            self._cancelled.clear()
            self._state = Working("Opening the library", self._state.library)
        try:
            threading.Thread(target=self._settle, args=(work,), daemon=True).start()
        except RuntimeError:  # the machine has none to spare
            self._busy = False
            self._enter(
                Failed(
                    RagError("The library cannot be opened now: try again."), self._state.library
                )
            )

    def _settle(self, work: Callable[[], Library]) -> None:
        before = self._state.library
        self._tried = self._index_in_force()
        state: State
        try:
            library = work()
            self._enter(Working("Loading the models", before))
            library.warm_up()
            state = Ready(library)
        except BuildCancelledError as error:
            state = Failed(error) if before is None else Ready(before)
        except RagError as error:
            state = Failed(error, before)
        except Exception:
            _LOG.exception("The library cannot be opened")
            state = Failed(RagError("The library cannot be opened: see the server's log."), before)
        with self._changed:  # at once, or a build that begins in between would be told as over
            self._busy = False
            self._enter(state)

    def _open_or_build(self) -> Library:
        try:
            return self._open()
        except IndexMissingError:
            return self._build_anew()

    def _build_anew(self) -> Library:
        before = self._state.library
        self._enter(Working("Building the index", before))
        began, seconds = 0.0, 0.0
        embedded: Progress | None = None

        def report(step: Progress) -> None:
            nonlocal began, embedded, seconds
            if self._cancelled.is_set():
                raise BuildCancelledError("The build was stopped: rebuild the index to go on.")
            began = began or time.monotonic()
            if step.stage == "embedding":
                embedded, seconds = step, time.monotonic() - began
            self._enter(Working(describe_progress(step), before, step, embedded, seconds))

        return self._build(report)

    def _enter(self, state: State) -> None:
        with self._changed:
            self._state = state
            self._changed.notify_all()


def describe_progress(step: Progress) -> str:
    """One line for a step of a build."""
    return f"Building the index: {step.stage}, {step.done:,} of {step.total:,}"


def describe_pace(step: Progress, embedded: Progress | None, seconds: float) -> str:
    """One line: how far, how fast, how long, by what was ``embedded`` in so many seconds."""
    if step.stage == "writing":
        return f"Writing the index of {step.total:,} files"
    parts = [f"{step.done:,} of {step.total:,} files"]
    if embedded and embedded.done and seconds >= _LEAST_SECONDS:
        minutes = (step.total - embedded.done) * seconds / embedded.done / 60
        parts.append(f"{embedded.passages / seconds:,.0f} passages a second")
        hours = f"about {round(minutes / 60)} hours left"
        some = f"about {count(round(minutes), 'minute')} left" if minutes < 90 else hours
        parts.append(some if minutes >= 1 else "less than a minute left")
    return " · ".join(parts)


def describe_state(state: State) -> str:
    """One line for a person: what the library holds or is doing, or what went wrong."""
    match state:
        case Working(line=line):
            return line
        case Failed(error=error):
            return str(error)
        case Ready(library=library):
            return f"{_holdings(library)}, {count(library.passage_count, 'passage')}"


def described(state: State) -> tuple[State, str]:
    """The state and its line; failed where what holds the index, a Milvus server, is silent."""
    try:
        return state, describe_state(state)
    except RagError as error:
        return Failed(error), str(error)


def render_state(state: State) -> str:
    """The line in the masthead, which is narrow: passages are not counted there; HTML."""
    line = _holdings(state.library) if isinstance(state, Ready) else describe_state(state)
    return render("state", kind=type(state).__name__.lower(), line=line)


def render_welcome(state: State, seeds: str) -> str:
    """What stands where the conversation will be: how to begin, or what is missing; HTML."""
    error = state.error if isinstance(state, Failed) else None
    missing = "articles" if isinstance(error, SeedsError) else "index" if error else ""
    if missing == "index" and state.library:
        missing = ""
    return render("welcome", missing=missing, seeds=seeds, error=error)


def _holdings(library: Library) -> str:
    failures = len(library.manifest.failures)
    not_read = f", {count(failures, 'file')} not read" if failures else ""
    return count(library.article_count, "article") + not_read
