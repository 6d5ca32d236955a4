"""The chat: layout and formatting only; what is shown comes from ``rag``.

``create_chat`` lays out the conversation. The source panel beside it is part of the page
(``rag/web/page.py``): a [n] marker is a link whose address names the article and its quotes,
and the page fetches that, so opening a source never waits for an answer. ``rag serve`` starts it.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, TypeAlias

import gradio as gr

from rag.errors import RagError
from rag.types import Answer, Done, Retrieved, Token
from rag.web import render, render_answer, render_state
from rag.web.examples import example_questions
from rag.web.filter_address import filters_from_address
from rag.web.page import FILTER_BAR
from rag.web.render_answer import Searched
from rag.web.served import Failed, Library, ServedLibrary

_LOG = logging.getLogger(__name__)
_REDRAW_SECONDS = 0.04
_ANSWERED_AT_ONCE = 2
"""Questions of all tabs together; more only slow each other down."""

Message: TypeAlias = dict[str, str]
Update: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Turn:
    """A question with its answer, or with a note why there is none; neither while it is pending."""

    question: str
    searched: Searched = field(default_factory=Searched)
    answer: Answer | None = None
    note: str | None = None

    @property
    def pending(self) -> bool:
        return self.answer is None and self.note is None


Turns: TypeAlias = tuple[Turn, ...]


def create_chat(served: ServedLibrary, seeds: Path, *, logs_out: bool = False) -> gr.Blocks:
    """The chat over ``served``; ``seeds`` is the folder that an empty library asks to be filled.

    ``logs_out`` shows a way out to people who have logged in.
    """

    def watch() -> Iterator[tuple[str, Update]]:
        served.refresh()
        for state in served.states():
            yield (
                render_state.render_state(state),
                gr.update(
                    placeholder=render_state.render_welcome(state, str(seeds)),
                    examples=_examples(state.library),
                ),
            )

    def rebuild() -> Iterator[tuple[str, Update, Update]]:
        served.rebuild()
        for shown in watch():
            yield *shown, gr.update(interactive=False)
        yield *shown, gr.update(interactive=True)

    def receive(question: str, filters: str, turns: Turns) -> tuple[Any, ...]:
        """Shows the question at once; hands it on only if it can be asked now."""
        if turns and turns[-1].pending:
            return question, gr.skip(), turns, None, "One question at a time.", *_buttons(True)
        if not question.strip():
            return "", gr.skip(), turns, None, "Type a question first.", *_buttons(False)
        turns = (*turns, Turn(question, _searched(served, filters)))
        shown = _messages(turns, render.render_progress("Waiting for its turn"))
        return "", shown, turns, question, "", *_buttons(True)

    def respond(question: str | None, turns: Turns) -> Iterator[tuple[Any, ...]]:
        if question is None:
            yield tuple(gr.skip() for _ in answered)
            return
        *earlier_turns, turn = turns
        earlier = tuple(earlier_turns)
        try:
            for event_html, answer in _answer(served, turn, earlier):
                if answer is None:
                    # The box is left alone: the next question may be typed meanwhile.
                    yield gr.skip(), _messages(turns, event_html), turns, "", *_buttons(True)
                else:
                    turns = (*earlier, replace(turn, answer=answer))
            yield gr.skip(), _messages(turns), turns, "", *_buttons(False)
        except RagError as error:
            # The question goes back into the box: nothing that was typed is lost.
            yield question, _messages(earlier), earlier, str(error), *_buttons(False)
        except Exception:
            _LOG.exception("No answer to %r", question)
            line = "Footnote failed on this question: the server's log says why."
            yield question, _messages(earlier), earlier, line, *_buttons(False)

    def stop(turns: Turns) -> tuple[Any, ...]:
        if turns and turns[-1].pending:
            turns = (*turns[:-1], replace(turns[-1], note="Stopped."))
        return _messages(turns), turns, *_buttons(False)

    def clear() -> tuple[Any, ...]:
        return [], (), "", *_buttons(False)

    chat = gr.Blocks(title="Footnote", fill_height=True, fill_width=True)
    with chat:
        turns = gr.State(())
        asked = gr.State(None)
        with gr.Row(elem_id="masthead"):
            gr.Markdown("<h1>Footnote</h1>", elem_id="wordmark")
            status = gr.Markdown(render_state.render_state(served.state), elem_id="library")
            new = gr.Button("New conversation", elem_id="new", size="sm")
            rebuild_index = gr.Button("Rebuild index", elem_id="rebuild", size="sm")
            if logs_out:
                gr.Button("Log out", elem_id="log-out", size="sm", link="/logout")
        conversation = gr.Chatbot(
            elem_id="conversation",
            label="Conversation",
            show_label=False,
            container=False,
            height=None,
            layout="panel",
            buttons=[],
            latex_delimiters=[],
            allow_tags=False,
            feedback_options=None,
            group_consecutive_messages=False,
            placeholder=render_state.render_welcome(served.state, str(seeds)),
        )
        with gr.Column(elem_id="composer"):
            notice = gr.Markdown("", elem_id="notice")
            gr.Markdown(FILTER_BAR, sanitize_html=False, elem_id="filters")
            # The page's scripts write the filters in force into it, as its address has them.
            filters = gr.Textbox(elem_id="filter-address", label="Filters", visible="hidden")
            with gr.Row(elem_id="ask-row"):
                box = gr.Textbox(
                    elem_id="question",
                    label="Your question",
                    show_label=False,
                    container=False,
                    placeholder="Ask about the articles",
                    lines=1,
                    max_lines=6,
                    autofocus=True,
                )
                ask = gr.Button("Ask", elem_id="ask", variant="primary", size="sm")
                halt = gr.Button("Stop", elem_id="stop", visible=False, size="sm")

        buttons = [ask, halt]
        received = [box, conversation, turns, asked, notice, *buttons]
        answered = [box, conversation, turns, notice, *buttons]
        quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        chosen = conversation.example_select(_example_text, None, box, queue=False, **quiet)
        answers = [
            trigger(receive, [box, filters, turns], received, queue=False, **quiet).then(
                respond,
                [asked, turns],
                answered,
                concurrency_limit=_ANSWERED_AT_ONCE,
                concurrency_id="answers",
                trigger_mode="multiple",  # or a question right after a refused one would be dropped
                **quiet,
            )
            for trigger in (box.submit, ask.click, chosen.then)
        ]
        halt.click(
            stop, turns, [conversation, turns, *buttons], cancels=answers, queue=False, **quiet
        )
        new.click(
            clear,
            None,
            [conversation, turns, notice, *buttons],
            cancels=answers,
            queue=False,
            **quiet,
        )
        chat.load(watch, None, [status, conversation], concurrency_limit=None, **quiet)
        rebuild_index.click(
            rebuild, None, [status, conversation, rebuild_index], concurrency_limit=None, **quiet
        )
    return chat


def _answer(
    served: ServedLibrary, turn: Turn, earlier: Turns
) -> Iterator[tuple[str, Answer | None]]:
    """What to show while the answer is made, then the answer.

    Raises RagError where there is no library or the question cannot be asked.
    """
    outdated = served.refresh()
    library = served.state.library
    for state in served.states() if outdated or library is None else ():
        yield render.render_progress(render_state.describe_state(state)), None
        if isinstance(state, Failed):
            raise state.error
        library = state.library
    assert library is not None  # states() ends with Ready or Failed
    yield (
        render.render_progress(f"Searching {render.count(library.passage_count, 'passage')}"),
        None,
    )
    text, drawn_at = "", 0.0
    restricted = asdict(turn.searched.filters)
    for event in library.stream(turn.question, history=_history(earlier), **restricted):
        match event:
            case Retrieved():
                yield (
                    render.render_progress(f"Reading {render.count(len(event.hits), 'passage')}"),
                    None,
                )
            case Token():
                text += event.text
                if time.monotonic() - drawn_at >= _REDRAW_SECONDS:
                    drawn_at = time.monotonic()
                    yield render_answer.render_stream(text), None
            case Done():
                yield "", event.answer


def _searched(served: ServedLibrary, filters: str) -> Searched:
    library = served.state.library
    return Searched(library.article_count if library else 0, filters_from_address(filters))


def _history(turns: Turns) -> list[tuple[str, str]]:
    return [
        message
        for turn in turns
        if turn.answer
        for message in (("user", turn.question), ("assistant", turn.answer.text))
    ]


def _messages(turns: Turns, pending: str = "") -> list[Message]:
    messages: list[Message] = []
    for turn in turns:
        if turn.answer:
            reply = render_answer.render_answer(turn.answer, turn.searched)
        else:
            reply = render.render_note(turn.note) if turn.note else pending
        messages.append({"role": "user", "content": render.render_question(turn.question)})
        messages.append({"role": "assistant", "content": reply})
    return messages


def _examples(library: Library | None) -> list[Message]:
    return [{"text": text} for text in example_questions(library.articles())] if library else []


def _buttons(answering: bool) -> tuple[Update, Update]:
    return gr.update(visible=not answering), gr.update(visible=answering)


def _example_text(selected: gr.SelectData) -> str:
    return str(selected.value["text"])
