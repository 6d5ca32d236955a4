"""Is confidence worth its name? Ranking and calibration of one number per question; pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Column: TypeAlias = NDArray[np.float64]

CALIBRATION_BINS = 15


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """If only answers of at least ``confidence`` were shown: the share shown, and wrong of it."""

    confidence: float
    coverage: float
    risk: float


def area_under_roc(answerable: Column, absent: Column, axis: int = -1) -> Any:
    """The chance that an answerable question's confidence is above an absent one's; a tie is half.

    From ranks (Mann and Whitney), along ``axis``, so that the bootstrap takes all resamples at
    once.
    """
    import numpy as np
    from scipy.stats import rankdata

    above, below = answerable.shape[axis], absent.shape[axis]
    ranks = rankdata(np.concatenate([answerable, absent], axis=axis), axis=axis)
    rank_sum = np.take(ranks, np.arange(above), axis=axis).sum(axis=axis)
    return (rank_sum - above * (above + 1) / 2) / (above * below)


def risk_coverage(confidences: Sequence[float], right: Sequence[bool]) -> tuple[CurvePoint, ...]:
    """The curve at each confidence that occurs, highest first."""
    import numpy as np

    if not len(confidences):
        return ()
    levels, positions = np.unique(np.asarray(confidences), return_inverse=True)
    shown = np.cumsum(np.bincount(positions)[::-1])
    wrong = np.cumsum(np.bincount(positions, weights=~np.asarray(right, dtype=bool))[::-1])
    return tuple(
        CurvePoint(float(level), float(count / shown[-1]), float(errors / count))
        for level, count, errors in zip(levels[::-1], shown, wrong, strict=True)
    )


def area_under_risk_coverage(confidences: Column, right: Column) -> float:
    """Mean risk over the coverages 1/n, 2/n, … 1; lower is better.

    Answers of equal confidence have no order: each counts as the share of wrong ones among them.
    """
    import numpy as np

    _, positions, counts = np.unique(-confidences, return_inverse=True, return_counts=True)
    wrong_share = np.bincount(positions, weights=1.0 - right) / counts
    wrong = np.cumsum(wrong_share[np.sort(positions)])
    return float(np.mean(wrong / np.arange(1, len(wrong) + 1)))


def calibration_error(confidences: Column, right: Column) -> float:
    """Expected calibration error over 15 bins of equal width: mean |confidence - share right|."""
    import numpy as np

    bins = np.minimum((confidences * CALIBRATION_BINS).astype(int), CALIBRATION_BINS - 1)
    return float(np.abs(np.bincount(bins, weights=confidences - right)).sum() / len(confidences))
