"""Questions and answers -> safe HTML: whose words each part is, its sources, how sure it is; pure.

The page's styles and scripts act on the classes: Gradio lets no other attributes through.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TypeAlias
from urllib.parse import urlencode

from markupsafe import Markup

from rag.conversations.export import NO_ANSWER
from rag.conversations.feedback import Verdict
from rag.conversations.stored_turns import StoredTurn
from rag.shown.answer_facts import (
    NEAREST_SHOWN,
    OF_SUCH,
    WRITTEN,
    Searched,
    answer_facts,
    not_held,
    sureness,
)
from rag.shown.answer_lines import Line, Words, answer_lines, written_lines
from rag.shown.escaping import escape, escape_characters
from rag.types import Answer, Citation, Filters, Hit
from rag.web.pages import render
from rag.web.source import Mark, source_link

Message: TypeAlias = dict[str, str]
Blocks: TypeAlias = list[tuple[bool, list[Line]]]
"""Lines that are items of one list, or none: (whether they are, the lines)."""
MORE_SHOWN = 10
"""Nearest passages that can be listed on demand, those that always are among them."""
UNWRITTEN_KINDS = ("articles", "about an article")
"""Answers that name articles: there is nothing to write out."""
_MARKER_OR_QUOTED = re.compile(r"“[^”]*(?:”|$)|\[(\d{1,3})\]", re.ASCII)


@dataclass(frozen=True, slots=True)
class Making:
    """What there is of an answer that is being made."""

    line: str = "Waiting for its turn"
    """What is being done."""
    text: str = ""
    """What has arrived: of the quotes, or, once they are whole, of what a model writes after."""
    answer: Answer | None = None
    """The answer in quotes, once it is whole."""


def render_question(question: str) -> str:
    return f'<div class="question">{escape(question)}</div>'


def render_turns(
    turns: Sequence[StoredTurn],
    making: Mapping[int, Making] = {},
    verdicts: Mapping[int, Verdict] = {},
    *,
    can_write: bool = False,
) -> list[Message]:
    """Question and answer of each turn, or what there is of it where it is being made.

    ``can_write``: there is a model that writes answers out.
    """
    messages: list[Message] = []
    for turn in turns:
        made = making.get(turn.id)
        if not (made and made.answer) and (made or turn.state == "pending"):
            reply = render_making(made or Making())
        else:
            reply = render_answer(
                made.answer if made else turn.answer,
                Searched(turn.articles, turn.filters),
                turn=turn,
                is_last=turn is turns[-1],
                verdict=verdicts.get(turn.id),
                writing=made,
                can_write=can_write and not making,
            )
        messages.append({"role": "user", "content": render_question(turn.question)})
        messages.append({"role": "assistant", "content": reply})
    return messages


def render_making(making: Making) -> str:
    """An answer that is still arriving; its markers are numbers, not yet links."""
    if making.text:
        shown = f'<div class="words"><p><bdi>{_streamed(making.text)}</bdi></p></div>'
    else:
        shown = f'<p class="progress">{escape(making.line)}</p>'
    return f'<div class="answer working">{shown}</div>'


def render_answer(
    answer: Answer | None,
    searched: Searched = Searched(),
    *,
    turn: StoredTurn | None = None,
    is_last: bool = False,
    verdict: Verdict | None = None,
    writing: Making | None = None,
    can_write: bool = False,
) -> str:
    """A whole answer with linked markers, its sources, what it is worth and how it was found.

    ``turn`` is what can be done with it; None for nothing. ``writing`` is what a model is writing
    out after it.
    """
    note = ""
    if turn:
        note = turn.note or ("" if answer else NO_ANSWER[turn.state])
        can_write = can_write and bool(answer and answer.citations and not answer.differ)
    values: dict[str, object] = {
        "answer": answer,
        "note": note,
        "turn": turn and turn.id,
        "is_last": is_last,
        "is_narrowed": bool(turn and turn.filters != Filters()),
        "verdict": verdict,
        "command_link": command_link,
        "writing": writing
        and {
            "line": writing.line,
            "text": Markup("<br>").join(map(_streamed, writing.text.strip().split("\n"))),
        },
        "can_write": can_write
        and answer
        and answer.quotes_end is None
        and answer.kind not in UNWRITTEN_KINDS,
    }
    return str(render("answer", **values, **(_parts_of(answer, searched) if answer else {})))


def command_link(act: str, **fields: str | int) -> str:
    """The address that tells the server to do something (``static/commands.js`` hands it over)."""
    return "#do?" + urlencode({"act": act, **fields})


def _streamed(text: str) -> Markup:
    shown = _MARKER_OR_QUOTED.sub(
        lambda found: f'<span class="cite">{found[1]}</span>' if found[1] else found[0],
        escape_characters(text),
    )
    return Markup(shown)


def _parts_of(answer: Answer, searched: Searched) -> dict[str, object]:
    lines = answer_lines(answer)
    words = [piece for line in lines for piece in line.pieces if isinstance(piece, Words)]
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
        "parts": _headed(answer, lines),
        "is_grouped": len(answer.groups) > 1,
        "stressed": next(
            (
                each
                for each in words
                if answer.short and each.voice != "ours" and answer.short in each.text
            ),
            None,
        ),
        "written": _blocks(written_lines(answer)),
        "written_heading": WRITTEN,
        "replaced": [each for each in answer.claims if each.origin == "replaced" and each.written],
        "not_held": not_held,
        "sources": [*sources.values()],
        "nearest": answer.hits[:NEAREST_SHOWN],
        "further": answer.hits[NEAREST_SHOWN:MORE_SHOWN],
        "facts": [*answer_facts(answer, searched)],
        "sure": sureness(answer),
        "of_such": OF_SUCH[sureness(answer)],
        "link_to": link_to,
        "link_near": link_near,
    }


def _headed(answer: Answer, lines: Iterable[Line]) -> list[tuple[str, Blocks]]:
    """Each part with its heading, which is that of its group: of those with citations the first
    has the first."""
    groups = iter(answer.groups)
    parts = []
    for _, part in groupby(lines, key=lambda line: line.part):
        held = [*part]
        is_cited = any(isinstance(piece, Citation) for line in held for piece in line.pieces)
        group = next(groups, None) if is_cited else None
        heading = group.heading if group else ""
        parts.append((heading, _blocks(_without(heading, held))))
    return parts


def _blocks(lines: Iterable[Line]) -> Blocks:
    return [(is_list, [*each]) for is_list, each in groupby(lines, lambda line: line.is_item)]


def _without(heading: str, lines: list[Line]) -> list[Line]:
    """The lines of a part, without the heading that its text begins with."""
    first, *others = lines
    said = first.pieces[0]
    if not heading or not isinstance(said, Words) or not said.text.startswith(f"{heading}:"):
        return lines
    rest = Words(said.text.removeprefix(f"{heading}:").lstrip(), said.voice)
    pieces = (rest, *first.pieces[1:]) if rest.text else first.pieces[1:]
    return [replace(first, pieces=pieces), *others] if pieces else others
