"""What each press of a key or button in the chat does to the open conversation.

Knows nothing of Gradio: every method returns, or yields, a ``View`` for ``app.py`` to show. The
conversations are on the disk; a page only remembers which one is open.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any, Concatenate, ParamSpec, get_args
from urllib.parse import parse_qs

from rag.chat import check_question
from rag.conversations.feedback import FeedbackStore, Thumb, Verdict
from rag.conversations.store import INTERRUPTED, ConversationStore
from rag.conversations.stored_turns import Conversation, StoredTurn, history
from rag.errors import ConversationMissingError, RagError
from rag.settings import Settings
from rag.shown.escaping import escape
from rag.types import Filters
from rag.web.answer_runs import AnswerRuns, AskedQuestion
from rag.web.answer_settings import chosen_settings, kept_settings
from rag.web.filter_address import (
    check_dates,
    conversation_from_address,
    filters_from_address,
)
from rag.web.render import render_progress
from rag.web.render_turns import command_link, render_turns
from rag.web.served import ServedLibrary
from rag.web.view import Tab, View

Arguments = ParamSpec("Arguments")
_WAITING = render_progress("Waiting for its turn")


def _told(
    method: Callable[Concatenate[Conversing, Arguments], View],
) -> Callable[Concatenate[Conversing, Arguments], View]:
    """Turns a RagError into a notice, and shows nothing else anew."""

    @wraps(method)
    def told(self: Conversing, /, *args: Arguments.args, **named: Arguments.kwargs) -> View:
        try:
            return method(self, *args, **named)
        except RagError as error:
            return View(notice=escape(str(error)))

    return told


class Conversing:
    """The chat over a library and the file of its conversations, for every page."""

    def __init__(
        self,
        served: ServedLibrary,
        conversations: ConversationStore,
        feedback: FeedbackStore,
        settings: Settings,
        is_alone: Callable[[], bool] = lambda: True,
    ) -> None:
        """``is_alone`` tells whether no other server answers questions of the same file."""
        self.served = served
        self.conversations = conversations
        self.feedback = feedback
        self.settings = settings
        self._is_alone = is_alone
        self._runs = AnswerRuns(served, conversations)
        self._starting = threading.Lock()
        """Held from before a question is kept until its answer is begun: so of two at once one is
        refused, and nobody takes it for left over."""

    def open(self, tab: Tab, conversation_id: str) -> View:
        """Shows a conversation; an empty one for ""."""
        tab.editing = None
        tab.conversation_id = conversation_id
        if not conversation_id:
            return View([], "", "", question="", answering=False)
        try:
            conversation = self.conversations.get(tab.owner, conversation_id)
        except RagError as error:
            tab.conversation_id = ""
            notice = escape(str(error))
            if isinstance(error, ConversationMissingError):
                return View([], "", "", notice=notice, answering=False)
            return View(notice=notice)
        if tab.conversation_id != conversation_id:
            return View(notice=None)  # another was opened while this was read
        return self._view(tab, conversation, question="")

    @_told
    def ask(self, tab: Tab, question: str, address: str) -> View:
        """Keeps a question and begins to answer it, under the filters of the page's address."""
        if not question.strip():  # or Enter came twice
            notice = None if self._is_answering(tab) else "Type a question first."
            return View(notice=notice)
        question = check_question(question, self.settings.max_question_chars)
        return self._ask(tab, question, address, replacing=tab.editing)

    def follow(self, tab: Tab) -> Iterator[View]:
        """The open conversation while its last question is being answered, then with the answer.

        What one call yields may reach the page after another conversation was opened there. So
        every change of the open one is followed too: what that yields comes later, and stays.
        """
        tab.follower += 1
        conversation_id, follower = tab.conversation_id, tab.follower
        try:
            for view in self._following(tab, conversation_id):
                if (tab.conversation_id, tab.follower) != (conversation_id, follower):
                    break
                yield view
        except ConversationMissingError:
            if tab.conversation_id == conversation_id:
                yield self.open(tab, "")
        except RagError as error:
            yield View(notice=escape(str(error)), answering=False)
        # At the end of a generator Gradio sends what it yielded last once more: not an old view.
        yield View(notice=None)

    def _following(self, tab: Tab, conversation_id: str) -> Iterator[View]:
        if not conversation_id:
            yield View([], "", "", answering=False, notice=None)
            return
        conversation = self.conversations.get(tab.owner, conversation_id)
        if pending := _pending(conversation):
            verdicts = self.feedback.of_conversation(tab.owner, conversation_id)
            if run := self._runs.running(pending.id):
                for shown in run.follow():
                    yield View(
                        render_turns(conversation.turns, shown, verdicts),
                        conversation.id,
                        conversation.title,
                        answering=True,
                        notice=None,
                    )
            with self._starting:
                if not self._runs.running(pending.id) and self._is_alone():
                    # Left over from a server that is gone.
                    self.conversations.fail(pending.id, INTERRUPTED)
            conversation = self.conversations.get(tab.owner, conversation_id)
        yield self._view(tab, conversation, notice=None)

    @_told
    def stop(self, tab: Tab) -> View:
        """Stops the answer being made; the question stays."""
        if not tab.conversation_id:
            return View(answering=False)
        conversation = self.conversations.get(tab.owner, tab.conversation_id)
        if pending := _pending(conversation):
            self._runs.stop(pending.id)
            conversation = self.conversations.get(tab.owner, tab.conversation_id)
        return self._view(tab, conversation)

    @_told
    def do(self, tab: Tab, command: str, address: str) -> View:
        """What a link of the page asks for: ``act=edit&turn=12``."""
        # A comment left blank is said too: it empties the one before.
        fields = parse_qs(command, keep_blank_values=True)
        given = {name: values[0] for name, values in fields.items()}
        act = given.get("act", "")
        if act == "open":
            return self.open(tab, given.get("c", ""))
        if act == "follow":  # what follows every command shows the answer being made
            return View(notice=None)
        if act == "keep":  # the question as it was
            tab.editing = None
            return View(question="")
        conversation = self.conversations.get(tab.owner, self._opened(tab, address))
        turn = _turn(conversation, given.get("turn", ""))
        if act == "edit":
            return self._edit(tab, conversation, turn)
        if act in ("again", "anyway", "widen"):
            return self._ask(
                tab,
                turn.question,
                address,
                replacing=turn.id if act == "again" else None,
                anyway=act == "anyway",
                everywhere=act == "widen",
                question_in_box=None,
            )
        if act in get_args(Thumb):
            self._judge(tab, conversation, turn, given)
            return self._view(tab, self.conversations.get(tab.owner, conversation.id))
        return View()

    def _ask(
        self,
        tab: Tab,
        question: str,
        address: str,
        replacing: int | None = None,
        anyway: bool = False,
        everywhere: bool = False,
        question_in_box: str | None = "",
    ) -> View:
        filters = Filters() if everywhere else filters_from_address(address)
        check_dates(filters)
        settings = chosen_settings(address, self.settings)
        with self._starting:
            opened = self._opened(tab, address)
            turns: tuple[StoredTurn, ...] = ()
            if opened:
                conversation = self.conversations.get(tab.owner, opened)
                if _pending(conversation):
                    return View(notice="One question at a time.", answering=True)
                turns = conversation.turns
            before = [turn for turn in turns if replacing is None or turn.id < replacing]
            asked = AskedQuestion(question, settings, history(before), filters, anyway)
            kept = self.conversations.ask(
                tab.owner,
                opened or None,
                question,
                filters,
                kept_settings(settings),
                replacing=replacing,
            )
            tab.conversation_id = kept.conversation_id
            tab.editing = None
            conversation = self.conversations.get(tab.owner, kept.conversation_id)
            view = self._view(tab, conversation, question=question_in_box)  # before it can be whole
            self._runs.start(kept.turn_id, asked, tab.owner or kept.conversation_id)
        return view

    def _edit(self, tab: Tab, conversation: Conversation, turn: StoredTurn) -> View:
        tab.editing = turn.id
        later = len(conversation.turns) - 1 - conversation.turns.index(turn)
        loss = " What follows it will be dropped." if later else ""
        cancel = command_link("Keep it as it was", "again", "keep")
        notice = f"You are changing question {conversation.turns.index(turn) + 1}.{loss} {cancel}"
        return View(question=turn.question, notice=notice)

    def _judge(
        self, tab: Tab, conversation: Conversation, turn: StoredTurn, given: dict[str, str]
    ) -> None:
        """Keeps a verdict, or withdraws it; the same thumb without a reason changes nothing."""
        if "withdraw" in given:
            self.feedback.withdraw(tab.owner, turn.id)
            return
        thumb: Any = given["act"]
        reason: Any = given.get("reason")
        before = self.feedback.of_conversation(tab.owner, conversation.id).get(turn.id)
        if not before or before.thumb != thumb or reason or "comment" in given:
            verdict = Verdict(thumb, reason, given.get("comment", ""))
            self.feedback.give(tab.owner, turn.id, verdict)

    def _view(
        self,
        tab: Tab,
        conversation: Conversation,
        question: str | None = None,
        notice: str | None = "",
    ) -> View:
        pending = _pending(conversation)
        verdicts = self.feedback.of_conversation(tab.owner, conversation.id)
        messages = render_turns(conversation.turns, _WAITING, verdicts)
        if tab.editing is not None:
            notice = None  # that a question is being changed stays said
        return View(
            messages,
            conversation.id,
            conversation.title,
            question,
            notice,
            answering=pending is not None,
        )

    def _is_answering(self, tab: Tab) -> bool:
        opened = tab.conversation_id
        return bool(opened and _pending(self.conversations.get(tab.owner, opened)))

    def _opened(self, tab: Tab, address: str) -> str:
        """The open conversation: the address knows it even after the server began anew."""
        return conversation_from_address(address) or tab.conversation_id


def _pending(conversation: Conversation) -> StoredTurn | None:
    last = conversation.turns[-1:]
    return last[0] if last and last[0].state == "pending" else None


def _turn(conversation: Conversation, number: str) -> StoredTurn:
    """The turn with this id. Raises ConversationMissingError."""
    for turn in conversation.turns:
        if str(turn.id) == number:
            return turn
    raise ConversationMissingError("This question is gone: reload the page.")
