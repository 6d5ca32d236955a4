"""How what a word stands for stands to the rest: "because of", "except", "until"; pure."""

from __future__ import annotations

import re

from rag.write.pieces import TextInPieces

_GRAMMAR = (
    r"(?:(?:an?|the|this|that|these|those|his|her|its|their|he|she|it|they|was|were|is|are|be|been"
    r"|being|had|has|have|in|on|at|of|to|for|from|by|with|about|around|then|as)\s+)*"
)
_RELATIONS = {
    name: re.compile(rf"\b(?:{words})\s+{_GRAMMAR}$", re.IGNORECASE)
    for name, words in {
        "because": r"because(?:\s+of)?|due\s+to|owing\s+to|thanks\s+to|as\s+a\s+result\s+of"
        r"|so\s+that|therefore|in\s+order\s+to",
        "before": r"before|prior\s+to|ahead\s+of",
        "after": r"after|following",
        "until": r"until|till",
        "since": r"since",
        "including": r"including|includ(?:e[sd]?|ed)|such\s+as|among\s+(?:them|which|these)",
        "except": r"except(?:\s+for)?|excluding|apart\s+from|aside\s+from|other\s+than|but\s+not",
        "besides": r"alongside|along\s+with|together\s+with|as\s+well\s+as|in\s+addition\s+to"
        r"|besides",
        "instead": r"instead\s+of|rather\s+than|in\s+place\s+of",
        "exchange": r"in\s+(?:exchange|return)\s+for",
        "than": r"than",
        "unlike": r"unlike",
        "like": r"like",
        "despite": r"despite|in\s+spite\s+of",
        "without": r"without",
        "if": r"if|unless",
    }.items()
}
_BINDING = frozenset("except instead than unlike without".split())
"""What stands in such a relation is not said by itself."""
_OF_FACTS = frozenset("before after until since despite".split())
"""A date, name or number that loses such a word is another one."""


def is_relation(word: str) -> bool:
    """Whether ``word`` only says how others stand to each other."""
    return any(words.search(word + " ") for words in _RELATIONS.values())


def same_relation(said: TextInPieces, index: int, there: TextInPieces, at: int) -> bool:
    """Whether a piece of the claim stands in the relation in which its like stands ``there``."""
    claimed, stated = _relation(said.before(index)), _relation(there.before(at))
    if claimed == stated:
        return True
    is_fact = said.pieces[index].kind != "word"
    return not claimed and stated not in _BINDING and not (is_fact and stated in _OF_FACTS)


def _relation(before: str) -> str:
    """How what follows ``before`` is said to stand to what went before; empty for most."""
    return next((name for name, words in _RELATIONS.items() if words.search(before)), "")
