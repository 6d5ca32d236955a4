"""An answer in the articles' own words to prose by a model that writes, claim by claim.

What the model writes is not trusted: a sentence that no quote states gives way to a quote, and
markers, links, images and markup never get through.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from rag.answer.cite import MARKER, format_date
from rag.text.words import terms
from rag.types import Answer, Article, Citation, Claim
from rag.write.check import says_something, why_not
from rag.write.prompts import REFUSAL, evidence_of, form_of, prompt_of
from rag.write.reply import reply_sentences

if TYPE_CHECKING:
    from rag.types import SupportModel
    from rag.write.generators import Generator


def in_prose(
    answer: Answer,
    article: Callable[[str], Article | None],
    generator: Generator,
    support: SupportModel | None = None,
    kind: str = "lookup",
) -> Iterator[str | Answer]:
    """What is written out after ``answer``: pieces of text, and last the answer with them.

    ``answer`` is quotes, with at least one citation; ``article`` gives the article of an id, for
    the sentences beside the quotes; ``kind`` decides the form. A piece is a sentence, as soon as it
    is complete and checked. Joined, ``answer.text`` and the pieces are the last answer's text. Its
    claims are those of ``answer``, then those of the prose, "written" or "replaced"; its citations
    those of ``answer``, then the sentences beside them that the prose cites. Where the model writes
    nothing that holds there are no pieces, and the answer comes back as it was. Closing the
    iterator stops the model. Raises ModelError if the model cannot reply.
    """
    form = form_of(kind)
    evidence = evidence_of(answer, article, form)
    cited = {each.number: each for each in evidence}
    prompt = prompt_of(answer.query or answer.question, evidence, form)
    pieces: list[str] = []
    claims: list[Claim] = []
    for claim in written(prompt, evidence, generator, support, form.max_claims, form.max_tokens):
        between = " " if claims else "\n\n"
        if form.in_lines:
            date = cited[claim.citations[0]].date if form.by_date else None
            between = (
                ("\n" if claims else "\n\n") + "- " + (f"{format_date(date)}: " if date else "")
            )
        pieces.append(between + marked(claim))
        claims.append(claim)
        yield pieces[-1]
    if not claims:
        yield answer
        return
    numbers = {number for claim in claims for number in claim.citations}
    known = {each.number for each in answer.citations}
    beside = [cited[number] for number in sorted(numbers - known)]
    yield replace(
        answer,
        text=answer.text + "".join(pieces),
        citations=(*answer.citations, *beside),
        claims=(*answer.claims, *claims),
        model=f"{answer.model}, {generator.name}",
    )


def written(
    prompt: str,
    evidence: Sequence[Citation],
    generator: Generator,
    support: SupportModel | None,
    max_claims: int,
    max_tokens: int,
) -> Iterator[Claim]:
    """The claims of a reply, each as soon as its sentence is complete and checked.

    A sentence that no evidence states gives way to a quote, in quotation marks, each at most once.
    Until a first sentence holds nothing is yielded, and nothing at all if none does. The model is
    stopped where it refuses, repeats itself or goes on after ``max_claims``.
    """
    draft = _Draft({each.number: each.quote for each in evidence}, support)
    stream = generator.stream(prompt, max_tokens)
    held: list[Claim] = []
    try:
        for sentence in reply_sentences(stream):
            text = _bare(sentence)
            if draft.has(text) or _words(text) == _words(REFUSAL):
                break
            if claim := draft.claim_for(text, _numbers(sentence)):
                held.append(claim)
            if draft.holds:
                yield from held
                held.clear()
            if draft.made >= max_claims:
                break
    finally:
        stream.close()


def marked(claim: Claim) -> str:
    """The claim as it stands in ``Answer.text``: with its markers."""
    return claim.text + " " + "".join(f"[{number}]" for number in claim.citations)


@dataclass(slots=True)
class _Draft:
    """What has been made of the model's sentences so far."""

    quotes: dict[int, str]
    support: SupportModel | None
    made: int = 0
    holds: bool = False
    """Whether any sentence of the model's own was kept."""
    said: set[tuple[str, ...]] = field(default_factory=set)
    shown: set[int] = field(default_factory=set)
    """The numbers of the quotes shown in place of sentences."""

    def has(self, text: str) -> bool:
        """Whether the model has written the sentence before: a small one then never stops."""
        return _words(text) in self.said

    def claim_for(self, text: str, cited: Sequence[int]) -> Claim | None:
        """The claim that a sentence makes; None if it adds nothing."""
        if not says_something(text):
            return None
        self.said.add(_words(text))
        cited = [number for number in cited if number in self.quotes]
        if numbers := self._stating(text, cited):
            self.holds = True
            claim = Claim(text, numbers, "written")
        else:
            number = self._nearest(text, cited)
            if number in self.shown:
                return None
            self.shown.add(number)
            claim = Claim(f"“{self.quotes[number]}”", (number,), "replaced", text)
        self.made += 1
        return claim

    def _stating(self, text: str, cited: Sequence[int]) -> tuple[int, ...]:
        """The quotes that state ``text``: one of those cited, all of them, or another; or none."""
        others = [number for number in self.quotes if number not in cited]
        sets: list[tuple[int, ...]] = [(number,) for number in cited]
        sets += [tuple(cited)] * (len(cited) > 1)
        sets += [(number,) for number in others]
        texts = [" ".join(self.quotes[number] for number in numbers) for numbers in sets]
        reasons = why_not(text, texts, self.support)
        return next((each for each, reason in zip(sets, reasons, strict=True) if not reason), ())

    def _nearest(self, text: str, numbers: Sequence[int]) -> int:
        """Which quote, of ``numbers`` or else of all, shares most words with ``text``."""
        said = set(terms(text))
        return max(
            numbers or self.quotes, key=lambda number: len(said & set(terms(self.quotes[number])))
        )


def _words(text: str) -> tuple[str, ...]:
    return tuple(terms(text))


def _bare(sentence: str) -> str:
    """The sentence without its markers."""
    return re.sub(r"\s+([.,;:!?])", r"\1", " ".join(MARKER.sub(" ", sentence).split()))


def _numbers(sentence: str) -> list[int]:
    return list(dict.fromkeys(int(number) for number in MARKER.findall(sentence)))
