"""Scores and their intervals, against what the statistics of shares say."""

from __future__ import annotations

import pytest
from rag.evaluate.bootstrap import share, share_within, total


def test_an_interval_is_two_standard_errors_wide_and_repeatable() -> None:
    values = [True] * 5 + [False] * 4
    score = share("s", "n", [*values, None], seed=3)
    assert score == share("s", "n", values, seed=3)
    assert (score.section, score.name, score.count) == ("s", "n", 9)
    assert score.value == pytest.approx(5 / 9)
    # A share of 5 in 9: two standard errors of sqrt(p (1 - p) / n) either side.
    assert score.low == pytest.approx(5 / 9 - 0.32, abs=0.06)
    assert score.high == pytest.approx(5 / 9 + 0.32, abs=0.06)


def test_verdicts_count_alike_and_questions_are_resampled() -> None:
    score = share_within("s", "n", [[True, True, True, None], [False], [None], []], seed=0)
    assert (score.value, score.count) == (3 / 4, 2)
    # Both draws may be the same question.
    assert (score.low, score.high) == (0.0, 1.0)


def test_nothing_known_is_no_score() -> None:
    for score in (share("s", "n", [None], 0), share_within("s", "n", [[None]], 0)):
        assert (score.value, score.low, score.high, score.count) == (None, None, None, 0)
    one = share("s", "n", [1.0], 0)
    assert (one.value, one.low, one.count) == (1.0, None, 1)


def test_counts_have_no_interval() -> None:
    score = total("s", "n", [2, 0, 3])
    assert (score.value, score.low, score.high, score.count) == (5, None, None, 2)
