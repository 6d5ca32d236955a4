"""What kind of answer a question wants, by its words; pure. English only.

A stand-in, by a few patterns, for the classifier that is learned from examples.
"""

from __future__ import annotations

import re

from rag.types import Kind

_ARTICLES = r"(?:articles?|stories|story|pieces?|reports?|documents?|texts?|headlines)"
_KINDS: tuple[tuple[Kind, str], ...] = (
    (
        "small talk",
        r"^\W*(?:hi+|hello|hey|thanks?|thank you|cheers|bye|goodbye|good (?:morning|day|night)"
        r"|how are you)\b[\w\s,]{0,25}\W*$",
    ),
    (
        "about Footnote",
        r"\b(?:who|what) (?:are|made) you\b|\bwhat (?:can|do) (?:you|i) (?:do|ask)\b|^\W*help\W*$"
        r"|\bhow (?:sure|certain) are you\b|\bhow do you work\b"
        r"|\byour (?:name|rules|instructions|(?:system )?prompt)\W*$",
    ),
    (
        "for and against",
        r"\bfor and\b.{0,12}\bagainst\b|\bpros and cons\b|\barguments? (?:for|against)\b",
    ),
    (
        "timeline",
        r"\btime ?line\b|\bchronolog|\bsequence of events\b|\bin (?:the )?order\b|\bwith dates\b",
    ),
    (
        "compare",
        r"\bcompar(?:e|ison)\b|\bdifferences? between\b|\bvs\b|\bversus\b|\bdiffer from\b",
    ),
    (
        "topics",
        r"\b(?:topics|subjects|themes)\b|\bwhat(?:['’]?s| is| are)? (?:in )?"
        r"(?:this|the|these|your) (?:folder|library|collection|archive|articles|stories)\b.{0,20}$"
        r"|\bwhat do you know\W*$|^\W*(?:an )?overview\W*$|\b(?:of|in) (?:this|the) folder\b",
    ),
    (
        "articles",
        rf"^\W*(?:in )?(?:which|what|how many|list|show|find|name)\b[\w\s]{{0,20}}\b{_ARTICLES}\b"
        r"|\bnews (?:of|from|in|on)\b",
    ),
    (
        "about an article",
        rf"\b(?:title|headline|author|byline|publication date)\b|\bwho wrote (?:it|th)\b"
        rf"|\bwho wrote\b.*\b{_ARTICLES}\b|\bwhen (?:was|were|did)\b.*\b(?:published|come out)\b"
        rf"|\bwhen was\b.*\b{_ARTICLES}\b.*\bwritten\b",
    ),
    (
        "summary",
        r"\bsumm?[ae]r(?:y|ies|i[sz]e)|\bsum up\b|\b(?:overview|gist|recap|outline|tl;?dr)\b"
        r"|\b(?:main|key) points\b|\bin (?:\d|a few|two|three|four|five) (?:lines|sentences)\b"
        rf"|\bwhat(?:['’]?s| is| does) (?:it|(?:this|that|the) (?:\w+ )?{_ARTICLES}) (?:say|about)"
        rf"|\btell me (?:more )?about (?:it|(?:this|that|the) (?:\w+ )?{_ARTICLES})\b",
    ),
    (
        "list",
        r"^\W*(?:list|enumerate|name (?:all|the|some))\b|^\W*who else\b|^\W*who (?:are|were) the\b"
        r"|^\W*(?:which|what)\s+(?:\w+\s+){0,2}?(?!was\b|is\b|does\b|has\b)\w{3,}(?<![sui])s"
        r"\s+(?:are|were|have|had|did|do|can|will|in|of|from|that|who|want)\b",
    ),
)
_PATTERNS = tuple((kind, re.compile(words, re.IGNORECASE)) for kind, words in _KINDS)


def kind_of(question: str) -> Kind:
    """The first kind of which ``question`` has the words; "lookup" where it has none."""
    return next((kind for kind, words in _PATTERNS if words.search(question)), "lookup")
