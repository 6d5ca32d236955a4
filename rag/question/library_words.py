"""What words the library's passages hold, and how they write them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Protocol

from rag.question.spelling_variants import folded
from rag.text.words import terms
from rag.types import Article, Passage

WORD = re.compile(r"[^\W_]+")
_PASSAGES_READ = 5
_SHORTEST_JOINED_LETTERS = 6
_SHORTEST_PART_LETTERS = 2


class LibraryWords(Protocol):
    """What is asked of the library; every ``rag.types.Store`` answers it."""

    def passages_holding(self, words: Sequence[str]) -> list[int]:
        """For each word the number of passages that hold it, in any inflection."""
        ...

    def search_terms(self, query: str, k: int) -> list[tuple[int, float]]: ...
    def fetch(self, ordinals: Sequence[int]) -> list[tuple[Passage, Article]]: ...


def as_written(spellings: Sequence[str], library: LibraryWords) -> str | None:
    """The one of ``spellings`` that passages have most often, with its capitals and accents."""
    wanted = {folded(spelling) for spelling in spellings}
    found = Counter(
        word
        for text in _texts(" ".join(spellings), library)
        for word in WORD.findall(text)
        if folded(word) in wanted
    )
    return found.most_common(1)[0][0] if found else None


def in_one_passage(some: str, other: str, library: LibraryWords) -> bool:
    """Whether a passage, with its title, holds both words."""
    wanted = {*terms(some), *terms(other)}
    # The comma keeps "United" and "States" two words, which the passages' terms are asked for.
    return any(wanted.issubset(terms(text)) for text in _texts(f"{some}, {other}", library))


def apart(word: str, library: LibraryWords) -> str | None:
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
                    return " ".join(match.group().split())
    return None


def _texts(query: str, library: LibraryWords) -> Iterator[str]:
    """Titles and passages where the words of ``query`` stand."""
    ordinals = [ordinal for ordinal, _ in library.search_terms(query, _PASSAGES_READ)]
    for passage, article in library.fetch(ordinals):
        yield f"{article.title}\n{passage.text}"
