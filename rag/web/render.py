"""Text, links and notes -> safe HTML: escapes everything, decides nothing; pure.

Article text, titles, file names and questions are hostile until ``escape`` has seen them. What
leaves here is one line of HTML, because the chat passes messages through a Markdown parser, which
leaves a block of HTML alone until the first blank line.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode
from zlib import crc32

from rag.answer.cite import format_date
from rag.shown.escaping import escape


def byline(author: str | None, date: str | None) -> str:
    """Author and date as escaped HTML, either of which may be missing."""
    shown = (author, format_date(date) if date else None)
    return " · ".join(escape(part) for part in shown if part)


# Links: each names its article and the quotes to mark, so that they outlive the conversation.


@dataclass(frozen=True, slots=True)
class Mark:
    """A quote to mark in its article; number 0 is a passage that answers nothing."""

    number: int
    start: int
    end: int
    checksum: int
    """Of the quote's text: an article that has changed since must not be marked elsewhere."""

    @classmethod
    def of(cls, number: int, start: int, end: int, text: str) -> Mark:
        return cls(number, start, end, checksum(text))


def checksum(text: str) -> int:
    return crc32(text.encode("utf-8", "surrogatepass"))


def source_link(article_id: str, marks: Sequence[Mark] = (), opened: int | None = None) -> str:
    """The address, within the page, of an article with quotes marked and one of them opened."""
    quotes = [("quote", f"{m.number}.{m.start}.{m.end}.{m.checksum}") for m in marks]
    chosen = [] if opened is None else [("opened", str(opened))]
    return "#source?" + urlencode([("article", article_id), *quotes, *chosen])


# The conversation.


def render_question(question: str) -> str:
    return f'<div class="question">{escape(question)}</div>'


def render_progress(line: str) -> str:
    return f'<div class="answer working"><p class="progress">{escape(line)}</p></div>'
