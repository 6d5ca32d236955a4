"""The risk–coverage curve as a picture: of an evaluation, or of the JSON that was saved of one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from rag.errors import EvaluationError
from rag.evaluate.confidence import CurvePoint
from rag.evaluate.report import Evaluation


def plot_risk_coverage(evaluation: Evaluation, path: Path) -> None:
    """Writes the curve as PNG. Raises EvaluationError where there is none, or no writing."""
    _plot(evaluation.curve, evaluation.answered, evaluation.folder, path)


def plot_saved(result: Path, path: Path) -> None:
    """As plot_risk_coverage, from what ``rag eval --json`` wrote to ``result``."""
    try:
        saved = json.loads(result.read_text(encoding="utf-8"))
        curve = [CurvePoint(**point) for point in saved["curve"]]
        answered, folder = saved["answered"], saved["folder"]
    except OSError as error:
        raise EvaluationError(f"{result} cannot be read: {error.strerror or error}.") from None
    except (ValueError, TypeError, KeyError):
        raise EvaluationError(
            f"{result} is no saved evaluation: write one by rag eval FOLDER --json > {result}."
        ) from None
    _plot(curve, answered, folder, path)


def _plot(curve: Sequence[CurvePoint], answered: float | None, folder: str, path: Path) -> None:
    if not curve or answered is None:
        raise EvaluationError(
            f"{folder} has no question whose answer is known: no curve can be drawn."
        )
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6, 4), dpi=150, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    axes.plot(
        [point.coverage for point in curve],
        [point.risk for point in curve],
        drawstyle="steps-mid",
    )
    axes.axvline(
        answered, color="gray", linestyle="--", label=f"answered in this run: {answered:.0%}"
    )
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
