"""Records -> the scores of the table and the seconds by stage; pure, and repeatable for a seed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.evaluate.bootstrap import Score, share, share_within, statistic, total
from rag.evaluate.confidence import (
    area_under_risk_coverage,
    area_under_roc,
    calibration_error,
)
from rag.evaluate.judgements import Record
from rag.types import Origin

if TYPE_CHECKING:
    from rag.evaluate.confidence import Column

ORIGINS: tuple[Origin, ...] = ("quoted", "written", "replaced")


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
    return (
        *_retrieval("retrieval", asked, seed),
        *_answers("answers", asked, seed),
        *(_follow_ups(follow_ups, seed) if follow_ups else ()),
        *_conflicts(conflicts, plain, seed),
        *_partial(plain, seed),
        *_deciding("deciding", plain, seed),
        *_confidence(plain, seed),
        *_claims(records, seed),
        *_citations(records, plain, seed),
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

    None where only absent questions are judged: with nothing to get right, all would be wrong. Not
    those with a conflict, which are right in another sense.
    """
    judged = [
        record for record in records if record.right is not None and record.kind != "conflict"
    ]
    return judged if any(record.expected != "abstain" for record in judged) else []


def _retrieval(section: str, records: Sequence[Record], seed: int) -> tuple[Score, ...]:
    return (
        share(section, "hit@1", (record.hit_at_1 for record in records), seed),
        share(section, "hit@5", (record.hit_at_5 for record in records), seed),
        share(section, "recall@5", (record.recall_at_5 for record in records), seed),
        share(section, "recall@10", (record.recall_at_10 for record in records), seed),
        share(
            section, "recall@5, passages", (record.recall_at_5_passages for record in records), seed
        ),
        share(section, "nDCG@10", (record.ndcg_at_10 for record in records), seed),
    )


def _answers(section: str, records: Sequence[Record], seed: int) -> tuple[Score, ...]:
    words = (record.words for record in records if record.answers)
    return (
        share(section, "contains", (record.contains for record in records), seed),
        share(section, "exact match, short", (record.exact_match for record in records), seed),
        share(section, "token F1, short", (record.short_f1 for record in records), seed),
        share(section, "token F1, shown text", (record.text_f1 for record in records), seed),
        share(section, "words shown", words, seed),
        share(section, "quote cited", (record.cites_quote for record in records), seed),
    )


def _follow_ups(records: Sequence[Record], seed: int) -> tuple[Score, ...]:
    """Of all turns with a history; and of those that can be answered, where not all can."""
    answerable = [record for record in records if record.expected == "answer"]
    section = "follow-ups, answerable"
    return (
        *_retrieval("follow-ups", records, seed),
        *_answers("follow-ups", records, seed),
        *_deciding("follow-ups", records, seed),
        *(_retrieval(section, answerable, seed) if answerable != records else ()),
    )


def _conflicts(records: Sequence[Record], others: Sequence[Record], seed: int) -> tuple[Score, ...]:
    answered = [record for record in others if _answered(record)]
    return (
        share("conflicts", "both shown", (record.conflict_shown for record in records), seed),
        share("conflicts", "right one shown", (record.contains for record in records), seed),
        share("conflicts", "said to differ", (record.differ for record in records), seed),
        share("conflicts", "said to differ, others", (r.differ for r in answered), seed),
    )


def _partial(records: Sequence[Record], seed: int) -> tuple[Score, ...]:
    partial = [record for record in records if record.partial]
    whole = [record for record in records if record.expected == "answer" and not record.partial]
    parts = [record.parts for record in records]
    shown = ([part.covered for part in each if part.answerable] for each in parts)
    named = ([part.covered for part in each if not part.answerable] for each in parts)
    return (
        share("partial", "recall@5", (record.recall_at_5 for record in partial), seed),
        share("partial", "answered", map(_answered, partial), seed),
        share("partial", "part called missing", (bool(r.unanswered) for r in partial), seed),
        share("partial", "part called missing, others", (bool(r.unanswered) for r in whole), seed),
        share_within(
            "partial", "parts covered", ([p.covered for p in each] for each in parts), seed
        ),
        share_within("partial", "answered parts shown", shown, seed),
        share_within("partial", "missing parts named", named, seed),
    )


def _deciding(section: str, records: Sequence[Record], seed: int) -> tuple[Score, ...]:
    answerable = [record for record in records if record.expected == "answer"]
    absent = [record for record in records if record.expected == "abstain"]
    return (
        share(section, "answered, answerable", map(_answered, answerable), seed),
        share(section, "abstained, absent", (not _answered(record) for record in absent), seed),
        _auroc(section, answerable, absent, seed),
    )


def _claims(records: Sequence[Record], seed: int) -> tuple[Score, ...]:
    """A claim that a model wrote was checked; it stands as written, or was replaced."""
    origins = [[claim.origin for claim in record.claims] for record in records]
    checked = [[origin == "replaced" for origin in each if origin != "quoted"] for each in origins]
    wrongly = [[claim.wrongly_replaced for claim in record.claims] for record in records]
    if not any(origins):
        return ()
    return (
        *(total("claims", origin, [each.count(origin) for each in origins]) for origin in ORIGINS),
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
    shown = [record for record in judged if _answered(record)]
    return (
        _of_confidence("area under risk–coverage", area_under_risk_coverage, judged, seed),
        _of_confidence("calibration error", calibration_error, judged, seed),
        _of_confidence("calibration error, answered", calibration_error, shown, seed),
    )


def _answered(record: Record) -> bool:
    return record.status == "answered"


def _of_confidence(
    name: str, measure: Callable[[Column, Column], float], records: Sequence[Record], seed: int
) -> Score:
    import numpy as np

    confidences = np.array([record.confidence for record in records], dtype=float)
    right = np.array([record.right for record in records], dtype=float)
    columns = (confidences, right)
    return statistic("deciding", name, measure, columns, len(records), seed, paired=True)


def _auroc(
    section: str, answerable: Sequence[Record], absent: Sequence[Record], seed: int
) -> Score:
    """How well confidence tells answerable from absent, each side resampled by itself."""
    import numpy as np

    columns = tuple(
        np.array([record.confidence for record in side], dtype=float)
        for side in (answerable, absent)
    )
    count = len(answerable) + len(absent) if answerable and absent else 0
    return statistic(section, "area under ROC", area_under_roc, columns, count, seed)
