""" "Who?" after a question that asked something else: that question, asking who; pure.

English only. Only where moving the words of a passive or of "how many" surely does it.
"""

from __future__ import annotations

import re

from rag.question.question_words import ADVERB, AUXILIARY, BE

_ASKS_WHO = re.compile(
    r"\W*(?:(?:and|but|so)\s+)?(?:who|by\s+whom)(?:\s+exactly|\s+(?:was|is|did)\s+(?:that|it|this))?\W*",
    re.IGNORECASE,
)
_PAST_AND_PARTICIPLE = (
    r"(?:[a-z]{2,}ed|built|made|held|found|sold|paid|sent|told|lost|won|shot|met|led|caught|bought"
    r"|taught|struck|hit|cut|shut|put|set)"
)
"""Verbs that have one form for "who did" and "was done"."""
_WAS_DONE = re.compile(
    rf"(?:{ADVERB}\s+)?(?:{BE}|(?:has|have|had)(?=.*\sbeen\s))\s+(?P<what>(?:\w[\w'’-]*\s+){{1,6}}?)(?:been\s+)?"
    rf"(?P<done>{_PAST_AND_PARTICIPLE})(?P<rest>(?:\s.*)?)",
    re.IGNORECASE,
)
_HOW_MANY_PEOPLE = re.compile(r"how\s+many\s+(?:people|persons)\s+(?P<did>\w.*)", re.IGNORECASE)
_HOW_MANY = re.compile(rf"how\s+many\s+(?P<did>[a-z]+\s+{BE}\s.*)", re.IGNORECASE)


def asks_who_alone(question: str) -> bool:
    """Whether a message is "Who?" and no more."""
    return _ASKS_WHO.fullmatch(question) is not None


def asking_who(asked: str) -> str | None:
    """The question that "Who?" asks after ``asked``; None where that is not sure.

    "Who opened the bridge?" after "When was the bridge opened?", "Who were injured?" after "How
    many people were injured?".
    """
    words = asked.strip().rstrip(" ?.!")
    if people := _HOW_MANY_PEOPLE.fullmatch(words):
        return f"Who {people['did']}?"
    if things := _HOW_MANY.fullmatch(words):
        return f"Which {things['did']}?"
    done = _WAS_DONE.fullmatch(words)
    if done is None or re.search(rf"\b(?:by|{AUXILIARY})\b", done["what"], re.IGNORECASE):
        return None
    return f"Who {done['done']} {done['what'].strip()}{done['rest']}?"
