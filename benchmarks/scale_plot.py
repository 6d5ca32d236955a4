"""The picture of benchmarks/scale.py: time, memory and recall by the number of passages."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

STAGES = {"retrieval": "whole retrieval", "dense": "vectors", "terms": "words", "fetch": "articles"}


def plot(rows: Sequence[dict[str, Any]], path: Path) -> None:
    """Writes the rows of scale.json, in order of their passages, as PNG."""
    figure = Figure(figsize=(9, 6), layout="constrained")
    FigureCanvasAgg(figure)
    query, building, memory, recall = figure.subplots(2, 2).flat
    sizes = [row["passages"] for row in rows]
    for stage, label in STAGES.items():
        query.plot(sizes, [row["median_ms"][stage] for row in rows], "o-", label=label)
    query.plot(sizes, [row["p95_ms"]["retrieval"] for row in rows], "k:", label="whole, 95 of 100")
    query.set(title="A question, ms (median, warm)", yscale="log")
    for name, label in (
        ("writing_seconds", "writing"),
        ("finishing_seconds", "lists, recall, hashes"),
        ("opening_seconds", "opening"),
    ):
        building.plot(sizes, [row[name] for row in rows], "o-", label=label)
    building.set(title="Building and opening, seconds", yscale="log")
    for name, label in (
        ("disk_mb", "disk"),
        ("peak_mb", "memory, building"),
        ("searched_mb", "memory, searching"),
        ("own_mb", "of it, not mapped files"),
    ):
        memory.plot(sizes, [row[name] for row in rows], "o-", label=label)
    memory.set(title="Memory and disk, MB", yscale="log")
    recall.plot(sizes, [row["recall_at_10"] for row in rows], "o-", label="at 10")
    recall.plot(sizes, [row["recall_at_50"] for row in rows], "o-", label="at 50")
    recall.axhline(0.98, color="grey", linestyle=":")
    recall.set(title="Recall of the exact nearest, real questions", ylim=(0.9, 1.005))
    for axes in (query, building, memory, recall):
        axes.set(xscale="log", xlabel="passages")
        axes.legend(fontsize="small")
        axes.grid(alpha=0.3)
    figure.savefig(path, dpi=70)
