"""Answers being made: each in a thread of the server, in turn, followed by any page that shows it.

An answer goes on while its page is closed or reloaded, and is kept as soon as it is whole. Gradio's
own queue does neither: it ends what nobody listens to, and who asks ten at once is answered ten
times before the next.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from itertools import count as counting
from typing import TYPE_CHECKING

from rag.conversations.store import ConversationStore
from rag.errors import ConversationsError, RagError
from rag.settings import Settings
from rag.text.counted import count
from rag.types import Answer, Done, Filters, Retrieved, Token, Turn
from rag.web.answers import render_progress, render_stream
from rag.web.served import Failed, ServedLibrary, describe_state

if TYPE_CHECKING:
    from rag.library import Library

_LOG = logging.getLogger(__name__)
_REDRAW_SECONDS = 0.04
_AGAIN_SECONDS = 1.0
_ANSWERED_AT_ONCE = 2
"""Questions of all pages together; more only slow each other down."""
FAILED = "Footnote failed on this question: the server's log says why."
ASKED_ANYWAY = "What comes nearest, shown because you asked for it: it may not answer the question."


class FairQueue:
    """A line before ``at_once`` places: first come, first served, nobody twice before the others.

    Each question gets a number when it comes, and the lowest goes first: the number of the question
    answered last, or one more than that of the asker's own question before, whichever is higher
    (start-time fair queueing, Goyal, Vin and Cheng 1996, with all questions of one weight). All
    methods may be called from any thread.
    """

    def __init__(self, at_once: int) -> None:
        self._free = at_once
        self._moved = threading.Condition()
        self._arrivals = counting()
        self._waiting: list[tuple[int, int]] = []
        """Number and arrival of each question that waits, in the order of their turns."""
        self._answered = 0
        """The number of the question that was let in last."""
        self._next_of: dict[str, int] = {}
        """The lowest number that the next question of an asker may have."""

    @contextmanager
    def turn(
        self, asker: str, tell: Callable[[int], None], gone: Callable[[], bool]
    ) -> Iterator[bool]:
        """Waits for a place and keeps it while its block runs; False where the asker was gone.

        ``tell`` hears how many go before, whenever that changes; ``leave`` wakes who is ``gone``.
        """
        with self._moved:
            number = max(self._answered, self._next_of.get(asker, 0))
            self._next_of = {who: low for who, low in self._next_of.items() if low > self._answered}
            self._next_of[asker] = number + 1
            is_in = self._wait((number, next(self._arrivals)), tell, gone)
        try:
            yield is_in
        finally:
            with self._moved:
                self._free += is_in
                self._moved.notify_all()

    def leave(self) -> None:
        """Has everybody in the line look whether they are gone."""
        with self._moved:
            self._moved.notify_all()

    def _wait(
        self, ticket: tuple[int, int], tell: Callable[[int], None], gone: Callable[[], bool]
    ) -> bool:
        self._waiting = sorted([*self._waiting, ticket])
        told: int | None = None
        try:
            while not gone():
                before = self._waiting.index(ticket)
                if before == 0 and self._free:
                    self._free -= 1
                    self._answered = ticket[0]
                    return True
                if before != told:
                    told = before
                    tell(before)
                self._moved.wait()
            return False
        finally:
            self._waiting.remove(ticket)
            self._moved.notify_all()


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """A question, and the settings that it is answered under."""

    question: str
    settings: Settings
    history: Sequence[Turn] = ()
    filters: Filters = field(default_factory=Filters)
    anyway: bool = False
    """Whether to show what comes nearest, however little it answers."""


class AnswerRun:
    """One answer being made: what to show of it now, until it is finished or stopped."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._shown = render_progress("Waiting for its turn")
        self.over = False

    def show(self, html: str) -> None:
        with self._changed:
            self._shown = html
            self._changed.notify_all()

    def end(self) -> None:
        with self._changed:
            self.over = True
            self._changed.notify_all()

    def follow(self) -> Iterator[str]:
        """What to show now, after each change and again after a while, until it is over; HTML.

        The same again, so that who follows no longer can leave.
        """
        seen: str | None = None
        while True:
            with self._changed:
                if not self.over and self._shown is seen:
                    self._changed.wait(_AGAIN_SECONDS)
                if self.over:
                    return
                seen = self._shown
            yield seen
            time.sleep(_REDRAW_SECONDS)


