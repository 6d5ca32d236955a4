"""Does a quote support a claim? Pure, but for the model that compares two texts.

Strict by intent: a claim that fails is replaced by its quote, which costs the reader little; a
claim that passes falsely costs trust. Numbers, dates, names, quoted words, negation, hedges and
opposites are compared exactly; every other word that says something must be in the quote or mean
the same; and at last the two texts must be near one another as a whole.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Protocol

from rag.text.content import content, index_terms
from rag.text.proper_names import names, one_spelling, unstated_name
from rag.text.quantities import quantities, unstated
from rag.text.sentences import sentences
from rag.text.stated_dates import stated_dates, unstated_date
from rag.text.words import terms
from rag.types import Span
from rag.write.attachment import wrongly_attached
from rag.write.clauses import is_fragment
from rag.write.contrasts import hedges, negated, opposites_of, same_word, turned
from rag.write.gaps import not_together
from rag.write.restrictions import other_superlative
from rag.write.tenses import told_as_now, trades_verb
from rag.write.word_order import belongs_to_another, is_swapped

if TYPE_CHECKING:
    from rag.types import Embedder

MIN_SUPPORT = 0.3
"""Below this similarity a quote does not support a claim, whatever words they share: by hand, low
enough for a short claim of a long quote (LOG.md, "written sentences that hold")."""

_CLAUSE_END = re.compile(
    r";\s+|[,—–]?\s+\b(?:while|whereas|but|although|though)\b|,\s+and\b", re.IGNORECASE
)
_LEADING_CLAUSE = re.compile(r"(?:While|Whereas|Although|Though)\b[^,]*,")
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_CLAUSE_BREAK = re.compile(r"[;:,]\s")
_DENIED_WORDS = 2
"""A negation is of the words next to it."""
_QUOTED = re.compile(r"[“\"]([^“”\"]+)[”\"]")
_QUESTION = re.compile(r"\?[\"”’)\s]*$")
_LINKING = "include involve occur happen take place call name know according quote article passage"
"""Verbs that say no more than "be", and words that only point to the quote."""


class Support(Protocol):
    """Says how well a text supports another as a whole."""

    def score(self, claim: str, quote: str) -> float:
        """Similarity, at most 1; higher is better."""
        ...


class EmbeddingSupport:
    """The cosine of the two texts' embeddings."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    def score(self, claim: str, quote: str) -> float:
        one, other = self._embedder.embed_passages([claim, quote])
        return float(one @ other)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a claim holds, and if not, what is not in its quotes."""

    ok: bool
    reason: str = ""


def verify(claim: str, quotes: Sequence[str], support: Support) -> Verdict:
    """Whether ``quotes``, read together, state what ``claim``, one sentence, states."""
    claim = one_spelling(claim)
    texts = [one_spelling(quote) for quote in quotes]
    reason = _unsupported(claim, texts)
    if reason is None:
        best = max((support.score(claim, text) for text in [*texts, " ".join(texts)]), default=0.0)
        reason = None if best >= MIN_SUPPORT else f"similarity {best:.2f}"
    return Verdict(reason is None, reason or "")


def says_something(text: str) -> bool:
    """Whether ``text`` has a word, name or number that could be verified."""
    return bool(content(text)) or bool(_facts(text))


def _unsupported(claim: str, quotes: Sequence[str]) -> str | None:
    """What of ``claim`` the quotes do not state; None if they state all of it."""
    if not quotes:
        return "no quote"
    if not says_something(claim):
        return "it says nothing"
    if _QUESTION.search(claim):
        return "it is a question"
    if _plain(claim) in _plain_sentences(quotes):
        return None
    if is_fragment(claim, " ".join(quotes)):
        return "it has no verb"
    if words := _misquoted(claim, quotes):
        return f"quoted words: {words}"
    whole, stated = " ; ".join(quotes), " ; ".join(_clauses_about(claim, quotes))
    speakers = hedges(" ".join(quotes)) & {"said"}  # ", he said" at the end is of all before it
    return (
        _other_facts(claim, stated)
        or _turned(claim, stated, speakers)
        or _other_word(claim, stated)
        or _said_twice(claim, whole)
        or _apart(claim, whole)
    )


def _apart(claim: str, quote: str) -> str | None:
    word = not_together(claim, quote)
    return f"said of something else: {word}" if word else None


def _misquoted(claim: str, quotes: Sequence[str]) -> str | None:
    """Words that the claim has in quotation marks, and no quote has."""
    there = [_plain(quote) for quote in quotes]
    for words in _QUOTED.findall(claim):
        if not any(_plain(words) in quote for quote in there):
            return str(words)
    return None


def _plain_sentences(quotes: Sequence[str]) -> set[str]:
    return {_plain(quote[start:end]) for quote in quotes for start, end in sentences(quote)}


def _plain(text: str) -> str:
    return " ".join(_WORD.findall(text.casefold()))


def _clauses_about(claim: str, quotes: Sequence[str]) -> list[str]:
    """The clauses of the quotes that share most words with ``claim``, until no more are shared.

    Numbers, dates and opposites have no say in which; so "gas rose 5%" is compared with what is
    said of gas.
    """
    clauses = [clause for quote in quotes for clause in _clauses(quote)]
    bare = _masked(claim, [*_dates_and_numbers(claim)])
    wanted = {term for term in content(bare) if not opposites_of(term)}
    chosen: set[int] = set()
    while wanted:
        shared = [_shared(wanted, clause) for clause in clauses]
        best = max(range(len(clauses)), key=lambda index: len(shared[index]))
        if not shared[best]:
            break
        chosen.add(best)
        wanted -= shared[best]
    return [clause for index, clause in enumerate(clauses) if index in chosen or not chosen]


def _clauses(quote: str) -> Iterator[str]:
    for start, end in sentences(quote):
        sentence = quote[start:end]
        if leading := _LEADING_CLAUSE.match(sentence):
            yield leading.group()
            sentence = sentence[leading.end() :]
        yield from _CLAUSE_END.split(sentence)


def _shared(wanted: Iterable[str], clause: str) -> set[str]:
    there = set(terms(clause))
    return {word for word in wanted if any(same_word(word, other) for other in there)}


def _other_facts(claim: str, stated: str) -> str | None:
    dates, dates_there = stated_dates(claim), stated_dates(stated)
    if date := unstated_date(dates, dates_there):
        return f"date: {claim[slice(*date.span)]}"
    plain = _masked(claim, (date.span for date in dates))
    plain_there = _masked(stated, (date.span for date in dates_there))
    # A year alone is a number; a date states its year.
    years = [number for date in dates_there for number in quantities(str(date.year or ""))]
    if number := unstated(quantities(plain), [*quantities(plain_there), *years]):
        return f"number: {claim[slice(*number.span)]}"
    if name := unstated_name(names(plain), names(plain_there)):
        return f"name: {name.text}"
    return None


def _turned(claim: str, stated: str, speakers: set[str]) -> str | None:
    denied, denied_there = _denied(claim), _denied(stated)
    if bool(denied) != bool(denied_there) or len(denied) % 2 != len(denied_there) % 2:
        return "negation"
    if denied and not any(
        same_word(word, other) for word in chain(*denied) for other in chain(*denied_there)
    ):
        return "something else is negated"
    reserved = hedges(stated) | speakers
    if missing := reserved - hedges(claim):
        return f"it is more certain: {min(missing)}"
    if added := hedges(claim) - reserved:
        return f"it is less certain: {min(added)}"
    if word := turned(claim, stated):
        return f"opposite: {word}"
    if told_as_now(claim, stated):
        return "it is told as it is now"
    if word := trades_verb(claim, stated):
        return f"another verb: {word}"
    if word := other_superlative(claim, stated):
        return f"of something else: {word}"
    if belongs_to_another(claim, stated):
        return "said of something else"
    if is_swapped(claim, stated):
        return "word order"
    fact = wrongly_attached(claim, stated)
    return f"said of something else: {fact}" if fact else None


def _denied(text: str) -> list[list[str]]:
    """For each negation the first words after it, in its clause, that say something."""
    return [content(_CLAUSE_BREAK.split(after)[0])[:_DENIED_WORDS] for after in negated(text)]


def _other_word(claim: str, stated: str) -> str | None:
    """A word of ``claim`` that is neither in ``stated`` nor means the same as one that is."""
    words = [
        word for word in content(_masked(claim, _facts(claim))) if word not in index_terms(_LINKING)
    ]
    return next((f"word: {word}" for word in words if not _shared([word], stated)), None)


def _said_twice(claim: str, quote: str) -> str | None:
    """A word that the claim has more often than the quote: perhaps in another's place."""
    there = Counter(content(quote))
    return next(
        (
            f"said twice: {word}"
            for word, times in Counter(content(claim)).items()
            if times > there[word] > 0
        ),
        None,
    )


def _facts(text: str) -> list[Span]:
    """Where the dates, numbers and names of ``text`` stand."""
    return [
        *_dates_and_numbers(text),
        *(name.span for name in names(text) if not name.opens),
    ]


def _dates_and_numbers(text: str) -> list[Span]:
    dates = [date.span for date in stated_dates(text)]
    return [*dates, *(number.span for number in quantities(_masked(text, dates)))]


def _masked(text: str, spans: Iterable[Span]) -> str:
    """``text`` of the same length, with spaces for what is in ``spans``."""
    for start, end in spans:
        text = text[:start] + " " * (end - start) + text[end:]
    return text
