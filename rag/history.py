"""What a follow-up leaves unsaid: question and history to the query that is searched; pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.types import Turn

_REFERRING = frozenset(
    "he she it they him her them his hers its their theirs himself herself itself themselves "
    "this that these those there then such one ones same former latter else".split()
)
_OPENING = re.compile(r"^\W*(and|but|so|or|then|also|what about|how about)\b", re.IGNORECASE)
_FUNCTION_WORDS = frozenset(
    "a an and any are as at be been but by can could did do does for from had has have how i if "
    "in is me more my of on or our out please so tell than the to was we were what when where "
    "which who whom whose why will with would you your about".split()
)
_WORD = re.compile(r"\w+(?:['’]\w+)?")
_FEW_CONTENT_WORDS = 2
_EARLIER_CHARS = 500
"""A longer turn is cut, since what is asked now must fit into the embedding model's window."""


def turns(history: Sequence[Turn]) -> list[tuple[str, str]]:
    """(role, text) of each turn, whichever of the two forms it came in."""
    return [
        (turn["role"], turn["content"])
        if not isinstance(turn, tuple | list)
        else (turn[0], turn[1])
        for turn in history
    ]


def standalone_query(question: str, history: Sequence[Turn]) -> str:
    """The query for ``question``: with the user's turn before it, where it leans on that turn.

    The user's last turn alone is prepended (recall@5 of 0.88 against 0.82 without and 0.78 with
    all turns: LOG.md, "follow-ups").
    """
    earlier = [text for role, text in turns(history) if role == "user" and text.strip()]
    if not earlier or not leans_on_history(question):
        return question
    return f"{earlier[-1].strip()[:_EARLIER_CHARS]} {question}"


def leans_on_history(question: str) -> bool:
    """Whether a question refers back: by a pronoun, by how it opens, or by saying little itself."""
    words = [word.lower() for word in _WORD.findall(question)]
    content = [word for word in words if word not in _FUNCTION_WORDS | _REFERRING]
    return (
        len(content) < _FEW_CONTENT_WORDS
        or not _REFERRING.isdisjoint(words)
        or _OPENING.match(question) is not None
    )
