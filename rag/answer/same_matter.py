"""Whether two quotes speak of the same matter, so that other words are another answer.

A quote that answers some other question is no disagreement: what the question says of its matter
must be said by both, in these words or in words alike. What opens with a pronoun or with something
known ("The work will cost") says what the sentence before it says.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rag.answer.pronouns import sentences_before
from rag.question.answer_type import asked_type, type_fit, without_type
from rag.text.words import content_terms, terms
from rag.types import Quote

if TYPE_CHECKING:
    from rag.types import Embedder

ALIKE = 0.5
"""Cosine of two words that may stand for each other: "killed" and "died" have 0.8, "talks" and
"negotiations" 0.5, "built" and "sank" 0.3."""
_COUNTED_ALIKE = 0.4
"""The same where both count what is asked: "240 residents were evacuated" and "310 residents had to
leave" have 0.48 (LOG.md, "counts of the same")."""
_NEARLY = 0.1
_LEAST_SHARED = 0.5
_FEWEST_SHARED = 3
"""Two sentences that have this share, and at least so many, of their terms in common tell the same,
whatever the question's words."""
_REFERS_BACK = re.compile(r"(?:It|They|He|She|This|These|Its|Their|His|Her)\b|The\s+[a-z]")
_NUMBER = re.compile(r"(?:(?:about|some|nearly|almost|over|more than|at least)\s+)?\d[\d,.]*", re.I)
_WORD = re.compile(r"\w[\w'’-]*")
_NAME_OR_NUMBER = re.compile(r"(?<=\S )[A-Z][\w'’.-]*|\d[\d,.]*")


def same_matter(question: str, quote: Quote, best: Quote, embedder: Embedder) -> bool:
    """Whether ``quote`` says of the question's matter as much as ``best``, which answers it.

    Its marked words are of the kind asked for, its article has the question's names and numbers
    that the other has, and its sentence the other words of the question that the other has.
    """
    kind = asked_type(question)
    measured = None if kind == "name" else kind
    if type_fit(quote.words or "", measured, question) < 0:
        return False
    if _alike_but_for_the_words(quote, best):
        return True
    names = {term for name in _NAME_OR_NUMBER.finditer(question) for term in terms(name.group())}
    if names & _told(best) - _told(quote):
        return False
    asked = _NAME_OR_NUMBER.sub(" ", without_type(question))
    said = _with_what_it_refers_to(quote)
    missing = set(content_terms(asked)) - set(terms(said))
    words = [word for word in _WORD.findall(asked) if not missing.isdisjoint(terms(word))]
    alike = _COUNTED_ALIKE if _counted(quote) & _counted(best) & set(terms(question)) else ALIKE
    return not words or _says_as_much(words, said, _with_what_it_refers_to(best), alike, embedder)


def _alike_but_for_the_words(quote: Quote, best: Quote) -> bool:
    """Whether one sentence is nearly the other, the marked words aside."""
    some, other = (set(terms(each.text)) - set(terms(each.words or "")) for each in (quote, best))
    return len(some & other) >= max(_LEAST_SHARED * len(some | other), _FEWEST_SHARED)


def _with_what_it_refers_to(quote: Quote) -> str:
    """The quote; after the sentence before it, where it opens like one that goes on: "The work"."""
    if not _REFERS_BACK.match(quote.text):
        return quote.text
    text = quote.article.text
    before = sentences_before(text, quote.start)[-1:]
    return " ".join([*(text[slice(*span)] for span in before), quote.text])


def _told(quote: Quote) -> set[str]:
    return set(terms(f"{quote.article.title}\n{quote.article.text}"))


def _counted(quote: Quote) -> set[str]:
    """The term after the marked number, if one is marked: "residents" of "240 residents"."""
    words = quote.words or ""
    number = _NUMBER.match(words)
    if number is None:
        return set()
    start = quote.text.find(words) + number.end()
    return set(terms(quote.text[start:])[:1])


def _says_as_much(words: list[str], text: str, best: str, alike: float, embedder: Embedder) -> bool:
    """Whether ``text`` has a word alike to each of ``words``, or nearly as much so as ``best``."""
    own, other = (
        list(dict.fromkeys(word.lower() for word in _WORD.findall(each) if terms(word)))
        for each in (text, best)
    )
    if not own or not other:
        return False
    vectors = embedder.embed_passages([*(word.lower() for word in words), *own, *other])
    count = len(words)
    likeness = vectors[:count] @ vectors[count:].T
    in_text = likeness[:, : len(own)].max(axis=1)
    in_best = likeness[:, len(own) :].max(axis=1)
    return all(
        here >= min(alike, there - _NEARLY) for here, there in zip(in_text, in_best, strict=True)
    )
