"""Chosen quotes to quotes for reading: whole clauses, names for pronouns, nothing twice; pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from rag.answer.clauses import trimmed
from rag.answer.pronouns import resolved
from rag.text.sentences import sentences
from rag.text.words import content_terms, terms
from rag.types import Quote, Span

_WORD = re.compile(r"\w[\w.'’]*")
_SAME_PARAGRAPH = re.compile(r"[^\S\n]*\n?[^\S\n]*")
_NEGATION = re.compile(r"\b(?:not?|never|none|nor|neither|without)\b|n[’']t\b", re.IGNORECASE)


def composed(question: str, quotes: Sequence[Quote]) -> list[Quote]:
    """The quotes as they are to be read, in the order given.

    Each is a stretch of what was given, or of neighbours joined: ``article.text[start:end] ==
    text`` still. The marked words and the words of the question stay in it; a quote without marked
    words loses nothing but a pronoun.
    """
    return [
        resolved(quote.article, _trimmed(question, quote))
        for quote in _joined(_without_repetition(quotes))
    ]


def _without_repetition(quotes: Sequence[Quote]) -> list[Quote]:
    """Of quotes of one article that say the same, the longest, in the place of the first."""
    kept: list[Quote] = []
    for quote in quotes:
        twin = next((i for i, other in enumerate(kept) if _repeats(quote, other)), None)
        if twin is None:
            kept.append(quote)
        elif _is_within(kept[twin], quote):
            kept[twin] = quote
    return kept


def _repeats(some: Quote, other: Quote) -> bool:
    return some.article.id == other.article.id and (
        _is_within(some, other) or _is_within(other, some) or _claim(some) == _claim(other)
    )


def _is_within(inner: Quote, outer: Quote) -> bool:
    return inner.text in outer.text


def _claim(quote: Quote) -> tuple[list[str], int]:
    """What is said, whatever the order of the words; the terms leave negations out."""
    return sorted(terms(quote.text)), len(_NEGATION.findall(quote.text))


def _joined(quotes: Sequence[Quote]) -> list[Quote]:
    """Sentences that follow each other in an article and here, as one quote."""
    joined: list[Quote] = []
    for quote in quotes:
        if joined and _follows(quote, joined[-1]):
            joined[-1] = _both(joined[-1], quote)
        else:
            joined.append(quote)
    return joined


def _follows(quote: Quote, before: Quote) -> bool:
    """Whether only white space parts the two, within a paragraph."""
    gap = quote.article.text[before.end : quote.start]
    return (
        quote.article.id == before.article.id
        and before.end <= quote.start
        and not quote.lead
        and _SAME_PARAGRAPH.fullmatch(gap) is not None
    )


def _both(first: Quote, second: Quote) -> Quote:
    better = max(first, second, key=lambda quote: (quote.words is not None, quote.score))
    return replace(
        first,
        text=first.article.text[first.start : second.end],
        end=second.end,
        score=max(first.score, second.score),
        words=better.words,
    )


def _trimmed(question: str, quote: Quote) -> Quote:
    """The first sentence's beginning and the last one's end go where they can."""
    keep = _kept(question, quote)
    if keep is None:
        return quote
    parts = sentences(quote.text)
    first, last = parts[0], parts[-1]
    start = first.start + trimmed(quote.text[first.start : first.end], _within(keep, first)).start
    end = last.start + trimmed(quote.text[last.start : last.end], _within(keep, last)).end
    text = quote.text[start:end]
    asked = set(content_terms(question))
    if asked & set(terms(quote.text)) != asked & set(terms(text)):  # "United States" is one term
        return quote
    return replace(quote, text=text, start=quote.start + start, end=quote.start + end)


def _kept(question: str, quote: Quote) -> Span | None:
    """From the first to the last of the marked words and the question's; None if none is marked."""
    if not quote.words or quote.words not in quote.text:
        return None
    asked = set(content_terms(question))
    places = [match.span() for match in re.finditer(re.escape(quote.words), quote.text)]
    places += [
        match.span()
        for match in _WORD.finditer(quote.text)
        if not asked.isdisjoint(terms(match.group()))
    ]
    return Span(min(start for start, _ in places), max(end for _, end in places))


def _within(keep: Span, sentence: Span) -> Span:
    """The part of ``keep`` that lies in ``sentence``, as its offsets; empty at an end if none."""
    start = min(max(keep.start, sentence.start), sentence.end)
    end = max(min(keep.end, sentence.end), sentence.start)
    return Span(start - sentence.start, max(start, end) - sentence.start)
