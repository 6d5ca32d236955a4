"""An article with its quotes marked -> safe HTML for the source panel; pure."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, pairwise

from rag.render import NumberedSpan, byline, count, escape, escape_characters, source_link
from rag.types import Article, Span

_PARAGRAPH = re.compile(r"\S(?:.*?\S)?(?=\s*\n\s*\n|\s*\Z)", re.DOTALL)
_VERSE_CHARS = 60
"""A paragraph whose lines are all shorter keeps its line breaks: bylines, verse, addresses."""


CONTENTS_SHOWN = 200
"""Articles listed in the library's table of contents."""


def render_contents(articles: Iterable[Article], total: int) -> str:
    """The articles of the library by title, each linked; a long list is cut short and says so."""
    items = "".join(
        f'<li><a href="{html.escape(source_link(article.id))}">{escape(article.title)}</a>'
        f"<small>{byline(article.author, article.date) or escape(article.source)}</small></li>"
        for article in islice(articles, CONTENTS_SHOWN)
    )
    rest = max(0, total - CONTENTS_SHOWN)
    more = f'<p class="notice">And {count(rest, "article")} more.</p>' if rest else ""
    return f'<nav aria-label="Articles"><ol class="contents">{items}</ol>{more}</nav>'


def render_source(article: Article, quotes: Sequence[NumberedSpan], opened: int | None) -> str:
    """The whole article with each ``(number, start, end)`` marked; ``opened`` is the current one.

    Spans that lie outside the text are left out.
    """
    length = len(article.text)
    held = sorted((quote for quote in quotes if 0 <= quote[1] < quote[2] <= length), key=_start)
    notice = (
        '<p class="notice">Nearest passage. It does not answer the question.</p>'
        if opened == 0
        else ""
    )
    heading = "" if article.header.title else f"<h2>{escape(article.title)}</h2>"
    if not (article.header.author or article.header.date):
        heading += f'<p class="byline">{byline(article.author, article.date)}</p>'
    paragraphs = "".join(
        _paragraph(article, Span(*match.span()), held, opened)
        for match in _PARAGRAPH.finditer(article.text)
    )
    return (
        f'{notice}<article aria-label="{escape_characters(article.title)}">'
        f'{heading}{paragraphs}<footer class="file">{escape(article.source)}</footer></article>'
    )


def render_missing_source() -> str:
    """For a link that is older than the index."""
    return '<p class="notice">This article is no longer in the library.</p>'


def _start(quote: NumberedSpan) -> int:
    return quote[1]


def _paragraph(
    article: Article, span: Span, quotes: Sequence[NumberedSpan], opened: int | None
) -> str:
    verse = max(map(len, article.text[span.start : span.end].split("\n"))) <= _VERSE_CHARS
    inner = "".join(_marked(article.text, span, quotes, opened, "<br>" if verse else " "))
    header = article.header
    if header.title and _overlap(span, header.title):
        return f"<h2>{inner}</h2>"
    if any(part and _overlap(span, part) for part in (header.author, header.date)):
        return f'<p class="byline">{inner}</p>'
    if article.body and not any(_overlap(span, part) for part in article.body):
        return f'<p class="outside">{inner}</p>'  # contact details and the like: never evidence
    return f"<p>{inner}</p>"


def _overlap(first: Span, second: Span) -> bool:
    return first.start < second.end and second.start < first.end


def _marked(
    text: str, span: Span, quotes: Sequence[NumberedSpan], opened: int | None, line_break: str
) -> Iterator[str]:
    """The paragraph in pieces, cut wherever a quote begins or ends, so that quotes may overlap."""
    cuts = {span.start, span.end}
    cuts.update(cut for _, *ends in quotes for cut in ends if span.start < cut < span.end)
    edges = sorted(cuts)
    for start, end in pairwise(edges):
        piece = line_break.join(map(escape_characters, text[start:end].split("\n")))
        covering = [quote for quote in quotes if quote[1] <= start and end <= quote[2]]
        if not covering:
            yield piece
            continue
        current = " current" if any(number == opened for number, *_ in covering) else ""
        beginning = [str(number) for number, first, _ in covering if first == start and number]
        label = f' data-number="{" ".join(beginning)}"' if beginning else ""
        yield f'<mark class="quote{current}"{label}>{piece}</mark>'
