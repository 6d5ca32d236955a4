"""A word that no article holds, as the articles spell it: typing errors and other spellings.

Only where one word of the library is clearly meant, for a question about what the library does not
have must not become another question. So a word stays as it is if an article holds it, if it is
common English, has fewer than four letters or holds a digit; a name becomes only another name, one
that stands with the rest of the name ("Ryan Crocket", but not "Davy Crocket", is Ryan Crocker).

What may be meant: the word with one slip of typing (Damerau 1964: a letter too many, too few,
wrong, or two exchanged), with up to two changes that keep its sound, as in names from other
scripts (Qumi, Qomi; Mohammed, Muhammad), or written apart or together. The many words that this
makes are looked up, and the few that an article holds are compared by how many passages do.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Protocol

from rag.models import SHIPPED_EMBEDDER, find_embedder
from rag.spelling_variants import folded, same_sound, slips
from rag.types import Article, Passage
from rag.words import terms

CLEARLY_MORE = 3
"""Of two words equally near, one is meant if it stands in so many times as many passages."""
NOT_ENGLISH_PIECES = 3
"""A word of the language that the embedding model's tokenizer cuts into so many is misspelt."""

_WORD = re.compile(r"[^\W_]+")
_WITHIN_NAME = re.compile(r"[ -]|\. ")
_SENTENCE_START = re.compile(r"(?:^|[.?!]\s)\W*$")
_PARTICLES = frozenset("al el de del da di du der den van von bin ibn la le".split())
_LONGEST_WORD_LETTERS = 30
_SHORTEST_PART_LETTERS = 2
_SHORTEST_JOINED_LETTERS = 6
_PASSAGES_READ = 5


class LibraryWords(Protocol):
    """What is asked of the library; every ``rag.types.Store`` answers it."""

    def passages_holding(self, words: Sequence[str]) -> list[int]:
        """For each word the number of passages that hold it, in any inflection."""
        ...

    def search_terms(self, query: str, k: int) -> list[tuple[int, float]]: ...
    def fetch(self, ordinals: Sequence[int]) -> list[tuple[Passage, Article]]: ...


@dataclass(frozen=True, slots=True)
class _Shortest:
    """Letters that a word must have for what it may be to be looked for."""

    same_sound: int
    slip: int
    same_sound_twice: int
    first_letter_slip: int


_ALONE = _Shortest(same_sound=5, slip=6, same_sound_twice=8, first_letter_slip=8)
_IN_COMPANY = _Shortest(same_sound=4, slip=4, same_sound_twice=6, first_letter_slip=5)
"""With the rest of its name, which must stand with what it may be."""


def pieces(word: str) -> int:
    """Into how many the shipped embedding model's tokenizer cuts a word; common words are one."""
    return len(_tokenizer().encode(word, add_special_tokens=False).ids)


def corrected(
    query: str, library: LibraryWords, pieces: Callable[[str], int] = pieces
) -> str:
    """``query`` with words of the library in place of those that clearly mean them."""
    return _Correction(query, library, pieces).query()


class _Correction:
    def __init__(self, query: str, library: LibraryWords, pieces: Callable[[str], int]) -> None:
        self._query = query
        self._library = library
        self._pieces = pieces
        self._words = list(_WORD.finditer(query))
        spelled = [word.group() for word in self._words]
        held = library.passages_holding(spelled)
        self._held = [count > 0 for count in held]
        self._unknown = [
            not is_held and _may_be_wrong(word) and pieces(word) > 1
            for word, is_held in zip(spelled, self._held, strict=True)
        ]

    def query(self) -> str:
        query = self._query
        replaced = self._together()
        for number, word in enumerate(self._words):
            joined = any(start <= word.start() < end for start, end, _ in replaced)
            if self._unknown[number] and not joined and (meant := self._meant(number)):
                replaced.append((*word.span(), meant))
        for start, end, meant in sorted(replaced, reverse=True):
            query = query[:start] + meant + query[end:]
        return query

    def _together(self) -> list[tuple[int, int, str]]:
        """Two words, one of them unknown, that the articles write as one."""
        replaced: list[tuple[int, int, str]] = []
        for (left, left_unknown), (right, right_unknown) in pairwise(
            zip(self._words, self._unknown, strict=True)
        ):
            near = self._query[left.end() : right.start()] in (" ", "-")
            free = not replaced or replaced[-1][1] <= left.start()
            if near and free and (left_unknown or right_unknown):
                together = left.group() + right.group()
                if written := as_written([together], self._library):
                    replaced.append((left.start(), right.end(), written))
        return replaced

    def _meant(self, number: int) -> str | None:
        """What the articles have for a word, as they write it; None where that is not clear."""
        word = self._words[number].group()
        if apart := _apart(folded(word), self._library):
            return apart
        company = self._company(number)
        for variants in _variants_by_likelihood(folded(word), _IN_COMPANY if company else _ALONE):
            found = self._candidates(word, variants, company)
            if found:
                best, *others = found
                clear = all(best[1] >= CLEARLY_MORE * count for _, count in others)
                return best[0] if clear else None
        return None

    def _candidates(
        self, word: str, variants: Sequence[str], company: Sequence[str]
    ) -> list[tuple[str, int]]:
        """(word as written, number of passages), most passages first."""
        counts: dict[str, int] = {}
        spellings: dict[str, list[str]] = {}
        for variant, count in zip(variants, self._library.passages_holding(variants), strict=True):
            if count:
                term = " ".join(terms(variant))
                counts[term] = count
                spellings.setdefault(term, []).append(variant)
        return [
            (written, counts[term])
            for term in sorted(counts, key=lambda term: -counts[term])
            if (written := as_written(spellings[term], self._library))
            and self._may_be_meant(word, written)
            and (not company or any(_together(written, each, self._library) for each in company))
        ]

    def _may_be_meant(self, word: str, written: str) -> bool:
        """A name may be meant by any word, a word of the language by a misspelt one of it."""
        return written[0].isupper() or (
            not word[0].isupper() and self._pieces(word) >= NOT_ENGLISH_PIECES
        )

    def _company(self, number: int) -> list[str]:
        """The words beside a name that belong to it: "Ryan" in "When did Ryan Crocket speak?"."""
        if not self._words[number].group()[0].isupper():
            return []
        return [
            self._words[near].group()
            for step in (-1, 1)
            if (near := self._next_in_name(number, step)) is not None
        ]

    def _next_in_name(self, number: int, step: int) -> int | None:
        """The next word of a name to the left or right, initials and particles passed over."""
        near = number + step
        while 0 <= near < len(self._words):
            first, second = sorted((near, near - step))
            gap = self._query[self._words[first].end() : self._words[second].start()]
            word = self._words[near].group()
            if not _WITHIN_NAME.fullmatch(gap):
                return None
            if len(word) > 1 and word.lower() not in _PARTICLES:
                opens = _SENTENCE_START.search(self._query[: self._words[near].start()])
                is_name = word[0].isupper() and not opens
                return near if is_name else None
            near += step
        return None


