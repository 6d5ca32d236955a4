"""A conversation's next question -> one ``Ask``, made once and handed on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from rag.errors import QuestionError
from rag.models import SHIPPED_ENCODER
from rag.question.follow_up import refers_back, standalone
from rag.question.kinds import kind_of
from rag.question.parts import parts
from rag.question.spelling import corrected
from rag.question.subject import author_in, sides_of, subject_of
from rag.text.dates import Period, period_of
from rag.types import Answer, Ask, Embedder, Filters, Kind, Store

_OF_ARTICLES: frozenset[Kind] = frozenset(("articles", "summary", "topics", "about an article"))
_OF_NOTHING_BEFORE: frozenset[Kind] = frozenset(("small talk", "about Footnote", "topics"))
SIDED: frozenset[Kind] = frozenset(("compare", "for and against"))
"""Their parts are sides, told beside each other."""
_IN_PARTS: frozenset[Kind] = frozenset(("lookup", "list", "compare"))
_FOR, _AGAINST = "Who supports {} and why?", "Who opposes or criticises {} and why?"
_NEWS = r"(?:news|articles?|stor(?:y|ies)|reports?|coverage|headlines|editorials?)"
_BY_PUBLICATION = re.compile(
    rf"\b{_NEWS}\b(?:(?!\b(?:did|do|does|was|were|is|are|has|have|had|who|that)\b)[^.?!§]){{0,80}}§"
    rf"|\b(?:published|reported|printed|posted|written up)\s*§|§(?:['’]s)?\s+(?:\w+\s+)?{_NEWS}\b",
    re.IGNORECASE,
)
"""§ stands for a period: "articles about Iran §", "what was reported §", "§ headlines"."""
_COURTESY = re.compile(
    r"\b(?:hi+|hello|hey|thanks?|thx|bye|goodbye|ok(?:ay)?|good|great|help|please|cheers)\b", re.I
)
_LATEST = re.compile(r"\b(?:latest|newest|most recent)\b", re.IGNORECASE)


def check_question(question: str, max_chars: int) -> str:
    """The question without surrounding white space and what is no character. Raises QuestionError.

    A lone surrogate, which stands for a byte of the command line that is not UTF-8, becomes "?".
    """
    if not isinstance(question, str):
        raise QuestionError(f"The question is {question!r}, which is no text: write it as text.")
    question = question.encode("utf-8", "replace").decode().strip()
    if not question:
        raise QuestionError("The question is empty: type one.")
    if len(question) > max_chars:
        raise QuestionError(
            f"The question has {len(question):,} characters, at most {max_chars:,} are read: "
            "shorten it."
        )
    return question


def understood(
    question: str,
    turns: Sequence[Answer],
    store: Store,
    embedder: Embedder,
    filters: Filters = Filters(),
    today: date | None = None,
) -> Ask:
    """What ``question`` asks after ``turns``. ``today`` dates "last week"."""
    is_known = embedder.name == SHIPPED_ENCODER
    kind = kind_of(question, embedder.embed_query([question])[0] if is_known else None)
    if kind in ("small talk", "about Footnote") and _is_topic(question, store):
        kind = "lookup"
    asked = corrected(question, store)
    period = _period_of_publication(question, kind, today or date.today())
    author = author_in(question) if kind in _OF_ARTICLES else None
    subject = subject_of(_without(asked, [*filter(None, [author, period and period.named])]))
    stands_alone = kind == "articles" or (kind in _OF_ARTICLES and bool(subject))
    whole = kind in _OF_NOTHING_BEFORE or (stands_alone and not refers_back(question))
    query, leans = (asked, False) if whole else standalone(question, turns)
    ask = Ask(
        question=question,
        asked=asked,
        query=corrected(query, store),
        leans=leans,
        kind=kind,
        subject=subject,
        filters=_narrowed(filters, author, period),
        latest=_LATEST.search(question) is not None,
        turns=tuple(turns),
    )
    return replace(ask, parts=_parts(ask, store))


def _is_topic(question: str, store: Store) -> bool:
    """Whether it says nothing but one or two words that articles hold: "whales", "Anna Berg"."""
    words = question.split()
    if len(words) > 2 or _COURTESY.search(question):
        return False
    return not question.isascii() or any(store.passages_holding(words))


def _parts(whole: Ask, store: Store) -> tuple[Ask, ...]:
    """Each side or part as a question of its own; later parts follow the first as in a
    conversation."""
    if sides := _sides(whole):
        return tuple(
            replace(whole, question=side, asked=asked, query=asked, subject=side, kind="lookup")
            for side, asked in sides
        )
    asked = parts(whole.question) if whole.kind in _IN_PARTS else ()
    if len(asked) < 2:
        return ()
    before = Answer(asked[0], asked[0], "abstained", None, "", (), (), 0.0, "")
    found = []
    for place, part in enumerate(asked):
        turns = whole.turns if place == 0 else (*whole.turns, before)
        query, _ = standalone(part, turns)
        found.append(
            replace(
                whole,
                question=part,
                asked=corrected(part, store),
                query=corrected(query, store),
                kind="lookup",
            )
        )
    return tuple(found)


def _sides(whole: Ask) -> tuple[tuple[str, str], ...]:
    """What is told side by side, each with what is asked of it; empty where there are no sides."""
    if whole.kind == "compare":
        return sides_of(whole.query)
    subject = whole.subject or subject_of(whole.query)
    if whole.kind == "for and against" and subject:
        return ("For", _FOR.format(subject)), ("Against", _AGAINST.format(subject))
    return ()


def _without(text: str, phrases: Sequence[str]) -> str:
    for phrase in phrases:
        text = text.replace(phrase, " ")
    return text


def _narrowed(filters: Filters, author: str | None, period: Period | None) -> Filters:
    """``filters`` with the author and the days of publication that the question names, where the
    user did not choose any."""
    if author and not filters.author:
        filters = replace(filters, author=author)
    if period and not (filters.since or filters.until):
        filters = replace(filters, since=period.since, until=period.until)
    return filters


def _period_of_publication(question: str, kind: Kind, today: date) -> Period | None:
    """The time of which ``question`` asks for articles; None if it says when something happened."""
    period = period_of(question, today)
    if period is None:
        return None
    around = f"{question[: period.span.start]}§{question[period.span.end :]}"
    return period if kind in _OF_ARTICLES or _BY_PUBLICATION.search(around) else None
