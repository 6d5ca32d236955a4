"""A word -> the words that it may be, misspelt; pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from string import ascii_lowercase

_SOUNDS = tuple(
    tuple(spellings.split())
    for spellings in (
        *("a e i o u y", "ee i", "oo ou u", "c k q ck", "kh h", "gh g", "s z ss", "sh ch sch"),
        *("ts tz z", "v w", "f ph", "dh d", "th t", "j dj zh"),
    )
)
"""Spellings of about one sound, in names from other scripts."""


@dataclass(frozen=True, slots=True)
class Shortest:
    """Letters that a word must have to be meant by another one, which differs from it so."""

    same_sound: int
    slip: int
    """Of typing, the first letter excepted."""
    same_sound_twice: int
    first_letter_slip: int


def variants_by_likelihood(word: str, shortest: Shortest) -> Iterator[list[str]]:
    """What ``word`` may stand for, the likeliest first, in groups of about equal likelihood.

    ``word`` is folded.
    """
    seen = {word}

    def new(variants: set[str], letters: int) -> list[str]:
        fresh = {variant for variant in variants - seen if len(variant) >= letters}
        seen.update(fresh)
        return sorted(fresh)

    alike = same_sound(word)
    yield new(alike, shortest.same_sound)
    slipped = slips(word)
    yield new({each for each in slipped if each[0] == word[0]}, shortest.slip)
    twice = {further for variant in alike for further in same_sound(variant)}
    yield new(twice, shortest.same_sound_twice)
    yield new(slipped, shortest.first_letter_slip)


def folded(word: str) -> str:
    """In small letters without accents."""
    letters = unicodedata.normalize("NFKD", word.lower())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def slips(word: str) -> set[str]:
    """The words of letters a to z from which one slip of typing (Damerau 1964) makes ``word``."""
    cuts = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    left_out = {before + after[1:] for before, after in cuts if after}
    exchanged = {before + after[1::-1] + after[2:] for before, after in cuts if len(after) > 1}
    changed = {start + each + end[1:] for start, end in cuts if end for each in ascii_lowercase}
    put_in = {before + each + after for before, after in cuts for each in ascii_lowercase}
    return (left_out | exchanged | changed | put_in) - {word, ""}


def same_sound(word: str) -> set[str]:
    """The words that sound about like ``word`` and are spelt otherwise in one place."""
    found = set()
    for at, letter in enumerate(word):
        if word[at : at + 2] == letter * 2:
            found.add(word[:at] + word[at + 1 :])
        elif at:
            found.add(word[:at] + letter + word[at:])
        for spellings in _SOUNDS:
            for spelling in spellings:
                if word.startswith(spelling, at):
                    rest = word[at + len(spelling) :]
                    found.update(word[:at] + other + rest for other in spellings)
    return found - {word}
