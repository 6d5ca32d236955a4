"""A conversation -> one Markdown or HTML document with its sources; pure.

Both documents load and run nothing, whatever questions, articles and models wrote into them. Each
quote stands once: in the answer or, where that does not say it, with its source. What a model wrote
stands apart under a heading of its own.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Iterator
from datetime import date
from functools import cache
from importlib.resources import files
from itertools import groupby
from typing import Any, TypeAlias

from rag.answer.cite import format_date
from rag.conversations.references import source_markdown, url_of
from rag.conversations.stored_turns import Conversation, StoredTurn
from rag.shown.answer_facts import NEAREST_SHOWN, WRITTEN, Searched, answer_facts, not_held
from rag.shown.answer_lines import Line, answer_lines, written_lines
from rag.shown.escaping import escape, escape_characters, escape_markdown, safe_url
from rag.shown.filters import describe_filters
from rag.text.counted import count
from rag.types import Citation, Hit

NO_ANSWER = {
    "pending": "Not answered yet.",
    "stopped": "Stopped before it was answered.",
    "failed": "This could not be answered.",
}
_NEAREST = "Nearest passages, which do not answer it"
_ABOUT = "About this answer"
_AS_QUOTED = "as quoted:"
"""Instead of a quote that was told before."""
_FILE_NAME_CHARS = 60
_Pieces: TypeAlias = list[str | Citation]
_Blocks: TypeAlias = list[tuple[bool, list[_Pieces]]]
"""Lines that are items of one list, or none: (whether they are, the lines)."""


def to_markdown(conversation: Conversation, exported: date) -> str:
    """The conversation as CommonMark; its footnotes stand under each answer."""
    blocks = [
        f"# {escape_markdown(conversation.title)}",
        escape_markdown(_exported(conversation, exported)),
    ]
    for number, turn in enumerate(map(_shown, conversation.turns), start=1):
        blocks.append(f"## {number}. {escape_markdown(turn['question'])}")
        blocks += _blocks_markdown(turn["blocks"])
        if turn["written"]:
            blocks += [f"**{WRITTEN}**", *_blocks_markdown(turn["written"])]
        blocks += map(escape_markdown, turn["remarks"])
        for heading, listed in (("Sources", turn["sources"]), (_NEAREST, turn["nearest"])):
            if listed:
                blocks += [f"**{heading}**", _list_markdown(map(_source_markdown, listed))]
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
        written=WRITTEN,
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
    """A turn as both documents show it; a source is (citation, address, whether to quote it)."""
    answer = turn.answer
    missing = [] if answer else [NO_ANSWER[turn.state]]
    shown: dict[str, Any] = {
        "question": turn.question,
        "remarks": [*missing, turn.note] if turn.note else missing,
        "facts": [f"Asked on {day(turn.asked)}", *_facts(turn)],
        **dict.fromkeys(("blocks", "written", "sources", "nearest"), ()),
    }
    if answer:
        told: set[str] = set()
        shown["blocks"] = _blocks(answer_lines(answer), told)
        shown["written"] = _blocks(written_lines(answer), told)
        shown["sources"] = [
            (each, safe_url(url_of(answer, each)), f"“{each.quote}”" not in told)
            for each in answer.citations
        ]
        if answer.status == "abstained":
            shown["nearest"] = [*map(_passage, answer.hits[:NEAREST_SHOWN])]
    return shown


def _passage(hit: Hit) -> tuple[Citation, str | None, bool]:
    """A passage, named as a citation is."""
    article, passage = hit.article, hit.passage
    named = article.id, article.title, article.author, article.date, article.source
    cited = Citation(0, *named, passage.text, passage.start, passage.end)
    return cited, safe_url(article.url), True


def _facts(turn: StoredTurn) -> Iterator[str]:
    """How the answer came about and what is to be known of it, each in a few plain words."""
    answer = turn.answer
    if answer is None:
        if told := describe_filters(turn.filters):
            yield f"Asked of articles {told} only"
        return
    yield from answer_facts(answer, Searched(turn.articles, turn.filters))
    yield from (f"Not answered: {part}" for part in answer.unanswered)
    for claim in answer.claims:
        if claim.origin == "replaced" and claim.written:
            yield f"{not_held(claim)}, which stands there instead: “{claim.written}”"


def _exported(conversation: Conversation, exported: date) -> str:
    return (
        f"{count(len(conversation.turns), 'question')}, exported from Footnote on "
        f"{format_date(exported.isoformat())}"
    )


def _blocks(lines: Iterable[Line], told: set[str]) -> _Blocks:
    """The lines without the quotes that were ``told`` before, to which theirs are added."""
    return [
        (is_list, [_pieces(line, told) for line in some])
        for is_list, some in groupby(lines, key=lambda line: line.is_item)
    ]


def _pieces(line: Line, told: set[str]) -> _Pieces:
    """The line's words, whosesoever they are, and its citations."""
    pieces: _Pieces = [""]
    for piece in line.pieces:
        if isinstance(piece, Citation):
            pieces += [piece, ""]
            continue
        is_quote = piece.voice in ("quoted", "replaced")
        pieces[-1] = f"{pieces[-1]}{_AS_QUOTED if is_quote and piece.text in told else piece.text}"
        if is_quote:
            told.add(piece.text)
    return [piece for piece in pieces if piece]


def _blocks_markdown(blocks: _Blocks) -> Iterator[str]:
    for is_list, lines in blocks:
        shown = ("".join(map(_piece_markdown, line)).strip() for line in lines)
        yield from [_list_markdown(shown)] if is_list else shown


def _piece_markdown(piece: str | Citation) -> str:
    """``piece`` escaped, apart from its neighbours if it was."""
    if isinstance(piece, Citation):
        return f"\\[{piece.number}\\]"
    before, after = (" " if end.isspace() else "" for end in (piece[:1], piece[-1:]))
    return f"{before}{escape_markdown(piece)}{after}"


def _source_markdown(source: tuple[Citation, str | None, bool]) -> str:
    cited, url, is_quoted = source
    number = f"\\[{cited.number}\\] " if cited.number else ""
    quote = f"“{escape_markdown(cited.quote)}” — " if is_quoted else ""
    return f"{number}{quote}{source_markdown(cited, url)}"


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
    environment.filters["day"] = format_date
    return environment.get_template("export.html")
