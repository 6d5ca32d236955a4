"""Whose question is answered next: first come, first served, but nobody twice before the others.

Each question gets a number when it comes, and the lowest goes first: the number of the question
answered last, or one more than that of the asker's own question before, whichever is higher
(start-time fair queueing, Goyal, Vin and Cheng 1996, with all questions of one weight). Who asks
ten at once so waits behind who asks one.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count


class AnswerQueue:
    """A line before ``at_once`` places. All methods may be called from any thread."""

    def __init__(self, at_once: int) -> None:
        self._free = at_once
        self._moved = threading.Condition()
        self._arrivals = count()
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
            is_in = self._wait(self._number(asker), tell, gone)
        try:
            yield is_in
        finally:
            if is_in:
                with self._moved:
                    self._free += 1
                    self._moved.notify_all()

    def leave(self) -> None:
        """Has everybody in the line look whether they are gone."""
        with self._moved:
            self._moved.notify_all()

    def _number(self, asker: str) -> tuple[int, int]:
        number = max(self._answered, self._next_of.get(asker, 0))
        self._next_of = {who: low for who, low in self._next_of.items() if low > self._answered}
        self._next_of[asker] = number + 1
        return number, next(self._arrivals)

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
