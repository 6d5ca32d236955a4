"""A conversation -> one Markdown or HTML document with its sources; pure.

Both documents load and run nothing, whatever questions, articles and models wrote into them.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from datetime import date
from importlib.resources import files
from itertools import groupby

from rag.answer.cite import format_date
from rag.conversations.references import source_markdown, url_of
from rag.conversations.stored_turns import Conversation, StoredTurn
from rag.conversations.transcript import NO_ANSWER, day, facts
from rag.shown.answer_facts import NEAREST_SHOWN
from rag.shown.answer_lines import Line, answer_lines
from rag.shown.escaping import escape, escape_characters, escape_markdown, safe_url
from rag.text.counted import count
from rag.types import Answer, Citation, Hit

_NEAREST = "Nearest passages, which do not answer it"
_ABOUT = "About this answer"


def to_markdown(conversation: Conversation, exported: date) -> str:
    """The conversation as CommonMark; its footnotes stand under each answer."""
    blocks = [
        f"# {escape_markdown(conversation.title)}",
        escape_markdown(_exported(conversation, exported)),
    ]
    for number, turn in enumerate(conversation.turns, start=1):
        blocks.append(f"## {number}. {escape_markdown(turn.question)}")
        blocks += _answer_markdown(turn.answer) if turn.answer else []
        blocks += [escape_markdown(line) for line in _without_answer(turn)]
        blocks += [f"**{_ABOUT}**", _list_markdown(map(escape_markdown, _about(turn)))]
    return "\n\n".join(blocks) + "\n"


def to_html(conversation: Conversation, exported: date) -> str:
    """The conversation as one page with its styles in it, under a policy that allows no more."""
    style = files("rag.conversations").joinpath("export.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    title = _text(conversation.title)
    turns = "\n".join(
        _turn_html(number, turn) for number, turn in enumerate(conversation.turns, start=1)
    )
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="referrer" content="no-referrer">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape_characters(conversation.title)}</title>\n"
        f"<style>{style}</style>\n</head>\n<body>\n<header>\n<h1>{title}</h1>\n"
        f"<p>{_text(_exported(conversation, exported))}</p>\n</header>\n{turns}\n</body>\n</html>\n"
    )


# What both documents say.


def _exported(conversation: Conversation, exported: date) -> str:
    return (
        f"{count(len(conversation.turns), 'question')}, exported from Footnote on "
        f"{format_date(exported.isoformat())}"
    )


def _without_answer(turn: StoredTurn) -> list[str]:
    """What stands in place of an answer, and the note on a turn."""
    missing = [] if turn.answer else [NO_ANSWER[turn.state]]
    return [*missing, turn.note] if turn.note else missing


def _about(turn: StoredTurn) -> list[str]:
    return [f"Asked on {day(turn.asked)}", *facts(turn)]


def _nearest(answer: Answer) -> tuple[Hit, ...]:
    return answer.hits[:NEAREST_SHOWN] if answer.status == "abstained" else ()


def _pieces(line: Line) -> list[str | Citation]:
    """The line's words, whosesoever they are, and its citations."""
    pieces: list[str | Citation] = []
    for piece in line.pieces:
        before = pieces[-1] if pieces else None
        if isinstance(piece, Citation):
            pieces.append(piece)
        elif isinstance(before, str):
            pieces[-1] = before + piece.text
        else:
            pieces.append(piece.text)
    return pieces


def _cited(hit: Hit) -> Citation:
    """A passage as a source, to be named like the others."""
    article, passage = hit.article, hit.passage
    return Citation(
        number=0,
        article_id=article.id,
        title=article.title,
        author=article.author,
        date=article.date,
        source=article.source,
        quote=passage.text,
        start=passage.start,
        end=passage.end,
    )


# Markdown.


