"""An evaluation as tables and as JSON; formats only."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import get_args

from rag.evaluate.judge import Record, Verdict
from rag.evaluate.measures import Score, scores


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What a question set showed of the library."""

    folder: str
    sample: int | None
    """At most so many lines of each question file were asked; None for all."""
    seed: int
    scores: tuple[Score, ...]
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
    return Evaluation(folder, sample, seed, scores(records, seed), tuple(records))


def to_json(evaluation: Evaluation) -> str:
    """One JSON object, with every question in ``records``."""
    told = {
        "folder": evaluation.folder,
        "sample": evaluation.sample,
        "seed": evaluation.seed,
        "models": evaluation.models,
        "scores": [asdict(score) for score in evaluation.scores],
        "records": [record.as_json() for record in evaluation.records],
    }
    return json.dumps(told, ensure_ascii=False)


def render(evaluation: Evaluation) -> str:
    """The scores that could be taken, and how many questions of each category got each verdict."""
    sampled = "" if evaluation.sample is None else f", sample {evaluation.sample}"
    models = ", ".join(evaluation.models) or "nobody"
    lines = [f"{evaluation.folder}{sampled}, answers by {models}", ""]
    lines.append(f"{'':24}{'measure':34}{'value':>8}{'95% interval':>18}{'questions':>11}")
    section = ""
    for score in evaluation.scores:
        if score.section != section:
            lines.append("")
        shown = score.section if score.section != section else ""
        known = score.low is not None and score.high is not None
        interval = f"{_number(score.low)} – {_number(score.high)}" if known else ""
        value = _number(score.value)
        lines.append(f"{shown:24}{score.name:34}{value:>8}{interval:>18}{score.count:>11}")
        section = score.section
    judged = [record for record in evaluation.records if record.verdict is not None]
    if judged:
        counts = Counter((record.question.category, record.verdict) for record in judged)
        verdicts = get_args(Verdict)
        lines += ["", f"{'category':24}" + "".join(f"{verdict:>10}" for verdict in verdicts)]
        for category in dict.fromkeys(record.question.category for record in judged):
            row = "".join(f"{counts[category, verdict]:>10}" for verdict in verdicts)
            lines.append(f"{category:24}{row}")
    return "\n".join(line.rstrip() for line in lines)


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:.3f}" if abs(value) < 10 else f"{value:.1f}"
