"""Questions about an article itself (who wrote it, when, its title), answered from its header."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from rag.answer.which_article import cited_last
from rag.question.history import needs_history
from rag.text.words import terms
from rag.types import Article, Header, Hit, Quote, Reading, Span, Store

Field = Literal["author", "date", "title"]

_DOCUMENT = (
    r"(?:article|story|piece|text|document|column|essay|editorial|dispatch|news item|news story)"
)
_THE_DOCUMENT = rf"(?:the|this|that|an?|your|first|last|latest|newest|news)\s+{_DOCUMENT}s?\b"
_ASKS: dict[Field, re.Pattern[str]] = {
    "author": re.compile(
        r"\bwho(?:\s+\w+)?\s+(?:wrote|written|authored|penned|writes)\b|\bauthors?\b|\bbyline\b"
        r"|\bwritten by\b|\bby whom\b|\b(?:journalist|reporter|writer)\b.*\bwrote\b|\bwho\b.*\bby$",
        re.IGNORECASE,
    ),
    "date": re.compile(
        r"\b(?:when|what\s+(?:day|date|year|month)|which\s+(?:day|date|year|month)|how\s+old)\b.*"
        r"\b(?:publish\w*|written|wrote|post(?:ed)?|print(?:ed)?|dated?|appear(?:ed)?|come out"
        r"|came out|released?|from)\b|\bdate\s+of\b|\bpublication date\b|\bdateline\b"
        rf"|\bhow old is\s+{_THE_DOCUMENT}",
        re.IGNORECASE,
    ),
    "title": re.compile(
        r"\b(?:title|headline|heading|entitled|titled|called|named?)\b", re.IGNORECASE
    ),
}
_ABOUT_DOCUMENT = re.compile(_THE_DOCUMENT, re.IGNORECASE)
_SUBJECT_WITHIN = re.compile(
    rf"{_THE_DOCUMENT}\s+(?:say|says|state|states|mention|mentions|claim|claims|describe|describes"
    r"|suggest|suggests|report|reports|quote|quotes|name|names|call|calls|cite|cites)\b",
    re.IGNORECASE,
)
_BARE = re.compile(
    r"^\W*(?:and\s+)?(?:who\s+(?:wrote|authored|penned)\s+(?:it|this|that)"
    r"|who(?:['’]s|\s+(?:is|was|are|were))\s+(?:the|its)\s+(?:author|writer|reporter|journalist)s?"
    r"|(?:when|(?:on\s+)?(?:what|which)\s+(?:date|day|month|year))\s+(?:was|is)\s+(?:it|this|that)"
    r"\s+(?:published|written|posted|dated|from)"
    r"|when\s+did\s+(?:it|this|that)\s+(?:appear|come\s+out)"
    r"|what(?:\s+i|['’])s\s+(?:the|its)\s+(?:title|headline|author|byline|(?:publication\s+)?date)"
    r"|(?:the\s+)?(?:title|headline|author|byline|publication\s+date))\W*$",
    re.IGNORECASE,
)
_QUESTION_WORDS = frozenset(
    "who whom when what which written wrote write author publish publication date titl headlin "
    "call name articl stori piec text document column essay editori dispatch new journalist "
    "report writer post print dai day year month old appear come out item by from".split()
)
_MAX_ARTICLES = 3
_SURE = 0.98
_PROBABLE = 0.75
"""Where several articles could be meant and the nearest are answered for."""


def ask_header(
    question: str, history: Sequence[tuple[str, str]], store: Store, hits: Sequence[Hit]
) -> Reading | None:
    """A reading of the header lines that ``question`` asks for; None if it is no such question.

    The articles meant are those whose title stands in the question, else the only one there is,
    else the one that the hits put first if the question (or its history) says what it is about,
    else the nearest few. A reading without quotes means: asked for, but the articles do not state
    it.
    """
    named = [article for article in _distinct(hits) if _names(question, article)]
    field = _field(_without_titles(question, named), bool(named))
    if field is None:
        return None
    articles, confidence = _meant(question, history, store, hits, named)
    quotes = [
        Quote(article, article.text[span.start : span.end], span.start, span.end, score=1.0)
        for article in articles
        if (span := _span(article.header, field)) is not None
    ]
    if not quotes:
        return Reading(quotes=(), confidence=0.0)
    return Reading(tuple(quotes), confidence, short=quotes[0].text)


def _field(question: str, names_title: bool) -> Field | None:
    if _SUBJECT_WITHIN.search(question):
        return None
    if not (names_title or _ABOUT_DOCUMENT.search(question) or _BARE.match(question)):
        return None
    return next((field for field, pattern in _ASKS.items() if pattern.search(question)), None)


def _meant(
    question: str,
    history: Sequence[tuple[str, str]],
    store: Store,
    hits: Sequence[Hit],
    named: Sequence[Article],
) -> tuple[list[Article], float]:
    if named:
        return list(named), _SURE
    if store.article_count == 1:
        return [next(store.articles())], _SURE
    says_which = bool(set(terms(question)) - _QUESTION_WORDS)
    if _BARE.match(question) and (cited := cited_last(history, store)):
        return [cited], _SURE
    follows = needs_history(question, history)
    found = _distinct(hits)
    if says_which or follows:
        return found[:1], _PROBABLE
    return found[:_MAX_ARTICLES], _PROBABLE


def _span(header: Header, field: Field) -> Span | None:
    return {"author": header.author, "date": header.date, "title": header.title}[field]


def _distinct(hits: Sequence[Hit]) -> list[Article]:
    return list({hit.article.id: hit.article for hit in hits}.values())


def _names(question: str, article: Article) -> bool:
    title = _plain(article.title)
    return len(title.split()) > 1 and title in _plain(question)


def _without_titles(question: str, named: Sequence[Article]) -> str:
    plain = _plain(question)
    for article in named:
        plain = plain.replace(_plain(article.title), " ")
    return plain if named else question


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))
