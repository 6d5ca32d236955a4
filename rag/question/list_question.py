"""Whether a question asks for a list, and of how many; English only; pure."""

from __future__ import annotations

import re

from rag.question.question_words import PREPOSITION, pattern

_NUMBERS = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_COUNT = rf"(?:{'|'.join(_NUMBERS)})"
_IRREGULAR_PLURALS = frozenset("people men women children criteria phenomena feet teeth".split())
_SINGULAR_ENDINGS = ("ss", "us", "is", "ics", "ous", "’s", "'s")
_SINGULARS = frozenset("has was does news series species gas lens as his its this".split())
_LISTED = frozenset(
    "countries nations states cities towns people languages companies teams groups parties books "
    "films songs rivers islands provinces regions areas sports colors colours animals months years "
    "members events factors reasons things types kinds methods materials products crops".split()
)
"""Nouns after "what", where other words in -s may be verbs: "what causes"."""

_AUXILIARIES = frozenset("are were do did have had can could will would should may might".split())
_SINGULAR_AUXILIARIES = frozenset("is was does has".split())
_DETERMINERS = frozenset(
    "the some all his her its their these those any other main major different important various "
    "certain".split()
)
_NOT_IN_NOUN_PHRASE = pattern(rf"{PREPOSITION}|that|who|which|whose|and|or|between|called|named")
_OF_A_PLACE = re.compile(r"[A-Z]\w+(?:an|ish|ese|ern)")
_WORD = re.compile(r"\w+(?:[-'’]\w+)*")

_WHICH = pattern(rf"(?:(?:and|but)\s+)?(?:(?:{PREPOSITION}|between|among)\s+)?(which|what)\s+")
_BE_MANY = pattern(r"(?:and\s+)?(?:who|what|which)\s+(?:are|were)\s+")
_COMMAND = pattern(
    r"(?:please\s+|(?:can|could)\s+you\s+)?(?:(list|enumerate)|name|give)\s+"
    r"(?:me\s+)?(a\s+list\b|(?:some\s+)?examples\b)?"
)
_ASKS_FOR_NAME = pattern(r"\b(?:called|named|known\s+as)\W*$")
"""One name for many things is no list: what young owls are called."""
_COUNTED = pattern(rf"\b(?:which|what|the|all|are|were)\s+({_COUNT})\b")


def asks_for_list(question: str) -> bool:
    """Whether ``question`` asks for several things: "Which countries ...", "Name the ..."."""
    question = question.strip()
    if _ASKS_FOR_NAME.search(question):
        return False
    if command := _COMMAND.match(question):
        phrase = _noun_phrase(question[command.end() :])
        return bool(command[1] or command[2]) or _is_plural(phrase[-1:])
    if be := _BE_MANY.match(question):
        phrase = _noun_phrase(question[be.end() :])
        is_determined = phrase[0].lower() in {*_DETERMINERS, *_NUMBERS} if phrase else False
        return is_determined and _is_plural(phrase[-1:])
    if which := _WHICH.match(question):
        return _names_many(question[which.end() :], is_what=which[1].lower() == "what")
    return False


def asked_count(question: str) -> int | None:
    """How many things are asked for: 3 for "What are the three ...", None where it is not said."""
    counted = _COUNTED.search(question)
    return _NUMBERS.index(counted[1].lower()) + 2 if counted else None


def _names_many(rest: str, *, is_what: bool) -> bool:
    """Whether what follows "which" or "what" begins with a noun in the plural."""
    phrase = _noun_phrase(rest)
    lowered = [word.lower() for word in phrase]
    for place, word in enumerate(lowered[:6]):
        if word in _SINGULAR_AUXILIARIES:
            return False
        if word in _AUXILIARIES:
            return _is_plural(phrase[:place][-1:])
    described = 0
    while described < len(phrase) and _is_describing(phrase[described]):
        described += 1
    noun = phrase[described : described + 1]
    is_noun = not is_what or described > 0 or (lowered[:1] and lowered[0] in _LISTED)
    return bool(is_noun) and _is_plural(noun)


def _is_describing(word: str) -> bool:
    known = word.lower() in {*_DETERMINERS, *_NUMBERS}
    return known or _OF_A_PLACE.fullmatch(word) is not None


def _noun_phrase(text: str) -> list[str]:
    """The words of ``text`` up to a preposition or conjunction."""
    found: list[str] = []
    for word in _WORD.findall(text):
        if _NOT_IN_NOUN_PHRASE.fullmatch(word):
            break
        found.append(word)
    return found


def _is_plural(noun: list[str]) -> bool:
    """Whether the one word of ``noun`` is a plural; False without one."""
    if not noun:
        return False
    word = noun[0].lower()
    if word in _IRREGULAR_PLURALS:
        return True
    return (
        len(word) > 3
        and word.endswith("s")
        and not (word.endswith(_SINGULAR_ENDINGS) or word in _SINGULARS)
    )
