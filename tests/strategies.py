"""Made-up inputs for property tests."""

from __future__ import annotations

from hypothesis import strategies as st

TEXTS_HARD_TO_SPLIT = st.lists(
    st.sampled_from(
        [
            "Mr. ",
            "U.S. ",
            "It is so. ",
            '"',
            "”",
            "(",
            ") ",
            ". ",
            "? ",
            "...",
            "\n\n",
            "\n- ",
            " | ",
        ]
    )
    | st.text(max_size=20),
    max_size=40,
).map("".join)
"""Abbreviations, quotation marks, brackets, blocks and anything else, joined."""
