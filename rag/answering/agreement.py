"""Whether the articles quoted agree, differ, or correct one another; pure.

Two articles agree where the same words are marked as the answer, and differ where each would answer
by itself and neither's words stand in the other's. That a later article corrects an earlier one is
said only where it says so itself.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.answering.cite import format_date
from rag.question.answer_type import wants_words
from rag.text.words import terms
from rag.types import Article, Quote

DIFFERS_FROM = 0.6
"""An article differs only if it would answer with this confidence (LOG.md, "what other articles
say")."""
_CORRECTS = re.compile(
    r"\bcorrection\b|\bcorrect(?:s|ed|ing)\b|\bclarification\b|\bmisstated\b|\bretract\w*"
    r"|\berratum\b|\b(?:wrongly|incorrectly|erroneously|mistakenly)\s+(?:stated|said|reported|gave"
    r"|named|identified|called|listed)\b|\b(?:earlier|previous|original)\s+(?:version|report|story"
    r"|article)\b",
    re.IGNORECASE,
)
_BEFORE_QUOTE_CHARS = 200
"""A correction says what it is within so many characters before the words that correct."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """The quotes, in the order in which they are to be read, and what is said of them."""

    quotes: tuple[Quote, ...]
    remark: str | None = None
    """How the articles stand to one another, in one sentence; None where there is one article."""
    differ: bool = False


def compared(question: str, quotes: Sequence[Quote]) -> Agreement:
    """What the articles of ``quotes``, the best of which comes first, say beside one another."""
    best = quotes[0]
    if not best.words or not wants_words(question):
        return Agreement(tuple(quotes))
    others = [quote for quote in quotes if quote.article.id != best.article.id and quote.words]
    unlike = [
        quote for quote in others if quote.confidence >= DIFFERS_FROM and _contradicts(quote, best)
    ]
    if unlike:
        return _disagreement(quotes, best, unlike)
    stories = {_story(quote.article) for quote in others if _same(quote, best)}
    stories.add(_story(best.article))
    if len(stories) > 1:
        return Agreement(tuple(quotes), f"{len(stories)} articles say so.")
    return Agreement(tuple(quotes))


def _disagreement(quotes: Sequence[Quote], best: Quote, unlike: Sequence[Quote]) -> Agreement:
    """Corrections first, then the others, each under its article's title and date."""
    told = [replace(quote, lead=f"{_named(quote.article)}:") for quote in quotes]
    rivals = [best, *unlike]
    correcting = {
        quote.article.id for quote in rivals if any(_corrects(quote, rival) for rival in rivals)
    }
    if correcting:
        told.sort(key=lambda quote: quote.article.id not in correcting)
        day = format_date(told[0].article.date or "")
        return Agreement(tuple(told), f"The article of {day} corrects an earlier one.", differ=True)
    return Agreement(
        tuple(told),
        "The articles give different answers; see whether they speak of the same thing.",
        differ=True,
    )


def _contradicts(quote: Quote, best: Quote) -> bool:
    """Whether neither's words stand in the other's sentence, unless one corrects the other."""
    if _same(quote, best):
        return False
    some, others = _terms_of(quote), _terms_of(best)
    apart = not some <= set(terms(best.text)) and not others <= set(terms(quote.text))
    return apart or _corrects(quote, best) or _corrects(best, quote)


def _same(quote: Quote, best: Quote) -> bool:
    some, others = _terms_of(quote), _terms_of(best)
    return bool(some and others) and (some <= others or others <= some)


def _terms_of(quote: Quote) -> set[str]:
    return set(terms(quote.words or ""))


def _corrects(quote: Quote, earlier: Quote) -> bool:
    """Whether the quote says that it corrects, in an article later than the other's."""
    if not earlier.article.date or (quote.article.date or "") <= earlier.article.date:
        return False
    before = quote.article.text[max(0, quote.start - _BEFORE_QUOTE_CHARS) : quote.end]
    return _CORRECTS.search(f"{quote.article.title}\n{before}") is not None


def _story(article: Article) -> str:
    """One name for all articles that tell the same story: a wire report in five papers is one."""
    return min((article.source, *article.also_in))


def _named(article: Article) -> str:
    name = article.title or article.source
    return f"{name}, {format_date(article.date)}" if article.date else name
