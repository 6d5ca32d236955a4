"""The source panel: an article with its quotes marked, or the contents of the library; pure.

A link names its article and the quotes to mark, so that it outlives the conversation.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, islice, pairwise
from typing import Literal, TypeAlias
from urllib.parse import urlencode, urlsplit
from zlib import crc32

from rag.answer.cite import citation
from rag.conversations.references import bibtex, reference_markdown, reference_plain
from rag.shown.escaping import folded, safe_url
from rag.types import Article, Failure, Span
from rag.web.pages import render

CONTENTS_SHOWN = 200
"""Articles that the library's table of contents lists at once."""
MISSING = '<p class="notice">This article is no longer in the library.</p>'
"""For a link that is older than the index."""
_PARAGRAPH = re.compile(r"\S(?:.*?\S)?(?=\s*\n\s*\n|\s*\Z)", re.DOTALL)
_VERSE_CHARS = 60
"""A paragraph whose lines are all shorter keeps its line breaks: bylines, verse, addresses."""
_Kind: TypeAlias = Literal["title", "byline", "heading", "caption", "outside", "text"]
"""``outside``: contact details and the like, which are never evidence."""


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


@dataclass(frozen=True, slots=True)
class _Piece:
    """A stretch of text between the ends of quotes."""

    text: str
    kinds: str
    """Classes of its mark; "" without one."""
    numbers: str
    """Those of the quotes that begin here."""


@dataclass(frozen=True, slots=True)
class _Block:
    """Whole lines of an article that are shown together."""

    kind: _Kind
    pieces: tuple[_Piece, ...]
    is_verse: bool


def checksum(text: str) -> int:
    return crc32(text.encode("utf-8", "surrogatepass"))


def source_link(article_id: str, marks: Sequence[Mark] = (), opened: int | None = None) -> str:
    """The address, within the page, of an article with quotes marked and one of them opened."""
    quotes = [("quote", f"{m.number}.{m.start}.{m.end}.{m.checksum}") for m in marks]
    chosen = [] if opened is None else [("opened", str(opened))]
    return "#source?" + urlencode([("article", article_id), *quotes, *chosen])


def matching(articles: Iterable[Article], search: str) -> Iterator[Article]:
    """Those whose title, author, date and file hold every word of a search between them."""
    words = folded(search).split()
    for article in articles:
        told = (article.title, article.author, article.date, article.source)
        if not words or all(word in folded(" ".join(filter(None, told))) for word in words):
            yield article


def render_contents(
    articles: Iterable[Article],
    total: int,
    failures: Sequence[Failure] = (),
    search: str = "",
    offset: int = 0,
) -> str:
    """The articles of the library by title, each linked, and the files that could not be read.

    Of a long list a part, from ``offset`` on, and a button for what follows.
    """
    found = [*islice(matching(articles, search), offset, offset + CONTENTS_SHOWN + 1)]
    return render(
        "contents",
        articles=found[:CONTENTS_SHOWN],
        total=total,
        more=offset + CONTENTS_SHOWN if len(found) > CONTENTS_SHOWN else None,
        search=search,
        failures=failures[:CONTENTS_SHOWN],
        link_to=source_link,
    )


def render_source(article: Article, marks: Sequence[Mark], opened: int | None) -> str:
    """The whole article with each quote marked; ``opened`` is the number of the current one.

    A mark whose text is not there any more is left out, and a notice says so.
    """
    held = [
        mark for mark in marks if checksum(article.text[mark.start : mark.end]) == mark.checksum
    ]
    notices = []
    if opened == 0:
        notices.append("Nearest passage. It does not answer the question.")
    if len(held) < len(marks):
        notices.append("The article has changed since this answer: a quote is not there any more.")
    current = next((mark for mark in held if mark.number and mark.number == opened), None)
    return render(
        "source",
        article=article,
        host=urlsplit(safe_url(article.url) or "").hostname or safe_url(article.url),
        copies=_copies(article, current) if current else (),
        pattern=re.sub(r"[\[*?]", r"[\g<0>]", article.source),  # which only this source passes
        notices=notices,
        blocks=_blocks(article, held, opened),
    )


def _copies(article: Article, mark: Mark) -> Iterator[tuple[str, str, str]]:
    """What can be copied of a quote: the form's name, the text, the button's label."""
    cited = citation(mark.number, article, mark.start, mark.end)
    yield "Plain", reference_plain(cited, article.url), "Copy quote"
    yield "Markdown", reference_markdown(cited, article.url), "Markdown"
    yield "BibTeX", bibtex(cited, article.url), "BibTeX"


def _blocks(article: Article, marks: Sequence[Mark], opened: int | None) -> Iterator[_Block]:
    """The article's blocks in order; before the body, each line is told apart."""
    body = article.body
    for match in _PARAGRAPH.finditer(article.text):
        spans = [Span(*match.span())]
        if body and match.start() < body[0].start:
            lines = re.finditer(r"\S.*", match[0])
            spans = [Span(*(match.start() + end for end in line.span())) for line in lines]
        for kind, group in groupby(spans, key=lambda span: _kind(article, body, span)):
            joined = [*group]
            span = Span(joined[0].start, joined[-1].end)
            longest = max(map(len, article.text[span.start : span.end].split("\n")))
            pieces = _pieces(article.text, span, marks, opened)
            yield _Block(kind, tuple(pieces), longest <= _VERSE_CHARS)


def _kind(article: Article, body: Sequence[Span], span: Span) -> _Kind:
    header = article.header
    if header.title and _overlap(span, header.title):
        return "title"
    if any(part and _overlap(span, part) for part in (header.author, header.date)):
        return "byline"
    for mark in article.marks:
        if mark.kind in ("heading", "caption") and _overlap(span, Span(mark.start, mark.end)):
            return "heading" if mark.kind == "heading" else "caption"
    if body and not any(_overlap(span, part) for part in body):
        return "outside"
    return "text"


def _overlap(first: Span, second: Span) -> bool:
    return first.start < second.end and second.start < first.end


def _pieces(text: str, span: Span, marks: Sequence[Mark], opened: int | None) -> Iterator[_Piece]:
    """The block in pieces, cut wherever a quote begins or ends, so that quotes may overlap."""
    ends = {end for mark in marks for end in (mark.start, mark.end)}
    cuts = sorted({*span, *(end for end in ends if span.start < end < span.end)})
    for start, end in pairwise(cuts):
        covering = [mark for mark in marks if mark.start <= start and end <= mark.end]
        kinds = ""
        if covering:
            kinds = "quote" if any(mark.number for mark in covering) else "near"
            kinds += " current" if any(mark.number == opened for mark in covering) else ""
        beginning = [str(mark.number) for mark in covering if mark.start == start and mark.number]
        yield _Piece(text[start:end], kinds, " ".join(beginning))
