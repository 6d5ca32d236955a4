"""A conversation -> one Markdown or HTML document with its sources; pure.

Both documents load and run nothing, whatever questions, articles and models wrote into them. A
quote stands in the answer or, where the answer is written or replaced, with its source: once.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable
from datetime import date
from functools import cache
from importlib.resources import files
from itertools import groupby
from typing import Any

from rag.answer.cite import format_date
from rag.conversations.references import source_markdown, url_of
from rag.conversations.stored_turns import Conversation, StoredTurn
from rag.shown.answer_facts import NEAREST_SHOWN, NOT_HELD, Searched, answer_facts, asked_only
from rag.shown.answer_lines import Line, Words, answer_lines
from rag.shown.escaping import escape, escape_characters, escape_markdown, safe_url
from rag.text.counted import count
from rag.types import Citation, Hit

NO_ANSWER = {
    "pending": "Not answered yet.",
    "stopped": "Stopped before it was answered.",
    "failed": "This could not be answered.",
}
_NEAREST = "Nearest passages, which do not answer it"
_ABOUT = "About this answer"
_FILE_NAME_CHARS = 60


def to_markdown(conversation: Conversation, exported: date) -> str:
    """The conversation as CommonMark; its footnotes stand under each answer."""
    blocks = [
        f"# {escape_markdown(conversation.title)}",
        escape_markdown(_exported(conversation, exported)),
    ]
    for number, turn in enumerate(map(_shown, conversation.turns), start=1):
        blocks.append(f"## {number}. {escape_markdown(turn['question'])}")
        for is_list, lines in turn["blocks"]:
            shown = map(_line_markdown, lines)
            blocks += [_list_markdown(shown)] if is_list else shown
        blocks += map(escape_markdown, turn["remarks"])
        if turn["sources"]:
            sources = (f"\\[{each['number']}\\] {each['markdown']}" for each in turn["sources"])
            blocks += ["**Sources**", _list_markdown(sources)]
        if turn["nearest"]:
            nearest = (each["markdown"] for each in turn["nearest"])
            blocks += [f"**{_NEAREST}**", _list_markdown(nearest)]
        blocks += [f"**{_ABOUT}**", _list_markdown(map(escape_markdown, turn["facts"]))]
    return "\n\n".join(blocks) + "\n"


def to_html(conversation: Conversation, exported: date) -> str:
    """The conversation as one page with its styles in it, under a policy that allows no more."""
    from markupsafe import Markup

    style = files("rag.conversations").joinpath("export.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    page: str = _template().render(
        policy=f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none';"
        " form-action 'none'",
        style=Markup(style),
        title=conversation.title,
        exported=_exported(conversation, exported),
        turns=[_shown(turn) for turn in conversation.turns],
        nearest=_NEAREST,
        about=_ABOUT,
    )
    return page + "\n"


def file_name(conversation: Conversation, ending: str) -> str:
    """A name for an export that every file system takes, such as ``who-met-in-baghdad.md``."""
    words = "-".join(re.findall(r"[a-z0-9]+", conversation.title.lower()))
    return f"{words[:_FILE_NAME_CHARS].strip('-') or 'conversation'}.{ending}"


def day(time: str) -> str:
    """The day of an ISO 8601 time, in words."""
    return format_date(time[:10])


def _shown(turn: StoredTurn) -> dict[str, Any]:
    """A turn as both documents show it; a block is (whether it is a list, its lines)."""
    answer = turn.answer
    missing = [] if answer else [NO_ANSWER[turn.state]]
    shown: dict[str, Any] = {
        "question": turn.question,
        "remarks": [*missing, turn.note] if turn.note else missing,
        "facts": [f"Asked on {day(turn.asked)}", *_facts(turn)],
        "blocks": [],
        "sources": [],
        "nearest": [],
    }
    if answer:
        lines = answer_lines(answer)
        for is_list, group in groupby(lines, key=lambda line: line.is_item):
            shown["blocks"].append((is_list, [_pieces(line) for line in group]))
        told = {piece.text for line in lines for piece in line.pieces if isinstance(piece, Words)}
        for each in answer.citations:
            quote = "" if f"“{each.quote}”" in told else each.quote
            shown["sources"].append(_source(each, quote, url_of(answer, each)))
        if answer.status == "abstained":
            shown["nearest"] += map(_passage, answer.hits[:NEAREST_SHOWN])
    return shown


def _source(citation: Citation, quote: str, url: str | None) -> dict[str, Any]:
    """A citation as a line of a list; ``quote`` is empty where the answer has it."""
    placed = format_date(citation.date) if citation.date else "", citation.source
    markdown = f"“{escape_markdown(quote)}” — " if quote else ""
    return {
        "number": citation.number,
        "quote": quote,
        "author": citation.author or "",
        "title": citation.title,
        "placed": list(filter(None, placed)),
        "link": safe_url(url),
        "markdown": markdown + source_markdown(citation, url),
    }


def _passage(hit: Hit) -> dict[str, Any]:
    """A passage, named as a citation is."""
    article, passage = hit.article, hit.passage
    named = article.id, article.title, article.author, article.date, article.source
    cited = Citation(0, *named, passage.text, passage.start, passage.end)
    return _source(cited, passage.text, article.url)


def _facts(turn: StoredTurn) -> tuple[str, ...]:
    """How the answer came about and what is to be known of it, each in a few plain words."""
    answer = turn.answer
    if answer is None:
        return tuple(asked_only(turn.filters))
    return (
        *answer_facts(answer, Searched(turn.articles, turn.filters)),
        *(f"Not answered: {part}" for part in answer.unanswered),
        *(
            f"{NOT_HELD}, which stands there instead: “{claim.written}”"
            for claim in answer.claims
            if claim.origin == "replaced" and claim.written
        ),
    )


def _exported(conversation: Conversation, exported: date) -> str:
    return (
        f"{count(len(conversation.turns), 'question')}, exported from Footnote on "
        f"{format_date(exported.isoformat())}"
    )


def _pieces(line: Line) -> list[str | Citation]:
    """The line's words, whosesoever they are, and its citations."""
    pieces: list[str | Citation] = []
    for is_words, group in groupby(line.pieces, key=lambda piece: isinstance(piece, Words)):
        some = list(group)
        if is_words:
            pieces.append("".join(piece.text for piece in some if isinstance(piece, Words)))
        else:
            pieces += [piece for piece in some if isinstance(piece, Citation)]
    return pieces


def _line_markdown(line: list[str | Citation]) -> str:
    return "".join(
        f"\\[{piece.number}\\]" if isinstance(piece, Citation) else _piece_markdown(piece)
        for piece in line
    ).strip()


def _piece_markdown(piece: str) -> str:
    """``piece`` escaped, apart from its neighbours if it was."""
    before, after = (" " if end.isspace() else "" for end in (piece[:1], piece[-1:]))
    return f"{before}{escape_markdown(piece)}{after}"


def _list_markdown(items: Iterable[str]) -> str:
    return "\n".join(f"- {item}" for item in items)


@cache
def _template() -> Any:
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=PackageLoader("rag.conversations", ""),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
    )
    environment.filters["text"] = lambda text: Markup(escape(text)) if text else ""
    environment.filters["plain"] = lambda text: Markup(escape_characters(text))
    return environment.get_template("export.html")
