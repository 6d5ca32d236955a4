"""A word -> the words that it may be, misspelt; pure."""

from __future__ import annotations

import unicodedata
from string import ascii_lowercase

_SOUNDS = tuple(
    tuple(spellings.split())
    for spellings in (
        *("a e i o u y", "ee i", "oo ou u", "c k q ck", "kh h", "gh g", "s z ss", "sh ch sch"),
        *("ts tz z", "v w", "f ph", "dh d", "th t", "j dj zh"),
    )
)
"""Spellings of about one sound, in names from other scripts."""


def folded(word: str) -> str:
    """In small letters without accents."""
    letters = unicodedata.normalize("NFKD", word.lower())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def slips(word: str) -> set[str]:
    """The words from which one slip of typing (Damerau 1964) makes ``word``, of letters a to z."""
    cuts = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    one_less = {before + after[1:] for before, after in cuts if after}
    exchanged = {before + after[1::-1] + after[2:] for before, after in cuts if len(after) > 1}
    other = {before + each + after[1:] for before, after in cuts if after for each in ascii_lowercase}
    one_more = {before + each + after for before, after in cuts for each in ascii_lowercase}
    return (one_less | exchanged | other | one_more) - {word}


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