def _may_be_wrong(word: str) -> bool:
    """Whether a word that is not known may be another one misspelt; a stop word is known."""
    return (
        _IN_COMPANY.same_sound <= len(word) <= _LONGEST_WORD_LETTERS
        and word.isalpha()
        and folded(word).isascii()
        and bool(terms(word))
    )


def _variants_by_likelihood(word: str, shortest: _Shortest) -> Iterator[list[str]]:
    """What ``word`` may stand for, the likeliest first, in groups of about equal likelihood."""
    seen = {word}

    def new(variants: set[str]) -> list[str]:
        fresh = sorted(variants - seen)
        seen.update(fresh)
        return fresh

    slipped = slips(word)
    alike = same_sound(word)
    yield new(at_least(shortest.same_sound, alike))
    yield new(at_least(shortest.slip, {each for each in slipped if each[0] == word[0]}))
    further = {further for variant in alike for further in same_sound(variant)}
    yield new(at_least(shortest.same_sound_twice, further))
    yield new(at_least(shortest.first_letter_slip, slipped))


def at_least(letters: int, words: Iterable[str]) -> set[str]:
    return {word for word in words if len(word) >= letters}


def _apart(word: str, library: LibraryWords) -> str | None:
    """Two words that an article writes side by side where ``word`` has them together."""
    if len(word) < _SHORTEST_JOINED_LETTERS:
        return None
    cuts = range(_SHORTEST_PART_LETTERS, len(word) - _SHORTEST_PART_LETTERS + 1)
    pairs = [(word[:at], word[at:]) for at in cuts]
    counts = library.passages_holding([part for pair in pairs for part in pair])
    for (left, right), *both in zip(pairs, counts[::2], counts[1::2], strict=True):
        if all(both):
            side_by_side = re.compile(rf"\b{left}[\s–-]+{right}\b", re.IGNORECASE)
            for text in _texts(f"{left} {right}", library):
                if match := side_by_side.search(text):
                    return match.group()
    return None


def _together(some: str, other: str, library: LibraryWords) -> bool:
    """Whether a passage, with its title, holds both words."""
    wanted = {*terms(some), *terms(other)}
    return any(wanted.issubset(terms(text)) for text in _texts(f"{some} {other}", library))


def as_written(spellings: Sequence[str], library: LibraryWords) -> str | None:
    """The one of ``spellings`` that passages have most often, as it is written there."""
    wanted = {folded(spelling) for spelling in spellings}
    found = Counter(
        word
        for text in _texts(" ".join(spellings), library)
        for word in _WORD.findall(text)
        if folded(word) in wanted
    )
    return found.most_common(1)[0][0] if found else None


def _texts(query: str, library: LibraryWords) -> Iterator[str]:
    """Titles and passages where the words of ``query`` stand."""
    ordinals = [ordinal for ordinal, _ in library.search_terms(query, _PASSAGES_READ)]
    for passage, article in library.fetch(ordinals):
        yield f"{article.title}\n{passage.text}"


@cache
def _tokenizer() -> Any:
    from tokenizers import Tokenizer

    path = Path(find_embedder(SHIPPED_EMBEDDER).path, "tokenizer.json")
    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.no_padding()
    return tokenizer
