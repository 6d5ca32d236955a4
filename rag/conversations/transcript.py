"""A stored turn -> the lines, facts and sources that every export of it shows; pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rag.answering.cite import format_date, markers
from rag.conversations.escaping import one_line
from rag.conversations.stored_turns import Conversation, StoredTurn
from rag.types import Answer, Citation
from rag.web.answer_facts import NOT_HELD, Searched, answer_facts, asked_only

NO_ANSWER = {
    "pending": "Not answered yet.",
    "stopped": "Stopped before it was answered.",
    "failed": "This could not be answered.",
}
_FILE_NAME_CHARS = 60


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph of an answer, or an item of a list: text, with citations for the markers."""

    pieces: tuple[str | Citation, ...]
    is_item: bool


def lines(answer: Answer) -> tuple[Line, ...]:
    """The answer's text line by line; a quote is of one line, however the article breaks it."""
    broken: list[list[str | Citation]] = [[]]
    for piece in _pieces(answer):
        if isinstance(piece, Citation):
            broken[-1].append(piece)
        else:
            first, *others = piece.split("\n")
            broken[-1].append(first)
            broken += [[other] for other in others]
    return tuple(_line(pieces) for pieces in broken if any(_says(piece) for piece in pieces))


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


def _pieces(answer: Answer) -> Iterator[str | Citation]:
    """The text in order, with the citation itself where its marker stood."""
    cited = {citation.number: citation for citation in answer.citations}
    done = 0
    for marker in markers(answer.text, answer.citations):
        yield _with_quotes_on_one_line(answer.text[done : marker.start()], answer)
        yield cited[int(marker[1])]
        done = marker.end()
    yield _with_quotes_on_one_line(answer.text[done:], answer)


def _with_quotes_on_one_line(text: str, answer: Answer) -> str:
    for citation in answer.citations:
        text = text.replace(f"“{citation.quote}”", f"“{one_line(citation.quote)}”")
    return text


def _line(pieces: list[str | Citation]) -> Line:
    first = pieces[0]
    if isinstance(first, str) and first.startswith("- "):
        return Line((first[2:], *pieces[1:]), is_item=True)
    return Line(tuple(pieces), is_item=False)


def _says(piece: str | Citation) -> bool:
    return isinstance(piece, Citation) or bool(one_line(piece))
