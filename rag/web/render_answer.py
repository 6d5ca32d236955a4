"""An answer -> safe HTML: whose words each part is, its sources, how sure it is; pure.

The page's styles and ``rag/web`` act on the classes: Gradio lets no other attributes through.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence
from itertools import groupby

from rag.shown.answer_facts import NEAREST_SHOWN, NOT_HELD, Searched, answer_facts, sureness
from rag.shown.answer_lines import Piece, Words, answer_lines
from rag.shown.escaping import escape, escape_characters
from rag.text.counted import count
from rag.types import Answer, Article, Citation, Hit
from rag.web.render import Mark, byline, source_link

MORE_SHOWN = 10
"""Nearest passages that can be listed on demand, those that always are among them."""

_MARKER_OR_QUOTED = re.compile(r"“[^”]*(?:”|$)|\[(\d{1,3})\]", re.ASCII)


def render_stream(text: str) -> str:
    """An answer that is still arriving; its markers are numbers, not yet links."""
    shown = _MARKER_OR_QUOTED.sub(
        lambda found: f'<span class="cite">{found[1]}</span>' if found[1] else found[0],
        escape_characters(text),
    )
    return f'<div class="answer working"><div class="words"><p><bdi>{shown}</bdi></p></div></div>'


def render_answer(
    answer: Answer,
    searched: Searched = Searched(),
    *,
    note: str = "",
    widening: str = "",
    below: str = "",
) -> str:
    """A whole answer with linked markers, its sources, what it is worth and how it was found.

    HTML is set before it (``note``), below it, and under an abstention (``widening``: links).
    """
    kinds = "answer whole"
    parts = [note, _words(answer), _replacements(answer), _sources(answer.citations)]
    if answer.status == "abstained":
        kinds += " abstained"
        widening = f'<p class="widen">{widening}</p>' if widening else ""
        parts += [_nearest(answer.hits), widening]
    if answer.differ:
        kinds += " differ"
    return f'<div class="{kinds}">{"".join(parts)}{_facts(answer, searched)}{below}</div>'


def _words(answer: Answer) -> str:
    lines = answer_lines(answer)
    stressed = next((p for line in lines for p in line.pieces if _holds(p, answer.short)), None)
    parts = ""
    for _, part in groupby(lines, key=lambda line: line.part):
        shown = ""
        for is_list, group in groupby(part, key=lambda line: line.is_item):
            blocks = ""
            for line in group:
                pieces = "".join(
                    _piece(piece, answer, answer.short if piece is stressed else None)
                    for piece in line.pieces
                )
                kind = ' class="remark"' if answer.citations and line.is_remark else ""
                tag = "li" if is_list else "p"
                blocks += f"<{tag}{kind}><bdi>{pieces}</bdi></{tag}>"
            shown += f"<ul>{blocks}</ul>" if is_list else blocks
        parts += f'<div class="part">{shown}</div>'
    return f'<div class="words">{parts}</div>'


def _holds(piece: Piece, short: str | None) -> bool:
    return (
        bool(short)
        and isinstance(piece, Words)
        and piece.voice != "ours"
        and (
            short in piece.text  # type: ignore[operator]
        )
    )


def _piece(piece: Piece, answer: Answer, short: str | None) -> str:
    if isinstance(piece, Citation):
        return _marker(piece, answer.citations)
    if short is None:
        shown = escape_characters(piece.text)
    else:
        before, _, after = piece.text.partition(short)
        strong = f"<strong>{escape_characters(short)}</strong>"
        shown = escape_characters(before) + strong + escape_characters(after)
    return f'<span class="{piece.voice}">{shown}</span>' if piece.text.strip() else shown


def _marker(citation: Citation, citations: Sequence[Citation]) -> str:
    """The citation's number as a link; what it cites is in it for the page to show on top."""
    source = " · ".join(filter(None, (escape(citation.title), _byline_of(citation))))
    return (
        f'<a class="cite" href="{_citation_link(citation, citations)}">{citation.number}'
        f'<span class="tip"><q>{escape(citation.quote)}</q> <small>{source}</small></span></a>'
    )


def _replacements(answer: Answer) -> str:
    """What a model wrote that its source does not hold, so that the source speaks instead."""
    notes = "".join(
        f"<li>{' '.join(f'<b>{number}</b>' for number in claim.citations)} "
        f"{NOT_HELD}; this is the source."
        f"<details><summary>What the model wrote</summary>{escape(claim.written)}</details></li>"
        for claim in answer.claims
        if claim.origin == "replaced" and claim.written
    )
    return f'<ul class="replacements">{notes}</ul>' if notes else ""


def _sources(citations: Sequence[Citation]) -> str:
    articles: dict[str, list[Citation]] = {}
    for citation in citations:
        articles.setdefault(citation.article_id, []).append(citation)
    items = ""
    for cited in articles.values():
        links = "".join(_marker(each, citations) for each in cited)
        details = _byline_of(cited[0])
        items += (
            f'<li><span class="numbers">{links}</span><span><cite>{escape(cited[0].title)}</cite>'
            f"{f' <small>{details}</small>' if details else ''}</span></li>"
        )
    return f'<ul class="sources">{items}</ul>' if items else ""


def _byline_of(source: Citation | Article) -> str:
    return byline(source.author, source.date)


def _nearest(hits: Sequence[Hit]) -> str:
    if not hits:
        return ""
    first, more = hits[:NEAREST_SHOWN], hits[NEAREST_SHOWN:MORE_SHOWN]
    shown = f'<ol class="nearest">{"".join(map(_passage, first))}</ol>'
    if more:
        shown += (
            f"<details><summary>Show {count(len(more), 'more passage')}</summary>"
            f'<ol class="nearest">{"".join(map(_passage, more))}</ol></details>'
        )
    return f"<h4>Nearest passages, which do not answer it</h4>{shown}"


def _passage(hit: Hit) -> str:
    return (
        f"<li><blockquote>{escape(hit.passage.text)}</blockquote>"
        f'<a class="near" href="{_passage_link(hit)}"><cite>{escape(hit.article.title)}</cite></a>'
        f" <small>{_byline_of(hit.article)}</small></li>"
    )


def _facts(answer: Answer, searched: Searched) -> str:
    sure = sureness(answer)
    facts = (
        _stressed(answer) if fact == sure else escape(fact)
        for fact in answer_facts(answer, searched)
    )
    return f'<p class="facts">{"<i></i> ".join(f"<span>{fact}</span>" for fact in facts)}</p>'


def _stressed(answer: Answer) -> str:
    """How sure it is, with what that means."""
    words, _, number = sureness(answer).partition(" (")
    percent = number.removesuffix("%)")
    meaning = f"Of 100 answers as sure as this one, about {percent} hold."
    return f'<b title="{meaning}">{words}</b> ({number}'


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
