"""Questions and answers -> safe HTML: whose words each part is, its sources, how sure it is; pure.

The page's styles and scripts act on the classes: Gradio lets no other attributes through.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import TypeAlias
from urllib.parse import urlencode

from markupsafe import Markup

from rag.conversations.export import NO_ANSWER
from rag.conversations.feedback import Verdict
from rag.conversations.stored_turns import StoredTurn
from rag.shown.answer_facts import (
    NEAREST_SHOWN,
    NOT_HELD,
    OF_SUCH,
    Searched,
    answer_facts,
    sureness,
)
from rag.shown.answer_lines import Line, Words, answer_lines
from rag.shown.escaping import escape, escape_characters
from rag.types import Answer, Citation, Filters, Hit
from rag.web.pages import render
from rag.web.source import Mark, source_link

Message: TypeAlias = dict[str, str]
MORE_SHOWN = 10
"""Nearest passages that can be listed on demand, those that always are among them."""
_MARKER_OR_QUOTED = re.compile(r"“[^”]*(?:”|$)|\[(\d{1,3})\]", re.ASCII)


def render_question(question: str) -> str:
    return f'<div class="question">{escape(question)}</div>'


def render_progress(line: str) -> str:
    return f'<div class="answer working"><p class="progress">{escape(line)}</p></div>'


def render_stream(text: str) -> str:
    """An answer that is still arriving; its markers are numbers, not yet links."""
    shown = _MARKER_OR_QUOTED.sub(
        lambda found: f'<span class="cite">{found[1]}</span>' if found[1] else found[0],
        escape_characters(text),
    )
    return f'<div class="answer working"><div class="words"><p><bdi>{shown}</bdi></p></div></div>'


def render_turns(
    turns: Sequence[StoredTurn], pending: str = "", verdicts: Mapping[int, Verdict] = {}
) -> list[Message]:
    """Question and answer of each turn; ``pending`` is the HTML of the one being made."""
    messages: list[Message] = []
    for turn in turns:
        reply = pending
        if turn.state != "pending":
            reply = _render_turn(turn, turn is turns[-1], verdicts.get(turn.id))
        messages.append({"role": "user", "content": render_question(turn.question)})
        messages.append({"role": "assistant", "content": reply})
    return messages


def render_answer(answer: Answer, searched: Searched = Searched()) -> str:
    """A whole answer with linked markers, its sources, what it is worth and how it was found."""
    return _render(answer, searched)


def command_link(act: str, **fields: str | int) -> str:
    """The address that tells the server to do something (``static/commands.js`` hands it over)."""
    return "#do?" + urlencode({"act": act, **fields})


def render_command(label: str, act: str) -> Markup:
    return Markup('<a class="again" href="{}">{}</a>').format(command_link(act), label)


def _render_turn(turn: StoredTurn, is_last: bool, verdict: Verdict | None) -> str:
    return _render(
        turn.answer,
        Searched(turn.articles, turn.filters),
        note=turn.note or ("" if turn.answer else NO_ANSWER[turn.state]),
        turn=turn.id,
        is_last=is_last,
        is_narrowed=turn.filters != Filters(),
        verdict=verdict,
    )


def _render(
    answer: Answer | None,
    searched: Searched,
    note: str = "",
    turn: int | None = None,
    is_last: bool = False,
    is_narrowed: bool = False,
    verdict: Verdict | None = None,
) -> str:
    """``turn`` is the number that what can be done with the answer names; None for nothing."""
    values: dict[str, object] = {
        "answer": answer,
        "note": note,
        "turn": turn,
        "is_last": is_last,
        "is_narrowed": is_narrowed,
        "verdict": verdict,
        "command_link": command_link,
    }
    return str(render("answer", **values, **(_parts_of(answer, searched) if answer else {})))


def _parts_of(answer: Answer, searched: Searched) -> dict[str, object]:
    lines = answer_lines(answer)
    words = [piece for line in lines for piece in line.pieces if isinstance(piece, Words)]
    groups = iter(answer.groups)
    parts = []
    for _, part in groupby(lines, key=lambda line: line.part):
        held = [*part]
        is_cited = any(isinstance(piece, Citation) for line in held for piece in line.pieces)
        group = next(groups, None) if is_cited else None
        heading = group.heading if group else ""
        held = _without(heading, held)
        blocks = [(is_list, [*each]) for is_list, each in groupby(held, lambda line: line.is_item)]
        parts.append((heading, blocks))
    sources: dict[str, list[Citation]] = {}
    for citation in answer.citations:
        sources.setdefault(citation.article_id, []).append(citation)
    marks = {
        article_id: [Mark.of(each.number, each.start, each.end, each.quote) for each in cited]
        for article_id, cited in sources.items()
    }

    def link_to(citation: Citation) -> str:
        return source_link(citation.article_id, marks[citation.article_id], citation.number)

    def link_near(hit: Hit) -> str:
        passage = hit.passage
        mark = Mark.of(0, passage.start, passage.end, passage.text)
        return source_link(hit.article.id, [mark], 0)

    return {
        "parts": parts,
        "is_grouped": len(answer.groups) > 1,
        "stressed": next(
            (
                each
                for each in words
                if answer.short and each.voice != "ours" and answer.short in each.text
            ),
            None,
        ),
        "replaced": [each for each in answer.claims if each.origin == "replaced" and each.written],
        "not_held": NOT_HELD,
        "sources": [*sources.values()],
        "nearest": answer.hits[:NEAREST_SHOWN],
        "further": answer.hits[NEAREST_SHOWN:MORE_SHOWN],
        "facts": [*answer_facts(answer, searched)],
        "sure": sureness(answer),
        "of_such": OF_SUCH[sureness(answer)],
        "link_to": link_to,
        "link_near": link_near,
    }


def _without(heading: str, lines: list[Line]) -> list[Line]:
    """The lines of a part, without the heading that its text begins with."""
    first, *others = lines
    said = first.pieces[0]
    if not heading or not isinstance(said, Words) or not said.text.startswith(f"{heading}:"):
        return lines
    rest = Words(said.text.removeprefix(f"{heading}:").lstrip(), said.voice)
    pieces = (rest, *first.pieces[1:]) if rest.text else first.pieces[1:]
    return [replace(first, pieces=pieces), *others] if pieces else others
