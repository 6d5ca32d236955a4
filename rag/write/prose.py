"""An answer in the articles' own words to prose by a model that writes, claim by claim."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from rag.answer.answer import Section, missing_sentence, place_of
from rag.types import Answer, Claim
from rag.write.verify import EmbeddingSupport
from rag.write.write import marked, written

if TYPE_CHECKING:
    from rag.types import Embedder
    from rag.write.writers import Generator


def in_prose(
    answer: Answer, sections: Sequence[Section], generator: Generator, embedder: Embedder
) -> Iterator[str | Answer]:
    """Pieces of text as they are verified, and last the answer whose text they are, joined.

    Each of ``sections``, of which ``answer`` was made, is written from its own quotes under the
    numbers that these have in the answer. Raises ModelError if the model cannot reply.
    """
    numbers = {
        (citation.article_id, citation.start, citation.end): citation.number
        for citation in answer.citations
    }
    pieces: list[str] = []
    claims: list[Claim] = []

    def said(piece: str) -> str:
        pieces.append(piece)
        return piece

    for place, section in enumerate(sections):
        if not section.quotes:
            yield said(f"\n\n{missing_sentence(section)}" if place else missing_sentence(section))
            continue
        yield said(_opening(section, is_first=place == 0))
        for claim in _written(section, answer.question, generator, embedder, numbers):
            between = " " if pieces[-1].strip() and not pieces[-1].endswith("\n") else ""
            claims.append(claim)
            yield said(between + marked(claim))
    cited = {number for claim in claims for number in claim.citations}
    yield replace(
        answer,
        text="".join(pieces),
        citations=tuple(each for each in answer.citations if each.number in cited),
        claims=tuple(claims),
        model=f"{answer.model}, {generator.name}",
    )


def _opening(section: Section, *, is_first: bool) -> str:
    remark = f"{section.remark}\n" if section.remark else ""
    return remark if is_first else f"\n\n{remark}"


def _written(
    section: Section,
    question: str,
    generator: Generator,
    embedder: Embedder,
    numbers: Mapping[tuple[str, int, int], int],
) -> Iterator[Claim]:
    asked = section.part or question
    for claim in written(asked, section.quotes, generator, EmbeddingSupport(embedder)):
        cited = (numbers[place_of(section.quotes[number - 1])] for number in claim.citations)
        yield replace(claim, citations=tuple(cited))
