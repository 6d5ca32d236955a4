"""Text to index terms: lower-cased, without accents and English stop words, stemmed.

One analyzer for the keyword index, the question and the sentences, so that they always agree.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

_ASKING = frozenset(
    "who whom whose what which when where why whi how did doe do is are was were be been am has"
    " have had can could would should shall may might must you he she we me him her our your his"
    " its my about from than also more most much mani ani some all tell pleas sai said".split()
)
"""Terms of questions as such, which say nothing of what is asked about."""


def terms(text: str) -> Sequence[str]:
    """The index terms of ``text``, in order, with repetitions."""
    tokens: list[str] = _analyzer().analyze(text)
    return tokens


def content_terms(question: str) -> Sequence[str]:
    """The index terms of ``question`` that say what it is about; all of them if none does."""
    found = terms(question)
    return [term for term in found if term not in _ASKING and len(term) > 1] or found


@cache
def _analyzer() -> Any:
    from tantivy import Filter, TextAnalyzerBuilder, Tokenizer

    return (
        TextAnalyzerBuilder(Tokenizer.simple())
        .filter(Filter.lowercase())
        .filter(Filter.ascii_fold())
        .filter(Filter.stopword("english"))
        .filter(Filter.stemmer("english"))
        .build()
    )
