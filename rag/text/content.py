"""The words of a text that say something; pure."""

from __future__ import annotations

from functools import cache

from rag.text.words import terms

GRAMMAR = (
    "a an the this that these those it its he him his she her they them their who whom whose"
    " which what where when why how is are was were be been being am has have had having do does"
    " did doing will would shall can and or but nor so as at by for from in into of off on onto"
    " out to toward towards up upon with within via per than then there here such both each"
    " either while whereas although though because since about around between among during"
    " through throughout across along again also however therefore additionally furthermore"
    " moreover meanwhile thus one ones other another any some own very s t re ve ll d"
)
"""Words that say nothing by themselves. Quantifiers and "before", "after" and their like do."""


def content(text: str) -> list[str]:
    """The index terms of ``text`` that say something, in order."""
    return [term for term in terms(text) if term not in index_terms(GRAMMAR)]


@cache
def index_terms(words: str) -> frozenset[str]:
    """The index terms of a list of words."""
    return frozenset(terms(words))
