from __future__ import annotations

import pytest

from rag.writing.gaps import not_together


@pytest.mark.parametrize(
    ("claim", "quote", "word"),
    [
        # intended
        ("The mayor closed the port.", "The mayor tried to close the port.", "closed"),
        ("The mayor tried to close it.", "The mayor tried to close it.", None),
        # told as it is now
        ("Some suggested that it fell.", "Some suggest that it fell.", "suggested"),
        ("The law allowed it.", "The law allows it.", "allowed"),
        ("The agency stated that it fell.", "The agency says that it fell.", "stated"),
        ("The tower was the town hall.", "The tower is the town hall.", "town"),
        ("The tower is painted.", "The tower was painted.", "painted"),
        # told of the past, or a noun
        ("Some suggest that it fell.", "Some suggested that it fell.", None),
        ("The king attacked Rome.", "The king led an attack on Rome.", None),
        ("The king was attacked.", "They did not fear the king, who was attacked.", None),
        ("The tower is the town hall.", "The tower is the old town hall.", None),
    ],
)
def test_what_is_told_in_another_tense(claim: str, quote: str, word: str | None) -> None:
    assert not_together(claim, quote) == word
