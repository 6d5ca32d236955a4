"""Answers being made: each in a thread of the server, followed by any page that shows it.

An answer goes on while its page is closed or reloaded, and is kept as soon as it is whole.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field

from rag.conversations.store import ConversationStore
from rag.errors import ConversationsError, RagError
from rag.settings import Settings
from rag.text.counted import count
from rag.types import Answer, Done, Filters, Retrieved, Token, Turn
from rag.web.answer_queue import AnswerQueue
from rag.web.render import render_progress
from rag.web.render_answer import render_stream
from rag.web.render_state import describe_state
from rag.web.served import Failed, Library, ServedLibrary

_LOG = logging.getLogger(__name__)
_REDRAW_SECONDS = 0.04
_AGAIN_SECONDS = 1.0
_ANSWERED_AT_ONCE = 2
"""Questions of all pages together; more only slow each other down."""
FAILED = "Footnote failed on this question: the server's log says why."
ASKED_ANYWAY = "What comes nearest, shown because you asked for it: it may not answer the question."


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
        self._over = False

    @property
    def over(self) -> bool:
        return self._over

    def show(self, html: str) -> None:
        with self._changed:
            self._shown = html
            self._changed.notify_all()

    def end(self) -> None:
        with self._changed:
            self._over = True
            self._changed.notify_all()

    def follow(self) -> Iterator[str]:
        """What to show now, after each change and again after a while, until it is over; HTML.

        The same again, so that who follows no longer can leave.
        """
        seen: str | None = None
        while True:
            with self._changed:
                if not self._over and self._shown is seen:
                    self._changed.wait(_AGAIN_SECONDS)
                if self._over:
                    return
                seen = self._shown
            yield seen
            time.sleep(_REDRAW_SECONDS)


def describe_place(before: int) -> str:
    return f"Waiting: {before} before yours" if before else "Waiting: yours is next"


class AnswerRuns:
    """The answers being made, by turn. All methods may be called from any thread."""

    def __init__(self, served: ServedLibrary, conversations: ConversationStore) -> None:
        self._served = served
        self._conversations = conversations
        self._runs: dict[int, AnswerRun] = {}
        self._queue = AnswerQueue(_ANSWERED_AT_ONCE)

    def start(self, turn_id: int, asked: AskedQuestion, asker: str) -> None:
        """Begins an answer when it is its turn; ``asker`` is whose others it waits behind."""
        run = self._runs[turn_id] = AnswerRun()
        threading.Thread(target=self._make, args=(turn_id, run, asked, asker), daemon=True).start()

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
            run.show(render_progress(describe_place(before)))

        try:
            with self._queue.turn(asker, tell, lambda: run.over) as is_in:
                library = self._library(run) if is_in else None
                # Asked before the answer, which would be lost if nobody replied to this after it.
                articles = library.count_articles(asked.filters) if library else 0
                answer = self._answer(run, asked, library) if library else None
            if answer:
                note = ASKED_ANYWAY if asked.anyway else None
                self._conversations.answer(turn_id, answer, note, articles=articles)
        except ConversationsError:
            _LOG.exception("The answer to %r cannot be kept", asked.question)
        except RagError as error:
            self._fail(turn_id, str(error))
        except Exception:
            _LOG.exception("No answer to %r", asked.question)
            self._fail(turn_id, FAILED)
        finally:
            self._runs.pop(turn_id, None)
            run.end()

    def _fail(self, turn_id: int, note: str) -> None:
        try:
            self._conversations.fail(turn_id, note)
        except ConversationsError:
            _LOG.exception("That it failed cannot be kept")

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
                    passages = count(len(event.hits), "passage")
                    run.show(render_progress(f"Reading {passages}"))
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
