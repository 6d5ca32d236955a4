"""Whether a quote corrects what an earlier article says; pure. English only.

That an article corrects is said only where it says so itself: beside the quote, in words about what
the quote answers. An article headed "Correction" states other facts, too.
"""

from __future__ import annotations

import re

from rag.text.sentences import paragraph_sentences, paragraphs
from rag.text.words import content_terms, terms
from rag.types import Quote

_CORRECTS = re.compile(
    r"\bcorrections?\b|\bcorrect(?:s|ed|ing)\b|\bclarifi\w+\b|\bmis(?:stated|reported|named"
    r"|identified|spelled|spelt)\b|\bretract\w*|\berratum\b"
    r"|\b(?:wrongly|incorrectly|erroneously|mistakenly)\s+(?:stated|said|reported|gave|named"
    r"|identified|called|listed|described|put)\b"
    r"|\b(?:earlier|previous|original|first)\s+(?:version|report|story|article|figure|toll)s?\b"
    r"|\b(?:not|rather than|instead of)\b[^.;]*,?\s+as\s+(?:we|it was|was|were|first|previously"
    r"|earlier|originally)\b"
    r"|\bas\s+(?:previously|earlier|originally|first|wrongly)\s+(?:stated|said|reported|thought)\b",
    re.IGNORECASE,
)
_DENIED = r"\b(?:not|rather than|instead of)\s+(?:\w+\s+){0,2}"
_HEADED = re.compile(r"\b(?:corrections?|clarifications?|erratum|errata)\b", re.IGNORECASE)
_LEAST_SHARED = 0.5
"""What is corrected holds this share of the question's terms, or the words replaced."""


def corrects(question: str, quote: Quote, earlier: Quote) -> bool:
    """Whether ``quote`` says, of what is asked, that it corrects; in an article later than the
    other's. Both have marked words.
    """
    if not earlier.article.date or (quote.article.date or "") <= earlier.article.date:
        return False
    around = _around(quote)
    if (quote.words or "") not in around:
        return False
    says_so = [cue.end() for cue in _CORRECTS.finditer(around)]
    replaced = re.escape(earlier.words or "")
    if re.search(f"(?i){_DENIED}{replaced}\\b", around):
        return bool(says_so) or _HEADED.search(quote.article.title) is not None
    return any(
        (quote.words or "") in around[end:] and _is_about(around[end:], question, earlier)
        for end in says_so
    )


def _around(quote: Quote) -> str:
    """The quote with the sentence before it and the one after, within its paragraph."""
    text = quote.article.text
    for paragraph in paragraphs(text, 0, len(text)):
        if paragraph.start <= quote.start < paragraph.end:
            found = list(paragraph_sentences(text, paragraph, "en"))
            near = [
                place
                for place, sentence in enumerate(found)
                if sentence.start < quote.end and quote.start < sentence.end
            ]
            if near:
                first, last = max(0, near[0] - 1), min(len(found) - 1, near[-1] + 1)
                return text[found[first].start : found[last].end]
    return quote.text


def _is_about(corrected: str, question: str, earlier: Quote) -> bool:
    """Whether what is said to be corrected holds the words replaced, or half of what is asked."""
    said = set(terms(corrected))
    asked = set(content_terms(question))
    replaced = set(terms(earlier.words or ""))
    return bool(replaced and replaced <= said) or len(asked & said) >= _LEAST_SHARED * len(asked)
