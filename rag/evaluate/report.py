"""An evaluation as tables, as JSON and as a picture; formats only."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from rag.errors import EvaluationError
from rag.evaluate.judge import Record, Verdict
from rag.evaluate.scores import (
    CurvePoint,
    Score,
    StageSeconds,
    knows_whether_right,
    risk_coverage,
    scores,
    stage_seconds,
    verdicts_by_category,
)

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
    models: tuple[str, ...]
    """What made the answers, by name."""
    scores: tuple[Score, ...]
    verdicts: Mapping[str, Mapping[str, int]]
    """How many questions of each category got each verdict."""
    seconds: tuple[StageSeconds, ...]
    curve: tuple[CurvePoint, ...]
    answered: float | None
    """The share of the curve's questions that got an answer; None where there is no curve."""
    records: tuple[Record, ...]

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
    judged = knows_whether_right(records)
    return Evaluation(
        folder=folder,
        sample=sample,
        seed=seed,
        models=tuple(sorted({record.model for record in records})),
        scores=scores(records, seed),
        verdicts=verdicts_by_category(records),
        seconds=stage_seconds(records),
        curve=risk_coverage(
            [record.confidence for record in judged], [bool(record.right) for record in judged]
        ),
        answered=sum(record.answered for record in judged) / len(judged) if judged else None,
        records=tuple(records),
    )


def to_json(evaluation: Evaluation) -> str:
    """One JSON object, with every question in ``records``."""
    return json.dumps(asdict(evaluation), ensure_ascii=False)


def render(evaluation: Evaluation) -> str:
    """The scores that could be taken, the verdicts by category, and the seconds by stage."""
    from io import StringIO

    from rich.console import Console

    text = StringIO()
    console = Console(file=text, width=_TABLE_COLUMNS)
    for table in _tables(evaluation):
        console.print(table)
    return text.getvalue().rstrip("\n")


def plot_risk_coverage(evaluation: Evaluation, path: Path) -> None:
    """Writes the curve as PNG. Raises EvaluationError where there is none, or no writing."""
    if not evaluation.curve or evaluation.answered is None:
        raise EvaluationError(
            f"{evaluation.folder} has no question whose answer is known: no curve can be drawn."
        )
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6, 4), dpi=150, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    axes.plot(
        [point.coverage for point in evaluation.curve],
        [point.risk for point in evaluation.curve],
        drawstyle="steps-mid",
    )
    share = evaluation.answered
    axes.axvline(share, color="gray", linestyle="--", label=f"answered in this run: {share:.0%}")
    axes.set(
        xlabel="coverage: share of the questions answered",
        ylabel="risk: share of the answers that are wrong",
        title="Risk–coverage",
        xlim=(0, 1),
    )
    axes.set_ylim(bottom=0)
    axes.grid(alpha=0.3)
    axes.legend(loc="upper left")
    try:
        figure.savefig(path, format="png")
    except OSError as error:
        raise EvaluationError(f"{path} cannot be written: {error.strerror or error}.") from None


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
        if score.value is None:
            continue
        if score.section != section:
            table.add_section()
        table.add_row(
            score.section if score.section != section else "",
            score.name,
            _number(score.value),
            f"{_number(score.low)} – {_number(score.high)}" if score.low is not None else "",
            str(score.count),
        )
        section = score.section
    yield table
    if evaluation.verdicts:
        table = _table("Verdicts", ("category",), get_args(Verdict))
        for category, counts in evaluation.verdicts.items():
            table.add_row(category, *map(str, counts.values()))
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


def _number(value: float | None) -> str:
    if value is None:
        return ""
    if isinstance(value, int):
        return str(value)
    return f"{value:.3f}" if abs(value) < 10 else f"{value:.1f}"
