"""An evaluation as tables and as JSON; formats only."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, get_args

from rag.evaluate.judge import Record, Verdict
from rag.evaluate.measures import Score, StageSeconds, scores, stage_seconds

if TYPE_CHECKING:
    from rich.table import Table

_TABLE_COLUMNS = 100


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What a question set showed of the library."""

    folder: str
    sample: int | None
    """At most so many lines of each question file were asked; None for all."""
    seed: int
    scores: tuple[Score, ...]
    seconds: tuple[StageSeconds, ...]
    records: tuple[Record, ...]

    @property
    def models(self) -> list[str]:
        """What made the answers, by name."""
        return sorted({record.answer.model for record in self.records})

    def score(self, section: str, name: str) -> Score:
        """One score of the table. Raises KeyError where there is none of that name."""
        for score in self.scores:
            if (score.section, score.name) == (section, name):
                return score
        raise KeyError((section, name))


def summarize(
    records: Sequence[Record], *, folder: str, sample: int | None = None, seed: int = 0
) -> Evaluation:
    """The scores of records that were made before."""
    return Evaluation(
        folder, sample, seed, scores(records, seed), stage_seconds(records), tuple(records)
    )


def to_json(evaluation: Evaluation) -> str:
    """One JSON object, with every question in ``records``."""
    told = {
        "folder": evaluation.folder,
        "sample": evaluation.sample,
        "seed": evaluation.seed,
        "models": evaluation.models,
        "scores": [asdict(score) for score in evaluation.scores],
        "seconds": [asdict(stage) for stage in evaluation.seconds],
        "records": [record.as_json() for record in evaluation.records],
    }
    return json.dumps(told, ensure_ascii=False)


def render(evaluation: Evaluation) -> str:
    """The scores that could be taken, the verdicts by category, and the seconds by stage."""
    from io import StringIO

    from rich.console import Console

    text = StringIO()
    console = Console(file=text, width=_TABLE_COLUMNS)
    for table in _tables(evaluation):
        console.print(table)
    return text.getvalue().rstrip("\n")


def _tables(evaluation: Evaluation) -> Iterator[Table]:
    sampled = "" if evaluation.sample is None else f", sample {evaluation.sample}"
    models = ", ".join(evaluation.models) or "nobody"
    table = _table(
        f"{evaluation.folder}{sampled}, answers by {models}",
        ("", "measure"),
        ("value", "95% interval", "questions"),
    )
    section = ""
    for score in evaluation.scores:
        if score.section != section:
            table.add_section()
        table.add_row(
            score.section if score.section != section else "",
            score.name,
            _number(score.value),
            f"{_number(score.low)} – {_number(score.high)}"
            if score.low is not None and score.high is not None
            else "",
            str(score.count),
        )
        section = score.section
    yield table
    judged = [record for record in evaluation.records if record.verdict is not None]
    if judged:
        counts = Counter((record.question.category, record.verdict) for record in judged)
        table = _table("Verdicts", ("category",), get_args(Verdict))
        for category in dict.fromkeys(record.question.category for record in judged):
            row = (counts[category, verdict] for verdict in get_args(Verdict))
            table.add_row(category, *map(str, row))
        yield table
    table = _table("Seconds by stage", ("stage",), ("median", "95th percentile"))
    for stage in evaluation.seconds:
        table.add_row(stage.stage, f"{stage.median:.3f}", f"{stage.p95:.3f}")
    yield table


def _table(title: str, texts: Sequence[str], numbers: Sequence[str]) -> Table:
    from rich.table import Table

    table = Table(title=title)
    for heading in texts:
        table.add_column(heading)
    for heading in numbers:
        table.add_column(heading, justify="right")
    return table


def _number(value: float) -> str:
    return f"{value:.3f}" if abs(value) < 10 else f"{value:.1f}"
