"""What a conversation keeps of its questions and answers, and answers as JSON; pure."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, is_dataclass, replace
from types import UnionType
from typing import Any, Literal, TypeAlias, get_args, get_origin, get_type_hints

from rag.types import Answer, Filters, Header

TurnState: TypeAlias = Literal["pending", "done", "stopped", "failed"]


@dataclass(frozen=True, slots=True)
class StoredTurn:
    """A question and what came of it."""

    id: int
    """Never used again, so that what comes too late for a turn finds no other."""
    question: str
    asked: str
    """When, ISO 8601 in UTC."""
    filters: Filters
    state: TurnState
    answer: Answer | None = None
    """Whole, but for the texts of its articles; None unless the state is ``done``."""
    note: str | None = None
    """A line for the person who asked: why it stopped or failed."""
    articles: int = 0
    """How many passed the filters when they were searched; 0 where nobody counted."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """One conversation, whole; times are ISO 8601 in UTC."""

    id: str
    title: str
    created: str
    updated: str
    turns: tuple[StoredTurn, ...]


@dataclass(frozen=True, slots=True)
class ConversationSummary:
    """A line of the list of conversations."""

    id: str
    title: str
    created: str
    updated: str
    turn_count: int


def history(turns: Iterable[StoredTurn]) -> tuple[Answer, ...]:
    """The turns that were answered, for the next question."""
    return tuple(turn.answer for turn in turns if turn.answer)


def without_article_texts(answer: Answer) -> Answer:
    """The answer, its hits' articles without text, and so without header and marks, which count in
    it. The library has them: what an answer shows are its quotes and passages."""
    return replace(
        answer,
        hits=tuple(
            replace(hit, article=replace(hit.article, text="", header=Header(), marks=()))
            for hit in answer.hits
        ),
    )


def answer_to_json(answer: Answer) -> str:
    """``without_article_texts(answer)``, every field of it, as one line of ASCII."""
    return json.dumps(asdict(without_article_texts(replace(answer, timings=dict(answer.timings)))))


def answer_from_json(text: str) -> Answer:
    """``answer_from_json(answer_to_json(answer)) == without_article_texts(answer)``.

    What an earlier version did not know has its default. Raises ValueError if it is no answer.
    """
    try:
        record = json.loads(text)
        for hit in record["hits"]:
            hit["article"].setdefault("text", "")  # earlier versions left it out
        answer: Answer = _restored(Answer, record)
        return answer
    except (TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"no answer: {error}") from None


def filters_to_json(filters: Filters) -> str:
    return json.dumps(asdict(filters))


def filters_from_json(text: str) -> Filters:
    """Raises ValueError if it holds none."""
    try:
        filters: Filters = _restored(Filters, json.loads(text))
        return filters
    except (TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"no filters: {error}") from None


def _restored(kind: Any, value: Any) -> Any:
    """``value`` of JSON as ``kind`` says, since JSON knows neither dataclasses nor tuples."""
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        fields = {name: _restored(hints[name], each) for name, each in value.items()}
        return kind(**fields)  # type: ignore[operator]
    if get_origin(kind) is UnionType:
        return None if value is None else _restored(get_args(kind)[0], value)
    if get_origin(kind) is tuple:
        return tuple(_restored(get_args(kind)[0], each) for each in value)
    return kind(*value) if isinstance(value, list) else value
