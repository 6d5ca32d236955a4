"""The names that a text states, told by their capitals, and whether two are the same; pure.

What is compared is the spelling: "Kazemi-Qomi" holds "Kazemi", "IAEA" is "International Atomic
Energy Agency", and "Iranian" is of "Iran"; "John Smith" is not "John Adams and Mary Smith".
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from rag.text.words import terms
from rag.types import Span

_WORD = re.compile(r"(?:[^\W\d_]\.){2,}|[^\W_]+(?:[’'&.][^\W_]+)*")
_JOINING = frozenset("of the de la le du von van der den al bin ibn for".split())
"""May stand within a name, and are not compared."""
_MOST_JOINING = 2
_POSSESSIVE = re.compile(r"['’]s?$")
_ONE_SPELLING = re.compile(r"\bUnited States(?: of America)?\b|\bU\.?S\.?A\b\.?")
_TITLES = frozenset(
    "mr mrs ms miss dr sir lord lady king queen prince princess emperor president prime minister"
    " ambassador general colonel major captain sergeant admiral lieutenant senator governor mayor"
    " secretary chancellor professor judge justice chief chairman chairwoman director pope bishop"
    " archbishop cardinal sheikh ayatollah imam foreign defence defense interior finance deputy"
    " vice premier congressman congresswoman representative commissioner".split()
)
"""Before a name; they are compared as words, since one text has them in capitals and one not."""
_DERIVED = re.compile(r"(?:n|an|ian|i|ese|ish|ns|ans|ians|is)|(?<=n|i)s")
"""Ends "Iranian", "Iraqis", "Chinese", "Americans"."""
_UNDERIVED = frozenset(
    "adrian christian cristian damian fabian florian gillian julian lillian lucian marian vivian"
    " herman norman".split()
)
_NO_NAMES = frozenset("i yes no he she it we they you his her its their our my".split())
_QUANTIFIERS = frozenset("all both each every few many most much several some".split())
"""In capitals where they open a sentence: "Some Normans", but "the All Blacks"."""
_OPENING_WORD = re.compile(r"^\W*$|[.!?:][\"”’)]*\s+\W*$|[“\"(]\s*$")


@dataclass(frozen=True, slots=True)
class Name:
    """Words in capitals that belong together."""

    text: str
    parts: tuple[str, ...]
    """Its words without accents, in lower case."""
    opens: bool
    """A single word at the beginning of a sentence: perhaps no name at all."""
    span: Span


def one_spelling(text: str) -> str:
    """``text`` with one spelling for what news spells in several ways."""
    return _ONE_SPELLING.sub("US", text)


def names(text: str) -> list[Name]:
    """The names of ``text``, which has been through ``one_spelling``; without titles."""
    found = []
    for run in _runs(text):
        parts = [part for word in run if (part := _folded(word.group())) not in _TITLES]
        kept = [word for word in run if _folded(word.group()) not in _TITLES]
        if not parts or not any(terms(part) for part in parts):
            continue
        span = Span(kept[0].start(), kept[-1].end())
        opens = len(run) == 1 and _OPENING_WORD.search(text[: span.start]) is not None
        found.append(Name(text[span.start : span.end], tuple(parts), opens, span))
    return found


def unstated_name(claimed: Sequence[Name], stated: Sequence[Name]) -> Name | None:
    """The first of ``claimed`` that none of ``stated`` holds; None if all are held.

    Words that may only open a sentence are left to those who compare words.
    """
    return next(
        (
            claim
            for claim in claimed
            if not claim.opens and not any(same_name(claim, name) for name in stated)
        ),
        None,
    )


def same_name(claim: Name, stated: Name) -> bool:
    """Whether ``claim`` is ``stated``, or a part of it in the same order."""
    if claim.parts == (_initials(stated),) or stated.parts == (_initials(claim),):
        return True
    rest = iter(stated.parts)
    return all(any(_same_part(part, other) for other in rest) for part in claim.parts)


def _same_part(some: str, other: str) -> bool:
    if some == other:
        return True
    short, long = sorted((some, other), key=len)
    root = short.rstrip("aey")
    return (
        len(root) >= 3
        and long.startswith(root)
        and long not in _UNDERIVED
        and _DERIVED.fullmatch(long, len(root)) is not None
    )


def _initials(name: Name) -> str:
    return "".join(part[0] for part in name.parts) if len(name.parts) > 1 else ""


def _folded(word: str) -> str:
    bare = _POSSESSIVE.sub("", word).replace(".", "")
    decomposed = unicodedata.normalize("NFKD", bare)
    return "".join(char for char in decomposed if not unicodedata.combining(char)).casefold()


def _runs(text: str) -> list[list[re.Match[str]]]:
    """Words in capitals that follow each other, with joining words between them left out."""
    runs: list[list[re.Match[str]]] = []
    joining = 0
    last: re.Match[str] | None = None
    for word in _WORD.finditer(text):
        is_next = last is not None and text[last.end() : word.start()] in (" ", "-", "\n", " & ")
        ended = last is not None and _POSSESSIVE.search(last.group()) is not None
        if word.group()[0].isupper() and not _opens_only(text, word):
            if is_next and runs and not ended and joining <= _MOST_JOINING:
                runs[-1].append(word)
            else:
                runs.append([word])
            joining, last = 0, word
        elif word.group().lower() in _JOINING and is_next and runs and not ended:
            joining, last = joining + 1, word
        else:
            last = None
    return runs


def _opens_only(text: str, word: re.Match[str]) -> bool:
    """Whether it is a word of grammar, in capitals for its place alone."""
    plain = word.group().lower()
    return (
        plain in _NO_NAMES
        or plain in _JOINING
        or not terms(word.group())
        or (plain in _QUANTIFIERS and _OPENING_WORD.search(text[: word.start()]) is not None)
    )
