"""Looks up what was found of an article's text when it was read: see ``rag.types.Mark``. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator

from rag.types import UNQUOTED, Article, Mark, Span

__all__ = ["headings_at", "marks_around", "may_be_quoted", "speaker_of", "unit_of"]


def may_be_quoted(article: Article, span: Span) -> bool:
    """Whether the sentence ``span`` may be evidence: it is no heading, caption, byline, ..."""
    return not any(mark.kind in UNQUOTED for mark in marks_around(article, *span))


def unit_of(article: Article, span: Span) -> Span:
    """The whole list of which ``span`` is the lead-in or an item; else ``span`` itself."""
    lists = (mark for mark in marks_around(article, *span) if mark.kind == "list")
    return next((Span(mark.start, mark.end) for mark in lists), span)


def speaker_of(article: Article, span: Span) -> str | None:
    """Whose words ``span`` is, where the text says so; None for the article's own author."""
    return next((mark.speaker for mark in marks_around(article, *span) if mark.speaker), None)


def headings_at(article: Article, position: int) -> tuple[str, ...]:
    """The headings that ``position`` stands under, the outermost first, without the title."""
    chain: list[Mark] = []
    for index in range(bisect_right(article.marks, position, key=_start) - 1, -1, -1):
        mark = article.marks[index]
        if mark.kind == "heading" and mark.end <= position:
            if not chain or mark.level < chain[-1].level:
                chain.append(mark)
            if mark.level <= 1:
                break
    return tuple(article.text[mark.start : mark.end] for mark in reversed(chain))


def marks_around(article: Article, start: int, end: int) -> Iterator[Mark]:
    """The marks within which all of ``article.text[start:end]`` lies, the innermost first."""
    paragraph = article.text.rfind("\n\n", 0, start)  # no mark crosses a blank line
    for index in range(bisect_right(article.marks, start, key=_start) - 1, -1, -1):
        mark = article.marks[index]
        if mark.start < paragraph:
            break
        if mark.end >= end:
            yield mark


def _start(mark: Mark) -> int:
    return mark.start
