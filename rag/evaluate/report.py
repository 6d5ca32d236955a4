"""An evaluation as a table and as JSON; formats only."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from rag.evaluate.bootstrap import Score
from rag.evaluate.confidence import CurvePoint
from rag.evaluate.judgements import Record
from rag.evaluate.metrics import StageSeconds

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
    answered: float | None
    """The share of the curve's questions that got an answer; None where there is no curve."""
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


def _title(evaluation: Evaluation) -> str:
    sampled = "" if evaluation.sample is None else f", sample {evaluation.sample}"
    return f"{evaluation.folder}{sampled}, answers by {', '.join(evaluation.models) or 'nobody'}"


def _number(value: float | None) -> str:
    if value is None:
        return ""
    if isinstance(value, int):
        return str(value)
    return f"{value:.3f}" if abs(value) < 10 else f"{value:.1f}"
