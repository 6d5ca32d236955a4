"""What is to be known of an answer, in the words that the page and every export use; pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from rag.answer.answer import ABSTENTION
from rag.read.evidence import cut
from rag.shown.filters import describe_filters
from rag.text.counted import count
from rag.types import Answer, Claim, Filters

NEAREST_SHOWN = 3
"""Passages listed under an answer that nothing supports."""
SURE, LIKELY = cut("sure"), cut("likely")
"""The confidences from which an answer is called so: cut where 0.95 and 0.8 of such answers were
right (benchmarks/fit_evidence.py)."""
OF_SUCH = {
    "Sure": "Of 100 answers called so, about 95 were right when it was fitted.",
    "Likely": "Of 100 answers called so or surer, about 80 were right when it was fitted.",
    "Not sure": "Read the quotes with care.",
}
"""What the words for it mean."""
DIFFER = "The articles differ"
WRITTEN = "Written by a model, each sentence checked against the quotes"
"""Stands over what a model wrote out after the quotes."""
_NO_ARTICLE = "No article "
"""So begins what is said where none mentions it, and where none passes the filters."""


@dataclass(frozen=True, slots=True)
class Searched:
    """What a question was asked of: so many ``articles`` passed then, 0 where nobody counted."""

    articles: int = 0
    filters: Filters = field(default_factory=Filters)


def answer_facts(answer: Answer, searched: Searched) -> Iterator[str]:
    """How sure it is, whose words it has, what was searched, how long it took: one line each."""
    found = answer.citations or answer.hits
    is_none = answer.text == ABSTENTION or answer.text.startswith(_NO_ARTICLE)
    if found or is_none:  # else it is a reply for which nothing was searched
        if answer.status == "answered":
            yield sureness(answer)
            yield from _origin(answer)
        if answer.differ:
            yield DIFFER
        yield from _search(answer, searched)
    if answer.timings:
        seconds = answer.timings.get("total", sum(answer.timings.values()))
        yield f"Took {seconds:.1f}\u00a0s" if seconds >= 0.05 else "Took less than 0.1\u00a0s"


def sureness(answer: Answer) -> str:
    """``Sure``, ``Likely`` or ``Not sure``; no percentage, which would claim to be exact."""
    if answer.confidence >= SURE:
        return "Sure"
    return "Likely" if answer.confidence >= LIKELY else "Not sure"


def not_held(claim: Claim) -> str:
    """Why a sentence of a model was replaced by its quote."""
    why = f" ({claim.reason})" if claim.reason else ""
    return f"The model’s sentence was not held by its source{why}"


def _origin(answer: Answer) -> Iterator[str]:
    origins = [claim.origin for claim in answer.claims]
    if "quoted" in origins:
        yield "In the articles’ own words"
    if replaced := origins.count("replaced"):
        yield f"{count(replaced, 'written sentence')} replaced"


def _search(answer: Answer, searched: Searched) -> Iterator[str]:
    if answer.query != answer.question:
        yield f"Searched for “{answer.query}”"
    told = describe_filters(searched.filters)
    if searched.articles:
        among = f", only those {told}" if told else ""
        yield f"Searched {count(searched.articles, 'article')}{among}"
    elif told:
        yield f"Searched only articles {told}"
