from __future__ import annotations

from rag.text.counted import count


def test_the_noun_agrees_with_the_number() -> None:
    shown = [count(number, "file") for number in (0, 1, 2000)]
    assert shown == ["0 files", "1 file", "2,000 files"]
