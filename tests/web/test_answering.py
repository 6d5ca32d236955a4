"""Ten people ask at once: each is answered in their turn, and sees meanwhile how many go before."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from rag.conversations.stored_turns import Conversation
from rag.errors import ModelError, OpenError
from rag.types import Done, Event, Filters, Quoted, Token, Turn
from rag.web.answering import FairQueue
from rag.web.conversations import Conversing, Tab, View
from rag.web.served import ServedLibrary
from tests.fake_library import FakeLibrary, conversing_over
from tests.web.test_served import builds, opens, settled

QUESTION = "How long was the discussion between Crocker and Kazemi?"


class HeldLibrary(FakeLibrary):
    """Answers when it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.began: list[str] = []
        self.go_on = threading.Semaphore(0)

    def stream(
        self, question: str, history: Sequence[Turn] = (), **restricted: Any
    ) -> Iterator[Event]:
        self.began.append(question)
        assert self.go_on.acquire(timeout=20)
        yield from super().stream(question, history, **restricted)


@pytest.fixture
def library() -> HeldLibrary:
    return HeldLibrary()


@pytest.fixture
def conversing(library: HeldLibrary, tmp_path: Path) -> Conversing:
    served = ServedLibrary(opens(library), builds(library))
    served.start()
    settled(served)
    return conversing_over(served, tmp_path / "conversations.sqlite")


