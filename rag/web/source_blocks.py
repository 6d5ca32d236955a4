"""An article's paragraphs -> blocks: title, by-line, text, contact lines; pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal, TypeAlias

from rag.load.dates import find_date
from rag.types import Article, Span
from rag.web.render import Mark

Kind: TypeAlias = Literal["title", "byline", "outside", "text"]
"""``outside``: contact details and the like, which are never evidence."""

_ATTRIBUTION = re.compile(r"\b(?:author|by|date|on|published)\b|[\W_]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Block:
    """Whole lines of an article that are shown together."""

    span: Span
    kind: Kind


def blocks(article: Article, paragraph: Span, marks: Sequence[Mark]) -> Iterator[Block]:
    """The blocks of a paragraph, in order.

    Before the body, each line is told apart, and those without a mark that repeat the article's
    author and date, and nothing else, are left out.
    """
    if not article.body or paragraph.start >= article.body[0].start:
        yield Block(paragraph, _kind(article, paragraph))
        return
    shown = [line for line in _lines(article.text, paragraph) if not _repeats(article, line, marks)]
    for kind, group in groupby(shown, key=lambda line: _kind(article, line)):
        lines = [*group]
        yield Block(Span(lines[0].start, lines[-1].end), kind)


def _kind(article: Article, span: Span) -> Kind:
    header = article.header
    if header.title and _overlap(span, header.title):
        return "title"
    if any(part and _overlap(span, part) for part in (header.author, header.date)):
        return "byline"
    if article.body and not any(_overlap(span, part) for part in article.body):
        return "outside"
    return "text"


def _lines(text: str, paragraph: Span) -> Iterator[Span]:
    for match in re.finditer(r"\S.*", text[paragraph.start : paragraph.end]):
        yield Span(paragraph.start + match.start(), paragraph.start + match.end())


def _repeats(article: Article, line: Span, marks: Sequence[Mark]) -> bool:
    """Whether a line tells author or date, and nothing else."""
    if any(_overlap(line, Span(mark.start, mark.end)) for mark in marks):
        return False
    said = article.text[line.start : line.end]
    rest = said.replace(article.author, "") if article.author else said
    if (found := find_date(rest)) and found[0] == article.date:
        rest = rest[: found[1]] + rest[found[2] :]
    return rest != said and not _ATTRIBUTION.sub("", rest)


def _overlap(first: Span, second: Span) -> bool:
    return first.start < second.end and second.start < first.end
