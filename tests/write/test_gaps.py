from __future__ import annotations

import pytest

from rag.write.gaps import not_together


@pytest.mark.parametrize(
    ("claim", "quote", "word"),
    [
        # another subject
        ("Rule 4 ended it.", "Rule 4 began it and rule 5 ended it.", "ended"),
        ("Rule 5 ended it.", "Rule 4 began it and rule 5 ended it.", None),
        ("The king left.", "The king fell and left.", None),
        ("The horse left.", "The king saw a horse and left.", "left"),
        ("The king fled.", "The king, who was ill, fled.", None),
        ("The king fled.", "The king died, and his son fled.", "fled"),
        # what a relative clause is of
        ("The bell rang.", "The tower has a bell, which rang.", None),
        ("The tower rang.", "The tower has a bell, which rang.", "rang"),
        # what is left out of the middle
        ("He sold 40 boats.", "He sold nets, and built 40 boats.", "40"),
        ("He sold boats in 1950.", "He sold boats in Bergen in 1950.", None),
        # relations
        ("Ships, including the Ada, sank.", "Ships, alongside the Ada, sank.", "Ada"),
        ("It closed until 1950.", "It closed in 1950.", "1950"),
        ("It closed in 1950.", "It closed until 1950.", "1950"),
        ("All but him fell because of rain.", "All but him fell in rain.", "rain"),
        # what is only intended
        ("The mayor closed the port.", "The mayor tried to close the port.", "closed"),
        # who says so may stand before or behind it
        ("Police said that two men fled.", "Two men fled, police said.", None),
    ],
)
def test_the_word_to_which_no_way_leads(claim: str, quote: str, word: str | None) -> None:
    assert not_together(claim, quote) == word


@pytest.mark.parametrize(
    "text",
    ["The king, who was ill, fled to Rome in 1340 and died.", "It fell; nobody, he said, saw it."],
)
def test_every_text_is_its_own_way(text: str) -> None:
    assert not_together(text, text) is None
