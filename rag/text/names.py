"""The names in a text: runs of capitalised words; pure. No list of names and no model."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from rag.text.words import terms
from rag.types import Span

_WORD = re.compile(r"(?:[^\W\d_]\.){2,}|[^\W_]+(?:[’'&.-][^\W_]+)*")
_JOINING = frozenset("of the de la le du von van der den al bin ibn for".split())
"""May stand within a name, and are not compared."""
_MOST_JOINING = 2
_POSSESSIVE = re.compile(r"['’]s?$")
_NO_NAMES = frozenset(
    "i yes no he she it we they you his her its their our my mr mrs ms dr who whom whose what which"
    " when where why how is are was were do does did has have had can could will would and but or"
    " if in on at by for from with there this that these those please".split()
)
_OPENING = re.compile(r"^\W*$|[.!?:][\"”’)]*\s+\W*$|[“\"(]\s*$|\n\s*$")


@dataclass(frozen=True, slots=True)
class Name:
    """Words in capitals that belong together: ``text[span]``."""

    text: str
    parts: tuple[str, ...]
    """Its words without accents, in lower case, those that join them left out."""
    opens: bool
    """A single word at the beginning of a sentence: perhaps no name at all."""
    span: Span


def names(text: str) -> list[Name]:
    """The names of ``text``, in order; "Mr", pronouns and possessive endings are no part."""
    found = []
    for run in _runs(text):
        folded_words = [folded(word.group()) for word in run]
        parts = tuple(word for word in folded_words if word not in _JOINING)
        end = run[-1].end() - (2 if _POSSESSIVE.search(run[-1].group()) else 0)
        span = Span(run[0].start(), end)
        opens = len(run) == 1 and _OPENING.search(text[: span.start]) is not None
        if parts:
            found.append(Name(text[span.start : span.end], parts, opens, span))
    return found


def folded(word: str) -> str:
    """``word`` in lower case, without accents, points and a possessive ending."""
    decomposed = unicodedata.normalize("NFKD", _POSSESSIVE.sub("", word).replace(".", ""))
    return "".join(char for char in decomposed if not unicodedata.combining(char)).casefold()


def _runs(text: str) -> Iterator[list[re.Match[str]]]:
    """Words in capitals that follow each other, words that join them between."""
    run: list[re.Match[str]] = []
    between: list[re.Match[str]] = []
    for word in _WORD.finditer(text):
        last = (between or run)[-1:]
        is_next = bool(last) and text[last[0].end() : word.start()] in (" ", " & ")
        if run and (not is_next or _POSSESSIVE.search(run[-1].group())):
            yield run
            run, between = [], []
        plain = word.group().lower()
        if (
            word.group()[0].isupper()
            and plain.rstrip(".") not in _NO_NAMES
            and (run or terms(plain))
        ):
            run += [*between, word]
            between = []
        elif run and plain in _JOINING and len(between) < _MOST_JOINING:
            between.append(word)
        elif run:
            yield run
            run, between = [], []
    if run:
        yield run
