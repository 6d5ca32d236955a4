"""What a question points at in the answer before it, told by that answer's quotes.

"How old is he?" after an answer that names one man asks how old that man is, "What does the second
one do?" after a row of names asks of the second name, and "Who?" of the one whom the quote names as
the doer. A model that weighs words (``rag.question.history``) cannot tell whom a pronoun means;
here one name, or none, is possible. English only.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TypeAlias

from rag.answering.which_article import quotes_of
from rag.question.answer_type import asked_type
from rag.question.listed import answer_pointed_into, listed_item, pointing_words
from rag.question.mentions import Said, mentions_of
from rag.question.question_words import ASKING, AUXILIARY
from rag.question.who import asking_who, asks_who_alone
from rag.text.names import names
from rag.text.persons import Gender, fullest, gender_of, is_person, kind_of, same_person
from rag.types import Quote, Reading, Span, Store

Turns: TypeAlias = Sequence[tuple[str, str]]

_SURE = 0.75
_HE_OR_SHE = re.compile(
    r"\b(?:(?P<he>he|him|himself|his)|(?P<she>she|her|hers|herself))\b", re.IGNORECASE
)
_OWNS = re.compile(r"(?:his|her(?=\s+(?!(?:in|on|at|by|for|to|from|with)\b)\w))\b", re.IGNORECASE)
_ASKS = re.compile(rf"{ASKING.pattern}|^\W*{AUXILIARY}\b", re.IGNORECASE)
_GOES_ON = re.compile(r"\s+(?:(?P<he>He|His)|She|Her)\b")
"""How the next sentence opens, which tells whether a man or a woman was named."""
_MOST_TURNS_BACK = 4
_BY = re.compile(r"\bby\s+(?:the\s+)?(?:[a-z-]+\s+){0,2}$")
_ACTS = re.compile(
    r"(?:,[^,]*,)?\s+(?:[a-z]+ly\s+)?(?!(?:and|at|but|that)\b)"
    r"(?:[a-z]+(?:ed|s|t)|won|ran|led|took|gave|began|wrote|drew|found|sold|told|paid|said|made)\b"
)
_LONGEST_NAME_CHARS = 60
_NOTHING_ELSE = re.compile(
    r"\W*(?:(?:and|or|but|then|so)\b\W*)*(?:who(?:['’]s|\s+(?:is|was))\b)?\W*", re.IGNORECASE
)
_OPENS = re.compile(r"\W*(?:The\s+)?(?:[a-z-]+\s+){0,3}")


def in_full(question: str, turns: Turns, store: Store) -> str | None:
    """``question`` with the name that its "he", "she" or "the second one" stands for.

    "Who?" alone becomes the last question, asking who. None where nothing is pointed at, or where
    not exactly one name can be meant: the one person whom the user's last question names, else its
    answer's first quote.
    """
    return _in_full(question, turns, store, _MOST_TURNS_BACK)


def named_before(question: str, turns: Turns, store: Store) -> Reading | None:
    """The last answer's first quote, where it names what "Who?" or "the second one" asks for.

    After "Who organised it?" "the second one" is the second name of a row; "Who?" is the one whom
    the quote names as the doer, unless the last question itself can be asked with "who".
    """
    quote = _first_quote(turns, store)
    if quote is None:
        return None
    words = None
    if asks_who_alone(question):
        doer = _doer(quote)
        asked = turns[_last_question(turns)][1]
        words = doer if doer and (asking_who(asked) is None or not _counts(asked)) else None
    elif pointing := pointing_words(question):
        item = listed_item(question, turns) if _says_nothing_else(question, pointing) else None
        is_name = item is not None and item in quote.text and len(item) < _LONGEST_NAME_CHARS
        words = item if is_name else None
    return Reading((replace(quote, words=words),), _SURE, short=words) if words else None


def _in_full(question: str, turns: Turns, store: Store, turns_back: int) -> str | None:
    last = _last_question(turns)
    if last < 0 or not turns_back:
        return None
    if asks_who_alone(question):
        return asking_who(turns[last][1])
    if pointing := pointing_words(question):
        item = listed_item(question, turns)
        if (
            item is None
            or _says_nothing_else(question, pointing)
            or len(item) > _LONGEST_NAME_CHARS
        ):
            return None
        return f"{question[: pointing.start]}{item}{question[pointing.end :]}"
    genders: set[Gender] = {"he" if m["he"] else "she" for m in _HE_OR_SHE.finditer(question)}
    if (
        not _ASKS.search(question)
        or len(genders) != 1
        or any(m.is_name for m in mentions_of(Said("user", question), 0))
    ):
        return None
    person = _person(turns, genders.pop(), store, turns_back)
    return _HE_OR_SHE.sub(lambda word: _in_place_of(word, person), question) if person else None


def _person(turns: Turns, gender: Gender, store: Store, turns_back: int) -> str | None:
    """The one person whom the last question, in full, or else its answer's first quote names."""
    last = _last_question(turns)
    quote = _first_quote(turns, store)
    if quote is None:
        return None
    asked = turns[last][1]
    asked = _in_full(asked, turns[:last], store, turns_back - 1) or asked
    article = quote.article.text
    of_question = [
        " ".join(name.words)
        for name in names(asked, 0, len(asked))
        if name.title or is_person(name.words, article)
    ]
    if of_question:
        return of_question[0] if len(of_question) == 1 else None
    found = names(article, quote.start, quote.end)
    people = [name for name in found if kind_of(name, article) == "person"]
    if not people and asked_type(asked) == "name":
        people = [name for name in found if kind_of(name, article) == "open"]
    told = gender_of(people[0], article) if people else None
    after = _GOES_ON.match(article, quote.end)
    if told not in (gender, None) or (
        after and not told and (after["he"] is None) == (gender == "he")
    ):
        return None
    if not people or any(not same_person(name.words, people[0].words) for name in people):
        return None
    return fullest(max(people, key=lambda name: len(name.words)), article, quote.start)


def _doer(quote: Quote) -> str | None:
    """The one person or body that the quote names as who did it."""
    text = quote.article.text
    doers = []
    for name in names(text, quote.start, quote.end):
        before, after = text[quote.start : name.span.start], text[name.span.end : quote.end]
        opens = _OPENS.fullmatch(before) and _ACTS.match(after)
        if opens or _BY.search(before):
            doers.append(name)
    persons = [name for name in doers if kind_of(name, text) == "person"] or doers
    return " ".join(persons[0].words) if len(persons) == 1 else None


def _counts(asked: str) -> bool:
    return asked_type(asked) == "number"


def _says_nothing_else(question: str, words: Span) -> bool:
    rest = f"{question[: words.start]} {question[words.end :]}"
    return _NOTHING_ELSE.fullmatch(rest) is not None


def _first_quote(turns: Turns, store: Store) -> Quote | None:
    """The first quote of the answer to the last question, past those that only point at it."""
    _, answer = answer_pointed_into(turns)
    return next(iter(quotes_of(answer, store)), None) if answer else None


def _last_question(turns: Turns) -> int:
    return max((at for at, (role, _) in enumerate(turns) if role == "user"), default=-1)


def _in_place_of(pronoun: re.Match[str], name: str) -> str:
    return f"{name}’s" if _OWNS.match(pronoun.string, pronoun.start()) else name
