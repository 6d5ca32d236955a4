"""Tells an article's language by py3langid (Lui and Baldwin 2012, aclanthology.org/P12-3005)."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

_READ_CHARS = 3000
_FEWEST_LETTERS = 20
_LEAST_SURE = 0.9
"""Of 1,610 English web pages and articles 1,576 are surely English, and none surely another."""


def language_of(text: str) -> str | None:
    """The ISO 639-1 code of the language in which ``text`` begins; None where that is not sure."""
    beginning = text[:_READ_CHARS]
    if sum(letter.isalpha() for letter in beginning) < _FEWEST_LETTERS:
        return None
    language, probability = _identifier().classify(beginning)
    return str(language) if probability >= _LEAST_SURE else None


@cache
def _identifier() -> LanguageIdentifier:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    # Others (wuu, pcm) are so near to these (zh, en) that neither would be sure.
    identifier.set_languages([label for label in identifier.labels if len(label) == 2])
    return identifier
