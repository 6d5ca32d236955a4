"""What a conversation has spoken of: names and content words, and where each was said; pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.text.numbers import ORDINALS
from rag.text.words import terms
from rag.types import Span

WORD = re.compile(r"(?:[A-Z]\.){2,}|\w+(?:(?:['’](?!s\b)|[.&-])\w+)*")
"""With the points of initials, without the "'s" of an owner."""
PLACES = ORDINALS | {"last": 0}
"""The place that a word counts to; "last" stands before the first, counted backwards."""
_MARKER = re.compile(r"\s?\[\d+\]")
_QUOTATION_MARKS = re.compile(r"[\"“”„«»]")
_NO_ANSWER = re.compile(
    r"(?:\bthe articles do not (?:say|mention)|\bno article (?:passes|within) the filters"
    r"|\bi (?:do not|don['’]t|am not|cannot|can['’]t)"
    r" (?:know|sure|have|answer|find)|\bi(?:['’]m| am) (?:sorry|not sure|unable))[^.!?\n]*[.!?]?",
    re.IGNORECASE,
)
_SAYS_NOTHING = frozenset(
    "a about after again all also am an and any anything are as at be because been before being"
    " besides both but by can could d did do does doing don done else ever few for from further get"
    " give go going got had has have having he hello her here hers herself hi him himself his how i"
    " if in into is it its itself just know latter let like ll long look make many may me mean"
    " might mine more most much must my myself name need no not now of ok okay on one ones only or"
    " other others our out over own please quite re really s said same say says shall she should so"
    " some someone something sorry such sure t take talk tell than thank thanks that the their"
    " theirs them themselves then there these they thing things think this those though to too"
    " under until up us use used ve very want was way we well were what whats when where whether"
    " which while who whom whose why will with would yes you your yours".split()
)
"""Words that are never carried over by themselves."""
_JOINING = frozenset("of the de la le du von van der den al bin ibn".split())
"""May stand within a name of several words, as in "Bank of England"."""
_MOST_JOINING = 2
_ANSWER_CHARS = 300
"""An answer says first what it is about; the rest of a long one names much that nobody asks for."""
_USER_CHARS = 500
_LAST_TURNS = 20
"""Beside the first: what lies further back is hardly taken up."""
_GAP_IN_NAME = re.compile(r" (?:& )?")
_BEFORE_SENTENCE = re.compile(r"(?:^|[.!?:;\n]['”’)]*)\W*$")


@dataclass(frozen=True, slots=True)
class Said:
    """One turn without markers, quotation marks and excuses."""

    role: str
    text: str


@dataclass(frozen=True, slots=True)
class Mention:
    """A name or a content word, as one turn says it: ``history[turn].text[span]``."""

    turn: int
    span: Span
    text: str
    terms: tuple[str, ...]
    is_name: bool
    """Capitalised where a sentence does not begin with it, or of several words."""
    opens_sentence: bool


def said_of(turns: Sequence[tuple[str, str]]) -> list[Said]:
    """The turns that say something, without what is no part of their wording, and cut short."""
    kept = [*turns[:1], *turns[1:][-_LAST_TURNS:]]
    cleaned = [
        Said(role, _beginning(_cleaned(text), _USER_CHARS if role == "user" else _ANSWER_CHARS))
        for role, text in kept
    ]
    return [turn for turn in cleaned if turn.text]


def mentions_of(turn: Said, number: int) -> list[Mention]:
    """The names and content words of a turn, in order; a name of several words is one mention."""
    words = list(WORD.finditer(turn.text))
    found: list[Mention] = []
    index = 0
    while index < len(words):
        stop = _name_end(turn.text, words, index)
        start, end = words[index].start(), words[stop - 1].end()
        text = turn.text[start:end]
        inside = tuple(terms(text))
        if inside and any(word.group().lower() not in _SAYS_NOTHING for word in words[index:stop]):
            opens = _BEFORE_SENTENCE.search(turn.text[:start]) is not None
            capitalised = text[0].isupper()
            is_name = capitalised and (not opens or stop - index > 1 or text[1:2].isupper())
            found.append(Mention(number, Span(start, end), text, inside, is_name, opens))
        index = stop
    return found


def content_words(question: str) -> list[str]:
    """The words of ``question`` that could be carried over, lower-cased."""
    words = [word.group().lower() for word in WORD.finditer(question)]
    return [word for word in words if word not in _SAYS_NOTHING and terms(word)]


def _beginning(text: str, most_chars: int) -> str:
    if len(text) <= most_chars:
        return text
    return text[:most_chars].rpartition(" ")[0] or text[:most_chars]


def _cleaned(text: str) -> str:
    bare = _QUOTATION_MARKS.sub("", _MARKER.sub("", text))
    return " ".join(_NO_ANSWER.sub(" ", bare).split())


def _name_end(text: str, words: Sequence[re.Match[str]], index: int) -> int:
    """One past the last word of the name that begins here; ``index + 1`` where none does."""
    if not _begins_name(words[index].group()):
        return index + 1
    end = index + 1
    ahead = index + 1
    while ahead < len(words):
        gap = text[words[ahead - 1].end() : words[ahead].start()]
        word = words[ahead].group()
        if not _GAP_IN_NAME.fullmatch(gap):
            break
        if word[0].isupper() and word.lower() not in _SAYS_NOTHING:
            end = ahead + 1
        elif word.lower() not in _JOINING or ahead - end >= _MOST_JOINING:
            break
        ahead += 1
    return end


def _begins_name(word: str) -> bool:
    return word[0].isupper() and word.lower() not in _SAYS_NOTHING
