"""Records -> the scores of the table, the verdicts by category and the seconds by stage; pure.

Every score stands with its 95% percentile bootstrap interval over questions, repeatable for a seed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeAlias, get_args

from rag.evaluate.judge import Record, Verdict
from rag.shown.answer_facts import SURE
from rag.types import Origin

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Column: TypeAlias = NDArray[np.float64]

RESAMPLES = 1000
CALIBRATION_BINS = 15
STILL_ANSWERED = 0.9
"""The share of the answerable questions that are answered where refusals are counted."""
_RETRIEVAL = {
    "hit@1": "hit_at_1",
    "hit@5": "hit_at_5",
    "hit@10": "hit_at_10",
    "recall@5": "recall_at_5",
    "recall@10": "recall_at_10",
    "recall@5, passages": "recall_at_5_passages",
    "nDCG@10": "ndcg_at_10",
}
_ANSWERS = {
    "contains": "contains",
    "exact match, short": "exact_match",
    "token F1, short": "short_f1",
    "token F1, shown text": "text_f1",
    "words shown": "words",
    "quote cited": "cites_quote",
}


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


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """If only answers of at least ``confidence`` were shown: the share shown, and wrong of it."""

    confidence: float
    coverage: float
    risk: float


@dataclass(frozen=True, slots=True)
class StageSeconds:
    """How long a stage of the answers took."""

    stage: str
    median: float
    p95: float


def scores(records: Sequence[Record], seed: int = 0) -> tuple[Score, ...]:
    """Every score of the table, in its order."""
    conflicts = [record for record in records if record.kind == "conflict"]
    plain = [record for record in records if record.kind != "conflict"]
    asked = [record for record in plain if record.kind == "question"]
    follow_ups = [record for record in plain if record.kind == "follow-up"]
    near = [record for record in plain if record.kind == "near miss"]
    others = [record for record in plain if record.kind != "near miss"]
    answerable = [record for record in plain if record.expected == "answer"]
    return (
        *_means("retrieval", asked, _RETRIEVAL, seed),
        *_means("answers", asked, _ANSWERS, seed),
        *(_follow_ups(follow_ups, seed) if follow_ups else ()),
        *_conflicts(conflicts, plain, seed),
        *_partial(plain, seed),
        *_deciding("deciding", others, seed),
        *_confidence(plain, seed),
        *(_near_misses(near, answerable, seed) if near else ()),
        *_verdicts(plain, seed),
        *_claims(records, seed),
        *_citations(records, plain, seed),
    )


def verdicts_by_category(records: Sequence[Record]) -> dict[str, dict[str, int]]:
    """How many of each category got each verdict, where there are verdicts."""
    counts: dict[str, Counter[str]] = {}
    for record in records:
        if record.verdict is not None:
            counts.setdefault(record.category, Counter())[record.verdict] += 1
    return {
        category: {verdict: count[verdict] for verdict in get_args(Verdict)}
        for category, count in counts.items()
    }


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

    None where only absent questions are judged: with nothing to get right, all would be wrong. Not
    those with a conflict, which are right in another sense.
    """
    judged = [
        record for record in records if record.right is not None and record.kind != "conflict"
    ]
    return judged if any(record.expected != "abstain" for record in judged) else []


def share(section: str, name: str, values: Iterable[float | None], seed: int) -> Score:
    """The mean over the questions that can be judged, those whose value is not None."""
    import numpy as np

    known = _column(value for value in values if value is not None)
    return _statistic(section, name, np.mean, (known,), len(known), seed)


def share_within(
    section: str, name: str, verdicts: Iterable[Sequence[bool | None]], seed: int
) -> Score:
    """The share of all verdicts that are known, one sequence a question.

    Resampled by question, since the verdicts on one answer are alike.
    """
    known = [[verdict for verdict in each if verdict is not None] for each in verdicts]
    judged = [each for each in known if each]
    good, total = _column(map(sum, judged)), _column(map(len, judged))

    def ratio(good: Column, total: Column, axis: int = -1) -> Any:
        return good.sum(axis=axis) / total.sum(axis=axis)

    return _statistic(section, name, ratio, (good, total), len(judged), seed, paired=True)


def total(section: str, name: str, counts: Sequence[int]) -> Score:
    """A count over all questions; the questions behind it are those with at least one."""
    behind = sum(count > 0 for count in counts)
    return Score(section, name, sum(counts), None, None, behind)


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


def refused_while_answering(answerable: Column, absent: Column, axis: int = -1) -> Any:
    """The share of absent ones below the confidence that 0.90 of the answerable ones reach."""
    import numpy as np

    lowest = np.quantile(answerable, 1 - STILL_ANSWERED, axis=axis, method="lower", keepdims=True)
    return (absent < lowest).mean(axis=axis)


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


def _means(
    section: str, records: Sequence[Record], measures: dict[str, str], seed: int
) -> tuple[Score, ...]:
    return tuple(
        share(
            section,
            name,
            # Words are counted where it is known what they should hold.
            (getattr(r, field) for r in records if field != "words" or r.answers),
            seed,
        )
        for name, field in measures.items()
    )


def _follow_ups(records: Sequence[Record], seed: int) -> tuple[Score, ...]:
    """Of all turns with a history; and of those that can be answered, where not all can."""
    answerable = [record for record in records if record.expected == "answer"]
    section = "follow-ups, answerable"
    return (
        *_means("follow-ups", records, _RETRIEVAL | _ANSWERS, seed),
        *_deciding("follow-ups", records, seed),
        *(_means(section, answerable, _RETRIEVAL, seed) if answerable != records else ()),
    )


