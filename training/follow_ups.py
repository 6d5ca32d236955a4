"""Follow-up questions to learn from: which words of a conversation a question leans on.

The rows are those of the `rewrite` data: the history of a conversation, its last question and a
person's wording of that question which needs no history (CANARD, MTRAG). A word of the history is
*taken up* if that wording has it and the question does not. Nothing here knows of a model.
"""

import hashlib
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

from rag.question.follow_up import Segment, content_words, word_key, words

# What people type when they go on about what was just answered: it leans on the whole turn.
_GO_ON = (
    "why?",
    "Why?",
    "why was that",
    "How come?",
    "when was that?",
    "When did that happen?",
    "where was this",
    "Where did that take place?",
    "how so?",
    "how did that happen?",
    "what happened next?",
    "What happened after that?",
    "and then?",
    "who said that?",
    "who says so",
    "in which article?",
    "Which article says that?",
    "tell me more",
    "Any more details on that?",
    "What else do you know about it?",
    "how many were there?",
    "how much did it cost",
    "and who else?",
    "what was the reason for this?",
    "What did people say about that?",
    "is that still the case?",
    "Was it confirmed?",
    "and the year before?",
    "what does that mean",
    "for how long?",
)


@dataclass(frozen=True)
class FollowUp:
    """A question with what was said before it, oldest first, and what it takes up of that.

    `taken[i][j]` is about word j (`words`) of segment i. `needs_history` is False where the
    question stands by itself. `group` names the conversation it comes from: never split one.
    """

    history: tuple[Segment, ...]
    question: str
    taken: tuple[tuple[bool, ...], ...]
    needs_history: bool
    group: str
    made: str = ""
    """How it was made of a conversation; empty for one as it was held."""


def follow_up(
    history: Sequence[Segment], question: str, standalone: str, group: str, made: str = ""
) -> FollowUp:
    """The words of `history` that `standalone` has and `question` has not.

    The question needs its history if any is taken up, or if the standalone wording names what
    the question points at with a pronoun (the conversation may hold it in other words).
    """
    added = content_words(standalone) - content_words(question)
    taken = tuple(
        tuple(word_key(segment.text[start:end]) in added for start, end in words(segment.text))
        for segment in history
    )
    named = any(word[:1].isupper() for word in _added_spellings(question, standalone))
    needs = any(any(marks) for marks in taken) or named
    return FollowUp(tuple(history), question, taken, needs, group, made)


def _added_spellings(question: str, standalone: str) -> list[str]:
    known = content_words(question)
    spans = words(standalone)[1:]  # the first word is a capital anyway
    spellings = (standalone[start:end] for start, end in spans)
    return [word for word in spellings if (key := word_key(word)) and key not in known]


def read_rows(rows: Sequence[Mapping[str, Any]], seed: int = 1) -> Iterator[FollowUp]:
    """Examples of the `rewrite` rows, each with those made of it, told by their `made`."""
    dice = random.Random(seed)
    turns = [_turn(row) for row in rows]
    for place, (row, (history, group)) in enumerate(zip(rows, turns, strict=True)):
        other_row, (other_history, other_group) = rows[0], turns[0]
        for _ in range(20):
            chosen = dice.randrange(len(rows))
            other_row, (other_history, other_group) = rows[chosen], turns[chosen]
            if other_group != group and split(other_group) == split(group):
                break
        question, standalone = str(row["question"]), str(row["standalone"])
        if not history:
            continue
        yield follow_up(history, question, standalone, group)
        if other_group == group or split(other_group) != split(group):
            continue
        earlier = other_history[-2:] if other_history else ()
        if dice.random() < 0.4:  # an older subject before this one: nothing of it is taken up
            made = follow_up(history, question, standalone, group)
            blank = tuple(tuple(False for _ in words(each.text)) for each in earlier)
            if not made.needs_history or any(any(marks) for marks in made.taken):
                yield FollowUp(
                    (*earlier, *made.history),
                    question,
                    blank + made.taken,
                    made.needs_history,
                    group,
                    "older subject",
                )
        if dice.random() < 0.45:  # a change of subject
            yield _nothing_taken(history, str(other_row["standalone"]), group, "other subject")
        if dice.random() < 0.25:  # the same subject, named in full
            yield _nothing_taken(history, standalone, group, "named in full")
        if dice.random() < 0.35:  # what people go on with
            answer = _answer_to(rows, turns, place)
            said = (*history, Segment("user", question), *answer)
            yield follow_up(said, dice.choice(_GO_ON), standalone, group, "goes on")


def _turn(row: Mapping[str, Any]) -> tuple[tuple[Segment, ...], str]:
    history = [Segment(each["role"], " ".join(each["content"].split())) for each in row["history"]]
    topic = row.get("topic")
    group = str(topic) if topic else (history[0].text if history else str(row["question"]))
    if topic and int(hashlib.sha256(group.encode()).hexdigest(), 16) % 10 < 6 and history:
        history.insert(len(history) - 1, Segment("title", str(topic[0])))
    return tuple(history), group


def _answer_to(
    rows: Sequence[Mapping[str, Any]], turns: Sequence[tuple[tuple[Segment, ...], str]], place: int
) -> tuple[Segment, ...]:
    """The answer to a row's question, which only the next row of the conversation tells."""
    if place + 1 < len(rows) and turns[place + 1][1] == turns[place][1]:
        for asked, said in pairwise(turns[place + 1][0]):
            if asked.text == rows[place]["question"] and said.role == "assistant":
                return (said,)
    return ()


def _nothing_taken(history: Sequence[Segment], question: str, group: str, made: str) -> FollowUp:
    taken = tuple(tuple(False for _ in words(each.text)) for each in history)
    return FollowUp(tuple(history), question, taken, False, group, made)


def split(group: str) -> Literal["fit", "held_out"]:
    """On which side a conversation stands: about one in seven is kept back."""
    return "held_out" if int(hashlib.sha256(group.encode()).hexdigest(), 16) % 7 == 3 else "fit"
