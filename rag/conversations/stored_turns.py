"""What a conversation keeps of its questions and answers, and answers as JSON; pure."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, TypeAlias

from rag.types import Answer, Article, Citation, Claim, Filters, Header, Hit, Passage

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
    """Without the texts of its articles; None unless the state is ``done``."""
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


def history(turns: Iterable[StoredTurn]) -> tuple[tuple[str, str], ...]:
    """The turns that were answered as (role, text), for the next question."""
    return tuple(
        said
        for turn in turns
        if turn.answer
        for said in (("user", turn.question), ("assistant", turn.answer.text))
    )


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
    """``without_article_texts(answer)`` as one line of ASCII."""
    record = asdict(without_article_texts(replace(answer, timings=dict(answer.timings))))
    for hit in record["hits"]:
        for left_out in ("text", "header", "marks"):
            del hit["article"][left_out]
    return json.dumps(record)


def answer_from_json(text: str) -> Answer:
    """``answer_from_json(answer_to_json(answer)) == without_article_texts(answer)``.

    Raises ValueError if it is none.
    """
    try:
        record = _tupled(json.loads(text))
        return Answer(
            **{
                **record,
                "citations": tuple(Citation(**each) for each in record["citations"]),
                "hits": tuple(map(_hit, record["hits"])),
                "claims": tuple(Claim(**each) for each in record["claims"]),
            }
        )
    except (TypeError, KeyError) as error:
        raise ValueError(f"no answer: {error}") from None


def _hit(record: dict[str, Any]) -> Hit:
    return Hit(
        passage=Passage(**record["passage"]),
        article=Article(**record["article"], text=""),
        score=record["score"],
    )


def _tupled(value: Any) -> Any:
    """``value`` with tuples for the lists, since JSON has no tuples and our types no lists."""
    if isinstance(value, dict):
        return {name: _tupled(each) for name, each in value.items()}
    return tuple(map(_tupled, value)) if isinstance(value, list) else value


def filters_to_json(filters: Filters) -> str:
    return json.dumps(asdict(filters))


def filters_from_json(text: str) -> Filters:
    """Raises ValueError if it holds none."""
    try:
        return Filters(**_tupled(json.loads(text)))
    except TypeError as error:
        raise ValueError(f"no filters: {error}") from None
