"""The persons whom an article names, as far as the article itself makes it certain. Pure.

There is no model here and no list of names: a name is a person's where the article gives it a title
or an office ("Mr Hale", "ambassador Ryan Crocker", "Ryan Crocker, the ambassador"), an age or a
birth, or calls it by its last word alone. What is neither surely a person nor surely something else
stays open, so that callers can hold back.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Literal, TypeAlias

from rag.text.names import HE, PERSON_NOUNS, SHE, TITLE, Name, names

Kind: TypeAlias = Literal["person", "other", "open"]
Gender: TypeAlias = Literal["he", "she"]
HE_OR_SHE = re.compile(r"\b(?:(?P<he>he|him|himself|his)|(?P<she>she|hers?|herself))\b", re.I)
"""A pronoun; the name of the group that it stands in is its gender."""

_OFFICES = "ambassador|envoy|president|premier|minister|king|queen|governor|mayor|bishop|consul"
"""What follows "of" or "to" after them is a place."""
_UNNAMED = re.compile(
    rf"\b(?i:{PERSON_NOUNS}|man|woman|boy|girl|child|baby|person|someone|somebody|anyone|everyone"
    r"|nobody|victim|suspect|killer|murderer|attacker|soldier|sailor|worker|boyfriend|girlfriend"
    r"|cousin|parent|guest|visitor|customer|patient|driver|cyclist|passenger|hero|god"
    r"|(?!hu|wo)[a-z]{2,}man|[a-z]{2,}(?:woman|person|ographer|ician)|[a-z]{3,}ist)\b(?![-’'])"
)
BODY_OR_PLACE = frozenset(
    "University College School Institute Academy Council Committee Commission Party Congress"
    " Parliament Senate House Court Ministry Department Office Agency Bureau Service Authority"
    " Union Association Federation League Organization Organisation Foundation Group Company"
    " Corporation Corp Inc Ltd Bank Fund Trust Press Times Post News Journal Street Road Avenue"
    " Square Bridge Tower Palace Cathedral Museum Library Hospital Airport Station River"
    " Mountain Valley Bay Gulf Sea Ocean Island Islands Peninsula Beach City Town County State"
    " States Province District Republic Kingdom Empire Dynasty War Battle Treaty Act Accord"
    " Agreement Conference Summit Games Cup Championship Prize Award Medal Festival Army Navy"
    " Force Forces Corps Police Club Olympics Administration Government Cabinet Assembly".split()
)
"""A name of several words that ends with one of these is no person's."""
CALENDAR = frozenset(
    "January February March April May June July August September October November December Monday"
    " Tuesday Wednesday Thursday Friday Saturday Sunday Christmas Easter English French German"
    " Spanish Dutch Swiss Welsh Irish Greek Internet Bible Quran Celsius Fahrenheit".split()
)
"""Alone they are no person's name."""
_PLACE_OPENS = frozenset(
    "New Old Great Upper Lower East West North South Eastern Western Northern Southern Central Lake"
    " Mount Cape Fort Port San Santa Los Las El".split()
)
"""A name that opens with one of these is mostly a place's, so never surely a person's."""
_DEMONYM = re.compile(r"[A-Z]\w+(?:ian|ean|ese|ish|ican|aqi|aeli|ani|i|eni|ch)s?")


def kind_of(name: Name, text: str) -> Kind:
    """Whether the article ``text`` makes ``name`` a person, something else, or neither for sure."""
    if name.title is None and _is_body(name):
        return "other"
    if name.title or (name.words[0] not in _PLACE_OPENS and is_person(name.words, text)):
        return "person"
    return "other" if _is_place(name, text) else "open"


def _is_body(name: Name) -> bool:
    several = len(name.words) > 1
    return (
        name.follows_the
        or name.last in (BODY_OR_PLACE if several else BODY_OR_PLACE | CALENDAR)
        or any(re.fullmatch(r"[A-Z]{2,}|(?:[A-Z]\.){2,}", word) for word in name.words)
        or any(re.search(r"-[a-z]", word) for word in name.words[:1])
    )


def _is_place(name: Name, text: str) -> bool:
    """Whether the article says "in ..." of it, or has an adjective made of it (Iran: Iranian)."""
    whole, root = re.escape(" ".join(name.words)), re.escape(name.last[:-1])
    if re.search(rf"\b(?:in|near|across|throughout|within) {whole}\b(?!['’]s| [A-Z])", text):
        return True
    if re.search(rf"\b(?i:{_OFFICES})\s(?:to|of)\s{whole}\b", text):
        return True
    if len(name.words) > 1:
        return False
    is_adjective = _DEMONYM.fullmatch(name.last) and re.match(r" [a-z]", text[name.span.end :][:2])
    adjective = rf"\b{root}\w?(?:ian|ean|ese|ish|i|n)s?\b(?<!\b{re.escape(name.last)})"
    return bool(is_adjective or re.search(adjective, text))


