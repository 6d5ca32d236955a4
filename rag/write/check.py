"""Does a quote state what a model wrote? Pure, but for the model of support.

Strict by intent: a sentence that fails is replaced by its quote, which costs the reader little; one
that passes falsely costs trust. It passes if it is a quote's own words, or if the model of support
says that the quote states it, and every number, date, name and quoted word of it, and what it
denies, is the quote's.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

from rag.text.sentences import sentences
from rag.text.words import terms
from rag.types import SupportModel

MIN_SUPPORT = 0.5
"""A quote states a claim if the model of support gives it at least this probability."""

_WORD = re.compile(r"[^\W_]+(?:[.,:][0-9]+)*(?:['’][^\W_]+)*")
_ADDS_NOTHING = frozenset("a an the and but also however meanwhile".split())
"""Words that may be left out, or stand there besides, without turning a sentence."""
_NUMBER_WORDS = {
    word: str(number)
    for number, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve".split()
    )
}
_SCALES = (
    "thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty"
    " seventy eighty ninety hundred thousand million billion trillion dozen half double twice"
    " percent monday tuesday wednesday thursday friday saturday sunday january february march"
    " april may june july august september october november december"
)
_EXACT = frozenset([*_NUMBER_WORDS.values(), *_SCALES.split()])
_NEGATION = re.compile(
    r"\b(?:not?|never|none|nor|neither|nobody|nothing|nowhere|without|cannot)\b|n[’']t\b", re.I
)
_CLAUSE_END = re.compile(r"[,;:.]\s")
_DENIED_WORDS = 2
"""A negation is of the words next to it."""
_QUOTED = re.compile(r"[“\"]([^“”\"]+)[”\"]")
_QUESTION = re.compile(r"\?[\"”’)\s]*$")


def why_not(claim: str, evidence: Sequence[str], support: SupportModel | None) -> list[str | None]:
    """For each text of ``evidence`` why it does not state ``claim``, one sentence; None if it does.

    Without a model of support only a text's own words pass.
    """
    reasons = [_in_words(claim, text) for text in evidence]
    asked = [place for place, reason in enumerate(reasons) if reason == _OTHER_WORDS]
    if support is None or not asked:
        return reasons
    verdicts = support.support(claim, [evidence[place] for place in asked])
    for place, verdict in zip(asked, verdicts, strict=True):
        if verdict.supports >= MIN_SUPPORT:
            reasons[place] = None
        elif verdict.contradicts > verdict.neither:
            reasons[place] = "it says otherwise"
    return reasons


def says_something(text: str) -> bool:
    """Whether ``text`` has a word or number that could be checked."""
    return any(word.isalnum() for word in text) and (
        bool(terms(text)) or any(char.isdigit() for char in text)
    )


_OTHER_WORDS = "other words"


def _in_words(claim: str, text: str) -> str | None:
    """What of ``claim`` is not exactly in ``text``; None if all of it is its own words."""
    if _QUESTION.search(claim):
        return "it is a question"
    if _own_words(claim) in [_own_words(text), *map(_own_words, _sentences(text))]:
        return None
    if missing := next((word for word in _exact(claim) if not _has(text, word)), None):
        return f"not there: {missing}"
    there = " ".join(_words(text))
    for quoted in _QUOTED.findall(claim):
        if " ".join(_words(quoted)) not in there:
            return f"not there: “{quoted}”"
    return "it denies otherwise" if _denies_otherwise(claim, text) else _OTHER_WORDS


def _sentences(text: str) -> Iterator[str]:
    for start, end in sentences(text):
        yield text[start:end]


def _words(text: str) -> list[str]:
    """Its words in lower case, without accents, numbers in digits without commas."""
    plain = "".join(
        char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char)
    )
    words = (word.casefold().replace("’", "'") for word in _WORD.findall(plain))
    return [_NUMBER_WORDS.get(word, re.sub(r"(?<=\d),(?=\d)", "", word)) for word in words]


def _own_words(text: str) -> list[str]:
    return [word for word in _words(text) if word not in _ADDS_NOTHING]


def _exact(claim: str) -> Iterator[str]:
    """The words of a claim that must stand in its quote as they are: numbers, dates and names.

    A first word is a name only if it stands in capitals throughout, or another follows it.
    """
    found = list(_WORD.finditer(claim))
    for place, match in enumerate(found):
        word = match.group()
        number = _words(word)[0] if _words(word) else ""
        follows = found[place + 1].group() if place + 1 < len(found) else ""
        is_name = word[0].isupper() and (
            place > 0 or (len(word) > 1 and word.isupper()) or follows[:1].isupper()
        )
        if any(char.isdigit() for char in number) or number in _EXACT or is_name:
            yield word


def _has(text: str, word: str) -> bool:
    """Whether ``text`` has a word, its possessive or, of a name, what is derived from it."""
    there = set(_words(text))
    wanted = _words(word.removesuffix("'s").removesuffix("’s"))[0]
    return wanted in there | {each.removesuffix("'s") for each in there} or (
        word[0].isupper() and bool(set(terms(word))) and set(terms(word)) <= set(terms(text))
    )


def _denies_otherwise(claim: str, text: str) -> bool:
    """Whether the claim denies where the text does not, or says what the text denies."""
    if _NEGATION.search(claim):
        return not _NEGATION.search(text)
    said = set(terms(claim))
    return any(denied and set(denied) <= said for denied in _denied(text))


def _denied(text: str) -> Iterator[Sequence[str]]:
    """For each negation the first words after it, in its clause, that say something."""
    for found in _NEGATION.finditer(text):
        yield terms(_CLAUSE_END.split(text[found.end() :])[0])[:_DENIED_WORDS]
