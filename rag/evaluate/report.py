"""An evaluation as a table, as JSON and as a risk–coverage picture; formats only."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from rag.errors import EvaluationError
from rag.evaluate.confidence import CurvePoint
from rag.evaluate.judge import Record
from rag.evaluate.metrics import Score, StageSeconds

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
    seconds: tuple[StageSeconds, ...]
    curve: tuple[CurvePoint, ...]
    records: tuple[Record, ...]

    def score(self, section: str, name: str) -> Score:
        """One score of the table. Raises KeyError where there is none of that name."""
        for score in self.scores:
            if (score.section, score.name) == (section, name):
                return score
        raise KeyError((section, name))


def to_json(evaluation: Evaluation) -> str:
    """One JSON object, with every question in ``records``."""
    return json.dumps(asdict(evaluation), ensure_ascii=False)


def render(evaluation: Evaluation) -> str:
    """Two tables: the scores that could be taken, and the seconds by stage."""
    from io import StringIO

    from rich.console import Console
    from rich.table import Table

    scores = Table(title=_title(evaluation))
    for heading in ("", "measure"):
        scores.add_column(heading)
    for heading in ("value", "95% interval", "questions"):
        scores.add_column(heading, justify="right")
    section = ""
    for score in evaluation.scores:
        if score.value is None:
            continue
        if score.section != section:
            scores.add_section()
        scores.add_row(
            score.section if score.section != section else "",
            score.name,
            _number(score.value),
            f"{_number(score.low)} – {_number(score.high)}" if score.low is not None else "",
            str(score.count),
        )
        section = score.section
    seconds = Table(title="Seconds by stage")
    seconds.add_column("stage")
    seconds.add_column("median", justify="right")
    seconds.add_column("95th percentile", justify="right")
    for stage in evaluation.seconds:
        seconds.add_row(stage.stage, f"{stage.median:.3f}", f"{stage.p95:.3f}")
    text = StringIO()
    console = Console(file=text, width=_TABLE_COLUMNS)
    console.print(scores)
    console.print(seconds)
    return text.getvalue().rstrip("\n")


def plot_risk_coverage(evaluation: Evaluation, path: Path) -> None:
    """Writes the curve as PNG. Raises EvaluationError where there is none, or no writing."""
    if not evaluation.curve:
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
    axes.set(
        xlabel="coverage: share of the questions answered",
        ylabel="risk: share of the answers that are wrong",
        title="Risk–coverage",
        xlim=(0, 1),
    )
    axes.set_ylim(bottom=0)
    axes.grid(alpha=0.3)
    try:
        figure.savefig(path, format="png")
    except OSError as error:
        raise EvaluationError(f"{path} cannot be written: {error.strerror or error}.") from None


def _title(evaluation: Evaluation) -> str:
    sampled = "" if evaluation.sample is None else f", sample {evaluation.sample}"
    return f"{evaluation.folder}{sampled}, answers by {', '.join(evaluation.models) or 'nobody'}"


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:.3f}" if abs(value) < 10 else f"{value:.1f}"