class AnswerRuns:
    """The answers being made, by turn. All methods may be called from any thread."""

    def __init__(self, served: ServedLibrary, conversations: ConversationStore) -> None:
        self._served = served
        self._conversations = conversations
        self._runs: dict[int, AnswerRun] = {}
        self._queue = FairQueue(_ANSWERED_AT_ONCE)

    def start(self, turn_id: int, asked: AskedQuestion, asker: str) -> None:
        """Begins an answer when it is its turn; ``asker`` is whose others it waits behind."""
        run = self._runs[turn_id] = AnswerRun()
        thread = threading.Thread(target=self._make, args=(turn_id, run, asked, asker), daemon=True)
        try:
            thread.start()
        except RuntimeError:  # the machine has no thread to spare
            self._end(turn_id, run, FAILED)

    def running(self, turn_id: int) -> AnswerRun | None:
        return self._runs.get(turn_id)

    def stop(self, turn_id: int) -> None:
        """Stops an answer, and keeps that it was."""
        self._conversations.stop(turn_id)
        if run := self._runs.pop(turn_id, None):
            run.end()
            self._queue.leave()

    def _make(self, turn_id: int, run: AnswerRun, asked: AskedQuestion, asker: str) -> None:
        def tell(before: int) -> None:
            place = f"{before} before yours" if before else "yours is next"
            run.show(render_progress(f"Waiting: {place}"))

        problem = None
        try:
            with self._queue.turn(asker, tell, lambda: run.over) as is_in:
                library = self._library(run) if is_in else None
                # Asked before the answer, which would be lost if nobody replied to this after it.
                articles = library.count_articles(asked.filters) if library else 0
                answer = self._answer(run, asked, library) if library else None
            if answer:
                note = ASKED_ANYWAY if asked.anyway else None
                self._conversations.answer(turn_id, answer, note, articles=articles)
        except RagError as error:
            problem = str(error)
        except Exception:
            _LOG.exception("No answer to %r", asked.question)
            problem = FAILED
        finally:
            self._end(turn_id, run, problem)

    def _end(self, turn_id: int, run: AnswerRun, problem: str | None) -> None:
        try:
            if problem is not None:
                self._conversations.fail(turn_id, problem)
        except ConversationsError:  # whoever follows it marks it as left over
            _LOG.exception("That an answer failed (%s) cannot be kept", problem)
        finally:
            self._runs.pop(turn_id, None)
            run.end()

    def _answer(self, run: AnswerRun, asked: AskedQuestion, library: Library) -> Answer | None:
        """The answer, shown while it is made; None if it was stopped."""
        run.show(render_progress(f"Searching {count(library.passage_count, 'passage')}"))
        text = ""
        for event in library.stream(
            asked.question,
            asked.history,
            min_confidence=0.0 if asked.anyway else asked.settings.min_confidence,
            max_quotes=asked.settings.max_quotes,
            writes=bool(asked.settings.writer),
            **asdict(asked.filters),
        ):
            if run.over:
                return None
            match event:
                case Retrieved():
                    run.show(render_progress(f"Reading {count(len(event.hits), 'passage')}"))
                case Token():
                    text += event.text
                    run.show(render_stream(text))
                case Done():
                    return event.answer
        return None

    def _library(self, run: AnswerRun) -> Library:
        """The library, waited for where it is being opened. Raises RagError if there is none."""
        outdated = self._served.refresh(tries_again=True)
        library = self._served.state.library
        for state in self._served.states() if outdated or library is None else ():
            run.show(render_progress(describe_state(state)))
            library = state.library
            if library is None and isinstance(state, Failed):
                raise state.error
        assert library is not None  # states() ends with Ready or Failed
        return library
