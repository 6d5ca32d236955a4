"""The chat over a library without models: questions, answers, what can be done with them."""

from __future__ import annotations

from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from app import create_chat
from rag.settings import Settings
from rag.types import Filters
from rag.web.conversations import UNFORESEEN, Conversing, Tab, View
from rag.web.served import ServedLibrary
from rag.web.settings import least_confidences
from tests.fake_library import (
    FakeLibrary,
    SilentLibrary,
    conversing_over,
    made_in_a_loop,
)
from tests.web.test_served import builds, opens, settled

QUESTION = "How long was the discussion between Crocker and Kazemi?"


@pytest.fixture
def library() -> FakeLibrary:
    return FakeLibrary()


@pytest.fixture
def conversing(library: FakeLibrary, tmp_path: Path) -> Conversing:
    served = ServedLibrary(opens(library), builds(library))
    served.start()
    settled(served)
    return conversing_over(served, tmp_path / "conversations.sqlite")


def ask(conversing: Conversing, tab: Tab, question: str, address: str = "") -> View:
    """The last that is shown of an answer."""
    return last(conversing, tab, conversing.ask(tab, question, address))


def do(conversing: Conversing, tab: Tab, command: str, address: str = "") -> View:
    return last(conversing, tab, conversing.do(tab, command, address))


def last(conversing: Conversing, tab: Tab, first: View) -> View:
    *_, shown, _ = [first, *conversing.follow(tab)]
    if shown.answering:  # it was whole before anybody followed it
        shown = conversing.open(tab, tab.conversation_id)
    return shown


def replies(view: View) -> list[str]:
    return [each["content"] for each in view.messages or [] if each["role"] == "assistant"]


def turn_ids(conversing: Conversing, tab: Tab) -> list[int]:
    return [turn.id for turn in conversing.conversations.get("", tab.conversation_id).turns]


def test_a_milvus_server_that_does_not_answer_is_told_in_the_masthead(tmp_path: Path) -> None:
    library = SilentLibrary()
    served = ServedLibrary(opens(library), builds(library))
    conversing = conversing_over(served, tmp_path / "conversations.sqlite")
    chat = made_in_a_loop(lambda: create_chat(conversing, tmp_path))
    served.start()
    settled(served)
    watch = next(each.fn for each in chat.fns.values() if each.name == "watch")
    *_, (line, shown) = watch()
    assert line == f'<p class="state failed"><bdi>{SilentLibrary.error}</bdi></p>'
    assert shown["examples"] == []


def test_a_question_is_shown_at_once_then_answered(conversing: Conversing) -> None:
    tab = Tab()
    first = conversing.ask(tab, QUESTION, "")
    assert first.messages
    assert QUESTION in first.messages[0]["content"]
    assert (first.question, first.answering) == ("", True)
    shown = last(conversing, tab, first)
    assert shown.answering is False
    assert 'href="#source?article=a1' in replies(shown)[-1]


def test_a_conversation_goes_on_in_another_page_with_its_history(
    conversing: Conversing, library: FakeLibrary
) -> None:
    tab = Tab()
    before = ask(conversing, tab, QUESTION)
    other = Tab()
    assert replies(conversing.open(other, tab.conversation_id)) == replies(before)
    ask(conversing, other, "And the agreements?")
    question, history = library.asked[1]
    assert question == "And the agreements?"
    assert [turn.question for turn in history] == [QUESTION]


def test_an_empty_and_a_long_question_are_refused(conversing: Conversing) -> None:
    assert conversing.ask(Tab(), " \n", "").notice == "Type a question first."
    refused = conversing.ask(Tab(), "why " * 600, "")
    assert "shorten it" in str(refused.notice)
    assert refused.question is None  # what was typed stays


def breaks(*_: object, **__: object) -> Any:
    raise RuntimeError("can't start new thread, secret path")


@pytest.mark.parametrize("broken", ["library.stream", "thread.start", "kept.answer"])
def test_whatever_fails_while_an_answer_is_made_is_told_and_asked_again(
    conversing: Conversing,
    library: FakeLibrary,
    monkeypatch: pytest.MonkeyPatch,
    broken: str,
) -> None:
    tab = Tab()
    owners = {"library": library, "thread": Thread, "kept": conversing.conversations}
    owner, _, name = broken.partition(".")
    with monkeypatch.context() as fault:
        fault.setattr(owners[owner], name, breaks)
        failed = ask(conversing, tab, QUESTION)
    assert failed.answering is False
    (reply,) = replies(failed)
    assert "Footnote failed on this question" in reply
    assert "secret path" not in reply
    (turn,) = turn_ids(conversing, tab)
    assert f'class="act again" href="#do?act=again&amp;turn={turn}"' in reply
    (again,) = replies(do(conversing, tab, f"act=again&turn={turn}"))
    assert 'class="answer whole' in again


