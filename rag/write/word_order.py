"""Who did it to whom: the words of a sentence in order, and whether two orders contradict; pure.

There is no parser here. What stands next to a verb on either side is taken for its subject and its
object; "by" after the verb turns them round.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from rag.text.proper_names import Name, names, same_name
from rag.text.words import terms
from rag.write.contrasts import opposites_of

_WORD = re.compile(r"[^\W\d_]+(?:[’'][^\W\d_]+)*")
_EITHER_WAY = (
    "meet met talk marry married negotiate agree discuss border divorce draw join share cooperate"
    " trade"
)
_PHRASE_END = re.compile(r"[,;:]\s|\s(?:and|as|while|but|whereas)\s")
_FROM_OR_TO = re.compile(
    r"\b(?i:(from|to)\s+(?:(?:the|an?|his|her|its|their)\s+)?)(\w+(?:\s+[A-Z]\w+)*)"
)


@dataclass(frozen=True, slots=True)
class Element:
    """A name, or a word that is none, as index terms."""

    terms: frozenset[str]
    word: str
    is_name: bool
    by_follows: bool


def elements(text: str, known: Sequence[Name] = ()) -> list[Element]:
    """The names and content words of ``text``, in order.

    A word that may be a name, or only begin a sentence, is a name if it is one of ``known``.
    """
    found = [
        name
        for name in names(text)
        if not name.opens or any(same_name(name, other) for other in known if not other.opens)
    ]
    made: list[tuple[int, frozenset[str], str, bool, int]] = [
        (name.span.start, frozenset(name.parts), name.text, True, name.span.end) for name in found
    ]
    covered = [name.span for name in found]
    for word in _WORD.finditer(text):
        inside = any(start <= word.start() < end for start, end in covered)
        if not inside and (stems := frozenset(terms(word.group()))):
            made.append((word.start(), stems, word.group(), False, word.end()))
    return [
        Element(stems, word, is_name, re.match(r"\s+by\b", text[end:]) is not None)
        for _, stems, word, is_name, end in sorted(made, key=lambda each: each[0])
    ]


def is_swapped(claim: str, stated: str) -> bool:
    """Whether subject and object of a verb of ``claim`` stand the other way round in ``stated``."""
    claimed, there = elements(claim, names(stated)), elements(stated, names(claim))
    for only_names in (False, True):
        for verb, left, right in _triples(claimed, only_names):
            orders = {
                _order(verb, left, right, *other)
                for other in _triples(there, only_names)
                if verb.terms & other[0].terms
            }
            if "swapped" in orders and "same" not in orders:
                return True
    return _goes_back(claim, stated)


def belongs_to_another(claim: str, stated: str) -> bool:
    """Whether what ``claim`` says rises, falls or the like is said of something else there."""
    for phrase in _PHRASE_END.split(claim):
        claimed = elements(phrase)
        for index, element in enumerate(claimed):
            for side, opposite in opposites_of(element.word):
                beside = _beside(claimed, index)
                same, turned = _all_beside(stated, side), _all_beside(stated, opposite)
                if beside & turned and not beside & same:
                    return True
    return False


def _triples(
    sequence: Sequence[Element], only_names: bool
) -> Iterator[tuple[Element, Element, Element]]:
    """Each word that may be a verb, with what stands left and right of it."""
    for index, verb in enumerate(sequence):
        if verb.is_name or verb.terms & either_way():
            continue
        before = [each for each in sequence[:index] if each.is_name or not only_names]
        after = [each for each in sequence[index + 1 :] if each.is_name or not only_names]
        if before and after:
            yield verb, before[-1], after[0]


def _order(
    verb: Element,
    left: Element,
    right: Element,
    there: Element,
    left_there: Element,
    right_there: Element,
) -> str:
    """How the claim's order stands to the other: "same", "swapped", or "" where they differ."""
    turned = verb.by_follows != there.by_follows
    if left.terms & left_there.terms and right.terms & right_there.terms:
        return "swapped" if turned else "same"
    if left.terms & right_there.terms and right.terms & left_there.terms:
        return "same" if turned else "swapped"
    return ""


@cache
def either_way() -> frozenset[str]:
    """The index terms of verbs of which it is the same who comes first."""
    return frozenset(terms(_EITHER_WAY))


def _goes_back(claim: str, stated: str) -> bool:
    """Whether what comes after "from" comes after "to" there, or the other way round."""
    claimed, there = _ways(claim), _ways(stated)
    return any(
        claimed[way] & there[back] - there[way] for way, back in (("from", "to"), ("to", "from"))
    )


def _ways(text: str) -> dict[str, set[str]]:
    """The index terms of what comes right after "from", and of what comes right after "to"."""
    ways: dict[str, set[str]] = {"from": set(), "to": set()}
    for way, words in _FROM_OR_TO.findall(text):
        ways[way.lower()].update(terms(words))
    return ways


def _beside(phrase: Sequence[Element], index: int) -> frozenset[str]:
    """The terms of what stands before a word, or behind it where it comes first."""
    neighbours = phrase[max(0, index - 1) : index] or phrase[index + 1 : index + 2]
    return neighbours[0].terms if neighbours else frozenset()


def _all_beside(text: str, side: frozenset[str]) -> frozenset[str]:
    phrases = [elements(phrase) for phrase in _PHRASE_END.split(text)]
    found = [
        _beside(phrase, index)
        for phrase in phrases
        for index, element in enumerate(phrase)
        if any(own == side for own, _ in opposites_of(element.word))
    ]
    return frozenset[str]().union(*found)
