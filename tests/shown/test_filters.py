"""Filters in words."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st

from rag.shown.filters import describe_filters
from rag.types import Filters

VALUES = st.none() | st.text(min_size=1, max_size=40).map(str.strip).filter(bool)


@pytest.mark.parametrize(
    ("since", "until", "told"),
    [
        ("2024-05", "2024-05", "of May 2024"),
        ("2024-05-01", "2024-05-31", "of May 2024"),
        ("2024", "2024", "of 2024"),
        ("2024-01", "2024-12-31", "of 2024"),
        ("2024-05-02", "2024-05-02", "of 2 May 2024"),
        ("2024-05", "2024-06", "from May 2024 to June 2024"),
        ("2023-01-01", "2024", "from 2023 to 2024"),
        ("2024-05-02", "2024-05", "from 2 May 2024 to 31 May 2024"),
        ("2024-05", None, "from May 2024 on"),
        (None, "2024-05", "until May 2024"),
    ],
)
def test_a_period_is_told_as_shortly_as_it_can(
    since: str | None, until: str | None, told: str
) -> None:
    assert describe_filters(Filters(since, until)) == told


def test_filters_are_told_in_words() -> None:
    assert describe_filters(Filters()) == ""
    assert describe_filters(Filters("2007-05-31", None, "Symonds", "2007/*.txt")) == (
        "from 31 May 2007 on, by “Symonds”, in “2007/*.txt”"
    )
