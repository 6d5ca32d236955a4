"""Patterns by which English questions open, refer back and name; pure."""

from __future__ import annotations

import re


def pattern(words: str) -> re.Pattern[str]:
    """``words`` as a regular expression that does not tell upper from lower case."""
    return re.compile(words, re.IGNORECASE)


BE = r"(?:is|are|was|were)"
AUXILIARY = (
    rf"(?:{BE}|am|do|does|did|has|have|had|can|could|will|would|should|shall|may|might|must)"
)
PREPOSITION = r"(?:in|on|at|by|for|to|from|with|of|during|under|against|since|until)"
PRONOUN = r"(?:he|she|it|they|there|we|you|i)"
ADVERB = (
    r"(?:when|where|why|how(?:\s+(?:long|often|far|soon|fast))?"
    r"|(?:what|which)\s+(?:year|month|day|date|century)"
    rf"|{PREPOSITION}\s+(?:when|whom|(?:what|which)(?:\s+\w+)?))\b"
)
NAME = r"(?>(?:the\s+)?[A-Z][\w.-]*(?:\s+(?:(?:of|and|the|de|van|von)\s+)*[A-Z][\w.-]*)*(?!['’]))"
"""A run of capitalised words, not followed by a possessive; where case is told."""

ASKING = pattern(r"\b(?:who|whom|whose|what|which|when|where|why|how)\b")
ADVERB_ALONE = pattern(ADVERB)
_DEGREE = (
    r"(?:long|often|far|soon|fast|old|big|large|tall|high|deep|wide|heavy|late|early|common|likely"
    r"|important|popular|successful|well|(?:many|much)(?:\s+[\w'’-]+){0,4}?)"
)
INVERTED = pattern(
    rf"(?:(?:{PREPOSITION}\s+)?(?:when|where|why)(?:['’]s|\s+{AUXILIARY})"
    rf"|{PREPOSITION}\s+(?:what|which|whose|whom)(?:\s+[\w'’-]+){{0,5}}?\s+{AUXILIARY}"
    rf"|how(?:\s+{_DEGREE})?\s+{AUXILIARY}|(?:who|whom|what)\s+(?:do|does|did))\s+\S"
)
"""Opens as nothing but a question does: "how long did they", "in what year was the"."""
OPEN = pattern(r"(?:(?:who|what)['’]s|who|what|which|whose|how\s+(?:many|much))\s+\w")
"""Opens as a question does, but also as a relative clause: "who signed it"."""
YES_OR_NO = pattern(rf"{AUXILIARY}\s+\w")
SURE_YES_OR_NO = re.compile(rf"(?i:{AUXILIARY}\s+{PRONOUN})\b|(?i:did|does|do)\s+[A-Z]")
"""A predicate may go on with another auxiliary: "and is the largest"."""
LEAD = pattern(
    r"(?:please\s+)?(?:(?:(?:(?:can|could|would|will|do)\s+you|are\s+you\s+able\s+to)\s+"
    r"(?:please\s+)?)?"
    r"(?:tell\s+(?:me|us)|explain|describe|say|know|find\s+out)"
    r"|i(?:['’]d|\s+would)?\s+(?:like|want|need)\s+to\s+know)\s+"
    r"(?=(?:who|what|which|when|where|why|how)\b)"
)
"""Before an indirect question: "tell me (how long they talked)"."""