def _conflicts(records: Sequence[Record], others: Sequence[Record], seed: int) -> tuple[Score, ...]:
    return (
        share("conflicts", "both shown", (record.conflict_shown for record in records), seed),
        share("conflicts", "right one shown", (record.contains for record in records), seed),
        share("conflicts", "said to differ", (record.differ for record in records), seed),
        share(
            "conflicts", "said to differ, others", (r.differ for r in others if r.answered), seed
        ),
    )


def _partial(records: Sequence[Record], seed: int) -> tuple[Score, ...]:
    partial = [record for record in records if record.partial]
    whole = [record for record in records if record.expected == "answer" and not record.partial]
    parts = [record.parts for record in records]
    shown = ([part.covered for part in each if part.answerable] for each in parts)
    named = ([part.covered for part in each if not part.answerable] for each in parts)
    covered = ([part.covered for part in each] for each in parts)
    return (
        share("partial", "recall@5", (record.recall_at_5 for record in partial), seed),
        share("partial", "answered", (record.answered for record in partial), seed),
        share("partial", "part called missing", (bool(r.unanswered) for r in partial), seed),
        share("partial", "part called missing, others", (bool(r.unanswered) for r in whole), seed),
        share_within("partial", "parts covered", covered, seed),
        share_within("partial", "answered parts shown", shown, seed),
        share_within("partial", "missing parts named", named, seed),
    )


def _deciding(section: str, records: Sequence[Record], seed: int) -> tuple[Score, ...]:
    answerable = [record for record in records if record.expected == "answer"]
    absent = [record for record in records if record.expected == "abstain"]
    return (
        share(section, "answered, answerable", (record.answered for record in answerable), seed),
        share(section, "abstained, absent", (not record.answered for record in absent), seed),
        *_told_apart(section, "abstained", answerable, absent, seed),
    )


def _told_apart(
    section: str, what: str, answerable: Sequence[Record], absent: Sequence[Record], seed: int
) -> tuple[Score, ...]:
    """How well confidence tells answerable from absent, each side resampled by itself."""
    columns = tuple(_column(record.confidence for record in side) for side in (answerable, absent))
    count = len(answerable) + len(absent) if answerable and absent else 0
    at = f"{what}, at {STILL_ANSWERED:.2f} answered"
    return (
        _statistic(section, at, refused_while_answering, columns, count, seed),
        _statistic(section, "area under ROC", area_under_roc, columns, count, seed),
    )


def _near_misses(
    records: Sequence[Record], answerable: Sequence[Record], seed: int
) -> tuple[Score, ...]:
    section = "near misses"
    return (
        share(section, "refused", (not record.answered for record in records), seed),
        share(section, "lured", (record.lured for record in records), seed),
        *_told_apart(section, "refused", answerable, records, seed),
    )


def _verdicts(records: Sequence[Record], seed: int) -> tuple[Score, ...]:
    judged = [record for record in records if record.verdict is not None]
    sure = [record for record in judged if record.answered and record.confidence >= SURE]
    refusable = [record for record in judged if record.expected == "abstain"]
    answerable = [record for record in judged if record.expected == "answer"]

    def each(verdict: Verdict, some: Iterable[Record]) -> Iterable[bool]:
        return [record.verdict == verdict for record in some]

    return (
        *(share("verdicts", name, each(name, judged), seed) for name in get_args(Verdict)),
        share("verdicts", "right, of the answerable", each("right", answerable), seed),
        share("verdicts", "right, of those to refuse", each("right", refusable), seed),
        share("verdicts", "right, of sure", each("right", sure), seed),
        share("verdicts", "lured, of sure", each("lured", sure), seed),
        share("verdicts", "shows a lure", (record.lured for record in judged), seed),
        share("verdicts", "right article cited", (r.cites_article for r in judged), seed),
        share("verdicts", "words shown", (record.words for record in judged), seed),
    )


def _claims(records: Sequence[Record], seed: int) -> tuple[Score, ...]:
    """A claim that a model wrote was checked; it stands as written, or was replaced."""
    origins = [[claim.origin for claim in record.claims] for record in records]
    checked = [[origin == "replaced" for origin in each if origin != "quoted"] for each in origins]
    wrongly = [[claim.wrongly_replaced for claim in record.claims] for record in records]
    if not any(origins):
        return ()
    return (
        *(
            total("claims", origin, [each.count(origin) for each in origins])
            for origin in get_args(Origin)
        ),
        share_within("claims", "replaced, of checked", checked, seed),
        share_within("claims", "wrongly replaced, of replaced", wrongly, seed),
    )


def _citations(records: Sequence[Record], plain: Sequence[Record], seed: int) -> tuple[Score, ...]:
    exact = ([quote.exact for quote in record.quotes] for record in records)
    holding = ([quote.holds_answer for quote in record.quotes] for record in plain)
    return (
        share_within("citations", "exactness", exact, seed),
        share_within("citations", "precision", holding, seed),
    )


def _confidence(records: Sequence[Record], seed: int) -> tuple[Score, ...]:
    judged = knows_whether_right(records)
    shown = [record for record in judged if record.answered]
    return tuple(
        _statistic(
            "deciding",
            name,
            measure,
            (_column(map(attrgetter("confidence"), some)), _column(map(attrgetter("right"), some))),
            len(some),
            seed,
            paired=True,
        )
        for name, measure, some in (
            ("area under risk–coverage", area_under_risk_coverage, judged),
            ("calibration error", calibration_error, judged),
            ("calibration error, answered", calibration_error, shown),
        )
    )


def _column(values: Iterable[float | None]) -> Column:
    import numpy as np

    return np.array([*values], dtype=float)


def _statistic(
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
