"""What answers a message that is no plain question: summaries, lists, and fixed words of ours.

Every word of an article that is shown here stands in a quote, or is the title that leads one.
Replies are made of fixed words, numbers and dates alone, and of the name of a writer asked for, so
that neither an article nor a message can speak through them.
"""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from dataclasses import replace
from typing import TypeAlias

from rag.answer.cite import format_date
from rag.answer.mentioning import articles_by, articles_holding, no_article_in, nobody_wrote
from rag.answer.reasons import reason_given
from rag.answer.summary import covering, lead_sentences, summarize
from rag.answer.which_article import SURE, Meant, article_meant
from rag.question.intent import Intent, Kind
from rag.text.counted import count
from rag.types import Article, Embedder, Hit, Quote, Reading, Store

Period: TypeAlias = tuple[str, str]
"""First and last day, ISO 8601, both included."""

REPLIES: dict[Kind, str] = {
    "greeting": "Hello, ask what the articles say, or ask for a summary or a list of them.",
    "thanks": "You are welcome, ask on if the articles may say more.",
    "identity": "This is Footnote, which answers questions about these articles in their own "
    "words, with a footnote for every sentence, and also sums them up or lists them.",
    "command": "Only questions about the articles are answered here: ask what they say, or ask "
    "for a summary or a list of them.",
    "differences": "The articles are compared one question at a time: ask for a number, a date or "
    "a name, and where they give different answers, all are shown.",
}
"""What is said where no article is asked for, whatever the message says besides."""
WHICH_ARTICLE = "Which article is meant: say its title, or what it is about."

MAX_LISTED = 20
MAX_CENTRAL = 5
"""Articles quoted where all of a folder or of a period are asked for."""
MAX_ARTICLES_READ = 100
"""Of a larger folder or period as many articles are looked at, to bound the embedding."""
_FEW = 2
"""Where a period has no more articles, each is given two sentences."""


def respond(
    intent: Intent,
    history: Sequence[tuple[str, str]],
    store: Store,
    embedder: Embedder,
    hits: Sequence[Hit],
) -> Reading | None:
    """What ``intent`` asks for; None where the message is better asked as a plain question.

    ``hits`` are those of the message. A reading with neither quotes nor reply means: there is no
    such article.
    """
    match intent.kind:
        case "summary":
            return _summary(intent, history, store, embedder, hits)
        case "list":
            return _list(store, intent.period)
        case "why":
            return reason_given(history, store)
        case "articles" if intent.articles and intent.articles.relation == "by":
            return _list_by(intent.articles.subject, store)
        case "articles" if intent.articles:
            return articles_holding(intent.articles, store)
        case "folder":
            return _folder(store, embedder) if store.article_count else None
        case "period" if intent.period:
            return _period(store, embedder, intent.period)
        case _:
            return Reading((), confidence=0.0, reply=REPLIES[intent.kind])


def _list(store: Store, period: Period | None) -> Reading | None:
    if period is None:
        found, total = store.articles_between(None, None, MAX_LISTED), store.article_count
        return _listed(found, _articles(total), is_all=total <= MAX_LISTED)
    found = store.articles_between(*period, MAX_ARTICLES_READ + 1)
    return _listed(found, _count_of_period(found, period), is_all=len(found) <= MAX_LISTED)


def _list_by(author: str, store: Store) -> Reading | None:
    found = articles_by(author, store, MAX_ARTICLES_READ + 1)
    if not found and nobody_wrote(author, store):
        return Reading((), confidence=0.0, reply=f"{no_article_in(store)} is by {author}.")
    return _listed(found, _count_read(found), is_all=len(found) <= MAX_LISTED)


def _listed(found: Sequence[Article], total: str, *, is_all: bool) -> Reading | None:
    if not found:
        return None
    listed = found[:MAX_LISTED]
    reply = total
    if not is_all:
        newest = f"the {MAX_LISTED} newest" if listed[-1].date else str(MAX_LISTED)
        reply = f"{newest} of {total}"
    quotes = tuple(filter(None, map(_title, listed)))
    return Reading(quotes, SURE, reply=f"{_capitalized(reply)}:")


