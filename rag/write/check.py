"""Does a quote state what a model wrote? Pure.

Strict by intent: a sentence that fails is replaced by its quote, which costs the reader little; one
that passes falsely costs trust. It passes if it is a sentence of the quote, whole or shortened:
sentence compression by deletion alone (Knight and Marcu 2002), as small models write that are told
to keep to the words. What it may not do is measured in docs/experiments.md, and why a model of
entailment does not decide it.
"""

from __future__ import annotations

import re
from itertools import pairwise

from rag.text.names import folded
from rag.text.sentences import sentences

MAX_GAP_WORDS = 3
"""So many words that follow each other may be left out within a sentence; at its end any number."""
_ADDS_NOTHING = frozenset("a an the and but also however meanwhile".split())
"""Words that may be left out, or stand there besides, without turning a sentence."""
_STAYS = re.compile(
    r"not?|never|none|nor|neither|nobody|nothing|nowhere|without|cannot|.+n[’']t|[“”\"?]"
)
"""What may not be left out: what denies, and the marks of what others said."""
_WORD = re.compile(r"[^\W_]+(?:[.,:][0-9]+)*(?:['’][^\W_]+)*%?|[“”\"?]")


def is_stated(claim: str, text: str) -> bool:
    """Whether ``claim``, one sentence, is ``text`` or a sentence of it, whole or shortened."""
    said = _words(claim)
    parts = [text, *(text[start:end] for start, end in sentences(text))]
    return any(_is_shortened(said, _words(part)) for part in parts)


def _is_shortened(said: list[str], words: list[str]) -> bool:
    """Whether ``said`` is ``words`` with some left out: none at the beginning, which says who does
    it or whose words it is, none after a number, which says what it counts, and none of _STAYS."""
    if not said or said[:1] != words[:1]:
        return False
    kept = [_STAYS.fullmatch(word) is not None for word in words]
    ends = {0}  # places of ``words`` at which what was matched so far may end
    for before, word in pairwise(said):
        gap = 0 if any(map(str.isdigit, before)) else MAX_GAP_WORDS
        ends = {
            place
            for end in ends
            for place in range(end + 1, min(end + 2 + gap, len(words)))
            if words[place] == word and not any(kept[end + 1 : place])
        }
    return any(not any(kept[end + 1 :]) for end in ends)


def _words(text: str) -> list[str]:
    """Its words but for those that add nothing, and whether it asks."""
    found = (folded(word).replace(",", "") for word in _WORD.findall(text))
    return [word for word in found if word not in _ADDS_NOTHING]
