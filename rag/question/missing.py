"""The sentence that says which part of a question the articles leave open; pure.

A question becomes an indirect one ("The articles do not say when the bridge was built.") only where
moving one auxiliary surely does it; else it is quoted as it was asked.
"""

from __future__ import annotations

import re

from rag.question.question_words import AUXILIARY, BE, LEAD, NAME, PRONOUN
from rag.question.unsaid import wording

_PARTICIPLE = (
    r"(?:\w{2,}ed|born|built|made|written|sold|held|found|taken|given|chosen|known|seen|shot|won"
    r"|lost|paid|sent|drawn|driven|beaten|broken|stolen|sunk|taught|told)"
)
_AFTER_PARTICIPLE = (
    r"(?=\s*$|\s+(?:in|on|at|by|for|to|from|with|of|as|into|during|after|before|under|against"
    r"|again|first|last)\b)"
)
_QUESTION_WORDS = r"(?:(?:in|on|at|by|for|to|from|with)\s+)?(?:when|where|why|who|whom|what|how)"
_MEASURE_WORDS = r"|how\s+(?:long|often|far|old|tall|high|large|big|deep)"
_SUBJECT = rf"(?:(?i:{PRONOUN})\b|(?i:the|his|her|its|their)\s+[a-z]+|{NAME})"

_ASKED = rf"((?i:{_QUESTION_WORDS}{_MEASURE_WORDS}))\s+"
_PASSIVE = re.compile(
    rf"((?i:when|where|why))\s+((?i:{BE}))\s+({_SUBJECT})\s+"
    rf"({_PARTICIPLE}{_AFTER_PARTICIPLE}(?!.*\s{_PARTICIPLE}$).*)"
)
_OF_A_PRONOUN = re.compile(
    rf"{_ASKED}((?i:{BE}|can|could|will|would|should|must))\s+((?i:{PRONOUN})\b)(.*)"
)
_OF_A_NAME = re.compile(rf"{_ASKED}((?i:{BE}))\s+({NAME})()")
_WHO_DID = re.compile(
    rf"(?i:who(?:se)?|what|which|how\s+(?:many|much))\s+(?!(?i:about|come|if|a|an|the|else)\b)"
    rf"(?!.*\b(?i:{AUXILIARY})\b)\w.*"
)
_WHO_WAS_DONE = re.compile(
    rf"(?i:who|what|(?:which|how\s+(?:many|much))\s+[a-z]+)\s+(?i:{BE})\s+{_PARTICIPLE}{_AFTER_PARTICIPLE}.*"
)
_ALONE = re.compile(rf"(?i:{_QUESTION_WORDS}{_MEASURE_WORDS})")


def missing_sentence(part: str) -> str:
    """ "The articles do not say who met in Baghdad." for "Who met in Baghdad?" """
    shown = wording(part).strip()
    if indirect := _indirect(shown.rstrip(" ?.!")):
        return f"The articles do not say {indirect[0].lower()}{indirect[1:]}."
    return f"The articles do not answer “{shown}”."


def _indirect(question: str) -> str | None:
    """The indirect question in ``question``, which has no end mark; None if that is not sure."""
    if lead := LEAD.match(question):
        return question[lead.end() :]
    if "?" in question or "\n" in question:
        return None
    if any(form.fullmatch(question) for form in (_WHO_DID, _WHO_WAS_DONE, _ALONE)):
        return question
    if passive := _PASSIVE.fullmatch(question):
        asked, be, subject, done = passive.groups()
        return f"{asked} {subject} {be} {done}"
    if inverted := _OF_A_PRONOUN.fullmatch(question) or _OF_A_NAME.fullmatch(question):
        asked, auxiliary, subject, rest = inverted.groups()
        return f"{asked} {subject} {auxiliary}{rest}"
    return None
