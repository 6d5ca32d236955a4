"""The names in a text: runs of capitalised words, without the titles before them. Pure.

No list of names and no model: what only opens a sentence is told from a name by whether the
article has the word in lower case, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from rag.types import Span

HE = (
    "Mr King Prince Duke Baron Lord Sir Pope Father Rabbi Imam Sheikh Emperor Sultan"
    " chairman spokesman congressman salesman fireman policeman gunman actor king prince son"
    " brother father husband uncle nephew grandfather widower"
).split()
SHE = (
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
    " counterpart master sultan pope heir cleric ayatollah witness resident neighbour neighbor"
).split()
PERSON_NOUNS = "|".join(sorted({*HE, *SHE, *_EITHER}, key=len, reverse=True))
TITLE = rf"(?:(?i:{PERSON_NOUNS})|Secretary.of.(?:State|Defen[cs]e))\.?"
"""What stands before a person's name, in either case: "ambassador Crocker", "Mr. Hale"."""
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
    text = text.replace("Secretary of State", "Secretary-of-State")  # one word of the same length
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


@lru_cache(maxsize=16)
def _lower_case_words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\b[^\W\d_A-Z][\w’'-]*", text))