def _folder(store: Store, embedder: Embedder) -> Reading:
    if store.article_count == 1:
        quotes = summarize(next(store.articles()), embedder)
    else:
        quotes = _central(store.some_articles(MAX_ARTICLES_READ), embedder, 1)
    days = store.first_and_last_day()
    dated = f", dated {_in_words(days)}" if days else ""
    whose = "its" if store.article_count == 1 else "their"
    reply = f"{_articles(store.article_count)}{dated}. In some of {whose} sentences:"
    return Reading(tuple(quotes), SURE, reply=reply)


def _period(store: Store, embedder: Embedder, period: Period) -> Reading | None:
    found = store.articles_between(*period, MAX_ARTICLES_READ + 1)
    quotes = _central(found[:MAX_ARTICLES_READ], embedder, 2 if len(found) <= _FEW else 1)
    if not quotes:
        return None
    chosen = ". Those that cover them best" if len(found) > MAX_CENTRAL else ""
    reply = f"{_capitalized(_count_of_period(found, period))}{chosen}:"
    return Reading(tuple(quotes), SURE, reply=reply)


def _central(articles: Sequence[Article], embedder: Embedder, sentences: int) -> list[Quote]:
    """The first sentences of the articles that stand best for all of them, oldest first."""
    leads = [found for article in articles if (found := lead_sentences(article, sentences))]
    if not leads:
        return []
    vectors = embedder.embed_passages([found[0].text for found in leads])
    chosen = covering(vectors, [1.0] * len(leads), MAX_CENTRAL)
    chosen.sort(key=lambda index: leads[index][0].article.date or "")
    return [
        quote if place else _dated(quote)
        for index in chosen
        for place, quote in enumerate(leads[index])
    ]


def _summary(
    intent: Intent,
    history: Sequence[tuple[str, str]],
    store: Store,
    embedder: Embedder,
    hits: Sequence[Hit],
) -> Reading | None:
    meant = article_meant(intent, history, store, embedder, hits)
    if meant is None:
        return None
    if not meant.articles and (intent.is_pointed or not (intent.subject or intent.author)):
        return Reading((), confidence=0.0, reply=WHICH_ARTICLE)
    if len(meant.articles) > 1:
        return _candidates(meant)
    quotes = [
        quote
        for article in meant.articles
        for quote in summarize(article, embedder, intent.sentence_count)
    ]
    if not quotes:
        return Reading((), confidence=0.0)
    shown = "one" if len(quotes) == 1 else str(len(quotes))
    return Reading(
        tuple(quotes), meant.confidence, reply=f"The article in {shown} of its sentences:"
    )


def _candidates(meant: Meant) -> Reading:
    quotes = tuple(filter(None, map(_title, meant.articles[:MAX_LISTED])))
    total = len(meant.articles)
    reply = f"{total} articles may be meant; say which, by its title or its place:"
    if total > len(quotes):
        reply = f"{len(quotes)} of {reply}"
    return Reading(quotes, meant.confidence, reply=reply)


def _title(article: Article) -> Quote | None:
    """The title where the text states it, else the first sentence."""
    if span := article.header.title:
        return _dated(Quote(article, article.text[slice(*span)], *span, score=1.0))
    return next((_dated(quote) for quote in lead_sentences(article, 1)), None)


def _dated(quote: Quote) -> Quote:
    date = quote.article.date
    return replace(quote, lead=f"{format_date(date)}:") if date else quote


def _articles(number: int) -> str:
    return count(number, "article")


def _count_of_period(found: Sequence[Article], period: Period) -> str:
    return f"{_count_read(found)} of {_in_words(period)}"


def _count_read(found: Sequence[Article]) -> str:
    many = len(found) > MAX_ARTICLES_READ
    return f"more than {_articles(MAX_ARTICLES_READ)}" if many else _articles(len(found))


def _in_words(period: Period) -> str:
    """``31 May 2007``, ``May 2007``, ``2007``, or two of these with "to" between them."""
    first, last = period
    end_of_month = calendar.monthrange(int(last[:4]), int(last[5:7]))[1]
    for length, start, end in ((4, "-01-01", "-12-31"), (7, "-01", f"-{end_of_month}")):
        if first[length:] == start and last[length:] == end:
            first, last = first[:length], last[:length]
    return " to ".join(dict.fromkeys((format_date(first), format_date(last))))


def _capitalized(text: str) -> str:
    return text[:1].upper() + text[1:]
