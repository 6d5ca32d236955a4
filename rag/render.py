"""A conversation -> safe HTML: escapes everything, decides nothing; pure.

Article text, titles, file names and questions are hostile until ``escape`` has seen them. What
leaves here is one line of HTML, because the chat passes messages through a Markdown parser, which
leaves a block of HTML alone until the first blank line.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode
from zlib import crc32

from rag.cite import format_date, markers
from rag.errors import SeedsError
from rag.served import Failed, Ready, State, Working
from rag.types import Answer, Citation, Hit

NEAREST_SHOWN = 3
"""Passages listed under an answer that nothing supports."""

_SPOOFING = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # control characters
    "\u202a-\u202e\u2066-\u2069"  # overrides of the writing direction
    "\u200b\u2060\ufeff\u180e\U000e0000-\U000e007f]"  # characters without width
)
_MARKER_OR_QUOTED = re.compile(r"“[^”]*(?:”|$)|\[(\d{1,3})\]", re.ASCII)


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
    if confidence >= 0.75:
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


def _citation_link(citation: Citation, citations: Iterable[Citation]) -> str:
    marks = [
        Mark.of(each.number, each.start, each.end, each.quote)
        for each in citations
        if each.article_id == citation.article_id
    ]
    return html.escape(source_link(citation.article_id, marks, citation.number))


def _passage_link(hit: Hit) -> str:
    passage = hit.passage
    mark = Mark.of(0, passage.start, passage.end, passage.text)
    return html.escape(source_link(hit.article.id, [mark], 0))


# The conversation.


def render_question(question: str) -> str:
    return f'<div class="question">{escape(question)}</div>'


def render_progress(line: str) -> str:
    return f'<div class="answer working"><p class="progress">{escape(line)}</p></div>'


def render_note(line: str) -> str:
    return f'<div class="answer"><p class="note">{escape(line)}</p></div>'


def render_stream(text: str) -> str:
    """An answer that is still arriving; its markers are numbers, not yet links."""
    shown = _MARKER_OR_QUOTED.sub(
        lambda found: f'<span class="cite">{found[1]}</span>' if found[1] else found[0],
        escape_characters(text),
    )
    return f'<div class="answer working"><div class="words"><p><bdi>{shown}</bdi></p></div></div>'


def render_answer(answer: Answer) -> str:
    """A whole answer with linked markers, its sources and how it came about."""
    if answer.status == "abstained":
        parts = f"<p>{escape(answer.text)}</p>{_nearest(answer.hits)}"
        return f'<div class="answer whole abstained">{parts}{_facts(answer)}</div>'
    paragraphs = "".join(
        f"<p>{_paragraph_with_links(paragraph, answer)}</p>"
        for paragraph in re.split(r"\n\s*\n", answer.text)
    )
    parts = f'<div class="words">{paragraphs}</div>{_sources(answer.citations)}'
    return f'<div class="answer whole">{parts}{_facts(answer)}</div>'


def _paragraph_with_links(paragraph: str, answer: Answer) -> str:
    numbered = {citation.number: citation for citation in answer.citations}
    # Stretches of the paragraph, and the HTML that stands in their place.
    marked: list[tuple[int, int, str]] = []
    for marker in markers(paragraph, answer.citations):
        citation = numbered[int(marker[1])]
        address = _citation_link(citation, answer.citations)
        link = f'<a class="cite" href="{address}" title="Open the source">{citation.number}</a>'
        marked.append((*marker.span(), link))
    if answer.short and (at := paragraph.find(answer.short)) >= 0:
        strong = f"<strong>{escape_characters(answer.short)}</strong>"
        marked.append((at, at + len(answer.short), strong))
    shown, done = "", 0
    for start, end, marked_up in sorted(marked):
        if start >= done:
            shown += escape_characters(paragraph[done:start]) + marked_up
            done = end
    return f"<bdi>{shown}{escape_characters(paragraph[done:])}</bdi>"


def _sources(citations: Sequence[Citation]) -> str:
    articles: dict[str, list[Citation]] = {}
    for citation in citations:
        articles.setdefault(citation.article_id, []).append(citation)
    items = []
    for cited in articles.values():
        links = "".join(
            f'<a class="cite" href="{_citation_link(each, citations)}">{each.number}</a>'
            for each in cited
        )
        details = byline(cited[0].author, cited[0].date)
        items.append(
            f'<li><span class="numbers">{links}</span><span><cite>{escape(cited[0].title)}</cite>'
            f"{f' <small>{details}</small>' if details else ''}</span></li>"
        )
    return f'<ul class="sources">{"".join(items)}</ul>'


def _nearest(hits: Sequence[Hit]) -> str:
    if not hits:
        return ""
    items = "".join(
        f"<li><blockquote>{escape(hit.passage.text)}</blockquote>"
        f'<a class="near" href="{_passage_link(hit)}"><cite>{escape(hit.article.title)}</cite></a>'
        f" <small>{byline(hit.article.author, hit.article.date)}</small></li>"
        for hit in hits[:NEAREST_SHOWN]
    )
    return f'<h4>Nearest passages, which do not answer it</h4><ol class="nearest">{items}</ol>'


def _facts(answer: Answer) -> str:
    facts = [] if answer.status == "abstained" else [describe_confidence(answer.confidence)]
    if answer.query != answer.question:
        facts.append(f"Searched for “{escape(answer.query)}”")
    facts.append(f"{answer.timings.get('total', sum(answer.timings.values())):.1f}\u00a0s")
    return f'<p class="facts">{"<i></i>".join(f"<span>{fact}</span>" for fact in facts)}</p>'


# What the library is doing.


def describe_state(state: State) -> str:
    """One line for a person: what the library holds or is doing, or what went wrong."""
    match state:
        case Working(line=line):
            return line
        case Failed(error=error):
            return str(error)
        case Ready(library=library):
            counts = [count(library.article_count, "article")]
            counts.append(count(library.passage_count, "passage"))
            if failures := library.manifest.failures:
                counts.append(f"{count(len(failures), 'file')} not read")
            return ", ".join(counts)


def render_state(state: State) -> str:
    kind = type(state).__name__.lower()
    line = escape(describe_state(state))
    if isinstance(state, Ready):
        line = f'<a href="#source">{line}</a>'
    return f'<p class="state {kind}">{line}</p>'


def render_welcome(state: State, seeds: str) -> str:
    """What stands where the conversation will be: how to begin, or what is missing."""
    if isinstance(state, Failed) and isinstance(state.error, SeedsError):
        return (
            '<div class="welcome"><h2>No articles yet</h2>'
            f"<p>Put text or Markdown files (.txt, .md) into <code>{escape(seeds)}</code>, "
            "then press <b>Rebuild index</b>.</p></div>"
        )
    if isinstance(state, Failed) and state.library is None:
        return (
            '<div class="welcome"><h2>The index cannot be used</h2>'
            f"<p>{escape(str(state.error))}</p>"
            "<p>Or press <b>Rebuild index</b>: the articles themselves are untouched.</p></div>"
        )
    return (
        '<div class="welcome"><h2>Ask the articles</h2>'
        "<p>Answers are the articles’ own words. Every number opens its source at the quote.</p>"
        "</div>"
    )


def count(number: int, noun: str) -> str:
    """``1 article``, ``1,200 articles``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
