"""Quotes of another person or deed than the question supposes; pure. English only.

"Where was he born?" is not answered by where she was born, nor "Who did not win?" by who won.
"""

from __future__ import annotations

import re

from rag.answer.naming import keeping
from rag.question.mentions import names_anything
from rag.read.denial import NEGATIVE
from rag.text.names import HE, SHE, names
from rag.text.persons import Gender, gender_of, kind_of, pronoun_gender, unnamed_person
from rag.text.words import terms
from rag.types import Quote, Reading

_OF_GENDER: dict[Gender, re.Pattern[str]] = {
    "he": re.compile(rf"\b(?:he|him|his|himself|man|men|boys?|(?:{'|'.join(HE)})s?)\b", re.I),
    "she": re.compile(rf"\b(?:she|hers?|herself|wom[ae]n|girls?|(?:{'|'.join(SHE)})s?)\b", re.I),
}
_ASKS_FOR_PERSON = re.compile(r"\W*(?:(?:and|but|so)\s+)?who", re.I)
_SPEAKER = re.compile(r"\b(?:I|me|my|mine|we|us|our)\b")

_DENIED = re.compile(
    r"\W*(?:(?:and|but|so)\s+)?(?:who|what|which(?:\s+\w+){1,3}?)\s+"
    r"(?:did|does|do|was|were|is|are|has|have|had|could|would|will|can)(?:\s+not|n[’']t)\s+"
    r"(?:been\s+)?(?P<verb>[a-z]+)",
    re.I,
)
_LEAVES_OTHERS_OUT = re.compile(r"\b(?:only|alone|but|all|instead|rather|unlike|while)\b", re.I)


def without_contrary(question: str, reading: Reading) -> Reading:
    """The reading without the quotes that cannot answer ``question``, as the user typed it."""
    kept = [quote for quote in reading.quotes if not is_contrary(question, quote)]
    return keeping(reading, kept) if len(kept) < len(reading.quotes) else reading


def is_contrary(question: str, quote: Quote) -> bool:
    """Whether ``quote`` tells of a woman where a man is asked about, or of a deed that is denied.

    A question denies a deed where its own verb is negated: "Who did not win?".
    """
    return _is_of_other_gender(question, quote) or _affirms_what_is_denied(question, quote.text)


def _is_of_other_gender(question: str, quote: Quote) -> bool:
    """Whether only persons of the other gender than the question's one pronoun are told of.

    Not where the question itself speaks of somebody whom the pronoun may mean, or asks who: a wife
    is not "he". Nor where the quote has the words of a speaker, who may be either.
    """
    own = pronoun_gender(question)
    if own is None or _ASKS_FOR_PERSON.match(question):
        return False
    other: Gender = "she" if own == "he" else "he"
    if unnamed_person(question, None, 0) or names_anything(question):
        return False
    if _OF_GENDER[own].search(quote.text) or _SPEAKER.search(quote.text):
        return False
    article = quote.article.text
    told = [
        gender_of(name, article)
        for name in names(article, quote.start, quote.end)
        if kind_of(name, article) != "other"
    ]
    return set(told) == {other} or (not told and bool(_OF_GENDER[other].search(quote.text)))


def _affirms_what_is_denied(question: str, sentence: str) -> bool:
    """Whether ``question`` asks who did *not* do something, and the sentence says only who did."""
    denied = _DENIED.match(question)
    if denied is None or _LEAVES_OTHERS_OUT.search(sentence):
        return False
    verb = terms(denied["verb"])
    denials = [word.group() for word in NEGATIVE.finditer(sentence)]
    if any(terms(word) != verb for word in denials):  # "rejected" denies no rejecting
        return False
    return not set(verb).isdisjoint(terms(sentence))
