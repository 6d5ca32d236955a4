"""The persons whom an article names, as far as the article itself makes it certain. Pure.

There is no model here and no list of names: a run of capitalised words is a person where the
article gives it a title or an office ("Mr Hale", "ambassador Ryan Crocker", "Ryan Crocker, the
ambassador"), an age or a birth, or calls it by its last word alone. What is neither surely a person
nor surely something else stays open, so that callers can hold back.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, TypeAlias

from rag.types import Span

Kind: TypeAlias = Literal["person", "other", "open"]
Gender: TypeAlias = Literal["he", "she"]

_HE = (
    "Mr King Prince Duke Baron Lord Sir Pope Father Rabbi Imam Sheikh Emperor Sultan"
    " chairman spokesman congressman salesman fireman policeman gunman actor king prince son"
    " brother father husband uncle nephew grandfather widower"
).split()
_SHE = (
    "Mrs Ms Miss Madam Queen Princess Duchess Baroness Lady Dame Sister Empress"
    " chairwoman spokeswoman congresswoman policewoman actress queen princess daughter"
    " sister mother wife aunt niece grandmother widow"
).split()
_EITHER = (
    "Dr Prof Rev Gen Col Lt Maj Capt Sgt Cmdr Adm Gov Sen Rep Judge Justice Saint St"
    " ambassador envoy minister president premier chancellor secretary spokesperson chief leader"
    " negotiator senator governor mayor deputy commissioner commander general colonel captain major"
    " sergeant lieutenant admiral officer official director manager chair head boss founder owner"
    " executive banker broker trader economist analyst adviser advisor aide lawyer attorney judge"
    " prosecutor detective inspector professor scientist researcher historian doctor surgeon nurse"
    " teacher coach trainer player striker midfielder goalkeeper defender pitcher quarterback"
    " singer writer author poet novelist journalist reporter editor critic composer musician"
    " guitarist drummer painter sculptor artist architect designer engineer inventor explorer pilot"
    " astronaut driver farmer fisherman priest bishop archbishop cardinal monk theologian"
    " philosopher mathematician physicist chemist biologist politician lawmaker legislator activist"
    " campaigner candidate president-elect successor predecessor partner colleague friend rival"
    " opponent student pupil graduate producer filmmaker presenter comedian winner champion emperor"
    " counterpart sultan pope heir cleric ayatollah witness resident neighbour neighbor"
).split()
_PERSON_NOUNS = "|".join(sorted({*_HE, *_SHE, *_EITHER}, key=len, reverse=True))
TITLE = rf"(?:(?i:{_PERSON_NOUNS})|Secretary of State|Secretary of Defen[cs]e)\.?"
"""What stands before a person's name, in either case: "ambassador Crocker", "Mr. Hale"."""
_UNNAMED = re.compile(
    rf"\b(?i:{_PERSON_NOUNS}|man|woman|boy|girl|child|baby|person|someone|somebody|anyone|everyone"
    r"|nobody|victim|suspect|killer|murderer|attacker|soldier|sailor|worker|boyfriend|girlfriend"
    r"|cousin|parent|guest|visitor|customer|patient|driver|cyclist|passenger|hero|god"
    r"|[a-z]{2,}(?:woman|person|ologist|ographer|ographer))\b(?![-’'])"
)
_BODY_OR_PLACE = frozenset(
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
_CALENDAR = frozenset(
    "January February March April May June July August September October November December Monday"
    " Tuesday Wednesday Thursday Friday Saturday Sunday Christmas Easter English French German"
    " Spanish Dutch Swiss Welsh Irish Greek Internet Bible Quran".split()
)
"""Alone they are no person's name."""
_PLACE_OPENS = frozenset(
    "New Old Great Upper Lower East West North South Eastern Western Northern Southern Central Lake"
    " Mount Cape Fort Port San Santa Los Las El".split()
)
"""A name that opens with one of these is mostly a place's, so never surely a person's."""
_SMALL_WORDS = frozenset(
    "a about after against all also although among an and another any around as at because before"
    " both but by despite during each earlier even every few first following for from further given"
    " he her here his how however i if in instead into it its last later like many meanwhile more"
    " moreover most much my neither never next no nor not nothing now of often on once one only or"
    " other our over perhaps several she since so some soon still such that the their then there"
    " therefore these they this those though three through throughout thus to today two under"
    " unlike until upon we what when where whether which while who why with within without yes yet"
    " yesterday you your".split()
)
_DEMONYM = re.compile(r"[A-Z]\w+(?:ian|ean|ese|ish|ican|aqi|aeli|ani|i|eni|ch)s?")
_TOKEN = re.compile(r"(?:[^\W\d_]\.)+|[^\W\d_](?:[\w’'-]*\w)?")
_PARTICLE = re.compile(r"(?:de|da|di|du|del|della|la|le|von|van|der|den|bin|ibn|ben|al|el)")
_PREFIXED = re.compile(r"(?:al|el|ad|as|ar|an|at|ibn|bin)-[A-Z]")
_ABBREVIATED = re.compile(
    r"(?:Mrs?|Ms|Drs?|Prof|Rev|Gen|Col|Lt|Maj|Capt|Sgt|Cmdr|Adm|Gov|Sen|Rep|St)$"
)


@dataclass(frozen=True, slots=True)
class Name:
    """A run of capitalised words, without title: ``text[span]``."""

    span: Span
    words: tuple[str, ...]
    title: Span | None = None
    """The capitalised title that stands before it."""
    follows_the: bool = False

    @property
    def last(self) -> str:
        return self.words[-1]


def names(text: str, start: int, end: int) -> list[Name]:
    """The runs of capitalised words in ``text[start:end]``, in order.

    Words that only open a sentence ("In", "Speaking") and possessive endings are no part of them.
    """
    return [name for run in _runs(text, start, end) if (name := _named(text, run))]


def _runs(text: str, start: int, end: int) -> Iterator[list[Span]]:
    run: list[Span] = []
    for match in _TOKEN.finditer(text, start, end):
        word = match.group()
        gap = text[run[-1].end : match.start()] if run else ""
        last = text[run[-1].start : run[-1].end] if run else ""
        joins = gap == " " or (gap == ". " and _ABBREVIATED.search(last) is not None)
        if run and not (joins and not last.endswith(("'s", "’s"))):
            yield run
            run = []
        capital = word[0].isupper() or _PREFIXED.match(word) is not None
        if capital or (run and _PARTICLE.fullmatch(word)):
            run.append(Span(match.start(), match.end()))
        elif run:
            yield run
            run = []
    if run:
        yield run


def _named(text: str, run: list[Span]) -> Name | None:
    words = [text[span.start : span.end] for span in run]
    while words and words[-1][0].islower() and not _PREFIXED.match(words[-1]):
        words.pop()
    first = 0
    while first < len(words) and _only_opens(text, run[first], words[first]):
        first += 1
    title_start = first
    for place in range(first, len(words) - 1):
        if re.fullmatch(TITLE, words[place]):
            first = place + 1
    words = [re.sub(r"['’]s$", "", word) for word in words]
    if first >= len(words):
        return None
    last = run[len(words) - 1]
    return Name(
        span=Span(run[first].start, last.start + len(words[-1])),
        words=tuple(words[first:]),
        title=Span(run[title_start].start, run[first - 1].end) if first > title_start else None,
        follows_the=re.search(r"\b[Tt]he $", text[: run[title_start].start][-5:]) is not None,
    )


def _only_opens(text: str, span: Span, word: str) -> bool:
    """Whether the word is capitalised only since it opens a sentence, as far as can be told."""
    if word.lower() in _SMALL_WORDS:
        return True
    if re.search(r"[^\s\w,;’')%-]\s*$|^\s*$", text[max(0, span.start - 3) : span.start]) is None:
        return False
    is_participle = word.endswith(("ing", "ly")) and len(word) > 5
    return is_participle or word.lower() in _lower_case_words(text)


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
        or name.last in (_BODY_OR_PLACE if several else _BODY_OR_PLACE | _CALENDAR)
        or any(re.fullmatch(r"[A-Z]{2,}|(?:[A-Z]\.){2,}", word) for word in name.words)
        or any(re.search(r"-[a-z]", word) for word in name.words[:1])
    )


