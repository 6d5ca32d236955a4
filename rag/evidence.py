"""What was read to the decision whether to answer, and with which quotes; pure."""

from __future__ import annotations

from collections.abc import Sequence

from rag.types import Quote

MIN_CONFIDENCE = 0.4
"""Below it the answer is an abstention (LOG.md, "evidence fitted again")."""
NEAR_BEST = 1.5
"""A quote is shown beside the best if its score comes this near (LOG.md, "evidence fitted
again")."""


def enough(confidence: float, min_confidence: float | None) -> bool:
    """Whether to answer; ``min_confidence`` None takes the calibrated default."""
    return confidence >= (MIN_CONFIDENCE if min_confidence is None else min_confidence)


def worth_showing(quotes: Sequence[Quote], max_quotes: int) -> list[Quote]:
    """The best quote, and those of the next that come near it; no sentence twice."""
    best = quotes[0].score
    near = [quote for quote in quotes[:max_quotes] if best - quote.score <= NEAR_BEST]
    return list({quote.text: quote for quote in reversed(near)}.values())[::-1]
