"""Articles to passages of whole sentences, with exact offsets. Pure: no I/O, no models."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.text.marks import headings_at, marks_around
from rag.text.sentences import paragraph_sentences, paragraphs
from rag.types import UNQUOTED, Article, Mark, Passage, Span, Tokenizer

SPLITTER_VERSION = "4"
"""Changes whenever the same text would be split differently; part of the index's manifest."""

_SHORT_SHARE = 0.25
"""Paragraphs shorter than this share of a passage are too short to be found alone; putting longer
ones together made passages harder to find (wiki questions, same number of tokens read)."""

_LONGEST_TOKEN_CHARS = 40
"""Tokenizers make one token of a long string that they cannot read: it still takes its space."""


def passages(article: Article, tokenizer: Tokenizer, max_tokens: int) -> list[Passage]:
    """The text of ``article`` as passages of whole sentences, each of at most ``max_tokens``.

    A paragraph that fits stays whole. One shorter than a quarter of ``max_tokens`` shares a passage
    with what follows; one that does not fit is cut at sentence ends into parts of like size. Only a
    sentence longer than ``max_tokens`` is cut, at a clause or word end. No passage crosses a
    heading, or goes from what may be quoted to what may not. Title, byline and date stand in no
    passage, other headings only where no text follows: elsewhere they are its ``headings``.
    """
    if max_tokens < 1:
        raise ValueError("max_tokens must be at least 1")
    language = article.language or "en"
    return [
        Passage(
            id=f"{article.id}:{start}-{end}",
            article_id=article.id,
            text=article.text[start:end],
            start=start,
            end=end,
            headings=_headings(article, start),
        )
        for section in _sections(article)
        for start, end in _pack(article.text, section, language, tokenizer, max_tokens)
    ]


def _sections(article: Article) -> Iterator[Span]:
    """The stretches that no passage crosses."""
    body = article.body
    open_span, open_kind = Span(0, 0), ""
    pending: Mark | None = None  # a heading without text so far
    for start, end in paragraphs(article.text, 0, len(article.text)):
        mark = _unquoted_at(article, start)
        is_quotable = any(part.start < end and start < part.end for part in body)
        kind: str = "text" if is_quotable or mark is None else mark.kind
        if kind in ("title", "dateline") or (kind == "byline" and _is_stated(article, start, end)):
            continue
        if kind == "heading":
            assert mark is not None
            if pending and mark.level <= pending.level:
                yield Span(pending.start, pending.end)
            pending = mark
        else:
            pending = None
        kind = kind if kind in ("text", "heading") else "outside"
        if kind == open_kind and kind != "heading":
            open_span = Span(open_span.start, end)
            continue
        if open_kind in ("text", "outside"):
            yield open_span
        open_span, open_kind = Span(start, end), kind
    if pending:
        yield Span(pending.start, pending.end)
    elif open_kind in ("text", "outside"):
        yield open_span


def _unquoted_at(article: Article, start: int) -> Mark | None:
    around = marks_around(article, start, start + 1)
    return next((mark for mark in around if mark.kind in UNQUOTED), None)


def _is_stated(article: Article, start: int, end: int) -> bool:
    """Whether a paragraph tells the author or the date that the article has."""
    stated = (article.header.author, article.header.date)
    return any(span is not None and span.start < end and start < span.end for span in stated)


def _headings(article: Article, start: int) -> tuple[str, ...]:
    """The headings above ``start``; within a list its lead-in too."""
    headings = headings_at(article, start)
    for mark in marks_around(article, start, start + 1):
        lead_in = article.text[mark.start : mark.end].split("\n", 1)[0]
        if mark.kind == "list" and mark.start < start and lead_in.endswith((":", "：")):
            headings = (*headings, lead_in)
    return headings


def _pack(
    text: str, section: Span, language: str, tokenizer: Tokenizer, max_tokens: int
) -> Iterator[Span]:
    """Spans of passages within one section."""
    open_start, open_end, open_tokens = section.start, section.start, 0
    for paragraph in paragraphs(text, *section):
        parts = [
            part
            for sentence in paragraph_sentences(text, paragraph, language)
            for part in _fit(text, sentence, tokenizer, max_tokens)
        ]
        total = sum(tokens for _, tokens in parts)
        is_enough = open_tokens >= _SHORT_SHARE * max_tokens
        if open_tokens and (is_enough or open_tokens + total > max_tokens):
            yield Span(open_start, open_end)
            open_tokens = 0
        target = -(-total // -(-total // max_tokens)) if total > max_tokens else max_tokens
        own_tokens = 0
        for (start, end), tokens in parts:
            is_full = open_tokens + tokens > max_tokens or own_tokens >= target
            if open_tokens and is_full:
                yield Span(open_start, open_end)
                open_tokens = own_tokens = 0
            if not open_tokens:
                open_start = start
            open_end = end
            open_tokens += tokens
            own_tokens += tokens
    if open_tokens:
        yield Span(open_start, open_end)


def _fit(
    text: str, sentence: Span, tokenizer: Tokenizer, max_tokens: int
) -> Iterator[tuple[Span, int]]:
    """The sentence with its number of tokens, cut into parts if it has more than ``max_tokens``."""
    length_chars = sentence.end - sentence.start
    tokens = max(
        tokenizer.count_tokens(text[sentence.start : sentence.end]),
        -(-length_chars // _LONGEST_TOKEN_CHARS),
    )
    if tokens <= max_tokens:
        yield sentence, tokens
        return
    part_start, part_tokens = sentence.start, 0
    clause_end, clause_tokens = sentence.start, 0  # where the last clause of this part ended
    part_end = sentence.start
    for piece in re.finditer(r"\S{1,12}", text[sentence.start : sentence.end]):
        piece_start, piece_end = sentence.start + piece.start(), sentence.start + piece.end()
        piece_tokens = max(1, tokenizer.count_tokens(piece.group()))
        if part_tokens and part_tokens + piece_tokens > max_tokens:
            if clause_tokens * 2 < part_tokens:
                clause_end, clause_tokens = part_end, part_tokens
            yield Span(part_start, clause_end), clause_tokens
            part_start = clause_end + _space_at(text, clause_end)
            part_tokens -= clause_tokens
            clause_tokens = 0
            if not part_tokens:
                part_start = piece_start
        part_end = piece_end
        part_tokens += piece_tokens
        if re.search(r"[,;:—–。，、；][\"”’)]*$", piece.group()):
            clause_end, clause_tokens = part_end, part_tokens
    yield Span(part_start, part_end), part_tokens


def _space_at(text: str, start: int) -> int:
    """How many whitespace characters follow ``start``."""
    space = re.compile(r"\s*").match(text, start)
    return space.end() - start if space else 0
