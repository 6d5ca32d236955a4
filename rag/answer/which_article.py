"""Which article a message means: by its title, its author, its subject, or its place in an answer.

Where several could be meant, all of them are given back: to choose is the user's.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from rag.question.intent import Intent
from rag.question.listed import answer_pointed_into, place_pointed_at, points_at_name
from rag.text.words import content_terms, terms
from rag.types import Article, Embedder, Filters, Hit, Quote, Store

SURE = 0.98
PROBABLE = 0.75
"""Where a subject or the conversation tells which article is meant."""
_SUBJECT_FOUND = 0.6
"""The share of a subject's terms that the title and a passage of an article about it hold."""
_NEAREST = 50
"""Passages searched for a title or an author; of these the articles are looked at."""
_QUOTES_OF_ANSWER = 5
_SAME_TITLE = 0.9
"""As like as two titles are that differ by a typing error."""
_SHORTEST_PART_WORDS = 3
"""Of a title, where the message does not say that it names an article."""

_QUOTED = re.compile(r"“([^“”]{3,})”")


@dataclass(frozen=True, slots=True)
class Meant:
    """The articles that a message may mean, and how sure it is that it means one of them."""

    articles: tuple[Article, ...]
    confidence: float


NOTHING = Meant((), 0.0)


def article_meant(
    intent: Intent,
    history: Sequence[tuple[str, str]],
    store: Store,
    embedder: Embedder,
    hits: Sequence[Hit],
) -> Meant | None:
    """The articles that a request for a summary may mean; None if it is better asked plainly.

    ``hits`` are those of the message.
    """
    if intent.newest and intent.author is None:
        return Meant(tuple(store.articles_between(None, None, 1)), SURE)
    if intent.is_pointed:
        return _pointed_at(intent, history, store)
    if intent.subject is None and intent.author is None:
        return _this_article(history, store, _articles_of(hits))
    found = _near(intent.wanted or intent.subject or "", store, hits)
    if titled := _titled(intent.wanted or intent.subject or "", found):
        return Meant(titled, SURE)
    if intent.author is not None and (by_author := _by(intent, store, embedder)):
        return by_author
    if intent.is_title:
        least = 1 if intent.is_article else _SHORTEST_PART_WORDS
        if parts := _titled_in_part(intent.subject or "", found, least):
            return Meant(parts, SURE if len(parts) == 1 else PROBABLE)
        if not intent.is_article:
            return None
    return Meant(_about(intent.subject or "", hits), PROBABLE)


def cited_in(answer: str, store: Store, found: Sequence[Article] = ()) -> list[Article | None]:
    """The article of each quote that ``answer`` shows, in its order; None where it is not found."""
    return [_article_of(quote, store, found) for quote in _QUOTED.findall(answer)]


def quotes_of(answer: str, store: Store) -> list[Quote]:
    """The quotes that ``answer`` shows, in its order, without those that are not found."""
    found = [(text, _article_of(text, store, ())) for text in _QUOTED.findall(answer)]
    return [
        Quote(article, text, start := article.text.index(text), start + len(text), score=1.0)
        for text, article in found
        if article is not None
    ]


def _this_article(
    history: Sequence[tuple[str, str]], store: Store, found: Sequence[Article]
) -> Meant:
    """The only article, else the one cited last, else the one that the conversation is about."""
    if store.article_count == 1:
        return Meant((next(store.articles()),), SURE)
    if cited := cited_last(history, store, found):
        return Meant((cited,), SURE)
    return Meant(tuple(found[:1]), PROBABLE) if history else NOTHING


def cited_last(
    history: Sequence[tuple[str, str]], store: Store, found: Sequence[Article] = ()
) -> Article | None:
    """The article of the first quote in the last answer that has one; ``found`` ones go first."""
    for role, text in reversed(history):
        quotes = _QUOTED.findall(text) if role == "assistant" else []
        if quotes and (cited := _article_of(quotes[0], store, found)):
            return cited
    return None


def _pointed_at(intent: Intent, history: Sequence[tuple[str, str]], store: Store) -> Meant | None:
    """The article of the quote in the last answer that has the place pointed at.

    Where all quotes are of one article, only "summarize the second one" can mean it.
    """
    if points_at_name(history):
        return None
    _, answer = answer_pointed_into(history)
    cited = cited_in(answer, store)
    articles = list(dict.fromkeys(article.id for article in cited if article))
    if len(articles) < 2:
        return Meant(tuple(filter(None, cited[:1])), PROBABLE) if intent.is_article else None
    place = place_pointed_at(intent.subject or "", history, len(cited))
    if place is None or place >= len(cited) or cited[place] is None:
        return NOTHING
    return Meant(tuple(filter(None, [cited[place]])), SURE)


