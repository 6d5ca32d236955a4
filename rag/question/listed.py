""" "The second one", "the other": which item of the last answer a question points at; pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.question.list_question import asks_for_list
from rag.question.mentions import PLACES
from rag.types import Span

ORDINAL = rf"(?:{'|'.join(PLACES)}|former|latter)"
"""The words that point at one of several; a pattern."""
_POINTS_AT = re.compile(
    rf"\bthe\s+(?P<ordinal>{ORDINAL})"
    r"(?=\s+(?:ones?|thing|item|point|of\s+(?:them|these|those))\b|\W*$)"
    rf"|\bthe\s+(?P<of_articles>{ORDINAL})\s+(?:article|story|report|text)\W*$"
    r"|\bnumber\s+(?P<number>[1-9]\d?)\W*$"
    r"|\bthe\s+(?P<other>other)(?:\s+(?:one|article|story))?\W*$",
    re.IGNORECASE,
)
_ONE = re.compile(r"\s+(?:ones?|of\s+(?:them|these|those))\b", re.IGNORECASE)
_WHO = re.compile(r"\W*(?:(?:and|but|so)\s+)?(?:who|whom|by\s+whom)\b", re.IGNORECASE)
_NUMBERED = re.compile(r"(?:(?<=\s)|^)(?:\(?\d{1,2}[.)]|[-*•])\s+(?=\S)")
_MARKER = re.compile(r"\s*\[\d+\]\s*")
_QUOTATION_MARKS = re.compile(r"[\"“”„«»]")
_QUOTE = re.compile(r"“([^“”]+)”")
_WORDS = r"\w[\w'’.&-]*(?: \w[\w'’.&-]*){0,5}?"
_SERIES = re.compile(rf"(?:{_WORDS}, )+(?:{_WORDS},? )?(?:and|or) {_WORDS}(?=[.,;:!?)]|$)")
_NAME = re.compile(r"[A-Z][\w'’.&-]*(?: [A-Z][\w'’.&-]*)*")
_ENDS_WITH_NAME = re.compile(rf"(?:^| )(?!the )[a-z][\w'’-]* (?P<name>{_NAME.pattern})$")
_OPENS_WITH_NAME = re.compile(rf"^(?P<name>{_NAME.pattern}) (?!of |de )[a-z]")
"""What a row stands in: "The prize went to Anna Berg", "and Lise Dahl were there"."""
_PAIR = re.compile(
    r"(?P<one>[A-Z][\w'’.&-]*(?: [A-Z][\w'’.&-]*)*),? (?:and|or)"
    r" (?P<other>[A-Z][\w'’.&-]*(?: [A-Z][\w'’.&-]*)*)"
)
_LEAD = re.compile(r"^.*\b(?:are|were|is|was|include[sd]?|including|named|by)\s+(?=\S)")
"""What a sentence says before it lists."""
_BETWEEN = re.compile(r",? (?:and|or) |, ")
_ITEM_CHARS = 100


def place_pointed_at(
    question: str, turns: Sequence[tuple[str, str]], item_count: int
) -> int | None:
    """The place, from 0, of the item of the last answer that ``question`` points at.

    None if it points at none. "The other" is the one of two that was not pointed at before, or
    the second.
    """
    pointed = _POINTS_AT.search(question)
    if pointed is None:
        return None
    if pointed["other"]:
        asked = next((text for role, text in reversed(turns) if role == "user"), "")
        before = _POINTS_AT.search(asked)
        is_second = bool(before) and place_pointed_at(asked, (), item_count) == 1
        return (0 if is_second else 1) if item_count == 2 else None
    if pointed["number"]:
        place = int(pointed["number"])
    else:
        ordinal = (pointed["ordinal"] or pointed["of_articles"]).lower()
        place = {"former": 1, "latter": 2, **PLACES}[ordinal]
    return place - 1 if place else item_count - 1


def pointing_words(question: str) -> Span | None:
    """Where ``question`` says "the second one" or the like."""
    pointed = _POINTS_AT.search(question)
    if pointed is None:
        return None
    end = _ONE.match(question, pointed.end())
    return Span(pointed.start(), end.end() if end else pointed.end())


def answer_pointed_into(turns: Sequence[tuple[str, str]]) -> tuple[str, str]:
    """The last question and answer, without those that point at an item themselves.

    "And the third?" means the list that "the second one" meant. Empty texts where there is none.
    """
    answer = ""
    for role, text in reversed(turns):
        if role != "user":
            answer = answer or text
        elif answer:
            if not _POINTS_AT.search(text):
                return text, answer
            answer = ""
    return "", answer


def listed_item(question: str, turns: Sequence[tuple[str, str]]) -> str | None:
    """The item that ``question`` points at in the last answer; None if it points at none.

    Items are numbered or marked lines, else names in a row ("A, B and C"), else quotes. A question
    for a list, or who did something, means the names in a row of the first quote, if it has such.
    """
    items = _listed(turns)
    place = place_pointed_at(question, turns, len(items))
    return items[place] if place is not None and len(items) > max(1, place) else None


def other_names(item: str, turns: Sequence[tuple[str, str]]) -> list[str]:
    """The names beside ``item`` in the last answer; empty where it does not list names."""
    items = _listed(turns)
    are_names = item in items and all(_NAME.fullmatch(each) for each in items)
    return [each for each in items if each != item] if are_names else []


def _listed(turns: Sequence[tuple[str, str]]) -> list[str]:
    asked, answer = answer_pointed_into(turns)
    return (_named_in_row(answer) if _asks_for_names(asked) else []) or _items(answer)


def points_at_name(turns: Sequence[tuple[str, str]]) -> bool:
    """Whether "the second one" is a name in a row that the last answer gives, not an article."""
    asked, answer = answer_pointed_into(turns)
    return _asks_for_names(asked) and bool(_named_in_row(answer))


def _asks_for_names(question: str) -> bool:
    return asks_for_list(question) or _WHO.match(question) is not None


def _named_in_row(answer: str) -> list[str]:
    """The names in a row of the first quote; empty where it has none."""
    quote = _QUOTE.search(answer)
    return _row(quote[1]) if quote else []


def _items(answer: str) -> list[str]:
    numbered = [_plain(_quote_of(part)) for part in _NUMBERED.split(answer)[1:]]
    if len(numbered) > 1:
        return numbered
    text = _QUOTATION_MARKS.sub("", _MARKER.sub(" ", answer))
    return _row(text) or [_plain(part) for part in _MARKER.split(answer) if _plain(part)]


def _row(text: str) -> list[str]:
    if series := _SERIES.search(text):
        items = [_plain(_LEAD.sub("", part)) for part in _BETWEEN.split(series.group())]
        for place, end in ((0, _ENDS_WITH_NAME), (-1, _OPENS_WITH_NAME)):
            if name := end.search(items[place]):
                items[place] = name["name"]
        named = [item for item in items if _NAME.fullmatch(item)]
        return named if len(named) > 1 else items  # "two rivals, Alna Line and Leira Line"
    if pair := _PAIR.search(text):
        return [_plain(pair["one"]), _plain(pair["other"])]
    return []


def _quote_of(line: str) -> str:
    """What the line quotes, without title and date; the line itself, if it quotes nothing."""
    quote = _QUOTE.search(line)
    return quote[1] if quote else line


def _plain(item: str) -> str:
    """Without markers and marks, and cut at the end of a word."""
    bare = " ".join(_QUOTATION_MARKS.sub("", _MARKER.sub(" ", item)).split()).rstrip(".,;")
    return bare if len(bare) <= _ITEM_CHARS else bare[:_ITEM_CHARS].rpartition(" ")[0]
