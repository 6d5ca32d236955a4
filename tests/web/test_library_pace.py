"""How fast a build is, and how long it will take."""

from __future__ import annotations

import pytest

from rag.types import Progress
from rag.web.served import BuildProgress, Pace, describe_pace


def test_whole_batches_tell_the_pace() -> None:
    pace = Pace()
    pace.after(Progress("reading", 0, 100), 0.0)
    told = pace.after(Progress("embedding", 20, 100, 200), 5.0)
    assert told.passages_a_second == pytest.approx(40)
    assert told.seconds_left == pytest.approx(20)
    # Files that are read ahead change nothing, time does.
    later = pace.after(Progress("reading", 39, 100, 200), 7.0)
    assert later.passages_a_second == pytest.approx(40)
    assert later.seconds_left == pytest.approx(18)


def test_a_change_of_pace_is_seen_within_half_a_minute() -> None:
    """Files that are as they were are passed over quickly, the new ones at the end are not."""
    pace = Pace()
    pace.after(Progress("reading", 0, 10_100), 0.0)
    pace.after(Progress("embedding", 10_000, 10_100, 0), 2.0)
    for step in range(1, 41):
        told = pace.after(Progress("embedding", 10_000 + step, 10_100, 50 * step), 2.0 + step)
    assert told.seconds_left == pytest.approx(60, rel=0.1)
    assert told.passages_a_second == pytest.approx(50, rel=0.1)


@pytest.mark.parametrize(
    ("progress", "line"),
    [
        (BuildProgress(Progress("reading", 5, 1200)), "5 of 1,200 files"),
        (
            BuildProgress(Progress("embedding", 5, 1200), 63.4, 2 * 60 + 3),
            "5 of 1,200 files · 63 passages a second · about 2 minutes left",
        ),
        (
            BuildProgress(Progress("reading", 5, 6), None, 59),
            "5 of 6 files · less than a minute left",
        ),
        (
            BuildProgress(Progress("reading", 5, 6), None, 3 * 3600),
            "5 of 6 files · about 3 hours left",
        ),
        (BuildProgress(Progress("writing", 6, 6), 10, 1), "Writing the index of 6 files"),
    ],
)
def test_the_pace_is_one_line(progress: BuildProgress, line: str) -> None:
    assert describe_pace(progress) == line
