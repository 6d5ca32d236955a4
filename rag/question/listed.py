""" "The second one": which item of the last answer a question points at; pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.question.mentions import ORDINALS

_POINTS_AT = re.compile(
    rf"\bthe\s+(?P<ordinal>{'|'.join(ORDINALS)}|former|latter)"
    r"(?=\s+(?:ones?|thing|item|point|of\s+(?:them|these|those))\b|\W*$)",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"(?:(?<=\s)|^)(?:\(?\d{1,2}[.)]|[-*•])\s+(?=\S)")
_MARKER = re.compile(r"\s*\[\d+\]\s*")
_QUOTATION_MARKS = re.compile(r"[\"“”„«»]")
_WORDS = r"\w[\w'’.&-]*(?: \w[\w'’.&-]*){0,5}?"
_SERIES = re.compile(rf"(?:{_WORDS}, )+(?:{_WORDS},? )?(?:and|or) {_WORDS}(?=[.,;:!?)]|$)")
_PAIR = re.compile(
    r"(?P<one>[A-Z][\w'’.&-]*(?: [A-Z][\w'’.&-]*)*),? (?:and|or)"
    r" (?P<other>[A-Z][\w'’.&-]*(?: [A-Z][\w'’.&-]*)*)"
)
_LEAD = re.compile(r"^.*\b(?:are|were|is|was|include[sd]?|including|named|by)\s+(?=\S)")
"""What a sentence says before it lists."""
_BETWEEN = re.compile(r",? (?:and|or) |, ")
_ITEM_CHARS = 100


def listed_item(question: str, turns: Sequence[tuple[str, str]]) -> str | None:
    """The item that ``question`` points at by its number in the last answer; None if it does not.

    Items are numbered or marked lines, else names in a row ("A, B and C"), else quotes.
    """
    pointed = _POINTS_AT.search(question)
    answer = next((text for role, text in reversed(turns) if role != "user"), None)
    if pointed is None or answer is None:
        return None
    items = _items(answer)
    place = {"former": 1, "latter": 2, **ORDINALS}[pointed["ordinal"].lower()]
    index = place - 1
    return items[index] if len(items) > max(1, index) else None


def _items(answer: str) -> list[str]:
    numbered = [_plain(part) for part in _NUMBERED.split(answer)[1:]]
    if len(numbered) > 1:
        return numbered
    text = _QUOTATION_MARKS.sub("", _MARKER.sub(" ", answer))
    if series := _SERIES.search(text):
        return [_plain(_LEAD.sub("", part)) for part in _BETWEEN.split(series.group())]
    if pair := _PAIR.search(text):
        return [_plain(pair["one"]), _plain(pair["other"])]
    return [_plain(part) for part in _MARKER.split(answer) if _plain(part)]


def _plain(item: str) -> str:
    """Without markers and marks, and cut at the end of a word."""
    bare = " ".join(_QUOTATION_MARKS.sub("", _MARKER.sub(" ", item)).split()).rstrip(".,;")
    return bare if len(bare) <= _ITEM_CHARS else bare[:_ITEM_CHARS].rpartition(" ")[0]
