"""The conversation: what each press of a key or button shows, over a library without models."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app import Turn, Turns, create_chat
from rag.errors import IndexCorruptError, SeedsError
from rag.types import Event, Filters
from rag.web.served import ServedLibrary
from tests.fake_library import FakeLibrary, made_in_a_loop
from tests.web.test_served import builds, opens, settled

QUESTION = "How long was the discussion between Crocker and Kazemi?"


class Chat:
    """The chat's event handlers by name, with their outputs by the name of the component."""

    def __init__(self, served: ServedLibrary) -> None:
        chat = made_in_a_loop(lambda: create_chat(served, Path("my-seeds")))
        self.functions = {event.fn.__name__: event for event in chat.fns.values() if event.fn}

    def names(self, function: str) -> list[str]:
        return [
            output.elem_id or type(output).__name__.lower()
            for output in self.functions[function].outputs
        ]

    def run(self, function: str, *inputs: Any) -> list[dict[str, Any]]:
        """Everything that the handler shows, in order."""
        made = self.functions[function].fn(*inputs)
        shown = list(made) if isinstance(made, Iterator) else [made]
        return [dict(zip(self.names(function), values, strict=True)) for values in shown]

    def ask(self, question: str, turns: Turns = (), filters: str = "") -> list[dict[str, Any]]:
        """What receiving and answering a question show."""
        received = self.functions["receive"].fn(question, filters, turns)
        names = self.names("receive")
        states = [value for name, value in zip(names, received, strict=True) if name == "state"]
        first = dict(zip(names, received, strict=True))
        return [first, *self.run("respond", states[1], states[0])]


@pytest.fixture
def library() -> FakeLibrary:
    return FakeLibrary()


@pytest.fixture
def chat(library: FakeLibrary) -> Chat:
    return chat_over(opens(library))


def chat_over(open_library: Callable[[], Any]) -> Chat:
    served = ServedLibrary(open_library, builds(FakeLibrary()))
    served.start()
    settled(served)
    return Chat(served)


def replies(shown: dict[str, Any]) -> list[str]:
    return [
        message["content"] for message in shown["conversation"] if message["role"] == "assistant"
    ]


def test_a_question_is_shown_at_once_and_the_box_is_cleared(chat: Chat) -> None:
    first, *_ = chat.ask(QUESTION)
    assert first["question"] == ""
    assert QUESTION in first["conversation"][0]["content"]
    assert first["stop"]["visible"]
    assert not first["ask"]["visible"]


def test_progress_then_the_stream_then_the_answer(chat: Chat) -> None:
    shown = [replies(each)[-1] for each in chat.ask(QUESTION)]
    progress = [reply for reply in shown if 'class="progress"' in reply]
    assert "Waiting" in progress[0]
    assert "Searching 12 passages" in progress[1]
    assert "Reading 2 passages" in progress[2]
    assert any('class="answer working"><div class="words">' in reply for reply in shown)
    assert 'class="answer whole"' in shown[-1]
    assert 'href="#source?article=a1' in shown[-1]


def test_after_an_answer_the_next_can_be_asked_with_its_history(
    chat: Chat, library: FakeLibrary
) -> None:
    last = chat.ask(QUESTION)[-1]
    assert last["ask"]["visible"]
    assert not last["stop"]["visible"]
    turns = last["state"]
    second = chat.ask("And the agreements?", turns)[-1]
    assert [question for question, _ in library.asked] == [QUESTION, "And the agreements?"]
    assert library.asked[1][1] == (("user", QUESTION), ("assistant", turns[0].answer.text))
    assert len(replies(second)) == 2
    assert replies(second)[0] == replies(last)[0]


def test_an_empty_question_is_asked_for(chat: Chat, library: FakeLibrary) -> None:
    first, *rest = chat.ask("  \n")
    assert first["notice"] == "Type a question first."
    assert library.asked == []
    assert len(rest) == 1


