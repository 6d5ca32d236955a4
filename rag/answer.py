"""What was found for each part of a question to an answer with [n] markers; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rag.cite import cite
from rag.missing import missing_sentence
from rag.types import Answer, Citation, Claim, Hit, Quote

ABSTENTION = "The articles do not say."
"""The whole text of every answer to a question that the articles do not answer."""


@dataclass(frozen=True, slots=True)
class Section:
    """What is shown for one part of a question: quotes, in the order in which they are read."""

    quotes: tuple[Quote, ...]
    remark: str | None = None
    """A sentence of ours that stands before them."""
    short: str | None = None
    differ: bool = False
    is_list: bool = False
    """Each quote stands on a line of its own."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What an answer tells of its making, besides what it says."""

    question: str
    query: str
    hits: tuple[Hit, ...]
    confidence: float
    model: str


def answered(asked: Asked, sections: Sequence[Section], unanswered: Sequence[str] = ()) -> Answer:
    """An answer in the articles' own words; ``unanswered`` parts of the question are named last.

    A quote that two sections show has one number. With several sections there is no short answer.
    """
    quotes = {_place(quote): quote for section in sections for quote in section.quotes}
    citations = cite(list(quotes.values()))
    numbers = {place: number for number, place in enumerate(quotes, start=1)}
    return Answer(
        question=asked.question,
        query=asked.query,
        status="answered",
        short=sections[0].short if len(sections) == 1 else None,
        text="\n\n".join(
            [
                *(_text_of(section, numbers) for section in sections),
                *(missing_sentence(part) for part in unanswered),
            ]
        ),
        citations=citations,
        hits=asked.hits,
        confidence=asked.confidence,
        model=asked.model,
        claims=tuple(_claim(citation) for citation in citations),
        differ=any(section.differ for section in sections),
        unanswered=tuple(unanswered),
    )


def abstained(asked: Asked, text: str = ABSTENTION) -> Answer:
    """An abstention; the hits are the nearest passages. ``text`` replies to what asks nothing."""
    return Answer(
        question=asked.question,
        query=asked.query,
        status="abstained",
        short=None,
        text=text,
        citations=(),
        hits=asked.hits,
        confidence=asked.confidence,
        model=asked.model,
    )


def reading_order(quotes: Sequence[Quote]) -> list[Quote]:
    """The best quote, then the others article by article, each article's as the article has them.

    The best comes first, since a reader may stop there; so its article is the first one, too.
    """
    best, *others = quotes
    articles = list(dict.fromkeys(quote.article.id for quote in quotes))
    others.sort(key=lambda quote: (articles.index(quote.article.id), quote.start))
    return [best, *others]


def _place(quote: Quote) -> tuple[str, int, int]:
    return quote.article.id, quote.start, quote.end


def _text_of(section: Section, numbers: Mapping[tuple[str, int, int], int]) -> str:
    quotes = [
        f"{quote.lead} “{quote.text}” [{numbers[_place(quote)]}]".lstrip()
        for quote in section.quotes
    ]
    if section.is_list:
        quotes = [f"- {quote}" for quote in quotes]
    remark = [section.remark] if section.remark else []
    return ("\n" if section.is_list or section.differ else " ").join([*remark, *quotes])


def _claim(citation: Citation) -> Claim:
    return Claim(citation.quote, (citation.number,), "quoted")
