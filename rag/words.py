"""Text to index terms: lower-cased, without accents and English stop words, stemmed.

One analyzer for the keyword index, the question and the sentences, so that they always agree.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence


def terms(text: str) -> Sequence[str]:
    """The index terms of ``text``, in order, with repetitions."""
    tokens: list[str] = _analyzer().analyze(text)
    return tokens


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
