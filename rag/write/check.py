"""Does a quote state what a model wrote? Pure, but for the model of support.

Strict by intent: a sentence that fails is replaced by its quote, which costs the reader little; one
that passes falsely costs trust. It passes if it is a quote's own words, or if the model of support
says that the quote states it, and every number, date, name and quoted word of it, and whether it
denies, is the quote's.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.text.names import folded, names
from rag.text.numbers import amounts
from rag.text.sentences import sentences
from rag.text.words import terms
from rag.types import SupportModel

MIN_SUPPORT = 0.9
"""A quote states a claim if the model of support gives it at least this probability: by hand, high
on purpose, until it is fitted to a trained one."""

_ADDS_NOTHING = frozenset("a an the and but also however meanwhile".split())
"""Words that may be left out, or stand there besides, without turning a sentence."""
_NEGATION = re.compile(
    r"\b(?:not?|never|none|nor|neither|nobody|nothing|nowhere|without|cannot)\b|n[’']t\b", re.I
)
_QUOTED = re.compile(r"[“\"]([^“”\"]+)[”\"]")
_WORD = re.compile(r"[^\W_]+(?:[.,:][0-9]+)*(?:['’][^\W_]+)*")


def stated(
    claim: str, texts: Sequence[str], support: SupportModel | None, titles: Sequence[str] = ()
) -> list[bool]:
    """For each of ``texts`` whether it states ``claim``, one sentence.

    ``titles`` are those of the texts' articles, which may complete a name. Without a model of
    support only a text's own words pass.
    """
    found = [is_own_words(claim, text) for text in texts]
    asked = [
        place
        for place, (text, title) in enumerate(zip(texts, titles or [""] * len(texts), strict=True))
        if support and not found[place] and has_facts(claim, text, title)
    ]
    if support and asked:
        verdicts = support.support(claim, [texts[place] for place in asked])
        for place, verdict in zip(asked, verdicts, strict=True):
            found[place] = verdict.supports >= MIN_SUPPORT
    return found


def is_own_words(claim: str, text: str) -> bool:
    """Whether the claim is the text, or a sentence of it, but for words that add nothing."""
    said = _own_words(claim)
    return any(said == _own_words(text[start:end]) for start, end in [(0, None), *sentences(text)])


def has_facts(claim: str, text: str, title: str = "") -> bool:
    """Whether every number, date, name and quoted word of the claim is the text's, and it denies
    as the text does; months and days of the week are names."""
    there = set(terms(f"{text} {title}"))
    told = {amount.value for amount in amounts(text)}
    words = " ".join(_words(text))
    return (
        all(amount.value in told for amount in amounts(claim))
        and all(there.issuperset(terms(name.text)) for name in names(claim) if not name.opens)
        and all(" ".join(_words(quoted)) in words for quoted in _QUOTED.findall(claim))
        and bool(_NEGATION.search(claim)) == bool(_NEGATION.search(text))
    )


def _words(text: str) -> list[str]:
    return [folded(word).replace(",", "") for word in _WORD.findall(text)]


def _own_words(text: str) -> list[str]:
    """Its words but for those that add nothing, and whether it asks."""
    asks = ["?"] if "?" in text[-3:] else []
    return [word for word in _words(text) if word not in _ADDS_NOTHING] + asks
