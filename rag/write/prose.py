"""An answer in the articles' own words to prose by a model that writes, claim by claim.

What the model writes is not trusted: a sentence that no quote states gives way to a quote, and
markers, links, images and markup never get through.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Generator as Yielding
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

from rag.answer.cite import MARKER, format_date
from rag.text.words import terms
from rag.types import Answer, Article, Claim
from rag.write.check import why_not
from rag.write.prompts import EXAMPLE, REFUSAL, Evidence, Form, evidence_of, form_of, prompt_of
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
    cited = {each.citation.number: each.citation for each in evidence}
    prompt = prompt_of(answer.query or answer.question, evidence, form)
    pieces: list[str] = []
    claims: list[Claim] = []
    for claim in written(prompt, evidence, generator, support, form):
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
        quotes_end=len(answer.text),
        citations=(*answer.citations, *beside),
        claims=(*answer.claims, *claims),
        model=f"{answer.model}, {generator.name}",
    )


def written(
    prompt: str,
    evidence: Sequence[Evidence],
    generator: Generator,
    support: SupportModel | None,
    form: Form,
) -> Iterator[Claim]:
    """The claims of a reply, each as soon as its sentence is complete and checked.

    A sentence that no evidence states gives way to a quote, in quotation marks, unless that was
    told before. Until a first sentence holds nothing is yielded, and nothing at all if none does.
    """
    quotes = {each.citation.number: each for each in evidence}
    held: list[Claim] = []
    told: set[int] = set()
    made, holds = 0, False
    with closing(drafted(prompt, generator, form)) as draft:
        for text, numbers in draft:
            cited = [number for number in numbers if number in quotes]
            if stating := _stating(text, cited, quotes, support):
                held.append(Claim(text, stating, "written"))
                holds = True
                told.update(stating)
            elif (nearest := _nearest(text, cited, quotes)) not in told:
                told.add(nearest)
                held.append(
                    Claim(f"“{quotes[nearest].citation.quote}”", (nearest,), "replaced", text)
                )
            else:
                continue
            made += 1
            if holds:
                yield from held
                held.clear()
            if made >= form.max_claims:
                return


def drafted(
    prompt: str, generator: Generator, form: Form
) -> Yielding[tuple[str, tuple[int, ...]], None, None]:
    """The sentences of a reply that say something, without markers, and the numbers they cite.

    The model is stopped where it refuses, or repeats itself: a small one then never ends.
    """
    said = {tuple(terms(REFUSAL))}
    with closing(generator.stream(prompt, form.max_tokens)) as stream:
        for sentence in reply_sentences(stream):
            text = re.sub(r"\s+([.,;:!?])", r"\1", " ".join(MARKER.sub(" ", sentence).split()))
            if text in EXAMPLE or not (words := tuple(terms(text))):
                continue
            if words in said:
                return
            said.add(words)
            numbers = dict.fromkeys(int(number) for number in MARKER.findall(sentence))
            yield text, tuple(numbers)


def marked(claim: Claim) -> str:
    """The claim as it stands in ``Answer.text``: with its markers."""
    return claim.text + " " + "".join(f"[{number}]" for number in claim.citations)


def _stating(
    text: str, cited: Sequence[int], quotes: Mapping[int, Evidence], support: SupportModel | None
) -> tuple[int, ...]:
    """The quotes that state ``text``: one of those cited, all of them, or another; or none."""
    sets: list[tuple[int, ...]] = [(number,) for number in cited]
    sets += [tuple(cited)] * (len(cited) > 1)
    sets += [(number,) for number in quotes if number not in cited]
    texts = [" ".join(quotes[number].text for number in numbers) for numbers in sets]
    titles = [" ".join(quotes[number].citation.title for number in numbers) for numbers in sets]
    reasons = why_not(text, texts, support, titles)
    return next((each for each, reason in zip(sets, reasons, strict=True) if reason is None), ())


def _nearest(text: str, cited: Sequence[int], quotes: Mapping[int, Evidence]) -> int:
    """Which quote, of those cited or else of all, shares most words with ``text``."""
    said = set(terms(text))
    return max(cited or quotes, key=lambda number: len(said & set(terms(quotes[number].text))))
