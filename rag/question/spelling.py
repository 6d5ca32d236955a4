"""A misspelt name to the one that the articles have: one letter or two neighbours apart.

Only a word that no passage holds is looked at, and only a word that the articles write with a
capital, in a passage with another word of the question, may stand in for it. After Norvig 2007,
"How to write a spelling corrector", with the index as the list of words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.text.names import names
from rag.text.words import content_terms, terms
from rag.types import Filters, Store

_LETTERS_OF_NAME = range(5, 20)
_WORD = re.compile(r"[^\W\d_]+")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_PASSAGES_READ = 5


def corrected(query: str, store: Store) -> str:
    """``query`` with its misspelt names as the articles write them."""
    words = [word for word in _WORD.findall(query) if len(word) in _LETTERS_OF_NAME and terms(word)]
    held = dict(zip(words, store.passages_holding(words), strict=True)) if words else {}
    for word in [word for word in held if not held[word] and word.isascii()]:
        if not store.count_articles(Filters(author=word)) and (
            written := _written(word, query, store)
        ):
            query = re.sub(rf"\b{word}\b", written, query)
    return query


def _written(word: str, query: str, store: Store) -> str | None:
    """The name nearest to ``word`` in passages about the other words of ``query``."""
    variants = sorted(set(_variants(word.lower())))
    known = [
        variant
        for variant, passages in zip(variants, store.passages_holding(variants), strict=True)
        if passages
    ]
    words = [each for each in _WORD.findall(query) if each != word]
    held = zip(words, store.passages_holding(words), strict=True) if words else ()
    others = {term for each, passages in held if passages for term in content_terms(each)}
    for variant in known:
        found = store.search_terms(f"{variant} {query}", _PASSAGES_READ)
        for passage, article in store.fetch([ordinal for ordinal, _ in found]):
            text = f"{article.title}\n{passage.text}"
            is_name = any(variant in name.parts for name in names(text) if not name.opens)
            if is_name and (not others or not others.isdisjoint(terms(text))):
                return variant.capitalize()
    return None


def _variants(word: str) -> Iterator[str]:
    """All that one letter left out, put in or exchanged, or two neighbours exchanged, make."""
    for at in range(len(word) + 1):
        before, after = word[:at], word[at:]
        if after:
            yield before + after[1:]
            yield from (before + letter + after[1:] for letter in _LETTERS)
        if len(after) > 1:
            yield before + after[1] + after[0] + after[2:]
        yield from (before + letter + after for letter in _LETTERS)
