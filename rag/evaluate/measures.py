"""Records -> scores, each with its 95% percentile bootstrap interval over questions; pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias, get_args

from rag.evaluate.judge import Record, Verdict
from rag.shown.answer_facts import SURE

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Column: TypeAlias = NDArray[np.float64]

RESAMPLES = 1000
CALIBRATION_BINS = 15
STILL_ANSWERED = 0.9
"""The share of the answerable questions that are answered where refusals are counted."""
_RETRIEVAL = ("hit@", "recall@", "nDCG@")


@dataclass(frozen=True, slots=True)
class Score:
    """One number of the table."""

    section: str
    name: str
    value: float
    low: float | None
    high: float | None
    """The 95% interval; None for fewer than two questions."""
    count: int
    """Questions behind the value."""


def scores(
    records: Sequence[Record], seed: int = 0, resamples: int = RESAMPLES
) -> tuple[Score, ...]:
    """Every score that can be taken, in the table's order; the same for a ``seed``.

    Without intervals where ``resamples`` is 0."""
    taken = (
        _statistic(section, name, measure, columns, seed, resamples)
        for section, name, measure, columns in _statistics(records)
    )
    return tuple(score for score in taken if score is not None)


def knows_whether_right(records: Sequence[Record]) -> list[Record]:
    """The records that calibration and the risk–coverage curve are made of.

    None where only absent questions are judged: with nothing to get right, all would be wrong. Not
    those with a conflict, which are right in another sense.
    """
    judged = [r for r in records if r.right is not None and r.question.kind != "conflict"]
    return judged if any(r.question.expected != "abstain" for r in judged) else []


def area_under_roc(answerable: Column, absent: Column, axis: int = -1) -> Any:
    """The chance that an answerable question's confidence is above an absent one's; a tie is half.

    Mann and Whitney's U over the number of pairs.
    """
    from scipy.stats import mannwhitneyu

    u = mannwhitneyu(answerable, absent, axis=axis, method="asymptotic").statistic
    return u / (answerable.shape[axis] * absent.shape[axis])


def refused_while_answering(answerable: Column, absent: Column, axis: int = -1) -> Any:
    """The share of absent ones below the confidence that 0.90 of the answerable ones reach."""
    import numpy as np

    lowest = np.quantile(answerable, 1 - STILL_ANSWERED, axis=axis, method="lower", keepdims=True)
    return (absent < lowest).mean(axis=axis)


def calibration_error(confidences: Column, right: Column) -> float:
    """Expected calibration error over 15 bins of equal width: mean |confidence - share right|."""
    import numpy as np

    bins = np.minimum((confidences * CALIBRATION_BINS).astype(int), CALIBRATION_BINS - 1)
    return float(np.abs(np.bincount(bins, weights=confidences - right)).sum() / len(confidences))


Statistic: TypeAlias = tuple[str, str, Callable[..., Any] | None, Sequence[Iterable[float | None]]]
"""Section, name, measure (None for the mean) and the columns that it is taken of."""


def _statistics(records: Sequence[Record]) -> Iterator[Statistic]:
    def of(kind: str) -> list[Record]:
        return [record for record in records if record.question.kind == kind]

    conflicts, follow_ups, near = of("conflict"), of("follow-up"), of("near miss")
    plain = [record for record in records if record.question.kind != "conflict"]
    answerable = _expecting("answer", plain)
    yield from _means("retrieval", of("question"), retrieval=True)
    yield from _means("answers", of("question"), retrieval=False)
    yield from _means("follow-ups", follow_ups, retrieval=True)
    yield from _means("follow-ups", follow_ups, retrieval=False)
    if follow_ups:
        yield from _deciding("follow-ups", follow_ups)
    if _expecting("answer", follow_ups) != follow_ups:
        section = "follow-ups, answerable"
        yield from _means(section, _expecting("answer", follow_ups), retrieval=True)
    yield from _means("conflicts", conflicts, retrieval=False)
    yield _share("conflicts", "said to differ", (r.answer.differ for r in conflicts))
    yield _share(
        "conflicts", "said to differ, others", (r.answer.differ for r in plain if r.answered)
    )
    yield from _partial(plain)
    yield from _deciding("deciding", [r for r in plain if r not in near])
    yield from _calibration(knows_whether_right(records))
    if near:
        yield from _means("near misses", near, retrieval=False)
        yield _share("near misses", "refused", (not r.answered for r in near))
        yield from _told_apart("near misses", "refused", answerable, near)
    yield from _verdicts([record for record in plain if record.verdict is not None])
    yield _pooled("claims", "replaced, of checked", records)
    yield _pooled("citations", "exactness", records)
    yield _pooled("citations", "precision", plain)
    yield from _seconds(records)


def _seconds(records: Sequence[Record]) -> Iterator[Statistic]:
    """By stage as the library reports them, and as they are seen from outside."""
    import numpy as np

    stages = dict.fromkeys(stage for record in records for stage in record.answer.timings)
    taken = {stage: [r.answer.timings.get(stage) for r in records] for stage in stages}
    taken["to the first words"] = [record.first_words_seconds for record in records]
    taken["to the whole answer"] = [record.seconds for record in records]
    for stage, seconds in taken.items():
        yield "seconds", stage, np.median, (seconds,)
        yield "seconds", f"{stage}, 95 of 100", partial(np.percentile, q=95), (seconds,)


def _expecting(expected: str, records: Sequence[Record]) -> list[Record]:
    return [record for record in records if record.question.expected == expected]


def _share(section: str, name: str, values: Iterable[float | None]) -> Statistic:
    return section, name, None, (values,)


def _means(section: str, records: Sequence[Record], *, retrieval: bool) -> Iterator[Statistic]:
    names = dict.fromkeys(name for record in records for name in record.measures)
    for name in names:
        if name.startswith(_RETRIEVAL) == retrieval:
            yield _share(section, name, [record.measures.get(name) for record in records])


def _pooled(section: str, name: str, records: Sequence[Record]) -> Statistic:
    """The share of all verdicts; resampled by question, as the verdicts on one are alike."""
    judged = [record.pooled[name] for record in records if record.pooled[name]]

    def ratio(good: Column, total: Column, axis: int = -1) -> Any:
        return good.sum(axis=axis) / total.sum(axis=axis)

    return section, name, ratio, (map(sum, judged), map(len, judged))


def _partial(records: Sequence[Record]) -> Iterator[Statistic]:
    partial = [r for r in records if r.question.answerability == "PARTIAL"]
    whole = [record for record in _expecting("answer", records) if record not in partial]
    yield _share("partial", "answered", (record.answered for record in partial))
    for name, some in (("", partial), (", others", whole)):
        missing = (bool(record.answer.unanswered) for record in some)
        yield _share("partial", f"part called missing{name}", missing)


def _deciding(section: str, records: Sequence[Record]) -> Iterator[Statistic]:
    answerable, absent = _expecting("answer", records), _expecting("abstain", records)
    yield _share(section, "answered, answerable", (record.answered for record in answerable))
    yield _share(section, "abstained, absent", (not record.answered for record in absent))
    yield from _told_apart(section, "abstained", answerable, absent)


def _told_apart(
    section: str, what: str, answerable: Sequence[Record], absent: Sequence[Record]
) -> Iterator[Statistic]:
    """How well confidence tells answerable from absent, each side resampled by itself."""
    columns = [[record.confidence for record in side] for side in (answerable, absent)]
    at = f"{what}, at {STILL_ANSWERED:.2f} answered"
    yield section, at, refused_while_answering, columns
    yield section, "area under ROC", area_under_roc, columns


def _calibration(judged: Sequence[Record]) -> Iterator[Statistic]:
    answered = [record for record in judged if record.answered]
    for name, some in (("", judged), (", answered", answered)):
        columns = ([r.confidence for r in some], [r.right for r in some])
        yield "deciding", f"calibration error{name}", calibration_error, columns


def _verdicts(records: Sequence[Record]) -> Iterator[Statistic]:
    sure = [record for record in records if record.answered and record.confidence >= SURE]
    for verdict in get_args(Verdict):
        yield _share("verdicts", verdict, (record.verdict == verdict for record in records))
    for name, verdict, some in (
        ("right, of the answerable", "right", _expecting("answer", records)),
        ("right, of those to refuse", "right", _expecting("abstain", records)),
        ("right, of sure", "right", sure),
        ("lured, of sure", "lured", sure),
    ):
        yield _share("verdicts", name, (record.verdict == verdict for record in some))


def _statistic(
    section: str,
    name: str,
    measure: Callable[..., Any] | None,
    columns: Sequence[Iterable[float | None]],
    seed: int,
    resamples: int,
) -> Score | None:
    """``measure`` of the columns with its interval; None where a column is empty.

    The columns of a measure with an axis hold different questions only for ``_told_apart``.
    """
    import numpy as np
    from scipy.stats import bootstrap

    known = [np.array([v for v in values if v is not None], dtype=float) for values in columns]
    if not all(len(column) for column in known):
        return None
    taken: Callable[..., Any] = measure or np.mean
    value = float(taken(*known))
    sides_differ = measure in (area_under_roc, refused_while_answering)
    count = sum(map(len, known)) if sides_differ else len(known[0])
    if not resamples or min(map(len, known)) < 2:
        return Score(section, name, value, None, None, count)
    interval = bootstrap(
        known,
        taken,
        n_resamples=resamples,
        method="percentile",
        paired=len(known) > 1 and not sides_differ,
        rng=np.random.default_rng(seed),
    ).confidence_interval
    return Score(section, name, value, float(interval.low), float(interval.high), count)
