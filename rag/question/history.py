"""The turns of a conversation, in whatever form they come; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from rag.errors import QuestionError
from rag.types import Answer, Turn

_BARE_TURN = Answer("", "", "abstained", None, "", (), (), 0.0, "")


def turns(history: Sequence[Turn]) -> tuple[Answer, ...]:
    """The conversation as answers, oldest first: those that came as text carry nothing else.

    Raises QuestionError for a turn that is neither an answer nor a role with a text.
    """
    found: list[Answer] = []
    for number, turn in enumerate(history, start=1):
        if isinstance(turn, Answer):
            found.append(turn)
            continue
        role, text = _role_and_text(number, turn)
        if role == "user":
            found.append(replace(_BARE_TURN, question=text, query=text))
        elif found and not found[-1].text:
            found[-1] = replace(found[-1], status="answered", text=text)
        else:
            found.append(replace(_BARE_TURN, status="answered", text=text))
    return tuple(found)


def _role_and_text(number: int, turn: Turn) -> tuple[str, str]:
    said = (turn.get("role"), turn.get("content")) if isinstance(turn, Mapping) else turn
    match said:
        case [str(role), str(text)]:
            return role, text
    raise QuestionError(
        f"Turn {number} of the history is neither (role, text) nor a mapping with role and "
        "content, both of them text: mend it."
    )
