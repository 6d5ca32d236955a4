"""How fast a build is, and how long it will take: from its steps of the last half minute; pure."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from rag.types import Progress

_WINDOW_SECONDS = 30.0
_LEAST_SECONDS = 1.5
"""Steps that lie closer together than this tell nothing."""


@dataclass(frozen=True, slots=True)
class BuildProgress:
    """A step of a build with its pace; None where that is not known yet."""

    step: Progress
    passages_a_second: float | None = None
    seconds_left: float | None = None


@dataclass(slots=True)
class Pace:
    """Takes every step of one build in order."""

    _steps: deque[tuple[float, Progress]] = field(default_factory=deque)

    def after(self, step: Progress, now: float) -> BuildProgress:
        """``step``, which was reported at ``now``, with the pace of the steps before it.

        Files are read ahead of what is embedded, in batches: only whole batches are measured.
        """
        if not self._steps or step.stage == "embedding":
            self._steps.append((now, step))
        while len(self._steps) > 2 and now - self._steps[0][0] > _WINDOW_SECONDS:
            self._steps.popleft()
        (began, first), (ended, last) = self._steps[0], self._steps[-1]
        seconds, files = ended - began, last.done - first.done
        if seconds < _LEAST_SECONDS or files <= 0:
            return BuildProgress(step)
        left = max(0.0, (step.total - last.done) * seconds / files - (now - ended))
        embedded = last.passages - first.passages
        return BuildProgress(step, embedded / seconds if embedded else None, left)


def describe_pace(progress: BuildProgress) -> str:
    """One line: how far, how fast, how long."""
    step = progress.step
    if step.stage == "writing":
        return f"Writing the index of {step.total:,} files"
    parts = [f"{step.done:,} of {step.total:,} files"]
    if progress.passages_a_second is not None:
        parts.append(f"{progress.passages_a_second:,.0f} passages a second")
    if progress.seconds_left is not None:
        parts.append(_time_left(progress.seconds_left))
    return " · ".join(parts)


def _time_left(seconds: float) -> str:
    if seconds < 60:
        return "less than a minute left"
    minutes = round(seconds / 60)
    if minutes < 90:
        return f"about {minutes} minute{'' if minutes == 1 else 's'} left"
    return f"about {round(seconds / 3600)} hours left"
