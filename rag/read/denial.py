"""Whether a sentence denies, of the words marked in it, what is asked; pure. English only.

"Khamenei, not the president, has the last word" names no president, and "Ann Lee, who did not
sign, left" nobody who signed. What a denial reaches is told by punctuation and closed lists of
words (compare NegEx: Chapman et al. 2001, "A simple algorithm for identifying negated findings"):
from the negation to the end of its clause.
"""

from __future__ import annotations

import re

from rag.question.answer_type import asked_type, wants_words, without_type
from rag.text.words import content_terms, terms
from rag.types import Span

_NEGATION = re.compile(
    r"(?<!\bif )(?<!\bor )(?<!\bwhy )(?:\b(?:not|never|nor)\b|(?<=n)[’']t\b)"
    r"(?!\s+(?:only|just|merely|simply|solely|necessarily|least|surprisingly|all|always|every)\b)",
    re.IGNORECASE,
)
_END_OF_CLAUSE = re.compile(
    r"[,;:.!?()\"“”—–]|\s-\s"
    r"|\b(?:but|and|or|who|which|that|because|although|though|while|whereas|when|where|before|after)\b",
    re.IGNORECASE,
)
_UNTIL = re.compile(r"\b(?:until|till|unless|except|without|longer|yet)\b", re.IGNORECASE)
"""What was not so until then has been so since."""
_RIGHT_BEFORE = re.compile(
    r"(?:\bnot|\bnever|n[’']t|\bnor|\brather than|\binstead of|\bunlike)\s+"
    r"(?:(?:by|in|on|at|from|to|of|with|for|the|an?)\s+){0,2}$",
    re.IGNORECASE,
)
_MISTAKEN = re.compile(
    r"\b(?:(?:wrongly|incorrectly|erroneously|mistakenly|falsely)\s+\w+|mis(?:stated|reported|named"
    r"|identified|spelled|spelt)|den(?:y|ies|ied|ying)\s+that)\b[^,;:.]*$",
    re.IGNORECASE,
)
"""What somebody says by mistake, or what is denied, follows in the same clause."""
NEGATIVE = re.compile(
    r"\b(?:not|never|no|none|nobody|nothing|neither|nor|without|except|other than|besides|wrong\w*"
    r"|incorrect\w*|mis(?:stated|reported)|refus\w+|reject\w*|fail\w*|den(?:y|ie[sd]|ying)|declin\w+"
    r"|oppos\w+|lack\w*|miss\w*|avoid\w*|prevent\w*|forb\w+|ban\w*|stop\w*|ignor\w+|object\w*)\b|n[’']t\b",
    re.IGNORECASE,
)
_NAME_OR_NUMBER = re.compile(r"(?<=\S )[A-Z][\w'’.-]*|\d[\d,.]*")


def denies(question: str, sentence: str, marked: Span) -> bool:
    """Whether ``sentence`` says of its words ``marked`` that they are *not* what is asked for.

    Never where the question is itself a negative one, or asks for a reason or a yes or no.
    """
    if NEGATIVE.search(question) or not wants_words(question):
        return False
    before = sentence[: marked.start]
    if _RIGHT_BEFORE.search(before) or _MISTAKEN.search(before):
        return True
    return asked_type(question) == "name" and _denies_predicate(question, sentence, marked)


def _denies_predicate(question: str, sentence: str, marked: Span) -> bool:
    """Whether all that ``sentence`` says of what is asked stands within negations after the words,
    or around them."""
    scopes = [scope for scope in _scopes(sentence) if marked.start < scope.end]
    if not scopes:
        return False
    asked = set(content_terms(_NAME_OR_NUMBER.sub(" ", without_type(question))))
    said = asked.intersection(terms(sentence))
    apart = list(sentence)
    for start, end in scopes:
        apart[start:end] = " " * (end - start)
    return bool(said) and said.isdisjoint(terms("".join(apart)))


def _scopes(sentence: str) -> list[Span]:
    """From each negation to the end of its clause."""
    scopes = []
    for negation in _NEGATION.finditer(sentence):
        end = _END_OF_CLAUSE.search(sentence, negation.end())
        scope = Span(negation.start(), end.start() if end else len(sentence))
        if not _UNTIL.search(sentence, *scope):
            scopes.append(scope)
    return scopes
