"""Values of single questions -> a score with its 95% percentile bootstrap interval; pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rag.evaluate.confidence import Column

RESAMPLES = 1000


@dataclass(frozen=True, slots=True)
class Score:
    """One number of the table."""

    section: str
    name: str
    value: float | None
    """None where no question of the set can be judged so; a whole number counts sentences."""
    low: float | None
    high: float | None
    """The 95% bootstrap interval over questions; None for fewer than two, and for counts."""
    count: int
    """Questions behind the value."""


def share(section: str, name: str, values: Iterable[float | None], seed: int) -> Score:
    """The mean over the questions that can be judged, those whose value is not None."""
    import numpy as np

    known = np.array([value for value in values if value is not None], dtype=float)
    return statistic(section, name, np.mean, (known,), len(known), seed)


def share_within(
    section: str, name: str, verdicts: Iterable[Sequence[bool | None]], seed: int
) -> Score:
    """The share of all verdicts that are known, one sequence a question.

    Resampled by question, since the verdicts on one answer are alike.
    """
    import numpy as np

    known = [[verdict for verdict in each if verdict is not None] for each in verdicts]
    judged = [each for each in known if each]
    good = np.array([sum(each) for each in judged], dtype=float)
    total = np.array([len(each) for each in judged], dtype=float)

    def ratio(good: Column, total: Column, axis: int = -1) -> Any:
        return good.sum(axis=axis) / total.sum(axis=axis)

    return statistic(section, name, ratio, (good, total), len(judged), seed, paired=True)


def total(section: str, name: str, counts: Sequence[int]) -> Score:
    """A count over all questions; the questions behind it are those with at least one."""
    behind = sum(count > 0 for count in counts)
    return Score(section, name, sum(counts), None, None, behind)


def statistic(
    section: str,
    name: str,
    measure: Callable[..., Any],
    columns: Sequence[Column],
    count: int,
    seed: int,
    *,
    paired: bool = False,
) -> Score:
    """``measure`` of the columns, with its percentile bootstrap interval."""
    if not count:
        return Score(section, name, None, None, None, 0)
    import numpy as np
    from scipy.stats import bootstrap

    value = float(measure(*columns))
    if min(len(column) for column in columns) < 2:
        return Score(section, name, value, None, None, count)
    interval = bootstrap(
        columns,
        measure,
        n_resamples=RESAMPLES,
        method="percentile",
        paired=paired,
        rng=np.random.default_rng(seed),
    ).confidence_interval
    return Score(section, name, value, float(interval.low), float(interval.high), count)
