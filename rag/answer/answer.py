"""What was found for each part of a question to an answer with [n] markers; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rag.answer.cite import cite, quoted
from rag.answer.evidence import story_of
from rag.types import Answer, Ask, Claim, Group, Hit, Quote

ABSTENTION = "The articles do not say."
"""The whole text of every answer to a question that the articles do not answer."""
NONE_PASSES = "No article passes the filters."
"""Instead of it, where nothing could be searched."""


@dataclass(frozen=True, slots=True)
class Section:
    """What is shown together: quotes, in the order in which they are read. Without any it says what
    is missing."""

    quotes: tuple[Quote, ...] = ()
    remark: str | None = None
    """A sentence of ours that stands before them, or in their place."""
    short: str | None = None
    differ: bool = False
    in_lines: bool = False
    """Each quote stands on a line of its own, as in a list."""
    heading: str = ""
    """What the quotes have in common: a side, a day, an article, a part of the question."""
    part: str | None = None
    """What was asked; None where the quotes were chosen for another reason than to answer."""
    confidence: float = 0.0
    hits: tuple[Hit, ...] = ()
    """Where they were looked for."""
    agreeing: tuple[Quote, ...] = ()
    """Of other articles, saying what the first quote says: cited beside it, not shown."""

    @property
    def cited(self) -> tuple[Quote, ...]:
        """In the order of their numbers."""
        return (*self.quotes[:1], *self.agreeing, *self.quotes[1:])


def answered(ask: Ask, sections: Sequence[Section], model: str) -> Answer:
    """An answer in the articles' own words, with a section for what is missing in its place.

    A quote that two sections show has one number. With several sections there is no short answer.
    """
    told = [section for section in sections if section.quotes]
    cited = {place_of(quote): quote for section in told for quote in section.cited}
    numbers = {place: number for number, place in enumerate(cited, start=1)}
    claims = {
        place_of(quote): Claim(quote.text, marks, "quoted")
        for section in told
        for quote, marks in _numbered(section, numbers)
    }
    return Answer(
        question=ask.question,
        query=ask.query,
        status="answered",
        short=sections[0].short if len(sections) == 1 else None,
        text="\n\n".join(_text_of(section, numbers) for section in sections),
        citations=cite(list(cited.values())),
        hits=distinct(hit for section in sections for hit in section.hits),
        confidence=min(section.confidence for section in told),
        model=model,
        claims=tuple(claims.values()),
        differ=any(section.differ for section in sections),
        unanswered=tuple(each.part for each in sections if each.part and not each.quotes),
        kind=ask.kind,
        groups=tuple(
            Group(
                section.heading or section.part or "",
                tuple(numbers[place_of(quote)] for quote in section.cited),
            )
            for section in told
            if len(sections) > 1 or section.heading
        ),
    )


def abstained(
    ask: Ask, hits: Sequence[Hit], model: str, text: str = ABSTENTION, confidence: float = 0.0
) -> Answer:
    """An abstention; the hits are the nearest passages. ``text`` replies to what asks nothing."""
    return Answer(
        question=ask.question,
        query=ask.query,
        status="abstained",
        short=None,
        text=text,
        citations=(),
        hits=tuple(hits),
        confidence=confidence,
        model=model,
        kind=ask.kind,
    )


def distinct(hits: Iterable[Hit]) -> tuple[Hit, ...]:
    """The hits, each passage once, where it first stands; of a repeated story one."""
    found: dict[tuple[str, str], Hit] = {}
    for hit in hits:
        found.setdefault((story_of(hit.article), " ".join(hit.passage.text.split())), hit)
    return tuple({hit.passage.id: hit for hit in reversed(found.values())}.values())[::-1]


def place_of(quote: Quote) -> tuple[str, int, int]:
    """What tells a quote from all others: its article and the characters it stands at."""
    return quote.article.id, quote.start, quote.end


def _text_of(section: Section, numbers: Mapping[tuple[str, int, int], int]) -> str:
    if not section.quotes:
        return missing_sentence(section)
    quotes = [
        " ".join([quoted(quote), *(f"[{number}]" for number in marks)])
        for quote, marks in _numbered(section, numbers)
    ]
    if section.in_lines:
        quotes = [f"- {quote}" for quote in quotes]
    opening = [section.remark] if section.remark else []
    if section.heading and section.quotes:
        opening = [f"{section.heading}:", *opening]
    return ("\n" if section.in_lines else " ").join([*opening, *quotes])


def missing_sentence(section: Section) -> str:
    """What is said of a side, or a part of the question, that nothing answers."""
    if section.heading:
        return f"{section.heading}: {section.remark or ABSTENTION}"
    if section.remark in (None, ABSTENTION):
        return f"The articles do not answer “{section.part}”."
    return section.remark or ""


def _numbered(
    section: Section, numbers: Mapping[tuple[str, int, int], int]
) -> list[tuple[Quote, tuple[int, ...]]]:
    """Each quote that is shown, with the numbers of all that say it."""
    held = [(quote, (numbers[place_of(quote)],)) for quote in section.quotes]
    first, own = held[0]
    return [(first, (*own, *(numbers[place_of(each)] for each in section.agreeing))), *held[1:]]
