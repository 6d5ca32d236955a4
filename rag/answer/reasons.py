""" "Why?" after an answer: the reason that its sentences, or those beside them, give; else none."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.answer.which_article import quotes_of
from rag.question.listed import answer_pointed_into
from rag.text.sentences import guess_language, paragraph_sentences, paragraphs
from rag.types import Article, Quote, Reading, Span, Store

_REASON = re.compile(
    r"\b(?:because|so that|in order to|due to|owing to|thanks to|as a result of|on account of"
    r"|for fear of|the reason|caused by|to (?:avoid|prevent|protect|protest|ensure|allow))\b",
    re.IGNORECASE,
)
_TAKES_UP = re.compile(
    r"\W*(?:this|that|these|it|he|she|they|his|her|its|their|the reason)\b", re.IGNORECASE
)
"""How a sentence opens that goes on about the one before it."""
_SURE = 0.75


def reason_given(history: Sequence[tuple[str, str]], store: Store) -> Reading | None:
    """The reason for what the last answer quotes; a reading without quotes where none is given.

    A sentence gives a reason by its words ("because"): one that was quoted, or the next one, if it
    goes on about it. None where nothing was quoted.
    """
    _, answer = answer_pointed_into(history)
    cited = quotes_of(answer, store)
    if not cited:
        return None
    for quote in cited:
        if _REASON.search(quote.text):
            return Reading((quote,), _SURE, reply="What was quoted before says why:")
    following = [after for quote in cited if (after := _next(quote.article, quote.end))]
    for quote in following:
        if _REASON.search(quote.text) and _TAKES_UP.match(quote.text):
            return Reading((quote,), _SURE)
    return Reading((), confidence=0.0)


def _next(article: Article, end: int) -> Quote | None:
    """The sentence after ``end``, in the same paragraph."""
    language = guess_language(article.text)
    for block in article.body:
        for paragraph in paragraphs(article.text, *block):
            if paragraph.start < end <= paragraph.end:
                found = paragraph_sentences(article.text, Span(*paragraph), language)
                after = next((span for span in found if span.start >= end), None)
                if after is None:
                    return None
                return Quote(article, article.text[slice(*after)], *after, score=1.0)
    return None
