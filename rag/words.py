"""Text to index terms: lower-cased, without accents and English stop words, stemmed.

One analyzer for the keyword index, the question and the sentences, so that they always agree.
"""

from __future__ import annotations

import re
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

_PRESENT = {
    past: verb
    for verb, pasts in (
        line.split(":")
        for line in (
            "beat:beaten becom:becam begin:began,begun break:broke,broken bring:brought"
            " build:built buy:bought catch:caught choos:chose,chosen draw:drew,drawn"
            " drive:drove,driven fall:fell,fallen fight:fought find:found fli:flew,flown"
            " get:got,gotten give:gave,given go:went,gone grow:grew,grown hold:held keep:kept"
            " know:knew,known lead:led leav:left lose:lost make:made meet:met pay:paid"
            " rise:rose,risen run:ran see:saw,seen sell:sold send:sent shoot:shot sink:sank,sunk"
            " speak:spoke,spoken spend:spent stand:stood steal:stole,stolen strike:struck"
            " take:took,taken teach:taught tell:told think:thought win:won write:wrote,written"
        ).split()
    )
    for past in pasts.split(",")
}
"""Irregular pasts, which a stemmer leaves apart: a question says "meet", the article "met"."""
_INITIALISM = re.compile(r"\b(?:[^\W\d_]\.){2,}")
_SPELLED_OUT = {
    re.compile(rf"\b{words}\b", re.IGNORECASE): short
    for words, short in (
        (r"united\s+states(?:\s+of\s+america)?", "US"),
        (r"united\s+kingdom", "UK"),
        (r"united\s+nations", "UN"),
        (r"european\s+union", "EU"),
    )
}
"""What news writes now in full and now in initials."""


def terms(text: str) -> Sequence[str]:
    """The index terms of ``text``, in order, with repetitions."""
    tokens: list[str] = _analyzer().analyze(_one_spelling(text))
    return [_PRESENT.get(token, token) for token in tokens]


def content_terms(question: str) -> Sequence[str]:
    """The index terms of ``question`` that say what it is about; all of them if none does."""
    found = terms(question)
    return [term for term in found if term not in _ASKING and len(term) > 1] or found


def _one_spelling(text: str) -> str:
    """ "U.S." and "United States" as "US"."""
    text = _INITIALISM.sub(lambda match: match.group().replace(".", "") + " ", text)
    for pattern, short in _SPELLED_OUT.items():
        text = pattern.sub(short, text)
    return text


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
