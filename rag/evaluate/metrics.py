"""Records -> scores with 95% bootstrap intervals; pure, and repeatable for a seed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from rag.evaluate.confidence import (
    area_under_risk_coverage,
    area_under_roc,
    calibration_error,
)
from rag.evaluate.judge import Record

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Column: TypeAlias = NDArray[np.float64]

RESAMPLES = 1000


@dataclass(frozen=True, slots=True)
class Score:
    """One number of the table."""

    section: str
    name: str
    value: float | None
    """None where no question of the set can be judged so."""
    low: float | None
    high: float | None
    """The 95% bootstrap interval over questions; None for fewer than two."""
    count: int
    """Questions behind the value."""


@dataclass(frozen=True, slots=True)
class StageSeconds:
    """How long a stage of the answers took."""

    stage: str
    median: float
    p95: float


def scores(records: Sequence[Record], seed: int = 0) -> tuple[Score, ...]:
    """Every score of the table, in its order."""
    answerable = [record for record in records if record.expected == "answer"]
    absent = [record for record in records if record.expected == "abstain"]
    asked = [record for record in records if record.kind == "question"]
    follow_ups = [record for record in records if record.kind == "follow-up"]
    return (
        *_retrieval("retrieval", asked, seed),
        *_answers("answers", asked, seed),
        *(_retrieval("follow-ups", follow_ups, seed) if follow_ups else ()),
        *(_answers("follow-ups", follow_ups, seed) if follow_ups else ()),
        _share("deciding", "answered, answerable", map(_answered, answerable), seed),
        _share("deciding", "abstained, absent", (not _answered(r) for r in absent), seed),
        _auroc(answerable, absent, seed),
        *_confidence(records, seed),
        *_citations(records, seed),
    )


def stage_seconds(records: Sequence[Record]) -> tuple[StageSeconds, ...]:
    """Median and 95th percentile of each stage, and as they are seen from outside."""
    import numpy as np

    stages: dict[str, list[float]] = {}
    for record in records:
        for stage, seconds in record.timings.items():
            stages.setdefault(stage, []).append(seconds)
    first_words = [record.first_words_seconds for record in records]
    stages["to the first words"] = [seconds for seconds in first_words if seconds is not None]
    stages["to the whole answer"] = [record.seconds for record in records]
    return tuple(
        StageSeconds(stage, float(np.median(seconds)), float(np.percentile(seconds, 95)))
        for stage, seconds in stages.items()
        if seconds
    )


def knows_whether_right(records: Sequence[Record]) -> list[Record]:
    """The records that calibration and the risk–coverage curve are made of.

    None where only absent questions are judged: with nothing to get right, all would be wrong.
    """
    judged = [record for record in records if record.right is not None]
    return judged if any(record.expected != "abstain" for record in judged) else []


def _retrieval(section: str, records: Sequence[Record], seed: int) -> tuple[Score, ...]:
    return (
        _share(section, "hit@1", (record.hit_at_1 for record in records), seed),
        _share(section, "hit@5", (record.hit_at_5 for record in records), seed),
        _share(section, "recall@5", (record.recall_at_5 for record in records), seed),
        _share(section, "recall@10", (record.recall_at_10 for record in records), seed),
        _share(section, "nDCG@10", (record.ndcg_at_10 for record in records), seed),
    )


def _answers(section: str, records: Sequence[Record], seed: int) -> tuple[Score, ...]:
    words = (record.words for record in records if record.answers)
    return (
        _share(section, "contains", (record.contains for record in records), seed),
        _share(section, "exact match, short", (record.exact_match for record in records), seed),
        _share(section, "token F1, short", (record.short_f1 for record in records), seed),
        _share(section, "token F1, shown text", (record.text_f1 for record in records), seed),
        _share(section, "words shown", words, seed),
        _share(section, "quote cited", (record.cites_quote for record in records), seed),
    )


def _citations(records: Sequence[Record], seed: int) -> tuple[Score, ...]:
    exact = [[quote.exact for quote in record.quotes] for record in records]
    holding = [
        [quote.holds_answer for quote in record.quotes if quote.holds_answer is not None]
        for record in records
    ]
    return (
        _share_of_quotes("exactness", exact, seed),
        _share_of_quotes("precision", holding, seed),
    )


def _confidence(records: Sequence[Record], seed: int) -> tuple[Score, ...]:
    judged = knows_whether_right(records)
    shown = [record for record in judged if _answered(record)]
    return (
        _of_confidence("area under risk–coverage", area_under_risk_coverage, judged, seed),
        _of_confidence("calibration error", calibration_error, judged, seed),
        _of_confidence("calibration error, answered", calibration_error, shown, seed),
    )


def _answered(record: Record) -> bool:
    return record.status == "answered"


def _share(section: str, name: str, values: Iterable[float | None], seed: int) -> Score:
    """The mean over the questions that can be judged."""
    import numpy as np

    known = np.array([value for value in values if value is not None], dtype=float)
    return _score(section, name, np.mean, (known,), len(known), seed)


def _share_of_quotes(name: str, verdicts: Iterable[Sequence[bool]], seed: int) -> Score:
    """The share of all quotes, resampled by question: quotes of one answer are alike."""
    import numpy as np

    shown = [verdict for verdict in verdicts if verdict]
    good = np.array([sum(verdict) for verdict in shown], dtype=float)
    total = np.array([len(verdict) for verdict in shown], dtype=float)

    def ratio(good: Column, total: Column, axis: int = -1) -> Any:
        return good.sum(axis=axis) / total.sum(axis=axis)

    return _score("citations", name, ratio, (good, total), len(shown), seed, paired=True)


def _of_confidence(
    name: str, statistic: Callable[[Column, Column], float], records: Sequence[Record], seed: int
) -> Score:
    import numpy as np

    confidences = np.array([record.confidence for record in records], dtype=float)
    right = np.array([record.right for record in records], dtype=float)
    columns = (confidences, right)
    return _score("deciding", name, statistic, columns, len(records), seed, paired=True)


def _auroc(answerable: Sequence[Record], absent: Sequence[Record], seed: int) -> Score:
    """How well confidence tells answerable from absent, each side resampled by itself."""
    import numpy as np

    columns = tuple(
        np.array([record.confidence for record in side], dtype=float)
        for side in (answerable, absent)
    )
    count = len(answerable) + len(absent) if answerable and absent else 0
    return _score("deciding", "area under ROC", area_under_roc, columns, count, seed)


def _score(
    section: str,
    name: str,
    statistic: Callable[..., Any],
    columns: Sequence[Column],
    count: int,
    seed: int,
    *,
    paired: bool = False,
) -> Score:
    """``statistic`` of the columns, with its percentile bootstrap interval."""
    if not count:
        return Score(section, name, None, None, None, 0)
    import numpy as np
    from scipy.stats import bootstrap

    value = float(statistic(*columns))
    if min(len(column) for column in columns) < 2:
        return Score(section, name, value, None, None, count)
    interval = bootstrap(
        columns,
        statistic,
        n_resamples=RESAMPLES,
        method="percentile",
        paired=paired,
        rng=np.random.default_rng(seed),
    ).confidence_interval
    return Score(section, name, value, float(interval.low), float(interval.high), count)
