"""An answer in the articles' own words to prose by a model that writes, claim by claim.

What the model writes is not trusted: a sentence that no quote states gives way to a quote, and
so does one with links, markup or brackets other than markers.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

from rag.answer.cite import MARKER, format_date
from rag.text.sentences import sentences
from rag.text.words import terms
from rag.types import Answer, Article, Claim
from rag.write.check import is_stated
from rag.write.prompts import EXAMPLE, REFUSAL, Evidence, Form, evidence_of, form_of, prompt_of

if TYPE_CHECKING:
    from rag.write.generators import Stream, TextGenerator

_THOUGHT = re.compile(r"^\s*<think>.*?(?:</think>|$)", re.DOTALL)
_MARKERS = re.compile(r"[\[【][^\W\d]{0,8}\s*(\d+(?:\s*[,;&]\s*\d+)*)\s*[\]】]")
_MARKERS_AFTER_END = re.compile(r"([.!?]+[\"”’)]*)[^\S\n]*((?:\[\d+\][^\S\n]*)+)")
_LINE_MARKUP = re.compile(r"^\s*(?:#+\s|[-*+•>]\s|\d{1,2}[.)]\s)+", re.MULTILINE)
_NO_PROSE = re.compile(r"[<>\[\]【】{}|\\`]|://|\bwww\.|\b(?:javascript|data|mailto):", re.I)
_OPEN_BRACKET = re.compile(r"[\[【][^\]】]{0,20}$")
"""The text may go on to be a marker."""
_JOINERS = "\u200c\u200d"
"""Part of the spelling in some scripts."""
_ENDED = re.compile(r"[.!?…][\"”’)]*$")


def in_prose(
    answer: Answer, article: Callable[[str], Article | None], generator: TextGenerator
) -> Iterator[str | Answer]:
    """What is written out after ``answer``: pieces of text, and last the answer with them.

    ``answer`` is quotes, with at least one citation; ``article`` gives the article of an id, for
    the sentences beside the quotes. A piece is a sentence, as soon as it is complete and checked.
    Joined, ``answer.text`` and the pieces are the last answer's text. Its claims are those of
    ``answer``, then those of the prose, "written" or "replaced"; its citations those of ``answer``,
    then the sentences beside them that the prose cites. Where the model writes nothing that holds
    there are no pieces, and the answer comes back as it was. Closing the iterator stops the model.
    Raises ModelError if the model cannot reply.
    """
    form = form_of(answer.kind)
    evidence = {each.citation.number: each for each in evidence_of(answer, article, form)}
    prompt = prompt_of(answer.query or answer.question, list(evidence.values()), form)
    pieces: list[str] = []
    claims: list[Claim] = []
    with closing(drafted(prompt, generator, form)) as draft:
        for claim in checked(draft, evidence, form.max_claims):
            date = evidence[claim.citations[0]].citation.date if form.by_date else None
            line = f"- {format_date(date)}: " if date else "- "
            between = "\n" if form.in_lines else " "
            markers = "".join(f"[{number}]" for number in claim.citations)
            pieces.append(
                (between if claims else "\n\n")
                + (line if form.in_lines else "")
                + f"{claim.text} {markers}"
            )
            claims.append(claim)
            yield pieces[-1]
    if not claims:
        yield answer
        return
    cited = {number for claim in claims for number in claim.citations}
    beside = sorted(cited - {each.number for each in answer.citations})
    yield replace(
        answer,
        text=answer.text + "".join(pieces),
        quotes_end=len(answer.text),
        citations=(*answer.citations, *(evidence[number].citation for number in beside)),
        claims=(*answer.claims, *claims),
        model=f"{answer.model}, {generator.name}",
    )


def checked(
    draft: Iterable[tuple[str, Sequence[int]]],
    evidence: Mapping[int, Evidence],
    most: int,
) -> Iterator[Claim]:
    """At most ``most`` claims of a draft, each as soon as it is checked.

    A sentence that no evidence states gives way to a quote, in quotation marks, unless that was
    told before. Until a first sentence holds nothing is yielded, and nothing at all if none does.
    """
    held: list[Claim] = []
    told: set[int] = set()
    made, holds = 0, False
    for text, numbers in draft:
        cited = [number for number in numbers if number in evidence]
        if stating := _stating(text, cited, evidence):
            held.append(Claim(text, (stating,), "written"))
            told.add(stating)
            holds = True
        elif (nearest := _nearest(text, cited, evidence)) not in told:
            quote = f"“{evidence[nearest].citation.quote}”"
            held.append(Claim(quote, (nearest,), "replaced", text))
            told.add(nearest)
        else:
            continue
        made += 1
        if holds:
            yield from held
            held.clear()
        if made >= most:
            return


def drafted(
    prompt: str, generator: TextGenerator, form: Form
) -> Stream[tuple[str, tuple[int, ...]]]:
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
            yield text, tuple(dict.fromkeys(map(int, MARKER.findall(sentence))))


def reply_sentences(pieces: Iterable[str]) -> Iterator[str]:
    """The sentences of a reply, each as soon as the next one begins, with [n] markers in them.

    The last counts only if it is ended, or the only one: else the model was cut off in it.
    """
    reply, given = "", 0
    for piece in pieces:
        reply += piece
        quoting = reply.count("“") > reply.count("”") or reply.count('"') % 2
        if not (quoting or _OPEN_BRACKET.search(reply)):  # else what comes may belong to it
            complete = _split(reply)[:-1]
            yield from complete[given:]
            given = max(given, len(complete))
    last = _split(reply)[given:]
    yield from (sentence for sentence in last if _ENDED.search(sentence) or not given)


def _split(reply: str) -> list[str]:
    """Its sentences, without what is thought aloud, bullets, emphasis and invisible characters."""
    text = "".join(filter(_is_visible, reply))
    text = _LINE_MARKUP.sub("\n\n", _THOUGHT.sub("", text)).replace("*", "")
    text = _MARKERS.sub(lambda m: "".join(f"[{n}]" for n in re.findall(r"\d+", m[1])), text)
    text = _MARKERS_AFTER_END.sub(lambda found: f" {found[2].strip()}{found[1]} ", text)
    return [" ".join(text[start:end].split()) for start, end in sentences(text)]


def _is_visible(char: str) -> bool:
    return char in "\n\t" + _JOINERS or unicodedata.category(char) not in ("Cc", "Cf")


def _stating(text: str, cited: Sequence[int], evidence: Mapping[int, Evidence]) -> int | None:
    """The quote that states ``text``: one of those cited, or another; or none."""
    if _NO_PROSE.search(text):
        return None
    return next((n for n in [*cited, *evidence] if is_stated(text, evidence[n].text)), None)


def _nearest(text: str, cited: Sequence[int], evidence: Mapping[int, Evidence]) -> int:
    """Which quote, of those cited or else of all, shares most words with ``text``."""
    said = set(terms(text))
    return max(cited or evidence, key=lambda number: len(said & set(terms(evidence[number].text))))
