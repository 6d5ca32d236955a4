"""A conversation's turns -> the chat's messages, with what can be done with each; pure."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import TypeAlias
from urllib.parse import urlencode

from rag.conversations.export import NO_ANSWER
from rag.conversations.feedback import Thumb, Verdict
from rag.conversations.stored_turns import StoredTurn
from rag.shown.answer_facts import Searched
from rag.shown.escaping import escape, escape_characters
from rag.types import Filters
from rag.web.render import render_question
from rag.web.render_answer import render_answer

Message: TypeAlias = dict[str, str]
_THUMBS: Mapping[Thumb, str] = {"up": "This helped", "down": "This did not help"}


def render_turns(
    turns: Sequence[StoredTurn],
    pending: str = "",
    verdicts: Mapping[int, Verdict] = {},
) -> list[Message]:
    """Question and answer of each turn; ``pending`` is the HTML of the one being made."""
    messages: list[Message] = []
    for turn in turns:
        if turn.state == "pending":
            reply = pending
        else:
            is_last = turn is turns[-1]
            searched = Searched(turn.articles, turn.filters)
            reply = _reply(turn, searched, is_last, verdicts.get(turn.id))
        messages.append({"role": "user", "content": render_question(turn.question)})
        messages.append({"role": "assistant", "content": reply})
    return messages


def command_link(label: str, kind: str, act: str, **fields: str | int) -> str:
    """A link that tells the server to do something (``rag/web/commands.js`` hands it over)."""
    address = html.escape("#do?" + urlencode({"act": act, **fields}))
    return f'<a class="{kind}" href="{address}">{escape_characters(label)}</a>'


def _reply(turn: StoredTurn, searched: Searched, is_last: bool, verdict: Verdict | None) -> str:
    if turn.answer is None:
        note = turn.note or NO_ANSWER[turn.state]
        actions = f'<p class="actions">{_again(turn, is_last)}</p>'
        return f'<div class="answer"><p class="note">{escape(note)}</p>{actions}</div>'
    note = f'<p class="note">{escape(turn.note)}</p>' if turn.note else ""
    actions = f'<p class="actions">{_thumbs(turn, verdict)}{_again(turn, is_last)}</p>'
    said = _said(verdict) if verdict else ""
    return render_answer(
        turn.answer, searched, note=note, widening=_widening(turn), below=actions + said
    )


def _widening(turn: StoredTurn) -> str:
    links = ""
    if turn.filters != Filters():
        links = command_link("Ask all articles instead", "again", "widen", turn=turn.id)
    if turn.answer and turn.answer.hits and not turn.note:
        links += command_link("Show what comes nearest anyway", "again", "anyway", turn=turn.id)
    return links


def _thumbs(turn: StoredTurn, verdict: Verdict | None) -> str:
    links = []
    for thumb, label in _THUMBS.items():
        given = verdict is not None and verdict.thumb == thumb
        fields = {"turn": turn.id, **({"withdraw": 1} if given else {})}
        links.append(command_link(label, f"thumb {thumb}{' given' * given}", thumb, **fields))
    return "".join(links)


def _said(verdict: Verdict) -> str:
    """What the owner said of the answer, beside the thumb."""
    said = ": ".join(
        filter(None, (verdict.reason and verdict.reason.capitalize(), verdict.comment))
    )
    return f'<p class="said">{escape(said)}</p>' if said else ""


def _again(turn: StoredTurn, is_last: bool) -> str:
    links = command_link("Edit question", "act", "edit", turn=turn.id)
    if is_last:
        links += command_link("Ask again", "act", "again", turn=turn.id)
    return links
