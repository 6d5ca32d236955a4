"""What one part of a question leaves to another, put into it; pure."""

from __future__ import annotations

import re

from rag.question.question_words import (
    ADVERB_ALONE,
    AUXILIARY,
    BE,
    NAME,
    PRONOUN,
    YES_OR_NO,
    pattern,
)
from rag.text.words import content_terms

_FEW_CONTENT_WORDS = 2
_LONGEST_CARRIED_CHARS = 200

_REFERRING = pattern(
    r"\b(?:(?P<person>he|she|him|her|his|hers)|(?P<thing>it|its)|(?P<people>they|them|their|theirs)"
    r"|this|these|those)\b"
)
_POSSESSIVE = pattern(r"(?:his|its|their|her(?=\s+(?!(?:in|on|at|by|for|to|from|with)\b)\w))\b")
_NAME_AFTER_AUXILIARY = re.compile(
    rf"(?i:when|where|why|how)\s+(?i:{AUXILIARY})\s+({NAME})(?:\s+(\w+)|$)"
)
_NAME_ASKED_ABOUT = re.compile(rf"(?i:who|what|where)\s+(?i:{BE})\s+({NAME})$")
_NAME_ACTED_ON = re.compile(rf"(?i:who)\s+(?!(?i:{AUXILIARY})\b)[a-z]+\s+({NAME})$")
_MADE = frozenset(
    "founded built established created opened published written released made invented launched "
    "formed".split()
)
"""Done to things, not to people: such a name may be "it"."""
_CARRIED = re.compile(r"\s\([^()]*\)(?=[.?]$)")
_OWN_NAME = re.compile(r"(?<=\s)(?!I\b)[A-Z]\w*(?:[.-]\w+)*(?:\s+[A-Z]\w*(?:[.-]\w+)*)*|\d+")


def wording(part: str) -> str:
    """``part`` as it was asked, without what was carried over from the parts before it."""
    return _CARRIED.sub("", part)


def names(text: str) -> list[str]:
    """Runs of capitalised words, the first word of ``text`` excepted, and numbers."""
    return _OWN_NAME.findall(text)


def standing_alone(part: str, first: str, topic: str, *, is_joined: bool) -> str:
    """``part`` with what it leaves to ``first``, the first part, and to the ``topic`` before it.

    ``is_joined``: it stands in one sentence with a part before it, and so speaks of the same unless
    it has names of its own. Neither part has its question mark.
    """
    if not first:
        return part if names(part) or not topic else f"{part} ({topic})"
    referring = {match.lastgroup: match for match in _REFERRING.finditer(part)}
    if referring and len(referring) == 1 and (name := _meant(next(iter(referring)), first, part)):
        return _REFERRING.sub(lambda word: _in_place_of(word, name), part)
    is_short = len(set(content_terms(part))) < _FEW_CONTENT_WORDS
    if referring or ((is_short or is_joined) and not names(part)):
        about = re.sub(r"\s\(([^()]*)\)$", r", \1", first).translate({ord(c): None for c in "()"})
        return f"{part} ({about[0].lower()}{about[1:_LONGEST_CARRIED_CHARS]})"
    return part


def _meant(group: str | None, first: str, part: str) -> str | None:
    """The one name of ``first`` that a pronoun of ``part`` can mean."""
    name = None
    if group == "thing":
        acted = _NAME_ACTED_ON.match(first) or _NAME_ASKED_ABOUT.match(first)
        made = _NAME_AFTER_AUXILIARY.match(first)
        if acted and not _starts(rf"who\s+{BE}\b", first):
            name = acted[1]
        elif made and made[2] in _MADE:
            name = made[1]
    elif group in ("person", "people"):
        subject = _NAME_AFTER_AUXILIARY.match(first) or _NAME_ASKED_ABOUT.match(first)
        is_plural = subject is not None and (" and " in subject[1] or subject[1].endswith("s"))
        if subject and is_plural == (group == "people"):
            name = subject[1]
    return name if name and name not in part else None


def _in_place_of(pronoun: re.Match[str], name: str) -> str:
    return f"{name}’s" if _POSSESSIVE.match(pronoun.string, pronoun.start()) else name


def asked_otherwise(question: str, adverb: str, is_indirect: bool) -> str | None:
    """``question`` with another question word; None where that cannot be done surely.

    "Where was she born" and "when" give "when was she born"; "Who won" and "when" give "when was it
    that somebody won". ``is_indirect``: "who won" and "when" give "when somebody won".
    """
    asked = ADVERB_ALONE.match(question)
    if asked and (is_indirect or _starts(AUXILIARY, question[asked.end() :].lstrip())):
        return adverb + question[asked.end() :]
    if who := _starts(rf"who\s+(?!{AUXILIARY}\b)(.+)", question):
        return f"{adverb} {'' if is_indirect else 'was it that '}somebody {who[1]}"
    if is_indirect:
        return None
    if YES_OR_NO.match(question):
        return f"{adverb} {question[0].lower()}{question[1:]}"
    if what := _starts(r"what\s+((?:do|does|did)\s.+)", question):
        return f"{adverb} {what[1]} that"
    if whom := _starts(r"whom?\s+((?:do|does|did)\s.+)", question):
        return f"{adverb} {whom[1]} that person"
    which = r"(?:which|what|how\s+many|how\s+much)"
    if thing := _starts(rf"{which}\s+((?:\w+\s+){{1,4}}?)((?:do|does|did)\s.+)", question):
        return f"{adverb} {thing[2]} the {thing[1].strip()}"
    if done := _starts(r"who\s+((?:was|were)\s+\w+ed\b.*)", question):
        return f"{adverb} was it that somebody {done[1]}"
    if happened := _starts(r"what\s+(\w+ed\b.*)", question):
        return f"{adverb} was it that something {happened[1]}"
    if some := _starts(r"(?:which|how\s+many|how\s+much)\s+(\w+\s.+)", question):
        is_inverted = re.search(rf"\b{AUXILIARY}\s+(?:(?i:the|an?|{PRONOUN})\b|[A-Z])", some[1])
        return None if is_inverted else f"{adverb} was it that the {some[1]}"
    return None


def _starts(words: str, text: str) -> re.Match[str] | None:
    return re.match(words, text, re.IGNORECASE | re.DOTALL)