def _is_place(name: Name, text: str) -> bool:
    """Whether the article says "in ..." of it, or has an adjective made of it (Iran: Iranian)."""
    whole, root = re.escape(" ".join(name.words)), re.escape(name.last[:-1])
    if re.search(rf"\b(?:in|near|across|throughout|within) {whole}\b(?!['’]s| [A-Z])", text):
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
        rf"[^.;:()]{{0,60}}\b(?i:{_PERSON_NOUNS})\b",
        rf"\b{full},\s(?:aged\s)?\d\d,|\b{full},\s(?:who|whose)\s",
        rf"\b{full}\s(?:was\sborn\b|died\b|\((?:born|c\.|\d{{4}}\s?[–-]))",
    ]
    if len(words) > 1:
        evidence.append(rf"(?<![A-Z][\w’'.-] )(?<![\w’'.-]{{2}} )\b{last}\s(?:said|told)\b")
    near = _around(text, words[-1])
    return any(re.search(pattern, near) for pattern in evidence)


def _around(text: str, word: str) -> str:
    """What stands near ``word``, wherever it occurs; to search the whole article takes long."""
    places = re.finditer(rf"\b{re.escape(word)}\b", text)
    return "\n|\n".join(text[max(0, m.start() - 100) : m.end() + 100] for m in places)


@lru_cache(maxsize=16)
def _lower_case_words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\b[^\W\d_A-Z][\w’'-]*", text))


def gender_of(name: Name, text: str) -> Gender | None:
    """What the titles and offices next to the name tell; None where they do not."""
    last = re.escape(name.last)
    found: set[Gender] = set()
    genders: tuple[tuple[Gender, list[str]], ...] = (("he", _HE), ("she", _SHE))
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
