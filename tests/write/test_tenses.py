from __future__ import annotations

import pytest

from rag.write.gaps import not_together
from rag.write.tenses import told_as_now, trades_verb


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
        ("It was one of the largest towns.", "It is one of the largest towns.", "largest"),
        # told of the past, or a noun
        ("Some suggest that it fell.", "Some suggested that it fell.", None),
        ("Steam remains the source of power.", "Steam remained the source of power.", "remains"),
        ("Tom attacked by night.", "Tom began an attack by night.", None),
        ("The king attacked Rome.", "The king led an attack on Rome.", None),
        ("The king was attacked.", "They did not fear the king, who was attacked.", None),
        ("The tower is the town hall.", "The tower is the old town hall.", None),
    ],
)
def test_what_is_told_in_another_tense(claim: str, quote: str, word: str | None) -> None:
    assert not_together(claim, quote) == word


@pytest.mark.parametrize(
    ("claim", "quote", "told"),
    [
        ("Ruun is the richest.", "Ruun was the town richest in salt.", True),
        ("Ruun was the richest.", "Ruun was the town richest in salt.", False),
        ("Ruun is the richest.", "Ruun was burnt down and is the town richest in salt.", False),
        ("The tower is high.", "They built a high tower.", False),
    ],
)
def test_what_was_is_not_told_as_what_is(claim: str, quote: str, told: bool) -> None:
    assert told_as_now(claim, quote) == told


@pytest.mark.parametrize(
    ("claim", "quote", "word"),
    [
        (
            "A fleet outnumbered ours awaiting him.",
            "A fleet outnumbering ours awaited him.",
            "awaiting",
        ),
        ("A fleet outnumbering ours awaited him.", "A fleet outnumbering ours awaited him.", None),
        ("A fleet outnumbered ours.", "A fleet outnumbering ours awaited him.", None),
    ],
)
def test_a_participle_does_not_trade_places_with_the_verb(
    claim: str, quote: str, word: str | None
) -> None:
    assert trades_verb(claim, quote) == word