def eventually(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def shown_to(conversing: Conversing, tab: Tab) -> str:
    """What a page that begins to follow now shows last of all."""
    views = conversing.follow(tab)
    view = next(view for view in views if view.messages)
    views.close()  # type: ignore[attr-defined]
    return re.sub(r"<[^>]*>", "", (view.messages or [])[-1]["content"])


def test_who_stops_a_question_that_waits_leaves_the_line(
    conversing: Conversing, library: HeldLibrary
) -> None:
    tabs = [Tab() for _ in range(4)]
    for number, tab in enumerate(tabs):
        conversing.ask(tab, f"{QUESTION} {number}", "")
        eventually(lambda number=number: len(library.began) == min(2, number + 1))
    eventually(lambda: shown_to(conversing, tabs[3]) == "Waiting: 1 before yours")
    conversing.stop(tabs[2])
    eventually(lambda: shown_to(conversing, tabs[3]) == "Waiting: yours is next")
    for _ in range(3):
        library.go_on.release()
    eventually(lambda: len(library.began) == 3)
    assert library.began[2] == f"{QUESTION} 3"


def test_an_answer_that_is_whole_is_kept_though_the_index_is_silent_then(tmp_path: Path) -> None:
    class Falling(FakeLibrary):
        answers = True

        def count_articles(self, filters: Filters) -> int:
            if not self.answers:
                raise OpenError("Milvus does not answer.")
            return 7

        def stream(
            self, question: str, history: Sequence[Turn] = (), **restricted: Any
        ) -> Iterator[Event]:
            for event in super().stream(question, history, **restricted):
                self.answers = False
                yield event

    library = Falling()
    served = ServedLibrary(opens(library), builds(library))
    served.start()
    settled(served)
    conversing, tab = conversing_over(served, tmp_path / "conversations.sqlite"), Tab()
    conversing.ask(tab, QUESTION, "")
    list(conversing.follow(tab))
    (turn,) = conversing.conversations.get("", tab.conversation_id).turns
    assert (turn.state, turn.articles) == ("done", 7)


def test_what_was_quoted_stays_where_the_writing_after_it_is_stopped_or_fails(
    tmp_path: Path,
) -> None:
    class Writing(FakeLibrary):
        fails = False

        def stream(
            self, question: str, history: Sequence[Turn] = (), **restricted: Any
        ) -> Iterator[Event]:
            *_, done = super().stream(question, history, **restricted)
            assert isinstance(done, Done)
            yield Quoted(done.answer)
            yield Token("\n\nIt was")
            if self.fails:
                raise ModelError("The model is gone.")
            while True:
                time.sleep(0.01)
                yield Token(" so")

    library = Writing()
    served = ServedLibrary(opens(library), builds(library))
    served.start()
    settled(served)
    conversing = conversing_over(served, tmp_path / "conversations.sqlite")
    for fails, note in ((False, None), (True, "The model is gone.")):
        library.fails, tab = fails, Tab()
        conversing.ask(tab, QUESTION, "")
        if not fails:
            eventually(lambda tab=tab: "It was so so" in shown_to(conversing, tab))
            assert conversing.ask(tab, QUESTION, "").notice == "One question at a time."
            assert not conversing.stop(tab).answering
        *_, shown, _ = conversing.follow(tab)
        assert 'class="answer whole' in (shown.messages or [])[-1]["content"]
        (turn,) = conversing.conversations.get("", tab.conversation_id).turns
        assert (turn.state, turn.note) == ("done", note)


def test_nobody_sees_another_persons_conversations(
    conversing: Conversing, library: HeldLibrary
) -> None:
    library.go_on.release()
    ada, tom = Tab(owner="ada"), Tab(owner="tom")
    conversing.ask(ada, QUESTION, "")
    shown = conversing.open(tom, ada.conversation_id)
    assert shown.messages == []
    assert "gone" in str(shown.notice)
    kept = ada.conversation_id
    tom.conversation_id = kept
    assert conversing.stop(tom).messages is None
    assert [each.id for each in conversing.conversations.find("ada")] == [kept]
    assert conversing.conversations.find("tom") == []


def test_a_conversation_left_while_its_answer_is_made_is_not_shown_again(
    conversing: Conversing, library: HeldLibrary
) -> None:
    tab = Tab()
    conversing.ask(tab, QUESTION, "")
    following = conversing.follow(tab)
    assert any(view.messages for view in following)  # one was sent: it may come late
    conversing.open(tab, "")
    library.go_on.release()
    assert list(following) == [View(notice=None)]  # Gradio sends the last one twice
    last, _ = conversing.follow(tab)  # what comes after it
    assert (last.messages, last.conversation_id, last.answering) == ([], "", False)
    assert last.question is None  # what is being typed stays


def test_a_question_asked_twice_at_once_is_one(
    conversing: Conversing, library: HeldLibrary
) -> None:
    tab = Tab()
    with ThreadPoolExecutor(4) as pool:
        views = list(pool.map(lambda _: conversing.ask(tab, QUESTION, ""), range(4)))
    assert sorted(str(view.notice) for view in views) == ["", *["One question at a time."] * 3]
    assert len(conversing.conversations.get("", tab.conversation_id).turns) == 1
    assert conversing.ask(tab, "", "").notice is None  # Enter, once more
    library.go_on.release()


def test_only_who_follows_last_shows_an_answer(
    conversing: Conversing, library: HeldLibrary
) -> None:
    tab = Tab()
    asked = conversing.ask(tab, QUESTION, "")
    before = conversing.follow(tab)
    assert next(before).conversation_id == asked.conversation_id
    after = conversing.follow(tab)
    assert next(after).messages
    library.go_on.release()
    assert list(before) == [View(notice=None)]
    *_, whole, _ = after
    assert whole.answering is False


def test_the_conversation_clicked_last_is_shown(
    conversing: Conversing, library: HeldLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.go_on.release()
    tab = Tab()
    conversing.ask(tab, QUESTION, "")
    list(conversing.follow(tab))
    long = tab.conversation_id
    read = conversing.conversations.get

    def left_meanwhile(owner: str, conversation_id: str) -> Conversation:
        conversing.open(tab, "")
        return read(owner, conversation_id)

    monkeypatch.setattr(conversing.conversations, "get", left_meanwhile)
    assert conversing.open(tab, long) == View(notice=None)
    assert tab.conversation_id == ""


def test_who_follows_no_longer_leaves_though_nothing_changes(
    conversing: Conversing, library: HeldLibrary
) -> None:
    tab = Tab()
    conversing.ask(tab, QUESTION, "")
    before = conversing.follow(tab)
    assert next(before).messages
    eventually(lambda: library.began == [QUESTION])
    assert conversing.do(tab, "act=follow", "") == View(notice=None)
    after = conversing.follow(tab)
    assert next(after).messages
    assert list(before) == [View(notice=None)]
    library.go_on.release()
    *_, whole, _ = after
    assert whole.answering is False


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
