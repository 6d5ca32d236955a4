"""The whole list around the words that a reader marked; pure.

A reader marks a few words, often one item of an enumeration. Where the enumeration around them can
be told surely, its items are found; otherwise nothing is, and the reader's words stay the answer.
English only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from rag.question.list_question import asked_count, asks_for_list
from rag.question.question_words import AUXILIARY, pattern
from rag.text.sentences import sentences
from rag.types import Span

_LISTED_LINE = re.compile(
    r"^[^\S\n]*(?:[-*•+‣◦–]|\(?(?:\d{1,2}|[a-z])[.)])[^\S\n]+(\S[^\n]*?)[\s;,.]*$", re.MULTILINE
)
_NUMBER_IN_LINE = re.compile(r"(?:(?<=\s)|^)\(?(\d{1,2}|[a-z])\)\s+")
_AFTER_ITEM = re.compile(r"[\s,;.]*(?:\s(?:and|or))?[\s,;.]*$")

_JOINT = re.compile(
    r"\s*[,;]\s+(?:(?:and|or|as\s+well\s+as)\s+)?|\s+(?:and|or|&|as\s+well\s+as)\s+"
)
_LAST_JOINT = re.compile(r"\b(?:and|or|as\s+well\s+as)\b|&")
_APART = re.compile(r"\"[^\"]*\"|“[^”]*”|\([^()]*\)|\[[^\[\]]*\]")
"""Quoted and bracketed words, whose commas part nothing."""
_DAY_BEFORE_YEAR = re.compile(r"[A-Z][a-z]{2,8}\.?\s+\d{1,2}$")

_MOST_WORDS = 6
_MOST_WORDS_AT_START = 2
"""A list may open its sentence; more words than these before a comma are likely to be a clause."""
_CLAUSE = pattern(
    rf"\b(?:{AUXILIARY}|who|whom|which|that|where|when|while|because|but|if|said|says|he|she|they|it|we|you"
    r"|me|us|him|them|including|such|especially|however|not|just|also|then|so)\b"
    r"|^(?:in|on|at|to|with|from|by|for|among|like|as)\b"
)
"""A segment with such a word is more than an item."""
_INTRODUCES = pattern(
    r"(?:in|on|at|after|before|during|since|by|from|for|with|when|while|as|although|because|if"
    r"|until|under|despite|throughout|following|along|besides|according)\b"
)
_TRIGGER = pattern(
    rf"(?:\b(?:{AUXILIARY}|being|be|include|includes|included|including|like|as|of|on|in|at|by|to"
    r"|from|with|for|between|among|into|through|about|over|under|against|via)|[:—–])\s+"
)
"""A list may begin right after it."""
_STOP = pattern(
    rf"\s*[:—–(\[]|\s+(?:{AUXILIARY}|in|on|at|by|to|from|with|for|between|among|into|through|about"
    r"|over|under|against|as|during|after|before|since|until|who|whom|which|that|where|when|while"
    r"|because|but|if|respectively)\b"
)
_DOING = pattern(r"\w+ing\b")
_DETERMINER = pattern(r"(?:the|an?|his|her|its|their|both|either)\s+")

_NAME_WORD = (
    r"(?!(?:Between|Among|Both|Either|Neither|Yesterday|Today|Later|Then|Also|Only)\b)"
    r"[A-Z](?:[\w'’-]|\.(?=\s?\w))*"
)
_NAME = (
    rf"(?:[Tt]he\s+)?{_NAME_WORD}"
    rf"(?:\s+(?:(?:of|the|de|der|van|von|bin|la|le|du|da)\s+){{0,2}}{_NAME_WORD})*"
)
_SHAPES = (_NAME, r"[$€£]?\d(?:[\d,.]*\d)?%?", r"\S.*")
"""What the items of one list are alike in: names, numbers, else other words."""


def list_items(question: str, quote_text: str, words: str) -> tuple[Span, ...]:
    """The items of the enumeration in ``quote_text`` of which ``words`` are a part.

    Offsets count characters of ``quote_text``. Empty where there is no enumeration around
    ``words``, where its ends cannot be told surely, or where it stands in the question itself or
    has another count of items than asked for. ``words`` that hold an "and" are the whole list.
    """
    words = words.strip()
    start = quote_text.find(words)
    if not words or start < 0:
        return ()
    marked = Span(start, start + len(words))
    for items in _enumerations(quote_text, marked):
        texts = [quote_text[first:last] for first, last in items]
        is_whole = len(items) > 1 and all(text and text == text.strip() for text in texts)
        if is_whole and items[0].start < marked.end and marked.start < items[-1].end:
            known = all(text.lower() in question.lower() for text in texts)
            counted = asked_count(question) in (None, len(items))
            return tuple(items) if counted and not known else ()
    return ()


def list_short(question: str, quote_text: str, words: str) -> Span | None:
    """Where the whole list that answers stands in ``quote_text``; None where none is asked for."""
    items = list_items(question, quote_text, words) if asks_for_list(question) else ()
    return Span(items[0].start, items[-1].end) if items else None


def _enumerations(text: str, marked: Span) -> Iterator[Sequence[Span]]:
    lines = [Span(*line.span(1)) for line in _LISTED_LINE.finditer(text)]
    if len(lines) > 1:
        yield lines
    for start, end in sentences(text):
        if start < marked.end and marked.start < end:
            yield _numbered(text, start, end)
            joints = _joints(text, start, end)
            inside = [j for j in joints if marked.start < j.start() and j.end() < marked.end]
            if any(_LAST_JOINT.search(joint.group()) for joint in inside):
                yield _between(inside, marked)
                return
            for place, joint in enumerate(joints):
                if _LAST_JOINT.search(joint.group()):
                    yield _joined(text, joints[: place + 1], Span(start, end), marked)


def _between(joints: Sequence[re.Match[str]], whole: Span) -> list[Span]:
    starts = [whole.start, *(joint.end() for joint in joints)]
    ends = [*(joint.start() for joint in joints), whole.end]
    return [Span(start, end) for start, end in zip(starts, ends, strict=True)]


def _numbered(text: str, start: int, end: int) -> list[Span]:
    """The items of "(1) oil, (2) gas and (3) coal"."""
    marks = list(_NUMBER_IN_LINE.finditer(text, start, end))
    numbers = [mark[1] for mark in marks]
    if len(marks) < 2 or numbers not in (
        [str(number) for number in range(1, len(marks) + 1)],
        [chr(ord("a") + number) for number in range(len(marks))],
    ):
        return []
    ends = [*(mark.start() for mark in marks[1:]), end]
    return [
        Span(mark.end(), _AFTER_ITEM.search(text, mark.end(), stop).start())  # type: ignore[union-attr]
        for mark, stop in zip(marks, ends, strict=True)
    ]


def _joints(text: str, start: int, end: int) -> list[re.Match[str]]:
    """The commas and conjunctions of a sentence; its semicolons alone where it has several."""
    masked = text[:start] + _APART.sub(lambda apart: "_" * len(apart.group()), text[start:end])
    found = [
        joint
        for joint in _JOINT.finditer(masked, start)
        if not (
            _DAY_BEFORE_YEAR.search(text[start : joint.start()]) and text[joint.end()].isdigit()
        )
    ]
    semicolons = [joint for joint in found if ";" in joint.group()]
    return semicolons if len(semicolons) > 1 else found


def _joined(text: str, joints: Sequence[re.Match[str]], sentence: Span, marked: Span) -> list[Span]:
    """The items before and after the last of ``joints``; empty where they cannot be told."""
    inner: list[Span] = []
    for before, after in reversed(list(pairwise(joints))):
        segment = Span(before.end(), after.start())
        if _LAST_JOINT.search(before.group()) or not _is_item(text[segment.start : segment.end]):
            break
        inner.insert(0, segment)
    place = len(joints) - 1 - len(inner)
    head = Span(joints[place - 1].end() if place else sentence.start, joints[place].start())
    tail = Span(joints[-1].end(), sentence.end)
    shapes = {_shape(text, item.start) for item in (*inner, tail)}
    if len(shapes) > 1:
        return []
    shape = shapes.pop()
    most_words = max((_word_count(text[start:end]) for start, end in inner), default=0)
    last = _last_item(text, tail, shape, most_words + 1 if inner else 0, marked)
    if head.start == sentence.start and _INTRODUCES.match(text, *head) and inner:
        first: list[Span] | None = (
            [] if marked.start >= head.end else None
        )  # "In Baghdad, Tom, Ann and Lee ..."
    else:
        first = _first_item(text, head, shape, most_words, marked)
    if first is None or not last:
        return []
    items = [*first, *inner, *last]
    if shape < len(_SHAPES) - 1:
        return items
    doing = {_DOING.match(text, item.start) is not None for item in items}
    return items if len(doing) == 1 and _aligned(text, items, marked) else []


def _aligned(text: str, items: Sequence[Span], marked: Span) -> bool:
    """Whether ``marked`` begins where an item does, and ends where one does."""
    determiner = _DETERMINER.match(text, *marked)
    starts = {determiner.end() if determiner else marked.start, marked.start}
    item_starts = {item.start for item in items}
    item_starts |= {m.end() for item in items if (m := _DETERMINER.match(text, *item))}
    return not starts.isdisjoint(item_starts) and marked.end in {item.end for item in items}


def _first_item(
    text: str, head: Span, shape: int, most_words: int, marked: Span
) -> list[Span] | None:
    """The item at the end of ``head``; None where its beginning cannot be told."""
    reaches_joint = head.start <= marked.start < head.end <= marked.end
    start = marked.start if reaches_joint else head.end
    if shape < len(_SHAPES) - 1:
        found = re.search(rf"(?<![\w.,$€£])(?:{_SHAPES[shape]})$", text[head.start : head.end])
        start = min(start, head.start + found.start()) if found else head.end
    elif start == head.end:
        begins = max((m.end() for m in _TRIGGER.finditer(text, *head)), default=None)
        if begins is None and _word_count(text[head.start : head.end]) > _MOST_WORDS_AT_START:
            return None
        begins = head.start if begins is None else begins
        determiner = _DETERMINER.match(text, begins, head.end)
        start = determiner.end() if determiner else begins
        chunk = text[start : head.end]
        if _word_count(chunk) > most_words or _CLAUSE.search(chunk):
            return None
    return (
        [Span(start, head.end)] if start < head.end and _is_short(text[start : head.end]) else None
    )


def _last_item(text: str, tail: Span, shape: int, most_words: int, marked: Span) -> list[Span]:
    """The item at the beginning of ``tail``; empty where its end cannot be told."""
    found = re.compile(_SHAPES[shape]).match(text, *tail)
    end = found.end() if found else tail.start
    if tail.start < marked.end <= tail.end and marked.start < tail.start + 1 < marked.end:
        end = marked.end
    elif shape == len(_SHAPES) - 1:
        stop = _STOP.search(text, *tail)
        end = stop.start() if stop else tail.end
        end -= len(text[tail.start : end]) - len(text[tail.start : end].rstrip(' .,;!?"”'))
        if _word_count(text[tail.start : end]) > most_words:
            return []
    return [Span(tail.start, end)] if end > tail.start and _is_short(text[tail.start : end]) else []


def _shape(text: str, start: int) -> int:
    matches = (re.compile(shape).match(text, start) for shape in _SHAPES)
    return next((place for place, match in enumerate(matches) if match), len(_SHAPES) - 1)


def _is_item(text: str) -> bool:
    return _is_short(text) and _CLAUSE.search(text) is None


def _is_short(text: str) -> bool:
    return 0 < _word_count(text) <= _MOST_WORDS


def _word_count(text: str) -> int:
    return len(text.split())