@lru_cache(maxsize=1024)
def is_person(words: tuple[str, ...], text: str) -> bool:
    """Whether the article gives the name a title, an office, an age or a birth, or shortens it."""
    full, last = re.escape(" ".join(words)), re.escape(words[-1])
    whole = rf"(?:[A-Z][\w.’'-]*\s){{0,2}}{last}\b"
    evidence = [
        rf"(?<![\w-]){TITLE}\s{whole}(?!\s[A-Z])",
        rf"\b{TITLE}(?:\s(?:to|of|for|in)(?:\s[\w-]+){{1,4}})?,\s{full},",
        rf"\b{full},\s(?:then\s)?(?:(?:a|an|the|his|her|its|their)\s|\w+['’]s\s)"
        rf"[^.;:()]{{0,60}}\b(?i:{PERSON_NOUNS})\b",
        rf"\b{full},\s(?:aged\s)?\d\d,|\b{full},\s(?:who|whose)\s",
        rf"\b{full}\s(?:was\sborn\b|died\b|\((?:born|c\.|\d{{4}}\s?[–-]))",
    ]
    if len(words) > 1:
        evidence.append(rf"(?:^|[\n|.!?”\"] |\b[a-z]+ (?<!\bthe )){last} (?:said|told)\b")
    near = _around(text, words[-1])
    return any(re.search(pattern, near) for pattern in evidence)


def _around(text: str, word: str) -> str:
    """What stands near ``word``, wherever it occurs; to search the whole article takes long."""
    places = re.finditer(rf"\b{re.escape(word)}\b", text)
    return "\n|\n".join(text[max(0, m.start() - 100) : m.end() + 100] for m in places)


def gender_of(name: Name, text: str) -> Gender | None:
    """What the titles and offices next to the name tell; None where they do not."""
    last = re.escape(name.last)
    found: set[Gender] = set()
    genders: tuple[tuple[Gender, list[str]], ...] = (("he", HE), ("she", SHE))
    for gender, nouns in genders:
        noun = rf"\b(?:{'|'.join(nouns)})\b"
        if re.search(rf"{noun}\.?\s(?:[A-Z][\w.’'-]*\s){{0,2}}{last}\b", text):
            found.add(gender)
        if re.search(rf"\b{last}(?:,| (?:is|was)) (?:a|an|the) [^.,;]{{0,30}}{noun}", text):
            found.add(gender)
    return found.pop() if len(found) == 1 else None


def unnamed_person(sentence: str, name: Name | None, offset: int) -> bool:
    """Whether a sentence speaks of one more person without a name.

    A title or an office that goes with ``name`` is none; ``offset`` is where the sentence starts in
    the text of ``name.span``.
    """
    if name:
        start, end = name.span.start - offset, name.span.end - offset
        before = re.sub(rf"\b{TITLE}(?:\s(?:to|of|for|in)\s[^,.;]*)?,?\s$", "", sentence[:start])
        after = re.sub(
            r"^(?:,[^,.;]*(?:,|[.;]|$)|\s(?:is|was|became|remains)\s(?:a|an|the)\s[^,.;]*)",
            "",
            sentence[end:],
        )
        sentence = f"{before} {after}"
    sentence = re.sub(rf"\b{TITLE}\s(?=[A-Z])", "", sentence)  # the next one with a name
    return _UNNAMED.search(sentence) is not None


def same_person(some: Sequence[str], other: Sequence[str]) -> bool:
    """Whether one name is the other, with words left out."""
    shorter, longer = sorted((tuple(some), tuple(other)), key=len)
    return set(shorter) <= set(longer)


def fullest(name: Name, text: str, before: int) -> str:
    """The longest form of a person's name that ``text[:before]`` gives, if only one person fits."""
    shown = text[(name.title or name.span).start : name.span.end] if len(name.words) == 1 else ""
    shown = shown or " ".join(name.words)
    longer = [
        other.words
        for other in names(text, 0, before)
        if len(other.words) > len(name.words)
        and same_person(name.words, other.words)
        and kind_of(other, text) == "person"
    ]
    longest = max(longer, key=len, default=None)
    if longest is None or not all(same_person(words, longest) for words in longer):
        return shown
    return " ".join(longest)


def pronoun_gender(text: str) -> Gender | None:
    """The gender of the pronouns in ``text``; None where there are none, or both kinds."""
    found = {match.lastgroup for match in HE_OR_SHE.finditer(text)}
    if len(found) != 1:
        return None
    return "he" if found == {"he"} else "she"
