"""One question to the questions that it asks; pure. English only.

A question is taken apart only where its words leave no doubt: a wrong split harms, a missed one
does not. What a later part leaves unsaid it takes from the first, as a follow-up does.
"""

from __future__ import annotations

import re

from rag.text.sentences import sentences

MAX_PARTS = 4
"""What a question asks beyond these is left out."""

_AUXILIARY = (
    r"(?:is|are|was|were|am|do|does|did|has|have|had|can|could|will|would|should|may|might|must)"
)
_ADVERB = (
    r"(?:(?:when|where|why|how(?:\s+(?:long|often|far|soon|fast|much|many|old))?"
    r"|(?:in|on|at|since|by)\s+(?:what|which|when)(?:\s+\w+)?)\b)"
)
_ASKS = re.compile(
    r"\b(?:who|whom|whose|what|which|when|where|why|how)(?:['’]?s)?\b", re.IGNORECASE
)
_OPENS = re.compile(
    rf"\W*(?:(?:and|but|so|also|then)\s+)*(?:(?:tell me|explain|say)\s+)?"
    rf"(?:{_ASKS.pattern}|{_ADVERB}|{_AUXILIARY}\s)",
    re.IGNORECASE,
)
_JOINT = re.compile(
    r"\s*[,;]\s*(?:and\s+(?:also\s+)?)?(?=(?:how|when|where|why|(?:in|on|at|since)\s+(?:what|which|when))\b)"
    r"|\s*[,;]\s*(?=what(?:['’]?s)?\s+(?!is\s+more\b))"
    r"|\s*[,;]?\s+and\s+(?:also\s+)?(?=(?:who|whom|whose|what|which|how|when|where|why)\b)"
    r"|\s*[,;]?\s+and\s+(?:also\s+)?(?=(?:in|on|at|by|since)\s+(?:what|which|when|whose)\b)"
    rf"|\s*[,;]\s*and\s+(?={_AUXILIARY}\s+(?:it|he|she|they|the)\b)",
    re.IGNORECASE,
)
_BARE = re.compile(rf"{_ADVERB}", re.IGNORECASE)
_PAIR = re.compile(r"\b(?:between|both)\b(?!.*\sand\s)", re.IGNORECASE)
"""What comes after "and" belongs to it: "between 1066 and when"."""
_QUOTED = re.compile(r"\"[^\"]*\"|“[^”]*”|\([^()]*\)")


def parts(question: str) -> tuple[str, ...]:
    """The questions that ``question`` asks, in order, at most four; ``(question,)`` where it is
    one. The later ones may lean on the first."""
    asked = [
        piece
        for start, end in sentences(question)
        for sentence in re.split(r"(?<=\?)\s+", question[start:end])
        for piece in _pieces(sentence)
    ]
    asked = [piece for piece in asked if _OPENS.match(piece)]
    return tuple(asked[:MAX_PARTS]) if len(asked) > 1 else (question,)


def _pieces(sentence: str) -> list[str]:
    """``sentence`` cut where another question begins."""
    masked = _QUOTED.sub(lambda quoted: "_" * len(quoted.group()), sentence)
    cuts, begins = [0], []
    for joint in _JOINT.finditer(masked):
        left = masked[cuts[-1] : joint.start()]
        if _OPENS.match(left) and len(_ASKS.findall(left)) <= 1 and not _PAIR.search(left):
            begins.append(joint.start())
            cuts.append(joint.end())
    pieces = [
        sentence[start:end] for start, end in zip(cuts, [*begins, len(sentence)], strict=True)
    ]
    if len(pieces) > 1 and _BARE.fullmatch(pieces[0].strip()):  # "when and where was he born"
        rest = _BARE.sub("", pieces[1], count=1)
        pieces[0] += rest
    end = "?" if sentence.rstrip().endswith("?") else ""
    return [piece.rstrip(" ?") + end for piece in pieces] if len(pieces) > 1 else pieces
