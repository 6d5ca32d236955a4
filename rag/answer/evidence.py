"""What was read to the decision whether to answer, and with which quotes; pure."""

from __future__ import annotations

from collections.abc import Sequence

from rag.read.evidence import cut
from rag.text.words import terms
from rag.types import Article, Quote

MIN_CONFIDENCE = cut("answer")
"""Below it the answer is an abstention; fitted (benchmarks/fit_evidence.py)."""
NEAR_BEST = 1.5
"""A quote is shown beside the best if its score comes this near."""
MAX_NEAR = 3
"""Quotes near the best, itself included, whichever articles they are of."""
AGREES_WITHIN = 4.0
"""A quote of another article with the same words is shown too if its score comes this near."""


def story_of(article: Article) -> str:
    """One name for all articles that tell the same story: a wire report in five papers is one."""
    return min((article.source, *article.also_in))


def enough(confidence: float, min_confidence: float | None) -> bool:
    """Whether to answer; ``min_confidence`` None takes the calibrated default."""
    return confidence >= (MIN_CONFIDENCE if min_confidence is None else min_confidence)


def worth_showing(quotes: Sequence[Quote], max_quotes: int) -> list[Quote]:
    """The best quote, the next that come near it, and one of every other article that answers.

    Another article answers if its best quote would by itself, or marks the same words as the best
    quote of all. How strict the user is does not count there: what contradicts the best quote is
    not to be hidden. No sentence twice, unless of two articles that are not one story.
    """
    best = quotes[0]
    near = [quote for quote in quotes[:MAX_NEAR] if best.score - quote.score <= NEAR_BEST]
    near = list({_telling(quote): quote for quote in reversed(near)}.values())[::-1]
    return (near + _other_articles(quotes, near))[:max_quotes]


def _other_articles(quotes: Sequence[Quote], shown: Sequence[Quote]) -> list[Quote]:
    """Of each article not shown yet the best quote that answers by itself or agrees."""
    cited = {quote.article.id for quote in shown}
    told = {_telling(quote) for quote in shown}
    found: list[Quote] = []
    for quote in quotes:
        answers = (quote.words and enough(quote.confidence, None)) or _agrees(quote, quotes[0])
        if answers and quote.article.id not in cited and _telling(quote) not in told:
            found.append(quote)
            cited.add(quote.article.id)
            told.add(_telling(quote))
    return found


def _telling(quote: Quote) -> tuple[str, str]:
    """What a repeated story says in the same words."""
    return story_of(quote.article), " ".join(quote.text.split())


def _agrees(quote: Quote, best: Quote) -> bool:
    return (
        best.score - quote.score <= AGREES_WITHIN
        and quote.words is not None
        and best.words is not None
        and terms(quote.words) == terms(best.words)
    )
