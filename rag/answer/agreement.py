"""Whether the articles quoted agree or differ.

Two articles differ where each would answer by itself, of the same matter, in words that cannot
mean the same, and neither's words stand in the other's sentence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING

from rag.answer.cite import format_date
from rag.answer.same_answer import compared_answers
from rag.answer.same_matter import same_matter
from rag.question.answer_type import asked_type
from rag.text.words import terms
from rag.types import Article, Quote

if TYPE_CHECKING:
    from rag.types import Embedder

DIFFERS_FROM = 0.6
"""An article differs only if it would answer with this confidence (LOG.md, "what other articles
say")."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """The quotes, in the order in which they are to be read, and what is said of them."""

    quotes: tuple[Quote, ...]
    remark: str | None = None
    """How the articles stand to one another, in one sentence; None where there is one article."""
    differ: bool = False


def compared(question: str, quotes: Sequence[Quote], embedder: Embedder) -> Agreement:
    """What the articles of ``quotes``, the best of which comes first, say beside one another."""
    best = quotes[0]
    if not best.words:
        return Agreement(tuple(quotes))
    others = [quote for quote in quotes if quote.article.id != best.article.id and quote.words]
    kind = asked_type(question)
    likeness = {id(quote): compared_answers(kind, quote, best) for quote in others}
    told = [quote for quote in quotes if quote.words]
    apart = [
        pair
        for pair in combinations(told, 2)
        if all(quote is best or quote.confidence >= DIFFERS_FROM for quote in pair)
        and _contradict(question, *pair, embedder)
        and (pair[0] is best or same_matter(question, *pair, embedder))
    ]
    unlike = [quote for quote in told if quote is not best and any(quote in pair for pair in apart)]
    if unlike:
        return _disagreement(quotes, unlike)
    stories = {_story(quote.article) for quote in others if likeness[id(quote)] == "same"}
    stories.add(_story(best.article))
    if len(stories) > 1:
        return Agreement(tuple(quotes), f"{len(stories)} articles say so.")
    return Agreement(tuple(quotes))


def _disagreement(quotes: Sequence[Quote], unlike: Sequence[Quote]) -> Agreement:
    """The best quote and those unlike it first, each under its article's title and date."""
    first = [quotes[0], *unlike]
    ordered = first + [quote for quote in quotes if quote not in first]
    remark = "The articles give different answers; see whether they speak of the same thing."
    told = tuple(replace(quote, lead=f"{named(quote.article)}:") for quote in ordered)
    return Agreement(told, remark, differ=True)


def _contradict(question: str, first: Quote, second: Quote, embedder: Embedder) -> bool:
    """Whether two articles answer otherwise, and neither's words stand in the other's sentence."""
    if first.article.id == second.article.id:
        return False
    some, others = set(terms(first.words or "")), set(terms(second.words or ""))
    return (
        compared_answers(asked_type(question), first, second) == "other"
        and not some <= set(terms(second.text))
        and not others <= set(terms(first.text))
        and same_matter(question, second, first, embedder)
    )


def _story(article: Article) -> str:
    """One name for all articles that tell the same story: a wire report in five papers is one."""
    return min((article.source, *article.also_in))


def named(article: Article) -> str:
    """Its title and, where it is dated, the day."""
    name = article.title or article.source
    return f"{name}, {format_date(article.date)}" if article.date else name
