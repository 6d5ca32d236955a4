from __future__ import annotations

import pytest

from rag.write.clauses import is_fragment

QUOTE = "The engine of the mill is old."


@pytest.mark.parametrize(
    "claim",
    [
        "The capital of the province of Anar.",
        "The old steam engine where speed was needed, for instance in ships.",
        "A treaty of the two kings, which ended the war.",
        "Because the dam burst.",
        "Because of the war, the bridge.",
        "The increased speed of the engine.",
        "A bridge painted by Ada Lind.",
        "The rim of the plain called Orlow Ridge.",
    ],
)
def test_what_has_no_main_verb_is_a_fragment(claim: str) -> None:
    assert is_fragment(claim, QUOTE)


@pytest.mark.parametrize(
    "claim",
    [
        "The dam burst.",
        "The lake covers 76 ha.",
        "Most ships carry salt.",
        "The man who fled died.",
        "When the dam burst, two farmers drowned.",
        "Some say that the bells rang because the king had died.",
        "In that year a bridge was built.",
        "That bridge fell.",
        "The rim of the plain was called Orlow Ridge.",
        "Exports rose by 4 percent.",
        "Police said two men fled.",
    ],
)
def test_what_has_one_is_none(claim: str) -> None:
    assert not is_fragment(claim, QUOTE)


def test_other_languages_are_left_alone() -> None:
    claim = "Der Damm brach."
    assert not is_fragment(claim, claim)
    assert is_fragment(claim, QUOTE)
