"""Whether a quote is of another person or deed than the question supposes; pure. English only.

"Where was he born?" is not answered by where she was born, nor "Who did not win?" by who won.
"""

from __future__ import annotations

import re

from rag.text.names import HE, SHE, names
from rag.text.persons import Gender, gender_of, kind_of
from rag.text.words import terms
from rag.types import Quote

_PRONOUNS: dict[Gender, re.Pattern[str]] = {
    "he": re.compile(r"\b(?:he|him|his|himself)\b", re.IGNORECASE),
    "she": re.compile(r"\b(?:she|her|hers|herself)\b", re.IGNORECASE),
}
_NAMED_BEFORE = re.compile(
    r".+?\s[A-Z][\w'’-]*\s.*\b(?:[Hh]e|[Hh]im|[Hh]is|[Hh]imself|[Ss]he|[Hh]er|[Hh]ers|[Hh]erself)\b"
)
"""The pronoun may be that of a name in the question itself."""
_NOUNS: dict[Gender, re.Pattern[str]] = {
    "he": re.compile(rf"\b(?:{'|'.join(HE)}|man|men|boy)s?\b", re.IGNORECASE),
    "she": re.compile(rf"\b(?:{'|'.join(SHE)}|woman|women|girl)s?\b", re.IGNORECASE),
}
_OTHER: dict[Gender, Gender] = {"he": "she", "she": "he"}

_ASKS_WHO_OR_WHAT = re.compile(
    r"\W*(?:(?:and|but|so)\s+)?(?:(?:in|on|at|for|to|from|with)\s+)?(?:who|whom|whose|what|which)\b",
    re.IGNORECASE,
)
_DENIED_VERB = re.compile(
    r"\b(?:(?:did|does|do|was|were|is|are|has|have|had|could|would|will|can)\s+(?:not|never)"
    r"|(?:did|does|do|was|were|is|are|has|have|had|could|would|ca|wo)n[’']t|never)\s+"
    r"(?!(?:only|just|merely|simply|solely)\b)(?:been\s+|\w+ly\s+)?(?P<verb>[a-z]+)"
)
_SUBORDINATE = re.compile(
    r"\b(?:when|if|so|that|because|while|although|unless|until|before|after)\b", re.IGNORECASE
)
_NEGATIVE = re.compile(
    r"\b(?:not|never|no|none|nobody|nothing|neither|nor|without|cannot|except|unlike|instead"
    r"|other than|rather than|but|only|however|although|though|while|whereas|avoid\w*|refus\w+"
    r"|reject\w*|fail\w*|den(?:y|ie[sd]|ying)|declin\w+|oppos\w+|lack\w*|miss\w*|los(?:e|es|t|ing)"
    r"|exclu\w+|prevent\w*|forb\w+|ban(?:s|ned)?|stop\w*|against|hardly|rarely|too|yet"
    r"|un(?:able|til|less|like\w+))\b|n[’']?t\b",
    re.IGNORECASE,
)
"""Any word by which a sentence may say that something is not so."""
_SPEAKER = re.compile(r"\b(?:I|me|my|mine|we|us|our)\b")


def is_contrary(question: str, quote: Quote) -> bool:
    """Whether ``quote`` tells of a woman where a man is asked about, or of a deed that is denied.

    A question denies a deed where its own verb is negated: "Who did not win?".
    """
    return _is_of_other_gender(question, quote) or _affirms_what_is_denied(question, quote.text)


def _is_of_other_gender(question: str, quote: Quote) -> bool:
    """Whether only persons of the other gender than the question's pronoun are told of.

    Who speaks of themselves may be either.
    """
    asked = [gender for gender, words in _PRONOUNS.items() if words.search(question)]
    if len(asked) != 1 or _NAMED_BEFORE.match(question):
        return False
    own, other = asked[0], _OTHER[asked[0]]
    if any(words.search(quote.text) for words in (_PRONOUNS[own], _NOUNS[own], _SPEAKER)):
        return False
    article = quote.article.text
    named = [
        gender_of(name, article)
        for name in names(article, quote.start, quote.end)
        if kind_of(name, article) != "other"
    ]
    if other in named:
        return named.count(other) == len(named)
    return _PRONOUNS[other].search(quote.text) is not None


def _affirms_what_is_denied(question: str, sentence: str) -> bool:
    """Whether ``question`` asks who did *not* do something, and the sentence says only who did."""
    main = _SUBORDINATE.split(question, maxsplit=1)[0]
    denied = _DENIED_VERB.search(main) if _ASKS_WHO_OR_WHAT.match(main) else None
    if denied is None or _NEGATIVE.search(sentence):
        return False
    return not set(terms(denied["verb"])).isdisjoint(terms(sentence))
