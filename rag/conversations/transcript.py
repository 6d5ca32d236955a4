"""A stored turn -> the facts that every export of it shows; pure."""

from __future__ import annotations

import re

from rag.answer.cite import format_date
from rag.conversations.stored_turns import Conversation, StoredTurn
from rag.shown.answer_facts import NOT_HELD, Searched, answer_facts, asked_only

NO_ANSWER = {
    "pending": "Not answered yet.",
    "stopped": "Stopped before it was answered.",
    "failed": "This could not be answered.",
}
_FILE_NAME_CHARS = 60


def facts(turn: StoredTurn) -> tuple[str, ...]:
    """How the answer came about and what is to be known of it, each in a few plain words."""
    answer = turn.answer
    if answer is None:
        return tuple(asked_only(turn.filters))
    return (
        *answer_facts(answer, Searched(turn.articles, turn.filters)),
        *(f"Not answered: {part}" for part in answer.unanswered),
        *(
            f"{NOT_HELD}, which stands there instead: “{claim.written}”"
            for claim in answer.claims
            if claim.origin == "replaced" and claim.written
        ),
    )


def day(time: str) -> str:
    """The day of an ISO 8601 time, in words."""
    return format_date(time[:10])


def file_name(conversation: Conversation, ending: str) -> str:
    """A name for an export that every file system takes, such as ``who-met-in-baghdad.md``."""
    words = "-".join(re.findall(r"[a-z0-9]+", conversation.title.lower()))
    return f"{words[:_FILE_NAME_CHARS].strip('-') or 'conversation'}.{ending}"
