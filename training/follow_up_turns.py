"""Turns of conversations with what their standalone wordings take up, and turns made of them."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rag.question.follow_up import FollowUp, follow_up_of
from rag.question.mentions import Said, mentions_of, said_of
from rag.text.words import terms


@dataclass(frozen=True, slots=True)
class Turn:
    """A question in its conversation, and the terms that its standalone wording takes up."""

    source: str
    conversation: tuple[str, ...]
    follow_up: FollowUp
    standalone: str
    taken: frozenset[str]

    @property
    def labels(self) -> list[bool]:
        """Whether at least half of a candidate's terms are taken up."""
        return [
            2 * len(candidate.terms & self.taken) >= len(candidate.terms)
            for candidate in self.follow_up.candidates
        ]


def read_turns(path: Path) -> list[Turn]:
    """The turns that have a history."""
    found = []
    for line in path.read_text(encoding="utf-8").splitlines():
        row: dict[str, Any] = json.loads(line)
        if not row["history"]:
            continue
        topic = row.get("topic") or [row["history"][0]["content"]]
        history = [(turn["role"], turn["content"]) for turn in row["history"]]
        found.append(
            turn_of(
                row["source"], (row["source"], *topic), history, row["question"], row["standalone"]
            )
        )
    return [turn for turn in found if turn.follow_up.said]


def turn_of(
    source: str,
    conversation: tuple[str, ...],
    history: Sequence[tuple[str, str]],
    question: str,
    standalone: str,
) -> Turn:
    follow_up = follow_up_of(question, said_of(history))
    said = frozenset[str]().union(*(candidate.terms for candidate in follow_up.candidates))
    return Turn(source, conversation, follow_up, standalone, said & frozenset(terms(standalone)))


def without_answers(turns: Iterable[Turn]) -> Iterator[Turn]:
    """The same with the user's turns alone, since either kind of history must be understood."""
    for turn in turns:
        said = [each for each in turn.follow_up.said if each.role == "user"]
        if said and len(said) < len(turn.follow_up.said):
            follow_up = follow_up_of(turn.follow_up.question, said)
            yield replace(turn, source="users only", follow_up=follow_up)


def other_subjects(turns: Sequence[Turn], seed: int) -> Iterator[Turn]:
    """Changes of subject: another conversation's question, worded to stand alone, comes next."""
    alone = [turn for turn in turns if turn.source != "users only" and says_all(turn.standalone)]
    draw = random.Random(seed)
    for turn in turns[::4]:
        asked = draw.choice(alone)
        if asked.conversation != turn.conversation:
            follow_up = follow_up_of(asked.standalone, turn.follow_up.said)
            yield Turn("other subject", turn.conversation, follow_up, asked.standalone, frozenset())


def says_all(standalone: str) -> bool:
    """Whether a wording meant to stand alone names something, as a few of them fail to."""
    return any(mention.is_name for mention in mentions_of(Said("user", standalone), 0))
