"""Does a text hold an answer? SQuAD's normalization, exact match and token F1; pure.

Beyond SQuAD's script: text is NFKC-normalized, punctuation means Unicode's too, so that
``Arab–Israeli`` and ``Arab-Israeli`` match, and in a script without spaces each character is a
word. On ASCII text the two agree, except that a text of nothing but punctuation and articles stands
for itself instead of matching every empty answer.
"""

from __future__ import annotations

import re
import string
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache

_ARTICLES = re.compile(r"\b(?:a|an|the)\b")
_MARKER = re.compile(r"\s*\[(\d+)\]")
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
"""Thai, Lao, Burmese, Khmer, Japanese and Chinese."""
_UNSPACED_CHARACTER = re.compile(f"([{_UNSPACED}])")
_SPACED_LETTER = rf"[^\W_{_UNSPACED}]"
_WORD = re.compile(rf"[$%]|\d+(?:[.,]\d+)*|[{_UNSPACED}]|[^\W\d_{_UNSPACED}]+")


@lru_cache(maxsize=4096)
def normalize(text: str) -> str:
    """``text`` lower-cased, without punctuation, English articles and surplus white space."""
    folded = _fold(text)
    kept = "".join(character for character in folded if not _is_punctuation(character))
    spaced = _UNSPACED_CHARACTER.sub(r" \1 ", kept)
    return " ".join(_ARTICLES.sub(" ", spaced).split()) or folded


def exact_match(text: str, answers: Iterable[str]) -> bool:
    """Whether ``text`` is one of ``answers``, both normalized. Empty text matches nothing."""
    normalized = normalize(text)
    return bool(normalized) and any(normalized == normalize(answer) for answer in answers)


def token_f1(text: str, answers: Iterable[str]) -> float:
    """Best F1, 0 to 1, of the normalized words of ``text`` against one of ``answers``."""
    words = Counter(normalize(text).split())
    best = 0.0
    for answer in answers:
        expected = Counter(normalize(answer).split())
        shared = (words & expected).total()
        if shared:
            best = max(best, 2 * shared / (words.total() + expected.total()))
    return best


def contains(text: str, answers: Iterable[str]) -> bool:
    """Whether whole words of ``text`` are one of ``answers``.

    The words are compared normalized and as they stand, since normalizing glues ``Fox-owned``
    together. An answer without a letter or digit is never contained.
    """
    words = f" {normalize(text)} "
    folded = _fold(text)
    return any(
        f" {normalize(answer)} " in words or _occurs(_fold(answer), folded)
        for answer in answers
        if any(character.isalnum() for character in answer)
    )


def shows(text: str, strings: Iterable[str]) -> bool:
    """Whether one of ``strings`` stands in ``text``, word by word, numbers and their signs whole.

    ``$1`` is not in ``$1.82``, nor ``94%`` in ``94 votes``.
    """
    words = f" {' '.join(_WORD.findall(_fold(text)))} "
    return any(f" {' '.join(_WORD.findall(_fold(each)))} " in words for each in strings)


def shown_text(text: str, numbers: Sequence[int]) -> str:
    """``text`` of an answer without the [n] markers of its citations' ``numbers``."""
    return _MARKER.sub(
        lambda marker: "" if int(marker.group(1)) in numbers else marker.group(), text
    ).strip()


def count_words(text: str) -> int:
    """Words of ``text``, each character of a script without spaces counted as one."""
    return len(_UNSPACED_CHARACTER.sub(r" \1 ", text).split())


def _fold(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).lower().split())


def _is_punctuation(character: str) -> bool:
    return character in string.punctuation or unicodedata.category(character).startswith("P")


def _occurs(answer: str, text: str) -> bool:
    """Whether ``answer`` stands in ``text`` with no letter or digit running on at its ends."""
    before, after = (rf"(?<!{_SPACED_LETTER})", rf"(?!{_SPACED_LETTER})")
    before = before if re.match(_SPACED_LETTER, answer[0]) else ""
    after = after if re.match(_SPACED_LETTER, answer[-1]) else ""
    return re.search(before + re.escape(answer) + after, text) is not None
