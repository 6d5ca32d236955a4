"""Whether the articles quoted agree or differ.

Two articles differ where each would answer by itself, of the same matter, in words that cannot
mean the same, and neither's words stand in the other's sentence. "12 million" and "$12 million",
"four hours" and "about 240 minutes", "Monday" in an article of 31 May 2007 and "28 May", "Ms
Okafor" and "Grace Okafor", "Iran" and "the Iranian envoy" mean the same. English only.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import combinations
from typing import TYPE_CHECKING, Literal, TypeAlias

from rag.answer.cite import named
from rag.answer.evidence import story_of
from rag.question.answer_type import AnswerType, asked_type, holds_type, without_type
from rag.text.dates import Days, StatedDate, stated_dates
from rag.text.names import Name, names
from rag.text.numbers import Amount, amounts
from rag.text.sentences import sentences
from rag.text.words import content_terms, terms
from rag.types import Quote, Span

if TYPE_CHECKING:
    from rag.types import Embedder

Likeness: TypeAlias = Literal["same", "other", "open"]

DIFFERS_FROM = 0.3
"""An article differs only if it would answer with this confidence."""
MOST_TERMS = 6
"""Longer words are a clause; two clauses may say the same in any words."""
ALIKE = 0.5
"""Cosine of two words that may stand for each other: "killed" and "died" have 0.8, "talks" and
"negotiations" 0.5, "built" and "sank" 0.3."""
_NEARLY = 0.1
_ABOUT = 0.1
"""What is "about" a number is at most this share of it away."""
_ROUNDED = 0.03
"""So far apart are "248 metres" and "814 feet"."""
_LEAST_SHARED = 0.5
_FEWEST_SHARED = 3
"""Two sentences that have this share, and at least so many, of their terms in common tell the same,
whatever the question's words."""
_WHAT = re.compile(r"\b(?:what|which)\b", re.IGNORECASE)
"""Reasons, manners and a yes or no are told in sentences, which no rule compares."""
_REFERS_BACK = re.compile(r"(?:It|They|He|She|This|These|Its|Their|His|Her)\b|The\s+[a-z]")
_WORD = re.compile(r"\w[\w'’-]*")
_NAME_OR_NUMBER = re.compile(r"(?<=\S )[A-Z][\w'’.-]*|\d[\d,.]*")
_DESCRIBED = re.compile(r"\b[A-Z]\w+(?:['’]s)?\s[a-z]{3,}")
"""Somebody is told by an office, "Tehran's envoy", "the Iranian ambassador": perhaps the one who is
named elsewhere."""
_ADJECTIVE = re.compile(r"(?:n|an|ian|i|ese|ish|ns|ans|ians|is)|(?<=n|i)s")
"""Ends "Iranian", "Iraqis", "Chinese", "Americans"."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """The quotes, in the order in which they are to be read, and what is said of them."""

    quotes: tuple[Quote, ...]
    remark: str | None = None
    """How the articles stand to one another, in one sentence; None where there is one article."""
    differ: bool = False


def compared(
    question: str, quotes: Sequence[Quote], embedder: Embedder, agreeing: Sequence[Quote] = ()
) -> Agreement:
    """What the articles of ``quotes``, the best of which comes first, say beside one another.

    ``agreeing`` are known to say what the best says; they only count."""
    best = quotes[0]
    kind = asked_type(question)
    told = [quote for quote in quotes if quote.words]
    if not best.words or not (kind or _WHAT.search(question)):
        told = []
    apart = [
        pair
        for pair in combinations(told, 2)
        if all(quote is best or quote.confidence >= DIFFERS_FROM for quote in pair)
        and _contradict(question, kind, *pair, embedder)
        and (pair[0] is best or same_matter(question, *pair, embedder))
    ]
    unlike = [quote for quote in told if quote is not best and any(quote in pair for pair in apart)]
    if unlike:
        first = [best, *unlike]
        ordered = first + [quote for quote in quotes if quote not in first]
        return Agreement(
            tuple(replace(quote, lead=f"{named(quote.article)}:") for quote in ordered),
            "The articles give different answers; see whether they speak of the same thing.",
            differ=True,
        )
    same = [quote for quote in told if compared_answers(kind, quote, best) == "same"]
    stories = {story_of(quote.article) for quote in (best, *agreeing, *same)}
    remark = f"{len(stories)} articles say so." if len(stories) > 1 else None
    return Agreement(tuple(quotes), remark)


def _contradict(
    question: str, kind: AnswerType | None, first: Quote, second: Quote, embedder: Embedder
) -> bool:
    """Whether two articles answer otherwise, and neither's words stand in the other's sentence."""
    some, others = set(terms(first.words or "")), set(terms(second.words or ""))
    return (
        first.article.id != second.article.id
        and compared_answers(kind, first, second) == "other"
        and not some <= set(terms(second.text))
        and not others <= set(terms(first.text))
        and same_matter(question, second, first, embedder)
    )


# Whether the marked words mean the same.


def compared_answers(kind: AnswerType | None, some: Quote, other: Quote) -> Likeness:
    """How the marked words of two quotes, of whatever articles, stand to one another.

    ``kind`` is what the question asks for. Both quotes have marked words.
    """
    first, second = set(terms(some.words or "")), set(terms(other.words or ""))
    if first and second and (first <= second or second <= first):
        return "same"
    if kind in (None, "date"):
        dates = _dates_of(some), _dates_of(other)
        if all(dates):
            return "same" if any(_may_be_one(a, b) for a in dates[0] for b in dates[1]) else "other"
        if kind == "date":
            return "open"
    if kind != "name":
        numbers = _amounts_of(some), _amounts_of(other)
        if all(numbers):
            return (
                "same"
                if any(_is_as_much(a, b) for a in numbers[0] for b in numbers[1])
                else "other"
            )
    if kind in (None, "name"):
        fewer, more = sorted((names(some.words or ""), names(other.words or "")), key=len)
        if fewer and all(any(same_name(name, each) for each in more) for name in fewer):
            return "same"
        if fewer:
            described = {_DESCRIBED.search(quote.words or "") is None for quote in (some, other)}
            return "other" if len(described) == 1 else "open"
    if kind is not None or max(len(first), len(second)) > MOST_TERMS:
        return "open"
    return "open" if first & second else "other"


def same_name(some: Name, other: Name) -> bool:
    """Whether one name is the other, or a part of it, shortened, or the adjective of it."""
    shorter, longer = sorted((some.parts, other.parts), key=len)
    initials = "".join(part[0] for part in longer)
    return (
        (len(longer) > 1 and shorter == (initials,))
        or all(any(_same_word(part, each) for each in longer) for part in shorter)
        or (len(shorter) > 1 and shorter[-1] == longer[-1] and shorter[0][0] == longer[0][0])
    )


def _same_word(some: str, other: str) -> bool:
    short, long = sorted((some, other), key=len)
    root = short.rstrip("aey")
    is_adjective = len(root) >= 3 and long.startswith(root)
    return some == other or (is_adjective and _ADJECTIVE.fullmatch(long, len(root)) is not None)


def _marked(quote: Quote) -> Span:
    start = max(0, quote.text.find(quote.words or ""))
    return Span(start, start + len(quote.words or ""))


def _touches(span: Span, marked: Span) -> bool:
    return span.start < marked.end and marked.start < span.end


def _amounts_of(quote: Quote) -> list[Amount]:
    """What the marked words count, with unit and bound, which may stand beside them."""
    return [each for each in amounts(quote.text) if _touches(each.span, _marked(quote))]


def _is_as_much(some: Amount, other: Amount) -> bool:
    if some.unit and other.unit and some.unit != other.unit:
        return False
    apart = abs(some.value - other.value) / (max(abs(some.value), abs(other.value)) or 1.0)
    if "about" in (some.bound, other.bound):
        return apart <= _ABOUT
    larger, smaller = (some, other) if some.value > other.value else (other, some)
    is_rounded = some.unit == other.unit in ("meter", "acre", "kilogram") and apart <= _ROUNDED
    return not apart or is_rounded or smaller.bound == "more" or larger.bound == "less"


def _dates_of(quote: Quote) -> list[tuple[StatedDate, Days | None]]:
    """The dates that the marked words state, and the days that they mean in their article."""
    published = quote.article.date or ""
    day = date.fromisoformat(published) if len(published) == 10 else None
    return [
        (stated, stated.days(day) if day else None)
        for stated in stated_dates(quote.text)
        if _touches(stated.span, _marked(quote))
    ]


def _may_be_one(
    some: tuple[StatedDate, Days | None], other: tuple[StatedDate, Days | None]
) -> bool:
    (stated, days), (others, other_days) = some, other
    if days and other_days:
        return days.first <= other_days.last and other_days.first <= days.last
    pairs = ((stated.day, others.day), (stated.month, others.month), (stated.year, others.year))
    return all(None in pair or pair[0] == pair[1] for pair in pairs)


# Whether two quotes speak of the same matter.


def same_matter(question: str, quote: Quote, best: Quote, embedder: Embedder) -> bool:
    """Whether ``quote`` says of the question's matter as much as ``best``, which answers it.

    Its marked words are of the kind asked for, its article has the question's names and numbers
    that the other has, and its sentence the other words of the question that the other has, in
    these words or in words alike.
    """
    kind = asked_type(question)
    if kind not in (None, "name") and not holds_type(quote.words or "", kind, question):
        return False
    known = {term for name in _NAME_OR_NUMBER.finditer(question) for term in terms(name.group())}
    if known & _told(best) - _told(quote):
        return False
    if _alike_but_for_the_words(quote, best):
        return True
    asked = _NAME_OR_NUMBER.sub(" ", without_type(question))
    said = _with_what_it_refers_to(quote)
    missing = set(content_terms(asked)) - set(terms(said))
    words = [word for word in _WORD.findall(asked) if not missing.isdisjoint(terms(word))]
    return not words or _says_as_much(words, said, _with_what_it_refers_to(best), embedder)


def _alike_but_for_the_words(quote: Quote, best: Quote) -> bool:
    """Whether one sentence is nearly the other, the marked words aside."""
    some, other = (set(terms(each.text)) - set(terms(each.words or "")) for each in (quote, best))
    return len(some & other) >= max(_LEAST_SHARED * len(some | other), _FEWEST_SHARED)


def _with_what_it_refers_to(quote: Quote) -> str:
    """The quote; after the sentence before it, where it opens like one that goes on: "The work"."""
    if not _REFERS_BACK.match(quote.text):
        return quote.text
    text, language = quote.article.text, quote.article.language
    before = sentences(text, max(0, quote.start - 500), quote.start, language)[-1:]
    return " ".join([*(text[slice(*span)] for span in before), quote.text])


def _told(quote: Quote) -> set[str]:
    return set(terms(f"{quote.article.title}\n{quote.article.text}"))


def _says_as_much(words: list[str], text: str, best: str, embedder: Embedder) -> bool:
    """Whether ``text`` has a word alike to each of ``words``, or nearly as much so as ``best``."""
    own, other = (
        list(dict.fromkeys(word.lower() for word in _WORD.findall(each) if terms(word)))
        for each in (text, best)
    )
    if not own or not other:
        return False
    vectors = embedder.embed_passages([*(word.lower() for word in words), *own, *other])
    likeness = vectors[: len(words)] @ vectors[len(words) :].T
    in_text = likeness[:, : len(own)].max(axis=1)
    in_best = likeness[:, len(own) :].max(axis=1)
    return all(
        here >= min(ALIKE, there - _NEARLY) for here, there in zip(in_text, in_best, strict=True)
    )