def test_a_question_that_is_refused_stays_in_the_box(chat: Chat) -> None:
    question = "why " * 600
    last = chat.ask(question, (Turn("Before?", note="Stopped."),))[-1]
    assert last["question"] == question
    assert last["notice"] == "The question is too long: shorten it."
    assert [turn.question for turn in last["state"]] == ["Before?"]


def test_a_failure_that_nobody_foresaw_is_one_line(chat: Chat, library: FakeLibrary) -> None:
    def broken(question: str, **restricted: Any) -> Iterator[Event]:
        raise ZeroDivisionError("secret path")

    library.stream = broken  # type: ignore[method-assign]
    last = chat.ask(QUESTION)[-1]
    assert last["question"] == QUESTION
    assert "log" in last["notice"]
    assert "secret path" not in last["notice"]


def test_a_second_question_waits_for_the_first(chat: Chat, library: FakeLibrary) -> None:
    pending = (Turn(QUESTION),)
    first, *_ = chat.ask("Another?", pending)
    assert first["question"] == "Another?"
    assert "One question at a time" in first["notice"]
    assert library.asked == []


def test_filters_restrict_the_search_and_are_told(chat: Chat, library: FakeLibrary) -> None:
    last = chat.ask(QUESTION, filters="since=2007-05&author=Symonds")[-1]
    assert library.filters == [Filters(since="2007-05", author="Symonds")]
    assert "only those <bdi>from May 2007 on, by “Symonds”</bdi>" in replies(last)[0]
    later = chat.ask("What produced very little?", last["state"])[-1]
    assert library.filters[-1] == Filters()
    assert replies(later)[0] == replies(last)[0]


def test_a_filter_that_is_refused_is_one_line(chat: Chat) -> None:
    last = chat.ask(QUESTION, filters="since=yesterday")[-1]
    assert "'yesterday' is not an ISO date" in last["notice"]
    assert last["question"] == QUESTION
    assert last["state"] == ()


def test_stop_keeps_the_question_and_says_so(chat: Chat) -> None:
    (shown,) = chat.run("stop", (Turn(QUESTION),))
    assert "Stopped." in replies(shown)[0]
    assert shown["ask"]["visible"]
    assert not shown["state"][0].pending


def test_a_new_conversation_is_empty(chat: Chat) -> None:
    (shown,) = chat.run("clear")
    assert shown["conversation"] == []
    assert shown["state"] == ()


def test_the_page_learns_of_the_library_and_gets_examples(chat: Chat) -> None:
    shown = chat.run("watch")[-1]
    assert "1 article, 12 passages" in shown["library"]
    assert {"text": "Who wrote this article?"} in shown["conversation"]["examples"]


def test_no_articles_says_where_to_put_them() -> None:
    chat = chat_over(opens(SeedsError("Folder my-seeds holds no articles.")))
    shown = chat.run("watch")[-1]
    assert "my-seeds" in shown["conversation"]["placeholder"]
    assert ".txt" in shown["conversation"]["placeholder"]
    assert shown["conversation"]["examples"] == []


def test_a_refused_index_is_told_and_the_button_mends_it() -> None:
    error = IndexCorruptError("The index is cut short: rag build")
    chat = chat_over(opens(error))
    assert str(error) in chat.run("watch")[-1]["library"]
    last = chat.ask(QUESTION)[-1]
    assert last["notice"] == str(error)
    assert last["question"] == QUESTION
    rebuilt = chat.run("rebuild")
    assert not rebuilt[0]["rebuild"]["interactive"]
    assert rebuilt[-1]["rebuild"]["interactive"]
    assert "1 article" in rebuilt[-1]["library"]
    assert 'class="answer whole"' in replies(chat.ask(QUESTION)[-1])[0]


def test_nothing_of_the_chat_is_an_open_api(chat: Chat) -> None:
    assert {event.api_visibility for event in chat.functions.values()} == {"private"}
