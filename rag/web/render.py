"""Text, links and notes -> safe HTML: escapes everything, decides nothing; pure.

Article text, titles, file names and questions are hostile until ``escape`` has seen them. What
leaves here is one line of HTML, because the chat passes messages through a Markdown parser, which
leaves a block of HTML alone until the first blank line.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode
from zlib import crc32

from rag.answering.cite import format_date

NEAREST_SHOWN = 3
"""Passages listed under an answer that nothing supports."""
SURE = 0.75
"""The confidence from which an answer is called sure."""

_SPOOFING = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # control characters
    "\u202a-\u202e\u2066-\u2069"  # overrides of the writing direction
    "\u200b\u2060\ufeff\u180e\U000e0000-\U000e007f]"  # characters without width
)


def escape(text: str) -> str:
    """``text`` as HTML on one line, isolated from the writing direction around it."""
    return f"<bdi>{escape_characters(text)}</bdi>"


def escape_characters(text: str) -> str:
    """``text`` as HTML on one line, for an attribute or inside an element that isolates it."""
    return html.escape(_SPOOFING.sub("", text)).replace("\n", " ")


def byline(author: str | None, date: str | None) -> str:
    """Author and date as escaped HTML, either of which may be missing."""
    shown = (author, format_date(date) if date else None)
    return " · ".join(escape(part) for part in shown if part)


def describe_confidence(confidence: float) -> str:
    """A calibrated chance, 0 to 1, in words."""
    if confidence >= SURE:
        return "Sure"
    return "Fairly sure" if confidence >= 0.5 else "Not very sure"


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


def render_note(line: str) -> str:
    return f'<div class="answer"><p class="note">{escape(line)}</p></div>'


def count(number: int, noun: str) -> str:
    """``1 article``, ``1,200 articles``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