@pytest.mark.parametrize("method", ["ask", "get"])
def test_what_fails_before_an_answer_is_begun_leaves_the_question_in_its_box(
    conversing: Conversing, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    tab = Tab()
    with monkeypatch.context() as fault:
        fault.setattr(conversing.conversations, method, breaks)
        refused = conversing.ask(tab, QUESTION, "")
        assert refused.notice == UNFORESEEN
        assert (refused.question, refused.messages) == (None, None)
    *_, shown = replies(ask(conversing, Tab(), QUESTION))
    assert 'class="answer whole' in shown


def test_what_cannot_be_followed_is_told(
    conversing: Conversing, monkeypatch: pytest.MonkeyPatch
) -> None:
    tab = Tab()
    ask(conversing, tab, QUESTION)
    monkeypatch.setattr(conversing.conversations, "get", breaks)
    first, _ = conversing.follow(tab)
    assert (first.notice, first.answering) == (UNFORESEEN, False)


def test_filters_restrict_the_search_and_are_told(
    conversing: Conversing, library: FakeLibrary
) -> None:
    shown = ask(conversing, Tab(), QUESTION, "since=2007-05&author=Symonds")
    assert library.filters == [Filters(since="2007-05", author="Symonds")]
    assert "Searched 1 article, only those from May 2007 on, by “Symonds”" in replies(shown)[0]


def test_an_edit_takes_the_place_of_a_question_and_those_after_it(conversing: Conversing) -> None:
    tab = Tab()
    ask(conversing, tab, QUESTION)
    ask(conversing, tab, "And the agreements?")
    first, _ = turn_ids(conversing, tab)
    editing = conversing.do(tab, f"act=edit&turn={first}", "")
    assert editing.question == QUESTION
    assert "dropped" in str(editing.notice)
    _, second = turn_ids(conversing, tab)
    assert conversing.do(tab, f"act=up&turn={second}", "").notice is None  # it stays said
    shown = ask(conversing, tab, "Which agreements were announced?")
    assert len(replies(shown)) == 1
    assert shown.notice is None
    assert tab.editing is None


def test_an_abstention_within_filters_is_widened_to_all_articles(
    conversing: Conversing, library: FakeLibrary
) -> None:
    tab, address = Tab(), "author=Symonds"
    assert "act=widen" in replies(ask(conversing, tab, "Who won?", address))[0]
    (turn,) = turn_ids(conversing, tab)
    *_, widened = replies(do(conversing, tab, f"act=widen&turn={turn}", address))
    assert "act=widen" not in widened
    assert library.filters == [Filters(author="Symonds"), Filters()]


def test_a_thumb_is_kept_and_withdrawn(conversing: Conversing) -> None:
    tab = Tab()
    ask(conversing, tab, QUESTION)
    (turn,) = turn_ids(conversing, tab)
    do(conversing, tab, f"act=down&turn={turn}&reason=incomplete&comment=%3Cb%3E")
    reopened = replies(conversing.open(Tab(), tab.conversation_id))[0]
    assert "thumb down given" in reopened
    assert "Incomplete: &lt;b&gt;" in reopened
    again = replies(do(conversing, tab, f"act=down&turn={turn}"))[0]  # a second click, or late
    assert "Incomplete: &lt;b&gt;" in again
    assert f"act=down&amp;turn={turn}&amp;withdraw=1" in again
    assert "given" not in replies(do(conversing, tab, f"act=down&turn={turn}&withdraw=1"))[0]


def test_what_nobody_answers_is_told_as_left_over(conversing: Conversing) -> None:
    asked = conversing.conversations.ask("", None, QUESTION)
    *_, shown, _ = conversing.follow(Tab(conversation_id=asked.conversation_id))
    (turn,) = conversing.conversations.get("", asked.conversation_id).turns
    assert (turn.state, shown.answering) == ("failed", False)


def test_an_answer_is_written_out_and_kept(library: FakeLibrary, tmp_path: Path) -> None:
    served = ServedLibrary(opens(library), builds(library))
    served.start()
    settled(served)
    conversing = conversing_over(
        served, tmp_path / "conversations.sqlite", Settings(writer="/models/fake.gguf")
    )
    tab = Tab()
    assert "act=write" in replies(ask(conversing, tab, QUESTION))[0]
    (turn,) = turn_ids(conversing, tab)
    begun = conversing.do(tab, f"act=write&turn={turn}", "")
    assert begun.answering
    (written,) = replies(last(conversing, tab, begun))
    assert "It was said plainly." in written
    assert "act=write" not in written
    assert replies(conversing.open(Tab(), tab.conversation_id)) == [written]


def test_nothing_of_the_chat_is_an_open_api(conversing: Conversing) -> None:
    chat = made_in_a_loop(lambda: create_chat(conversing, Path("my-seeds")))
    assert {event.api_visibility for event in chat.fns.values() if event.fn} == {"private"}


def test_a_question_is_answered_as_the_person_wants_it_and_feedback_says_how(
    conversing: Conversing, library: FakeLibrary
) -> None:
    tab = Tab()
    ask(conversing, tab, QUESTION, "writes=0&quotes=1&strictness=more")
    ask(conversing, tab, QUESTION)
    ask(conversing, tab, QUESTION, "strictness=sure")
    least = least_confidences(Settings())
    made = [(least["more"], 1, False), (None, 5, False), (least["sure"], 5, False)]
    assert library.made == made
    first, *_ = turn_ids(conversing, tab)
    do(conversing, tab, f"act=up&turn={first}", "strictness=sure")
    (given,) = conversing.feedback.all()
    more = least_confidences(Settings())["more"]
    assert (given.settings["min_confidence"], given.settings["max_quotes"]) == (more, 1)
