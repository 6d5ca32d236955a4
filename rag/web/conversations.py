"""The chat over the file of its conversations: what each press of a key or button does.

Knows nothing of Gradio: every method returns, or yields, a ``View`` for ``app.py`` to show. The
conversations are on the disk; a page only remembers which one is open.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import wraps
from typing import Annotated, Any, Literal, get_args
from urllib.parse import parse_qs, quote

from fastapi import APIRouter, Body, Query, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response

from rag.chat import check_question
from rag.conversations.export import day, file_name, to_html, to_markdown
from rag.conversations.feedback import FeedbackStore, Thumb, Verdict
from rag.conversations.store import INTERRUPTED, MAX_TITLE_CHARS, PAGE, ConversationStore
from rag.conversations.stored_turns import Conversation, StoredTurn
from rag.errors import ConversationMissingError, RagError
from rag.settings import Settings
from rag.shown.escaping import escape
from rag.types import Filters
from rag.web.access import person_of
from rag.web.answering import AnswerRuns, AskedQuestion
from rag.web.answers import Message, command_link, render_turns
from rag.web.pages import render
from rag.web.served import ServedLibrary
from rag.web.settings import (
    checked_filters,
    chosen_settings,
    conversation_from_address,
    kept_settings,
)

UNFORESEEN = "Footnote failed on this: the server's log says why. Ask again."
_LOG = logging.getLogger(__name__)
_KEEP = f'<a class="again" href="{command_link("keep")}">Keep it as it was</a>'
_EXPORTS: dict[str, tuple[Callable[[Conversation, date], str], str]] = {
    "md": (to_markdown, "text/markdown; charset=utf-8"),
    "html": (to_html, "text/html; charset=utf-8"),
}


@dataclass(frozen=True, slots=True)
class View:
    """What to show; None leaves a part of the page as it is."""

    messages: list[Message] | None = None
    conversation_id: str | None = None
    """That of the open conversation; "" for one that has no question yet."""
    title: str | None = None
    """That of the open conversation; "" for one that has no question yet."""
    question: str | None = None
    """What stands in the box."""
    notice: str | None = ""
    """A line above the box, as HTML."""
    answering: bool | None = None


@dataclass
class Tab:
    """What a page remembers."""

    owner: str = ""
    """Who is logged in; "" where nobody logs in."""
    conversation_id: str = ""
    editing: int | None = None
    """The turn that the next question takes the place of."""
    follower: int = 0
    """Counts those who follow the open conversation: only the last shows it."""


def _told(method: Callable[..., View]) -> Callable[..., View]:
    """Turns what fails into a notice, and shows nothing else anew: a question stays in its box."""

    @wraps(method)
    def told(*given: Any) -> View:
        try:
            return method(*given)
        except Exception as error:
            return View(notice=_notice(error))

    return told


def _notice(error: Exception) -> str:
    if isinstance(error, RagError):
        return escape(str(error))
    _LOG.error("The chat failed", exc_info=error)
    return UNFORESEEN


class Conversing:
    """The chat over a library and the file of its conversations, for every page."""

    def __init__(
        self,
        served: ServedLibrary,
        conversations: ConversationStore,
        feedback: FeedbackStore,
        settings: Settings,
    ) -> None:
        self.served = served
        self.conversations = conversations
        self.feedback = feedback
        self.settings = settings
        self._runs = AnswerRuns(served, conversations)
        self._starting = threading.Lock()
        """Held from before a question is kept until its answer is begun: so of two at once one is
        refused, and nobody takes it for left over."""

    @_told
    def open(self, tab: Tab, conversation_id: str) -> View:
        """Shows a conversation; an empty one for ""."""
        tab.editing = None
        tab.conversation_id = conversation_id
        if not conversation_id:
            return View([], "", "", question="", answering=False)
        try:
            conversation = self.conversations.get(tab.owner, conversation_id)
        except ConversationMissingError as error:
            tab.conversation_id = ""
            return View([], "", "", notice=_notice(error), answering=False)
        except RagError:
            tab.conversation_id = ""
            raise
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
        return self._ask(tab, question, address, tab.editing)

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
        except Exception as error:
            yield View(notice=_notice(error), answering=False)
        # At the end of a generator Gradio sends what it yielded last once more: not an old view.
        yield View(notice=None)

    def _following(self, tab: Tab, conversation_id: str) -> Iterator[View]:
        if not conversation_id:
            yield View([], "", "", answering=False, notice=None)
            return
        conversation = self.conversations.get(tab.owner, conversation_id)
        if turn := self._being_made(conversation):
            verdicts = self.feedback.of_conversation(tab.owner, conversation_id)
            if run := self._runs.running(turn.id):
                for making in run.follow():
                    messages = render_turns(conversation.turns, {turn.id: making}, verdicts)
                    opened = conversation.id, conversation.title
                    yield View(messages, *opened, answering=True, notice=None)
            with self._starting:
                if not self._runs.running(turn.id):  # what is pending still is left over
                    self.conversations.fail(turn.id, INTERRUPTED)
            conversation = self.conversations.get(tab.owner, conversation_id)
        yield self._view(tab, conversation, notice=None)

    @_told
    def stop(self, tab: Tab) -> View:
        """Stops the answer being made; the question stays."""
        if not tab.conversation_id:
            return View(answering=False)
        conversation = self.conversations.get(tab.owner, tab.conversation_id)
        if turn := self._being_made(conversation):
            self._runs.stop(turn.id)
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
        if act == "write":
            return self._write_out(tab, conversation, turn)
        if act in ("again", "anyway", "widen"):
            return self._ask(tab, turn.question, address, turn.id if act == "again" else None, act)
        if act in get_args(Thumb):
            self._judge(tab, conversation, turn, given)
            return self._view(tab, self.conversations.get(tab.owner, conversation.id))
        return View()

    def _ask(
        self, tab: Tab, question: str, address: str, replacing: int | None, act: str = ""
    ) -> View:
        """``act`` is what a link asks for instead of the box, which then stays as it is."""
        filters = Filters() if act == "widen" else checked_filters(address)
        settings = chosen_settings(address, self.settings)
        with self._starting:
            opened = self._opened(tab, address)
            turns: tuple[StoredTurn, ...] = ()
            if opened:
                conversation = self.conversations.get(tab.owner, opened)
                if self._being_made(conversation):
                    return View(notice="One question at a time.", answering=True)
                turns = conversation.turns
            before = [turn for turn in turns if replacing is None or turn.id < replacing]
            answers = tuple(turn.answer for turn in before if turn.answer)
            asked = AskedQuestion(question, settings, answers, filters, act == "anyway")
            under = filters, kept_settings(settings)
            kept = self.conversations.ask(
                tab.owner, opened or None, question, *under, replacing=replacing
            )
            tab.conversation_id = kept.conversation_id
            tab.editing = None
            conversation = self.conversations.get(tab.owner, kept.conversation_id)
            view = self._view(tab, conversation, None if act else "")  # before it can be whole
            self._runs.start(kept.turn_id, asked, tab.owner or kept.conversation_id)
        return view

    def _write_out(self, tab: Tab, conversation: Conversation, turn: StoredTurn) -> View:
        """Begins to have an answer written out."""
        with self._starting:
            if self._being_made(conversation):
                return View(notice="One question at a time.", answering=True)
            if turn.answer:
                tab.conversation_id = conversation.id
                self._runs.start(turn.id, turn.answer, tab.owner or conversation.id)
        return self._view(tab, conversation)

    def _edit(self, tab: Tab, conversation: Conversation, turn: StoredTurn) -> View:
        tab.editing = turn.id
        later = len(conversation.turns) - 1 - conversation.turns.index(turn)
        loss = " What follows it will be dropped." if later else ""
        notice = f"You are changing question {conversation.turns.index(turn) + 1}.{loss} {_KEEP}"
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
        turn = self._being_made(conversation)
        run = self._runs.running(turn.id) if turn else None
        messages = render_turns(
            conversation.turns,
            {turn.id: run.making} if turn and run else {},
            self.feedback.of_conversation(tab.owner, conversation.id),
            can_write=bool(self.settings.writer),
        )
        if tab.editing is not None:
            notice = None  # that a question is being changed stays said
        shown = messages, conversation.id, conversation.title
        return View(*shown, question, notice, answering=turn is not None)

    def _being_made(self, conversation: Conversation) -> StoredTurn | None:
        """The turn whose answer is being made or written out."""
        return next(
            (
                turn
                for turn in reversed(conversation.turns)
                if turn.state == "pending" or self._runs.running(turn.id)
            ),
            None,
        )

    def _is_answering(self, tab: Tab) -> bool:
        opened = tab.conversation_id
        return bool(opened and self._being_made(self.conversations.get(tab.owner, opened)))

    def _opened(self, tab: Tab, address: str) -> str:
        """The open conversation: the address knows it even after the server began anew."""
        return conversation_from_address(address) or tab.conversation_id


def _turn(conversation: Conversation, number: str) -> StoredTurn:
    """The turn with this id. Raises ConversationMissingError."""
    for turn in conversation.turns:
        if str(turn.id) == number:
            return turn
    raise ConversationMissingError("This question is gone: reload the page.")


def conversation_routes(store: ConversationStore) -> APIRouter:
    """HTTP for the list of conversations: find, rename, delete, export.

    Each names a conversation by its id, which nobody can guess, and finds only the owner's. What
    changes something is a PUT or DELETE, which no foreign page can send.
    """
    routes = APIRouter()
    place = "/conversation/{conversation_id}"

    @routes.get("/conversations", response_class=HTMLResponse)
    def find(
        request: Request,
        search: Annotated[str, Query(max_length=1000)] = "",
        offset: Annotated[int, Query(ge=0, le=10**9)] = 0,
    ) -> HTMLResponse:
        found = store.find(person_of(request), search, limit=PAGE + 1, offset=offset)
        more = offset + PAGE if len(found) > PAGE else None
        shown = {"found": found[:PAGE], "search": search.strip(), "more": more}
        return HTMLResponse(render("conversations", **shown, day=day, quote=quote))

    @routes.get(place + ".{ending}")
    def export(request: Request, conversation_id: str, ending: Literal["md", "html"]) -> Response:
        write, kind = _EXPORTS[ending]
        conversation = store.get(person_of(request), conversation_id)
        named = f'attachment; filename="{file_name(conversation, ending)}"'
        headers = {"content-disposition": named, "cache-control": "no-store"}
        return Response(write(conversation, date.today()), media_type=kind, headers=headers)

    @routes.put(place)
    def rename(
        request: Request,
        conversation_id: str,
        title: Annotated[str, Body(embed=True, max_length=10 * MAX_TITLE_CHARS)],
    ) -> JSONResponse:
        kept = store.rename(person_of(request), conversation_id, title)
        return JSONResponse({"title": kept})

    @routes.delete(place)
    def delete(request: Request, conversation_id: str) -> JSONResponse:
        store.delete(person_of(request), conversation_id)
        return JSONResponse({})

    return routes
