"""Whose turn it is: first come, first served, nobody twice before the others, places told."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

from rag.web.answering import FairQueue


class Line:
    """Askers before one place, which is held until it is given free."""

    def __init__(self, at_once: int = 1) -> None:
        self.queue = FairQueue(at_once)
        self.answered: list[str] = []
        self.places: dict[str, list[int]] = {}
        self.gone: set[str] = set()
        self._free = threading.Semaphore(0)
        self._threads: list[threading.Thread] = []

    def ask(self, asker: str, question: str) -> None:
        """Joins the line, and returns once it is there or being answered."""
        seen = threading.Event()
        places = self.places[question] = []

        def tell(before: int) -> None:
            places.append(before)
            seen.set()

        def wait() -> None:
            with self.queue.turn(asker, tell, lambda: question in self.gone) as is_in:
                if is_in:
                    self.answered.append(question)
                    seen.set()
                    self._free.acquire()

        thread = threading.Thread(target=wait, daemon=True)
        self._threads.append(thread)
        thread.start()
        assert seen.wait(10)

    def answer_one(self) -> None:
        self._free.release()

    def answer_all(self) -> list[str]:
        for _ in self._threads:
            self._free.release()
        for thread in self._threads:
            thread.join(10)
            assert not thread.is_alive()
        return self.answered


def eventually(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def order_of(questions: Sequence[str]) -> list[str]:
    """The turns of questions that come while another's is being answered; "a1" is a's first."""
    line = Line()
    line.ask("before", "before")
    for question in questions:
        line.ask(question[0], question)
    return line.answer_all()[1:]


def test_who_asks_many_at_once_waits_behind_who_asks_one() -> None:
    assert order_of(["a1", "a2", "a3", "b1", "b2", "c1"]) == ["a1", "b1", "c1", "a2", "b2", "a3"]


def test_who_was_just_answered_lets_the_others_go_first() -> None:
    line = Line()
    line.ask("a", "a1")
    line.ask("a", "a2")
    line.ask("b", "b1")
    assert line.answer_all() == ["a1", "b1", "a2"]


def test_each_hears_how_many_go_before() -> None:
    line = Line()
    for asker in "abcd":
        line.ask(asker, asker)
    assert (line.places["a"], line.places["d"]) == ([], [2])
    for place in (1, 0):
        line.answer_one()
        eventually(lambda place=place: line.places["d"][-1] == place)
    assert line.answer_all() == ["a", "b", "c", "d"]
    assert (line.places["b"], line.places["d"]) == ([0], [2, 1, 0])


def test_who_is_gone_leaves_the_line() -> None:
    line = Line()
    for asker in "abc":
        line.ask(asker, asker)
    line.gone.add("b")
    line.queue.leave()
    eventually(lambda: line.places["c"] == [1, 0])
    assert line.answer_all() == ["a", "c"]


def test_a_failure_gives_the_place_free() -> None:
    queue = FairQueue(1)
    for _ in range(3):
        try:
            with queue.turn("a", lambda before: None, lambda: False):
                raise ZeroDivisionError
        except ZeroDivisionError:
            pass