def _answer_markdown(answer: Answer) -> list[str]:
    blocks: list[str] = []
    for is_list, group in groupby(answer_lines(answer), key=lambda line: line.is_item):
        shown = [_line_markdown(line) for line in group]
        blocks += [_list_markdown(shown)] if is_list else shown
    if answer.citations:
        sources = (
            f"\\[{each.number}\\] {_source_markdown(each, answer)}" for each in answer.citations
        )
        blocks += ["**Sources**", _list_markdown(sources)]
    if nearest := _nearest(answer):
        passages = (_source_markdown(_cited(hit), answer) for hit in nearest)
        blocks += [f"**{_NEAREST}**", _list_markdown(passages)]
    return blocks


def _line_markdown(line: Line) -> str:
    return "".join(
        f"\\[{piece.number}\\]" if isinstance(piece, Citation) else _piece_markdown(piece)
        for piece in _pieces(line)
    ).strip()


def _piece_markdown(piece: str) -> str:
    """``piece`` escaped, apart from its neighbours if it was."""
    before, after = (" " if end.isspace() else "" for end in (piece[:1], piece[-1:]))
    return f"{before}{escape_markdown(piece)}{after}"


def _source_markdown(citation: Citation, answer: Answer) -> str:
    source = source_markdown(citation, url_of(answer, citation))
    return f"“{escape_markdown(citation.quote)}” — {source}"


def _list_markdown(items: Iterable[str]) -> str:
    return "\n".join(f"- {item}" for item in items)


# HTML.


def _turn_html(number: int, turn: StoredTurn) -> str:
    blocks = [f"<h2>{number}. {_text(turn.question)}</h2>"]
    blocks += _answer_html(number, turn.answer) if turn.answer else []
    blocks += [f"<p>{_text(line)}</p>" for line in _without_answer(turn)]
    about = "".join(f"<li>{_text(fact)}</li>" for fact in _about(turn))
    blocks.append(f'<h3>{_ABOUT}</h3>\n<ul class="facts">{about}</ul>')
    return "<section>\n" + "\n".join(blocks) + "\n</section>"


def _answer_html(number: int, answer: Answer) -> list[str]:
    blocks: list[str] = []
    for is_list, group in groupby(answer_lines(answer), key=lambda line: line.is_item):
        shown = [_line_html(number, line) for line in group]
        if is_list:
            blocks.append(f"<ul>{''.join(f'<li>{item}</li>' for item in shown)}</ul>")
        else:
            blocks += [f"<p>{paragraph}</p>" for paragraph in shown]
    if answer.citations:
        sources = "".join(
            f'<li id="source-{number}-{each.number}">[{each.number}] {_source_html(each, answer)}'
            "</li>"
            for each in answer.citations
        )
        blocks.append(f'<h3>Sources</h3>\n<ul class="sources">{sources}</ul>')
    if nearest := _nearest(answer):
        passages = "".join(f"<li>{_source_html(_cited(hit), answer)}</li>" for hit in nearest)
        blocks.append(f'<h3>{_NEAREST}</h3>\n<ul class="nearest">{passages}</ul>')
    return blocks


def _line_html(number: int, line: Line) -> str:
    return "".join(
        f'<sup><a href="#source-{number}-{piece.number}">[{piece.number}]</a></sup>'
        if isinstance(piece, Citation)
        else _text(piece)
        for piece in _pieces(line)
    )


def _source_html(citation: Citation, answer: Answer) -> str:
    address = safe_url(url_of(answer, citation))
    link = escape_characters(address) if address else ""
    known = [
        _text(citation.author or ""),
        f"<cite>{_text(citation.title)}</cite>",
        _text(format_date(citation.date)) if citation.date else "",
        _text(citation.source),
        f'<a href="{link}" rel="noreferrer noopener">{link}</a>' if link else "",
    ]
    source = ", ".join(filter(None, known))
    return f"“{_text(citation.quote)}” — <small>{source}</small>"


def _text(text: str) -> str:
    """``text`` as HTML, isolated from the writing direction around it."""
    return escape(text) if text else ""
