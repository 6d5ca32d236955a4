""" "Which articles mention X?": what a message names to have the articles told that hold it; pure.

English only.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from rag.question.question_words import pattern

Relation = Literal["mention", "about", "say", "by"]

_ARTICLES = r"(?:(?:news\s+)?(?:articles?|stor(?:y|ies))|news\s+items?|documents?)"
_WHICH = (
    rf"(?:(?:in\s+)?(?:which|what|how\s+many)(?:\s+of)?(?:\s+(?:the|these|your))?\s+{_ARTICLES}"
    r"(?:\s+(?:are|is)\s+there)?"
    r"|(?:list|show(?:\s+me)?|name|find|give\s+me)(?:\s+all)?(?:\s+of)?(?:\s+(?:the|your))?"
    rf"\s+{_ARTICLES})(?:\s+(?:that|which))?"
)
_ABOUT = (
    r"(?:(?:is|are|deals?|speaks?|talks?|do\s+you\s+have|have\s+you)\s+)?"
    r"(?:about|on\s+the\s+subject\s+of|dealing\s+with|deals?\s+with)"
    r"|(?:say|says)\s+(?:something|anything)\s+(?:about|on)|discuss(?:es)?|covers?"
)
# What "articles state" may be those of a law, which the reader is asked about.
_RELATIONS: tuple[tuple[Relation, str], ...] = (
    ("about", _ABOUT),
    ("say", r"(?:say|claim|report|write)s?(?:\s+that)?"),
    ("mention", r"(?:(?:all|also|ever)\s+)?(?:mention(?:s|ing)?|refers?\s+to|names?|cites?)"),
)
_NOT_NAMED = (
    r"(?!(?:it|this|that|these|those|them|him|her|he|she|they|so|not|most|more|less|only|who|whom"
    r"|whose|what|which|when|where|why|how|whether|if|something|anything|nothing)\b)"
    r"(?!.*\b(?:or|without|but)\b|.*\band\s+(?:who|whose|what|which|when|where|why|how)\b)"
)
"""What needs the turns before it or is asked besides is better read as a plain question."""
_ASKED = [
    (relation, pattern(rf"{_WHICH}\s+(?:{words})\s+{_NOT_NAMED}(?P<subject>\w.*|[\"“].*)"))
    for relation, words in _RELATIONS
]
_AUTHOR = rf"{_NOT_NAMED}(?P<subject>[^\W\d_][\w.'’-]*(?:\s+[^\W\d_][\w.'’-]*){{0,4}}?)"
_BY = pattern(
    rf"{_WHICH}\s+(?:(?:(?:is|are|was|were)\s+)?(?:(?:written|authored)\s+)?by\s+{_AUTHOR}"
    rf"|(?:did|has|have)\s+{_AUTHOR.replace('subject', 'writer')}\s+(?:write|written|authored?))"
    r"[\s.?!]*"
)
_MARKS = " .?!\"“”„'’"


class ArticlesAsked(NamedTuple):
    """The articles are asked for that stand in this relation to the subject."""

    relation: Relation
    subject: str


def articles_asked(request: str) -> ArticlesAsked | None:
    """What "which articles mention ..." and the like name; None where nothing of the kind is asked.

    ``request`` is without courtesy. One article that is asked for by what it says is asked for too.
    """
    for relation, asked in _ASKED:
        if match := asked.fullmatch(request):
            subject = re.sub(r"\s+", " ", match["subject"]).strip(_MARKS)
            return ArticlesAsked(relation, subject) if subject else None
    if match := _BY.fullmatch(request):
        author = " ".join((match["subject"] or match["writer"]).split())
        return ArticlesAsked("by", author.strip(_MARKS))
    return None
