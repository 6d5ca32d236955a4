"""The chat: layout only; what happens is ``rag/web/conversations.py``'s.

``create_chat`` lays out the conversation. The source panel beside it and the list of conversations
are parts of the page (``rag/web/pages.py``), which fetches them, so that they never wait for an
answer. ``rag serve`` starts it.
"""

from __future__ import annotations

import html
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import quote

import gradio as gr

from rag.errors import RagError
from rag.web.access import person_of
from rag.web.conversations import Conversing, Tab, View
from rag.web.examples import ARTICLES_READ, example_questions
from rag.web.pages import render
from rag.web.served import Failed, State, render_state, render_welcome
from rag.web.settings import conversation_from_address

if TYPE_CHECKING:
    from rag.library import Library

Update: TypeAlias = dict[str, Any]

PAGES_THAT_WAIT = 400
"""Pages at once that wait for an answer or a build. Each holds a thread that sleeps; of Gradio's
own 40 the 41st page would not even see its place in the queue."""


def create_chat(conversing: Conversing, seeds: Path, *, logs_out: bool = False) -> gr.Blocks:
    """The chat; ``seeds`` is the folder that an empty library asks to be filled.

    ``logs_out`` shows a way out to people who have logged in.
    """
    served = conversing.served

    def shown_of(state: State) -> tuple[str, Update]:
        return (
            render_state(state),
            gr.update(
                placeholder=render_welcome(state, str(seeds)),
                examples=_examples(state.library),
            ),
        )

    def watch() -> Iterator[tuple[str, Update]]:
        served.refresh()
        for state in served.states():
            try:
                shown = shown_of(state)
            except RagError as error:  # a Milvus server does not answer
                shown = shown_of(Failed(error))
            yield shown

    def rebuild() -> Iterator[tuple[str, Update, Update]]:
        served.rebuild()
        for shown in watch():
            yield *shown, gr.update(interactive=False)
        yield *shown, gr.update(interactive=True)

    def begin(tab: Tab, request: gr.Request) -> tuple[Any, ...]:
        """Opens the conversation of the page's address."""
        tab.owner = _owner(request)
        conversation_id = conversation_from_address(str(request.query_params))
        if not conversation_id:  # a question may have been asked already
            return _outputs(View(notice=None))
        return _outputs(conversing.open(tab, conversation_id))

    def ask(tab: Tab, question: str, address: str, request: gr.Request) -> tuple[Any, ...]:
        tab.owner = _owner(request)
        return _outputs(conversing.ask(tab, question, address))

    def do(tab: Tab, command: str, address: str, request: gr.Request) -> tuple[Any, ...]:
        tab.owner = _owner(request)
        return _outputs(conversing.do(tab, command, address))

    def follow(tab: Tab) -> Iterator[tuple[Any, ...]]:
        yield from map(_outputs, conversing.follow(tab))

    def resume(tab: Tab) -> Iterator[tuple[Any, ...]]:
        """As ``follow``, for a page that opens: it is empty where no conversation is open."""
        yield from follow(tab) if tab.conversation_id else [_outputs(View(notice=None))]

    def stop(tab: Tab) -> tuple[Any, ...]:
        return _outputs(conversing.stop(tab))

    def new(tab: Tab) -> tuple[Any, ...]:
        return _outputs(conversing.open(tab, ""))

    chat = gr.Blocks(title="Footnote", fill_height=True, fill_width=True)
    with chat:
        tab = gr.State(Tab())
        with gr.Row(elem_id="masthead"):
            gr.Markdown("<h1>Footnote</h1>", elem_id="wordmark")
            gr.Markdown(render("views", view="Chat"), sanitize_html=False, elem_id="tabs")
            status = gr.Markdown(render_state(served.state), elem_id="library")
            gr.Button("Conversations", elem_id="show-conversations", size="sm")
            new_conversation = gr.Button("New conversation", elem_id="new", size="sm")
            gr.Button("Settings", elem_id="show-settings", size="sm")
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
            autoscroll=False,  # static/chat.js shows an answer from its beginning
            buttons=[],
            latex_delimiters=[],
            allow_tags=False,
            feedback_options=None,
            group_consecutive_messages=False,
            placeholder=render_welcome(served.state, str(seeds)),
        )
        with gr.Column(elem_id="composer"):
            notice = gr.Markdown("", elem_id="notice")
            gr.Markdown(render("filters"), sanitize_html=False, elem_id="filters")
            # The page's scripts write into these what its address says, and what a link asks for;
            # the other way, they read which conversation is open.
            address = gr.Textbox(elem_id="page-address", label="Address", visible="hidden")
            command = gr.Textbox(elem_id="command", label="Command", visible="hidden")
            opened = gr.Markdown("", sanitize_html=False, elem_id="opened")
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
                ask_button = gr.Button("Ask", elem_id="ask", variant="primary", size="sm")
                halt = gr.Button("Stop", elem_id="stop", visible=False, size="sm")

        shown = [conversation, opened, box, notice, ask_button, halt]
        quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        at_once: dict[str, Any] = {"queue": False, "trigger_mode": "multiple", **quiet}
        chosen = conversation.example_select(_example_text, None, box, queue=False, **quiet)
        queued: dict[str, Any] = {"concurrency_limit": None, **quiet}
        followed: dict[str, Any] = {"trigger_mode": "multiple", **queued}
        chat.load(begin, tab, shown, **at_once).then(resume, tab, shown, **followed)
        for event in (
            command.change(do, [tab, command, address], shown, **at_once),
            new_conversation.click(new, tab, shown, **at_once),
            *(
                asks(ask, [tab, box, address], shown, **at_once)
                for asks in (box.submit, ask_button.click, chosen.then)
            ),
        ):
            event.then(follow, tab, shown, **followed)
        halt.click(stop, tab, shown, **at_once)
        for begins in (chat.load, new_conversation.click):  # a tab may stay open for days
            begins(watch, None, [status, conversation], **queued)
        rebuild_index.click(rebuild, None, [status, conversation, rebuild_index], **queued)
    chat.max_threads = PAGES_THAT_WAIT
    chat.queue()  # anew: it takes the number of threads when it is made
    return chat


def _owner(request: gr.Request) -> str:
    assert request.request is not None  # only in events that wait in Gradio's own queue
    return person_of(request.request)


def _outputs(view: View) -> tuple[Any, ...]:
    """A view as the components ``shown`` take it."""
    opened = view.conversation_id
    answering = view.answering
    return (
        _or_skip(view.messages),
        gr.skip() if opened is None else _opened(opened, view.title or ""),
        _or_skip(view.question),
        _or_skip(view.notice),
        gr.skip() if answering is None else gr.update(visible=not answering),
        gr.skip() if answering is None else gr.update(visible=answering),
    )


def _opened(conversation_id: str, title: str) -> str:
    """What the page's scripts read: which conversation is open, and its title, quoted as in an
    address so that no Markdown can be read into it."""
    return f'<output data-id="{html.escape(conversation_id)}" data-title="{quote(title)}"></output>'


def _or_skip(value: Any) -> Any:
    return gr.skip() if value is None else value


def _examples(library: Library | None) -> list[dict[str, str]]:
    if library is None:
        return []
    latest = library.latest_articles(ARTICLES_READ)
    return [{"text": text} for text in example_questions(latest)]


def _example_text(selected: gr.SelectData) -> str:
    return str(selected.value["text"])
