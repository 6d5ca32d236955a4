"""Answers being made: each in a thread of the server, in turn, followed by any page that shows it.

An answer goes on while its page is closed or reloaded, and is kept as soon as it is whole. Gradio's
own queue does neither: it ends what nobody listens to, and who asks ten at once is answered ten
times before the next.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field, replace
from itertools import count as counting
from typing import TYPE_CHECKING

from rag.conversations.store import ConversationStore
from rag.errors import ConversationsError, RagError
from rag.settings import Settings
from rag.text.counted import count
from rag.types import Answer, Done, Event, Filters, Quoted, Retrieved, Token, Turn
from rag.web.answers import Making
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
NOTHING_HELD = "The model wrote nothing that the quotes hold."


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
    """One answer being made: what there is of it now, until it is finished or stopped."""

    def __init__(self, making: Making) -> None:
        self._changed = threading.Condition()
        self.making = making
        self.over = False

    def show(self, making: Making) -> None:
        with self._changed:
            self.making = making
            self._changed.notify_all()

    def tell(self, line: str) -> None:
        self.show(replace(self.making, line=line))

    def end(self) -> None:
        with self._changed:
            self.over = True
            self._changed.notify_all()

    def follow(self) -> Iterator[Making]:
        """What there is now, after each change and again after a while, until it is over.

        The same again, so that who follows no longer can leave.
        """
        seen: Making | None = None
        while True:
            with self._changed:
                if not self.over and self.making is seen:
                    self._changed.wait(_AGAIN_SECONDS)
                if self.over:
                    return
                seen = self.making
            yield seen
            time.sleep(_REDRAW_SECONDS)


class AnswerRuns:
    """The answers being made, by turn. All methods may be called from any thread."""

    def __init__(self, served: ServedLibrary, conversations: ConversationStore) -> None:
        self._served = served
        self._conversations = conversations
        self._runs: dict[int, AnswerRun] = {}
        self._queue = FairQueue(_ANSWERED_AT_ONCE)

    def start(self, turn_id: int, asked: AskedQuestion | Answer, asker: str) -> None:
        """Begins an answer, or writes one out, when it is its turn; ``asker`` is whose others it
        waits behind."""
        making = Making(answer=asked) if isinstance(asked, Answer) else Making()
        run = self._runs[turn_id] = AnswerRun(making)
        thread = threading.Thread(target=self._make, args=(turn_id, run, asked, asker), daemon=True)
        try:
            thread.start()
        except RuntimeError:  # the machine has no thread to spare
            self._end(turn_id, run, FAILED)

    def running(self, turn_id: int) -> AnswerRun | None:
        return self._runs.get(turn_id)

    def stop(self, turn_id: int) -> None:
        """Stops an answer, and keeps that it was; what was quoted stays."""
        self._conversations.stop(turn_id)
        if run := self._runs.pop(turn_id, None):
            run.end()
            self._queue.leave()

    def _make(
        self, turn_id: int, run: AnswerRun, asked: AskedQuestion | Answer, asker: str
    ) -> None:
        def tell(before: int) -> None:
            run.tell(f"Waiting: {before} before yours" if before else "Waiting: yours is next")

        problem = None
        try:
            with self._queue.turn(asker, tell, lambda: run.over) as is_in:
                if is_in:
                    self._keep(turn_id, run, asked, self._library(run))
        except RagError as error:
            problem = str(error)
        except Exception:
            _LOG.exception("No answer to %r", asked.question)
            problem = FAILED
        finally:
            self._end(turn_id, run, problem)

    def _end(self, turn_id: int, run: AnswerRun, problem: str | None) -> None:
        try:
            if problem is not None and run.making.answer:
                self._conversations.write_out(turn_id, run.making.answer, problem)
            elif problem is not None:
                self._conversations.fail(turn_id, problem)
        except ConversationsError:  # whoever follows it marks it as left over
            _LOG.exception("That an answer failed (%s) cannot be kept", problem)
        finally:
            if self._runs.get(turn_id) is run:
                del self._runs[turn_id]
            run.end()

    def _keep(
        self, turn_id: int, run: AnswerRun, asked: AskedQuestion | Answer, library: Library
    ) -> None:
        """Shows an answer while it is made, and keeps what is whole of it: the quotes, then what is
        written out after them."""
        note, articles = None, 0
        if isinstance(asked, AskedQuestion):
            # Asked before the answer, which would be lost if nobody replied to this after it.
            articles = library.count_articles(asked.filters)
            note = ASKED_ANYWAY if asked.anyway else None
        run.tell("Writing" if run.making.answer else _searching(library))
        with closing(_events(asked, library)) as events:  # which stops the model
            for event in events:
                if run.over:
                    return
                now = run.making
                match event:
                    case Retrieved():
                        run.tell(f"Reading {count(len(event.hits), 'passage')}")
                    case Token():
                        run.show(replace(now, text=now.text + event.text))
                    case Quoted():
                        self._conversations.answer(turn_id, event.answer, note, articles=articles)
                        run.show(Making("Writing", answer=event.answer))
                    case Done() if now.answer:
                        if event.answer.quotes_end is None and isinstance(asked, Answer):
                            note = NOTHING_HELD
                        self._conversations.write_out(turn_id, event.answer, note)
                    case Done():
                        self._conversations.answer(turn_id, event.answer, note, articles=articles)

    def _library(self, run: AnswerRun) -> Library:
        """The library, waited for where it is being opened. Raises RagError if there is none."""
        outdated = self._served.refresh(tries_again=True)
        library = self._served.state.library
        for state in self._served.states() if outdated or library is None else ():
            run.tell(describe_state(state))
            library = state.library
            if library is None and isinstance(state, Failed):
                raise state.error
        assert library is not None  # states() ends with Ready or Failed
        return library


def _searching(library: Library) -> str:
    return f"Searching {count(library.passage_count, 'passage')}"


def _events(asked: AskedQuestion | Answer, library: Library) -> Generator[Event, None, None]:
    if isinstance(asked, Answer):
        yield from library.write_out(asked)
        return
    yield from library.stream(
        asked.question,
        asked.history,
        min_confidence=0.0 if asked.anyway else asked.settings.min_confidence,
        max_quotes=asked.settings.max_quotes,
        writes=bool(asked.settings.writer),
        **asdict(asked.filters),
    )
