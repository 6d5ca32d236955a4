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
"""A quote of another article with the same words is cited too if its score comes this near."""
MAX_AGREEING = 4
ANSWERS_BESIDE = 0.6 * MIN_CONFIDENCE
"""Another article answers by itself from this confidence: what contradicts is rather shown."""


def story_of(article: Article) -> str:
    """One name for all articles that tell the same story: a wire report in five papers is one."""
    return min((article.source, *article.also_in))


def enough(confidence: float, min_confidence: float | None) -> bool:
    """Whether to answer; ``min_confidence`` None takes the calibrated default."""
    return confidence >= (MIN_CONFIDENCE if min_confidence is None else min_confidence)


def worth_showing(quotes: Sequence[Quote], max_quotes: int) -> tuple[list[Quote], list[Quote]]:
    """What is to be shown, the best quote first, and of other articles what only agrees with it.

    Beside the best the next that come near it are shown, and the best of every other article that
    would answer by itself; each only if its marked words (without marks, the whole sentence) tell
    something that those before do not.
    How strict the user is does not count there: what contradicts the best quote is not to be
    hidden. What only agrees has no other marked words than the best quote.
    """
    best = quotes[0]
    shown, agreeing = [best], []
    told, same = set(terms(best.text)), set(terms(best.words or ""))
    cited = {best.article.id}
    for place, quote in enumerate(quotes[1:], start=1):
        words = set(terms(quote.words or quote.text))
        behind = best.score - quote.score
        is_near = place < MAX_NEAR and behind <= NEAR_BEST
        is_other = quote.article.id not in cited
        answers = is_other and quote.confidence >= ANSWERS_BESIDE
        if words - told and (is_near or answers):
            shown.append(quote)
            told |= set(terms(quote.text))
        elif words and words <= same and is_other and (answers or behind <= AGREES_WITHIN):
            agreeing.append(quote)
        else:
            continue
        cited.add(quote.article.id)
    return shown[:max_quotes], agreeing[:MAX_AGREEING]
