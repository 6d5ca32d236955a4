"""An article with its quotes marked -> safe HTML for the source panel; pure."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, pairwise
from urllib.parse import urlsplit

from rag.answer.cite import citation
from rag.conversations.references import bibtex, reference_markdown, reference_plain
from rag.shown.escaping import escape, escape_characters, safe_url, visible
from rag.text.counted import count
from rag.types import Article, Failure, Span
from rag.web.render import Mark, byline, checksum, source_link
from rag.web.source_blocks import Block, blocks

_PARAGRAPH = re.compile(r"\S(?:.*?\S)?(?=\s*\n\s*\n|\s*\Z)", re.DOTALL)
_VERSE_CHARS = 60
"""A paragraph whose lines are all shorter keeps its line breaks: bylines, verse, addresses."""


CONTENTS_SHOWN = 200
"""Articles listed in the library's table of contents."""


def render_contents(
    articles: Iterable[Article], total: int, failures: Sequence[Failure] = ()
) -> str:
    """The articles of the library by title, each linked, and the files that could not be read.

    A long list is cut short and says so.
    """
    if not total:
        return '<p class="notice">No articles here yet.</p>'
    items = "".join(
        f'<li><a href="{html.escape(source_link(article.id))}">{escape(article.title)}</a>'
        f"<small>{byline(article.author, article.date) or escape(article.source)}</small></li>"
        for article in islice(articles, CONTENTS_SHOWN)
    )
    rest = max(0, total - CONTENTS_SHOWN)
    more = f'<p class="notice">And {count(rest, "article")} more.</p>' if rest else ""
    contents = f'<nav aria-label="Articles"><ol class="contents">{items}</ol>{more}</nav>'
    if not failures:
        return contents
    reasons = "".join(
        f"<li>{escape(each.source)}<small>{escape(each.reason)}</small></li>"
        for each in failures[:CONTENTS_SHOWN]
    )
    return f'{contents}<h3>Not read</h3><ul class="contents">{reasons}</ul>'


def render_source(article: Article, marks: Sequence[Mark], opened: int | None) -> str:
    """The whole article with each quote marked; ``opened`` is the number of the current one.

    Author and date stand above it, so lines before the body that say no more are left out, unless
    they are quoted. A mark whose text is not there any more is left out, and a notice says so.
    """
    held = [
        mark for mark in marks if checksum(article.text[mark.start : mark.end]) == mark.checksum
    ]
    notices = []
    if opened == 0:
        notices.append("Nearest passage. It does not answer the question.")
    if len(held) < len(marks):
        notices.append("The article has changed since this answer: a quote is not there any more.")
    heading = "" if article.header.title else f"<h2>{escape(article.title)}</h2>"
    paragraphs = "".join(
        _block(article, block, held, opened)
        for match in _PARAGRAPH.finditer(article.text)
        for block in blocks(article, Span(*match.span()), held)
    )
    return (
        _tools(
            article, next((mark for mark in held if mark.number and mark.number == opened), None)
        )
        + "".join(f'<p class="notice">{notice}</p>' for notice in notices)
        + f'<article aria-label="{escape_characters(article.title)}">{heading}{paragraphs}'
        f'<footer class="file">{escape(article.source)}</footer></article>'
    )


def _tools(article: Article, opened: Mark | None) -> str:
    """What can be known of the article and done with it, for the page to show above it."""
    known = [byline(article.author, article.date), _original(article.url), _also_in(article)]
    about = "".join(f"<span>{part}</span>" for part in known if part)
    narrow = _button("narrow", "source", _as_pattern(article.source), "Only this article")
    if article.author:
        narrow += _button("narrow", "author", article.author, "Only this author")
    copies = ""
    if opened is not None:
        cited = citation(opened.number, article, opened.start, opened.end)
        copies = (
            '<div class="copies" role="group" aria-label="Copy the quote with its reference">'
            + _button("copy", "Plain", reference_plain(cited, article.url), "Copy quote")
            + _button("copy", "Markdown", reference_markdown(cited, article.url), "Markdown")
            + _button("copy", "BibTeX", bibtex(cited, article.url), "BibTeX")
            + "</div>"
        )
    return f'<div class="tools"><p class="about">{about}</p>{copies}{narrow}</div>'


def _button(kind: str, name: str, value: str, label: str) -> str:
    """A button for the page's scripts; its value keeps line breaks."""
    kept = html.escape(visible(value)).replace("\n", "&#10;")
    return f'<button type="button" class="{kind}" name="{name}" value="{kept}">{label}</button>'


def _original(url: str | None) -> str:
    """A link to where the article came from; nothing unless that is on the web."""
    address = safe_url(url)
    if address is None:
        return ""
    return (
        f'<a href="{html.escape(address)}" target="_blank" rel="noopener noreferrer">'
        f"Original at {escape(urlsplit(address).hostname or address)}</a>"
    )


def _also_in(article: Article) -> str:
    return f"Also in {', '.join(map(escape, article.also_in))}" if article.also_in else ""


def _as_pattern(source: str) -> str:
    """The filter that only this source passes, whatever a pattern would make of its characters."""
    return re.sub(r"[\[*?]", r"[\g<0>]", source)


def render_missing_source() -> str:
    """For a link that is older than the index."""
    return '<p class="notice">This article is no longer in the library.</p>'


def _block(article: Article, block: Block, marks: Sequence[Mark], opened: int | None) -> str:
    start, end = block.span
    verse = max(map(len, article.text[start:end].split("\n"))) <= _VERSE_CHARS
    inner = "".join(_marked(article.text, block.span, marks, opened, "<br>" if verse else " "))
    match block.kind:
        case "title":
            return f"<h2>{inner}</h2>"
        case "text":
            return f"<p>{inner}</p>"
        case kind:
            return f'<p class="{kind}">{inner}</p>'


def _marked(
    text: str, span: Span, marks: Sequence[Mark], opened: int | None, line_break: str
) -> Iterator[str]:
    """The paragraph in pieces, cut wherever a quote begins or ends, so that quotes may overlap."""
    cuts = {span.start, span.end}
    cuts.update(
        cut for mark in marks for cut in (mark.start, mark.end) if span.start < cut < span.end
    )
    for start, end in pairwise(sorted(cuts)):
        piece = line_break.join(map(escape_characters, text[start:end].split("\n")))
        covering = [mark for mark in marks if mark.start <= start and end <= mark.end]
        if not covering:
            yield piece
            continue
        classes = "quote" if any(mark.number for mark in covering) else "near"
        if any(mark.number == opened for mark in covering):
            classes += " current"
        beginning = [str(mark.number) for mark in covering if mark.start == start and mark.number]
        label = f' data-number="{" ".join(beginning)}"' if beginning else ""
        yield f'<mark class="{classes}"{label}>{piece}</mark>'