def _article_of(quote: str, store: Store, found: Sequence[Article]) -> Article | None:
    nearest = store.fetch([ordinal for ordinal, _ in store.search_terms(quote, _QUOTES_OF_ANSWER)])
    candidates = [*found, *(article for _, article in nearest)]
    return next((article for article in candidates if quote in article.text), None)


def _near(title: str, store: Store, hits: Sequence[Hit]) -> list[Article]:
    nearest = store.fetch([ordinal for ordinal, _ in store.search_terms(title, _NEAREST)])
    return list(
        {a.id: a for a in [*_articles_of(hits), *(article for _, article in nearest)]}.values()
    )


def _titled(title: str, found: Sequence[Article]) -> tuple[Article, ...]:
    """Those whose title is ``title``, whatever its marks and capitals, else but for a typing error.

    Two articles may have one title.
    """
    wanted = plain(title)
    if not wanted:
        return ()
    same = [article for article in found if plain(article.title) == wanted]
    return tuple(same or [article for article in found if _alike(plain(article.title), wanted)])


def _alike(some: str, other: str) -> bool:
    matcher = SequenceMatcher(None, some, other, autojunk=False)
    digits = re.findall(r"\d+", some) == re.findall(r"\d+", other)  # "Part 1" is not "Part 2"
    return digits and matcher.quick_ratio() >= _SAME_TITLE and matcher.ratio() >= _SAME_TITLE


def _titled_in_part(part: str, found: Sequence[Article], least: int) -> tuple[Article, ...]:
    """Those whose title holds ``part``, of at least so many words, or is held by it."""
    wanted = f" {plain(part)} "

    def holds(some: str, other: str) -> bool:
        return len(other.split()) >= least and other in some

    titles = [(article, f" {plain(article.title)} ") for article in found]
    return tuple(
        article
        for article, title in titles
        if holds(title, wanted) or (len(title.split()) > 1 and holds(wanted, title))
    )


def _by(intent: Intent, store: Store, embedder: Embedder) -> Meant | None:
    """The author's articles, those about the subject where one is named; None without any."""
    filters = Filters(author=intent.author)
    subject = intent.subject or ""
    vector = embedder.embed_query([subject or intent.author or ""])[0]
    found = store.search_vectors(vector, _NEAREST, filters)
    pairs = store.fetch([ordinal for ordinal, _ in found])
    hits = [Hit(passage, article, 0.0) for passage, article in pairs]
    articles = _articles_of(hits)
    if not articles:
        return None
    if intent.newest:
        return Meant((max(articles, key=lambda article: article.date or ""),), SURE)
    if subject:
        return Meant(_titled(subject, articles) or _about(subject, hits), PROBABLE)
    articles.sort(key=lambda article: article.date or "", reverse=True)
    return Meant(tuple(articles), SURE)


def _about(subject: str, hits: Sequence[Hit]) -> tuple[Article, ...]:
    """The articles of which title and passage hold most of the subject, the title above all.

    One passage must hold it: in a long article any two words occur. Several only where their
    titles hold equally much of it.
    """
    wanted = set(content_terms(subject))

    def share(text: str) -> float:
        return len(wanted & set(terms(text))) / max(1, len(wanted))

    best: dict[str, tuple[float, float, Article]] = {}
    for hit in hits:
        in_title = share(hit.article.title)
        in_either = share(f"{hit.article.title} {hit.passage.text}")
        if in_either >= _SUBJECT_FOUND:
            total = in_title + in_either
            before = best.get(hit.article.id)
            if before is None or total > before[0]:
                best[hit.article.id] = total, in_title, hit.article
    if not best:
        return ()
    most, of_title, first = max(best.values(), key=lambda found: found[0])
    if not of_title:
        return (first,)
    return tuple(article for total, _, article in best.values() if total == most)


def _articles_of(hits: Sequence[Hit]) -> list[Article]:
    return list({hit.article.id: hit.article for hit in hits}.values())


def plain(text: str) -> str:
    """The words of a title, without marks and capitals."""
    return " ".join(re.findall(r"\w+", re.sub(r"['’]", "", text.casefold())))
