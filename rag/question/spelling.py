"""A word that no article holds, as the articles spell it: typing errors and other spellings.

Only where one word of the library is clearly meant, for a question about what the library does not
have must not become another question. So a word stays as it is if an article holds it, if it is
common English, has fewer than four letters or holds a digit; and a name becomes one that stands
with the rest of the name ("Ryan Crocket", but not "Davy Crocket", is Ryan Crocker).

What may be meant: the word with one slip of typing, with up to two changes that keep its sound, as
in names from other scripts (Qumi, Qomi; Mohammed, Muhammad), or written apart or together. The
many words that this makes are looked up in the index, which costs the same however large it is,
and the few that an article holds are compared by how many passages do (LOG.md, "spelling").
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from rag.models import find_encoder
from rag.question.library_words import WORD, LibraryWords, apart, as_written, in_one_passage
from rag.question.spelling_variants import Shortest, folded, variants_by_likelihood
from rag.text.words import terms
from rag.types import Span

ALONE = Shortest(same_sound=5, slip=6, same_sound_twice=8, first_letter_slip=8)
IN_COMPANY = Shortest(same_sound=4, slip=4, same_sound_twice=6, first_letter_slip=5)
"""Beside the rest of its name, which must stand with what it may be."""
CLEARLY_MORE = 3
"""Of two words equally near, one is meant if it stands in so many times as many passages."""
NOT_ENGLISH_PIECES = 3
"""What the embedding model's tokenizer cuts into so many pieces is no English word."""

_WITHIN_NAME = re.compile(r"[ -]|\. ")
_SENTENCE_START = re.compile(r"(?:^|[.?!]\s)\W*$")
_PARTICLES = frozenset("al el de del da di du der den van von bin ibn la le".split())
_LONGEST_WORD_LETTERS = 30


def pieces(word: str) -> int:
    """Into how many the shipped embedding model's tokenizer cuts a word; common words are one."""
    return len(_tokenizer().encode(word, add_special_tokens=False).ids)


def corrected(query: str, library: LibraryWords, pieces: Callable[[str], int] = pieces) -> str:
    """``query`` with words of the library in place of those that clearly mean them."""
    words = [Span(*word.span()) for word in WORD.finditer(query)]
    spelled = [query[start:end] for start, end in words]
    unknown = [
        span
        for span, word, count in zip(words, spelled, library.passages_holding(spelled), strict=True)
        if count == 0 and _may_be_wrong(word) and pieces(word) > 1
    ]
    meant = _meant_together(query, words, unknown, library)
    for span in unknown:
        if not any(joined.start <= span.start < joined.end for joined in meant):
            meant[span] = _meant(query, words, span, library, pieces)
    for span in sorted(meant, reverse=True):
        query = query[: span.start] + meant[span] + query[span.end :]
    return query


def _may_be_wrong(word: str) -> bool:
    """Whether a word that no article holds may be another one misspelt. Stop words are not."""
    return (
        IN_COMPANY.same_sound <= len(word) <= _LONGEST_WORD_LETTERS
        and word.isalpha()
        and folded(word).isascii()
        and bool(terms(word))
    )


def _meant_together(
    query: str, words: Sequence[Span], unknown: Sequence[Span], library: LibraryWords
) -> dict[Span, str]:
    """Neighbours, one of them unknown, that the articles write as one word."""
    meant: dict[Span, str] = {}
    last = 0
    for left, right in pairwise(words):
        is_near = left.start >= last and query[left.end : right.start] in (" ", "-")
        if is_near and (left in unknown or right in unknown):
            together = query[left.start : left.end] + query[right.start : right.end]
            if written := as_written([together], library):
                meant[Span(left.start, right.end)] = written
                last = right.end
    return meant


def _meant(
    query: str,
    words: Sequence[Span],
    span: Span,
    library: LibraryWords,
    pieces: Callable[[str], int],
) -> str:
    """What the articles have for the word, as they write it; itself where that is not clear."""
    word = query[span.start : span.end]
    if written := apart(folded(word), library):
        return written
    company = _company(query, words, span, pieces)

    def may_be(written: str) -> bool:
        if company:
            return any(in_one_passage(written, each, library) for each in company)
        return written[0].isupper() or (word[0].islower() and pieces(word) >= NOT_ENGLISH_PIECES)

    for variants in variants_by_likelihood(folded(word), IN_COMPANY if company else ALONE):
        candidates = [
            (written, passages) for written, passages in _held(variants, library) if may_be(written)
        ]
        if candidates:
            (best, most), *others = candidates
            is_clear = all(most >= CLEARLY_MORE * passages for _, passages in others)
            return _in_case_of(word, best) if is_clear else word
    return word


def _held(variants: Sequence[str], library: LibraryWords) -> list[tuple[str, int]]:
    """Those that articles hold, as they write them, and in how many passages; most first."""
    passages: dict[str, int] = {}
    spellings: dict[str, list[str]] = {}
    for variant, count in zip(variants, library.passages_holding(variants), strict=True):
        if count:
            term = " ".join(terms(variant))
            passages[term] = count
            spellings.setdefault(term, []).append(variant)
    return [
        (written, passages[term])
        for term in sorted(passages, key=lambda term: -passages[term])
        if (written := as_written(spellings[term], library))
    ]


def _company(
    query: str, words: Sequence[Span], span: Span, pieces: Callable[[str], int]
) -> list[str]:
    """What stands beside a word in its name: "Ryan" beside "Crocket" in "Did Ryan Crocket go?".

    In a query without capitals every word that is not common may be of a name.
    """

    def is_name(part: Span) -> bool:
        if query.islower():
            return pieces(query[part.start : part.end]) > 1
        opens = _SENTENCE_START.search(query[: part.start]) and part != span
        return query[part.start].isupper() and not opens

    if not is_name(span):
        return []
    at = words.index(span)
    beside = (
        _nearest_of_name(query, [*reversed(words[: at + 1])]),
        _nearest_of_name(query, words[at:]),
    )
    return [query[part.start : part.end] for part in beside if part and is_name(part)]


def _nearest_of_name(query: str, words: Sequence[Span]) -> Span | None:
    """The word next to the first of ``words``, initials and particles of names passed over."""
    for before, span in pairwise(words):
        first, second = sorted((before, span))
        if not _WITHIN_NAME.fullmatch(query[first.end : second.start]):
            return None
        word = query[span.start : span.end]
        if len(word) > 1 and word.lower() not in _PARTICLES:
            return span
    return None


def _in_case_of(word: str, written: str) -> str:
    return written[0].upper() + written[1:] if word[0].isupper() else written


@cache
def _tokenizer() -> Any:
    from rag.encoder import open_e5

    return open_e5(Path(find_encoder().path)).tokenizer
