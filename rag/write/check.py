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

MIN_SUPPORT = 0.9
"""A quote states a claim if the model of support gives it at least this probability: by hand, high
on purpose, until it is fitted to a trained one."""

_OTHER_WORDS = "other words"
_WORD = re.compile(r"[^\W_]+(?:[.,:][0-9]+)*(?:['’][^\W_]+)*")
_ADDS_NOTHING = frozenset("a an the and but also however meanwhile".split())
"""Words that may be left out, or stand there besides, without turning a sentence."""
_NUMBER_WORDS = {
    word: str(number)
    for number, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve".split()
    )
}
_NUMBERS_AND_DATES = frozenset(
    "thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty"
    " seventy eighty ninety hundred thousand million billion trillion dozen half double twice"
    " percent monday tuesday wednesday thursday friday saturday sunday january february march"
    " april may june july august september october november december".split()
)
_NEGATION = re.compile(
    r"\b(?:not?|never|none|nor|neither|nobody|nothing|nowhere|without|cannot)\b|n[’']t\b", re.I
)
_CLAUSE_END = re.compile(r"[,;:.]\s")
_DENIED_WORDS = 2
"""A negation is of the words next to it."""
_QUOTED = re.compile(r"[“\"]([^“”\"]+)[”\"]")
_QUESTION = re.compile(r"\?[\"”’)\s]*$")


def why_not(
    claim: str, evidence: Sequence[str], support: SupportModel | None, titles: Sequence[str] = ()
) -> list[str | None]:
    """For each text of ``evidence`` why it does not state ``claim``, one sentence; None if it does.

    ``titles`` are those of the texts' articles, which may complete a name. Without a model of
    support only a text's own words pass.
    """
    of_texts = titles or [""] * len(evidence)
    reasons = [
        _in_words(claim, text, title) for text, title in zip(evidence, of_texts, strict=True)
    ]
    asked = [place for place, reason in enumerate(reasons) if reason == _OTHER_WORDS]
    if support is not None and asked:
        verdicts = support.support(claim, [evidence[place] for place in asked])
        for place, verdict in zip(asked, verdicts, strict=True):
            if verdict.supports >= MIN_SUPPORT:
                reasons[place] = None
            elif verdict.contradicts > verdict.neither:
                reasons[place] = "it says otherwise"
    return reasons


def _in_words(claim: str, text: str, title: str) -> str | None:
    """What of ``claim`` is not exactly in ``text``; None if all of it is its own words."""
    if _QUESTION.search(claim):
        return "it is a question"
    said = _own_words(claim)
    if any(said == _own_words(text[start:end]) for start, end in [(0, None), *sentences(text)]):
        return None
    if missing := _unstated(claim, text, title):
        return f"not there: {missing}"
    there = " ".join(_words(text))
    for quoted in _QUOTED.findall(claim):
        if " ".join(_words(quoted)) not in there:
            return f"not there: “{quoted}”"
    return "it denies otherwise" if _denies_otherwise(claim, text) else _OTHER_WORDS


def _words(text: str) -> list[str]:
    """Its words in lower case, without accents, numbers in digits without commas."""
    plain = "".join(
        char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char)
    )
    words = (word.casefold().replace("’", "'") for word in _WORD.findall(plain))
    return [_NUMBER_WORDS.get(word, re.sub(r"(?<=\d),(?=\d)", "", word)) for word in words]


def _own_words(text: str) -> list[str]:
    return [word for word in _words(text) if word not in _ADDS_NOTHING]


def _unstated(claim: str, text: str, title: str) -> str | None:
    """The first number, date or name of ``claim`` that ``text`` does not have.

    Of a name in several words that ``text`` has in part the rest may be in the article's title.
    """
    exact, there, titled = set(_words(text)), set(terms(text)), set(terms(title))
    for word in _words(claim):
        is_exact = any(char.isdigit() for char in word) or word in _NUMBERS_AND_DATES
        if is_exact and word not in exact:
            return word
    for name in _names(claim):
        missing = [word for word in name if not there.issuperset(terms(word))]
        if missing and (missing == name or not titled.issuperset(terms(" ".join(missing)))):
            return missing[0]
    return None


def _names(claim: str) -> Iterator[list[str]]:
    """The words in capitals that follow each other, but for a single one that opens the claim."""
    run: list[str] = []
    words = [match.group() for match in _WORD.finditer(claim)]
    for place, word in enumerate([*words, "end"]):
        if word[0].isupper() and _words(word)[0] not in _NUMBERS_AND_DATES:
            run.append(word)
            continue
        opens_only = len(run) == place == 1 and not (len(run[0]) > 1 and run[0].isupper())
        if run and not opens_only:
            yield run
        run = []


def _denies_otherwise(claim: str, text: str) -> bool:
    """Whether the claim denies where the text does not, or says what the text denies."""
    if _NEGATION.search(claim):
        return not _NEGATION.search(text)
    said = set(terms(claim))
    return any(denied and said.issuperset(denied) for denied in _denied(text))


def _denied(text: str) -> Iterator[Sequence[str]]:
    """For each negation the first words after it, in its clause, that say something."""
    for found in _NEGATION.finditer(text):
        yield terms(_CLAUSE_END.split(text[found.end() :])[0])[:_DENIED_WORDS]
