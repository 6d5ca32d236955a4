"""Whom "he" or "the second one" means after an answer, told by that answer's quotes.

"How old is he?" after an answer that names one man asks how old that man is. A model that weighs
words (``rag.question.history``) cannot tell whom a pronoun means; here one name, or none, is
possible. English only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TypeAlias

from rag.answer.which_article import quotes_of
from rag.question.answer_type import asked_type
from rag.question.listed import listed_item, other_names, pointing_words
from rag.question.mentions import names_anything
from rag.question.question_words import ASKING, AUXILIARY
from rag.text.names import Name, names
from rag.text.persons import (
    HE_OR_SHE,
    Gender,
    fullest,
    gender_of,
    is_person,
    kind_of,
    pronoun_gender,
    same_person,
)
from rag.types import Quote, Store

Turns: TypeAlias = Sequence[tuple[str, str]]

_OWNS = re.compile(r"(?:his|her(?=\s+(?!(?:in|on|at|by|for|to|from|with)\b)\w))\b", re.I)
_ASKS = re.compile(rf"{ASKING.pattern}|^\W*{AUXILIARY}\b", re.I)
_GOES_ON = re.compile(r"\s+(?:(?P<he>He|His)|(?P<she>She|Her))\b")
"""How the sentence after a quote opens, which tells whether that named a man or a woman."""
_MOST_TURNS_BACK = 4
_ASKS_WHO = re.compile(r"\bwho\b", re.I)
_ASKS_WHO_DID = re.compile(r"\bwho(?:m|se)?\b(?!['’]s\b|\s+(?:is|was)\b)", re.I)


def in_full(question: str, turns: Turns, store: Store) -> str | None:
    """``question`` with the name that its "he", "she" or "the second one" stands for.

    None where nothing is pointed at, or where not exactly one name can be meant.
    """
    if pointing_words(question):
        return _with_item(question, turns)
    if not _ASKS.search(question):
        return None
    gender = pronoun_gender(question)
    if gender is None or names_anything(question):
        return None
    person = _person_before(turns, gender, store)
    return HE_OR_SHE.sub(lambda word: _in_place_of(word, person), question) if person else None


def _with_item(question: str, turns: Turns) -> str | None:
    """``question``, or the last one for "And the third?", with the name that is pointed at."""
    item = listed_item(question, turns)
    said = [text for role, text in turns if role == "user"]
    asked = next((text for text in [question, *reversed(said)] if _ASKS.search(text)), "")
    pointing = pointing_words(asked)
    if item is None or pointing is None or not other_names(item, turns):
        return None
    return f"{asked[: pointing.start]}{item}{asked[pointing.end :]}"


def _person_before(turns: Turns, gender: Gender, store: Store) -> str | None:
    """The one person of that gender whom the last question that names any, or its answer, names.

    Both after "Who met Anna?". Of the answer the first quote: the others need not answer.
    """
    for asked, answer in list(_exchanges(turns))[:_MOST_TURNS_BACK]:
        quote = next(iter(quotes_of(answer, store)), None)
        if quote is None:
            return _only_name(asked, answer)
        article = quote.article.text
        found = [
            name
            for name in names(asked, 0, len(asked))
            if name.title or is_person(name.words, article)
        ]
        told = [] if found and not _ASKS_WHO_DID.search(asked) else _people(asked, quote)
        people = [name for name in [*found, *told] if _gender_told(name, quote) in (gender, None)]
        if people:
            return _if_one(people, told, quote)
    return None


def _only_name(asked: str, answer: str) -> str | None:
    """The name with which an answer without quotes, given elsewhere, tells who.

    One word alone may be a country that won.
    """
    if not _ASKS_WHO.search(asked):
        return None
    told = {
        " ".join(name.words)
        for name in names(answer, 0, len(answer))
        if kind_of(name, answer) != "other" and " ".join(name.words) not in asked
    }
    name = told.pop() if len(told) == 1 else ""
    return name if " " in name else None


def _exchanges(turns: Turns) -> Iterator[tuple[str, str]]:
    """Question and answer, the last first."""
    answer = ""
    for role, text in reversed(turns):
        if role == "user":
            yield text, answer
            answer = ""
        else:
            answer = answer or text


def _people(asked: str, quote: Quote) -> list[Name]:
    """The persons whom the quote names; where it was asked who, all who may be persons."""
    article = quote.article.text
    found = names(article, quote.start, quote.end)
    people = [name for name in found if kind_of(name, article) == "person"]
    if people or asked_type(asked) != "name":
        return people
    return [name for name in found if kind_of(name, article) == "open"]


def _gender_told(name: Name, quote: Quote) -> str | None:
    """By the words beside the name in the quote, how the article goes on, or its other words.

    These last since a family has one name: "her son Emil Dorn" tells nothing of Helga Dorn.
    """
    article = quote.article.text
    goes_on = _GOES_ON.match(article, quote.end)
    after = goes_on.lastgroup if goes_on else None
    return gender_of(name, quote.text) or after or gender_of(name, article)


def _if_one(people: Sequence[Name], told: Sequence[Name], quote: Quote) -> str | None:
    """The fullest name of ``people``, if they are one; ``told`` are those of the quote."""
    if any(not same_person(name.words, people[0].words) for name in people):
        return None
    longest = max(people, key=lambda name: len(name.words))
    if longest not in told:
        return " ".join(longest.words)
    return fullest(longest, quote.article.text, quote.start)


def _in_place_of(pronoun: re.Match[str], name: str) -> str:
    return f"{name}’s" if _OWNS.match(pronoun.string, pronoun.start()) else name
