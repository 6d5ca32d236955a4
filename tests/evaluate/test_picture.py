"""The risk–coverage picture: of an evaluation, of a saved one, and of what is neither."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import pytest
from rag.evaluate.confidence import CurvePoint
from rag.evaluate.picture import plot_saved

from rag.errors import EvaluationError
from rag.evaluate import Evaluation, plot_risk_coverage, to_json

CURVE = (CurvePoint(0.9, 0.5, 0.0), CurvePoint(0.4, 1.0, 0.5))


def evaluation(curve: tuple[CurvePoint, ...] = CURVE, answered: float | None = 0.5) -> Evaluation:
    return Evaluation("my-questions", None, 0, (), (), (), curve, answered, ())


def test_a_saved_evaluation_draws_the_same_curve(tmp_path: Path) -> None:
    drawn, again, result = (tmp_path / name for name in ("a.png", "b.png", "result.json"))
    plot_risk_coverage(evaluation(), drawn)
    result.write_text(to_json(evaluation()), encoding="utf-8")
    plot_saved(result, again)
    assert drawn.read_bytes().startswith(b"\x89PNG")
    assert drawn.read_bytes() == again.read_bytes()
    plot_risk_coverage(evaluation(answered=1.0), again)
    assert drawn.read_bytes() != again.read_bytes()


def test_without_a_curve_there_is_no_picture(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match="my-questions has no question whose answer is known"):
        plot_risk_coverage(evaluation((), None), tmp_path / "curve.png")
    with pytest.raises(EvaluationError, match="cannot be written"):
        plot_risk_coverage(evaluation(), tmp_path / "missing" / "curve.png")


@pytest.mark.parametrize(
    "saved", ["{", "[]", "{}", '{"curve": [{"risk": 1}], "answered": 1, "folder": ""}', b"\xff"]
)
def test_what_is_no_saved_evaluation_is_an_error(tmp_path: Path, saved: str | bytes) -> None:
    result = tmp_path / "result.json"
    result.write_bytes(saved if isinstance(saved, bytes) else saved.encode())
    with pytest.raises(EvaluationError, match=r"no saved evaluation: write one by rag eval"):
        plot_saved(result, tmp_path / "curve.png")


def run_module(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> Any:
    monkeypatch.setattr("sys.argv", ["rag.evaluate", *arguments])
    with pytest.raises(SystemExit) as ended:
        runpy.run_module("rag.evaluate", run_name="__main__")
    return ended.value.code


def test_the_command_names_what_is_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run_module(monkeypatch) == 2
    missing = str(tmp_path / "result.json")
    assert run_module(monkeypatch, missing, "x.png") == (
        f"error: {missing} cannot be read: No such file or directory."
    )
