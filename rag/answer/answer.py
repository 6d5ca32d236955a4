"""What was found for each part of a question to an answer with [n] markers; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rag.answer.cite import cite, quoted
from rag.question.missing import missing_sentence
from rag.types import Answer, Citation, Claim, Hit, Quote

ABSTENTION = "The articles do not say."
"""The whole text of every answer to a question that the articles do not answer."""
NONE_PASSES = "No article passes the filters."
"""Instead of it, where nothing could be searched."""


@dataclass(frozen=True, slots=True)
class Section:
    """What is shown for one part of a question: quotes, in the order in which they are read."""

    quotes: tuple[Quote, ...]
    remark: str | None = None
    """A sentence of ours that stands before them."""
    short: str | None = None
    differ: bool = False
    in_lines: bool = False
    """Each quote stands on a line of its own, as in a list."""
    part: str | None = None
    """What was asked; None where the quotes were chosen for another reason than to answer."""

    @property
    def may_be_written(self) -> bool:
        """Whether prose could stand in place of the quotes; of a disagreement it tells one side."""
        return self.part is not None and not self.differ


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
    quotes = {place_of(quote): quote for section in sections for quote in section.quotes}
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


def place_of(quote: Quote) -> tuple[str, int, int]:
    """What tells a quote from all others: its article and the characters it stands at."""
    return quote.article.id, quote.start, quote.end


def _text_of(section: Section, numbers: Mapping[tuple[str, int, int], int]) -> str:
    quotes = [f"{quoted(quote)} [{numbers[place_of(quote)]}]" for quote in section.quotes]
    if section.in_lines:
        quotes = [f"- {quote}" for quote in quotes]
    remark = [section.remark] if section.remark else []
    return ("\n" if section.in_lines else " ").join([*remark, *quotes])


def _claim(citation: Citation) -> Claim:
    return Claim(citation.quote, (citation.number,), "quoted")
