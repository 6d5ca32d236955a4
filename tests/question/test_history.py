from __future__ import annotations

import pytest

from rag.errors import QuestionError
from rag.question.history import turns


def test_turns_come_in_three_forms() -> None:
    (text,) = turns([("user", "a"), {"role": "assistant", "content": "b"}])
    assert (text.question, text.text, text.status, text.citations) == ("a", "b", "answered", ())
    unanswered, other = turns([("user", "a"), ("user", "b")])
    assert (unanswered.question, unanswered.status) == ("a", "abstained")
    assert turns([text, ("user", "b")]) == (text, other)


@pytest.mark.parametrize("turn", [("user",), {"role": "user"}, ("user", 1), "who?", 3])
def test_a_turn_that_is_none(turn: object) -> None:
    with pytest.raises(QuestionError, match=r"^Turn 2 of the history is neither"):
        turns([("user", "a"), turn])  # type: ignore[list-item]
