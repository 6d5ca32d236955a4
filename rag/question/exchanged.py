""" "And Osteria?" after a question about Varland: the same question with the other name; pure.

English only. Where it is not sure which name gives way, nothing is exchanged.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

from rag.question.question_words import AUXILIARY, PREPOSITION
from rag.text.words import terms

Turns: TypeAlias = Sequence[tuple[str, str]]

_NAME = r"(?:[Tt]he\s+)?[A-Z][\w.-]*(?:\s+(?:(?:of|de|van|von)\s+(?:the\s+)?)?[A-Z][\w.-]*)*"
_NAMES_ANOTHER = re.compile(
    rf"\W*(?i:(?:and|but|or|so)\s+)?(?i:(?:what|how)\s+about\s+|(?<=\s))"
    rf"(?:(?P<preposition>(?i:{PREPOSITION}))\s+)?(?P<name>{_NAME})(?:['’]s?)?\W*"
)
_NAME_SAID = re.compile(
    rf"(?:\b(?:(?P<preposition>(?i:{PREPOSITION}))|(?P<auxiliary>(?i:{AUXILIARY})))\s+|(?<=\s))"
    rf"(?P<name>{_NAME})"
)
_CALENDAR = re.compile(
    r"(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|January|February|March|April|May|June|July"
    r"|August|September|October|November|December|Christmas|Easter)(?:\s.*)?$"
)
_NO_NAME = re.compile(r"(?:I|The|Who|What|When|Where|Why|How|Which|Whose)$")
_MOST_EXCHANGED = 5
"""So many times in a row at most is a name put in the place of another."""


class Exchange(NamedTuple):
    """The last question with ``name`` instead of ``other``, and the turns before that question."""

    question: str
    turns: Turns
    name: str
    other: str


def exchanged(question: str, turns: Turns, most: int = _MOST_EXCHANGED) -> Exchange | None:
    """The last question with the name that ``question`` puts in the place of one.

    "And Osteria?" after "How much does Varland catch?" asks "How much does Osteria catch?". Of
    several names that one gives way which stands behind the same preposition, or, without one, is
    the subject. None where ``question`` is more than a name, or none surely gives way to it.
    """
    match = _NAMES_ANOTHER.fullmatch(question)
    place = _last_question(turns)
    if match is None or place is None or most == 0:
        return None
    name, preposition = match["name"], match["preposition"]
    before = turns[:place]
    asked = turns[place][1].strip()
    if earlier := exchanged(asked, before, most - 1):
        asked, before = earlier.question, earlier.turns
    span = _gives_way(asked, name, preposition)
    if span is None:
        return None
    start, end = span
    return Exchange(f"{asked[:start]}{name}{asked[end:]}", before, name, asked[start:end])


def _last_question(turns: Turns) -> int | None:
    return next((at for at in reversed(range(len(turns))) if turns[at][0] == "user"), None)


def _gives_way(asked: str, name: str, preposition: str | None) -> tuple[int, int] | None:
    """Where in ``asked`` the one name stands that is of the kind of ``name``, as far as is told."""
    said = [
        match
        for match in _NAME_SAID.finditer(asked)
        if not _NO_NAME.match(match["name"])
        and bool(_CALENDAR.match(match["name"])) == bool(_CALENDAR.match(name))
    ]
    if preposition:
        said = [m for m in said if (m["preposition"] or "").lower() == preposition.lower()]
    elif len(said) > 1:
        said = [match for match in said if match["auxiliary"]]
    if len(said) != 1 or set(terms(name)) & set(terms(said[0]["name"])):
        return None
    return said[0].span("name")
