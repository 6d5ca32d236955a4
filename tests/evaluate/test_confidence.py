"""Confidence statistics against oracles that count pair by pair and order by order."""

from __future__ import annotations

from itertools import pairwise, permutations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rag.evaluate.confidence import (
    area_under_risk_coverage,
    area_under_roc,
    calibration_error,
    risk_coverage,
)

UNTIMED = settings(deadline=None)
"""The first case imports scipy."""
LEVELS = st.sampled_from([0.0, 0.2, 0.5, 0.5000001, 1.0])
JUDGED = st.lists(st.tuples(LEVELS, st.booleans()), min_size=1, max_size=6)
Judged = list[tuple[float, bool]]


def columns(judged: Judged) -> tuple[np.ndarray, np.ndarray]:
    confidences, right = zip(*judged, strict=True)
    return np.array(confidences), np.array(right, dtype=float)


@UNTIMED
@given(JUDGED)
def test_area_under_risk_coverage_is_the_mean_over_all_orders_of_ties(judged: Judged) -> None:
    orders = [
        order
        for order in permutations(judged)
        if all(before[0] >= after[0] for before, after in pairwise(order))
    ]
    areas = [
        np.mean(
            [
                sum(not right for _, right in order[:shown]) / shown
                for shown in range(1, len(order) + 1)
            ]
        )
        for order in orders
    ]
    assert area_under_risk_coverage(*columns(judged)) == pytest.approx(float(np.mean(areas)))


def test_area_under_risk_coverage_by_hand() -> None:
    # Shown in the order right, wrong, right: risks 0, 1/2, 1/3.
    judged = [(0.5, False), (0.9, True), (0.1, True)]
    assert area_under_risk_coverage(*columns(judged)) == pytest.approx((0 + 1 / 2 + 1 / 3) / 3)


@UNTIMED
@given(JUDGED)
def test_the_curve_counts_what_is_shown_at_each_confidence(judged: Judged) -> None:
    curve = risk_coverage([confidence for confidence, _ in judged], [right for _, right in judged])
    assert [point.confidence for point in curve] == sorted(
        {confidence for confidence, _ in judged}, reverse=True
    )
    for point in curve:
        shown = [right for confidence, right in judged if confidence >= point.confidence]
        assert point.coverage == pytest.approx(len(shown) / len(judged))
        assert point.risk == pytest.approx(shown.count(False) / len(shown))


def test_without_answers_there_is_no_curve() -> None:
    assert risk_coverage([], []) == ()


@UNTIMED
@given(st.lists(LEVELS, min_size=1, max_size=8), st.lists(LEVELS, min_size=1, max_size=8))
def test_area_under_roc_is_the_share_of_pairs_in_order(
    answerable: list[float], absent: list[float]
) -> None:
    pairs = [(a > b) + 0.5 * (a == b) for a, b in product(answerable, absent)]
    area = area_under_roc(np.array(answerable), np.array(absent))
    assert area == pytest.approx(sum(pairs) / len(pairs))


@UNTIMED
@given(
    st.lists(
        st.tuples(st.floats(0, 1), st.booleans()),
        min_size=1,
        max_size=30,
    )
)
def test_calibration_error_is_the_gap_bin_by_bin(judged: Judged) -> None:
    error = 0.0
    for number in range(15):
        inside = [
            (confidence, right)
            for confidence, right in judged
            if int(confidence * 15) == number or (number == 14 and confidence == 1.0)
        ]
        if inside:
            mean = sum(confidence for confidence, _ in inside) / len(inside)
            share = sum(right for _, right in inside) / len(inside)
            error += len(inside) / len(judged) * abs(mean - share)
    assert calibration_error(*columns(judged)) == pytest.approx(error)


def test_calibration_error_by_hand() -> None:
    # 0.95 twice, right once: gap 0.45. 0.2 once, wrong: gap 0.2.
    judged = [(0.95, True), (0.95, False), (0.2, False)]
    assert calibration_error(*columns(judged)) == pytest.approx((2 * 0.45 + 0.2) / 3)
