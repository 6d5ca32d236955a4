"""What is asked of articles as such: which there are, what one says of itself, or in all.

Every word of an article that is shown stands in a quote, or is the title that leads one. Remarks
are made of fixed words, numbers, dates and the name of a writer asked for, so that neither an
article nor a message can speak through them.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from rag.answer.answer import Section
from rag.answer.cite import format_date, named
from rag.answer.summary import lead_sentences, summarize
from rag.answer.topics import clustered
from rag.question.follow_up import refers_back
from rag.question.subject import author_in, sentence_count, subject_of
from rag.text.counted import count
from rag.text.numbers import ORDINALS
from rag.text.sentences import sentences
from rag.text.words import content_terms, terms
from rag.types import Article, Ask, Embedder, Filters, Hit, Passage, Quote, Span, Store

SURE = 0.98
PROBABLE = 0.75
"""Where a subject or the conversation tells which article is meant."""
WHICH_ARTICLE = "Which article is meant: say its title, or what it is about."
MAX_LISTED = 20
MAX_CENTRAL = 5
"""Articles quoted of an author or a topic."""
MAX_ARTICLES_READ = 100
"""Of more articles so many are looked at, to bound the embedding."""
MAX_PASSAGES_READ = 500
"""Of words that stand in more passages only "at least" so many articles can be told."""
_ABOUT = 0.5
"""The share of a subject's terms that the title and a passage of an article about it hold."""
_SHORTEST_TITLE_WORDS = 2
_FIELDS = (
    ("title", re.compile(r"\b(?:title|headline|heading|called|entitled)\b", re.IGNORECASE)),
    (
        "author",
        re.compile(r"\bwho\b|\bauthors?\b|\bbyline\b|\bby whom\b|\bwriter\b", re.IGNORECASE),
    ),
    (
        "date",
        re.compile(r"\bwhen\b|\bdate[ds]?\b|\bhow old\b|\b(?:day|month|year)\b", re.IGNORECASE),
    ),
    ("opening", re.compile(r"\b(?:begin|start|first|opening)", re.IGNORECASE)),
)
_POINTED = re.compile(rf"\bthe ({'|'.join([*ORDINALS, 'last', 'other'])})\b", re.IGNORECASE)


def of_article(ask: Ask, store: Store, hits: Sequence[Hit]) -> Section | None:
    """The title, author, date or first sentence that ``ask`` asks for, as the articles meant have
    it; their titles where it asks for something else of them, such as which one said so.

    None if no article is meant; a section without quotes where the article does not state it.
    """
    question = ask.asked
    for article in _titled(question, hits):
        question = question.replace(article.title, "")
    field = next((name for name, asks in _FIELDS if asks.search(question)), "title")
    articles, confidence = meant(ask, store, hits)
    if not articles:
        return None
    found = [_stated(article, field) for article in articles]
    quotes = [quote for quote in found if quote]
    short = quotes[0].text if quotes else None
    return Section(tuple(quotes), short=short, confidence=confidence, hits=tuple(hits))


def _stated(article: Article, field: str) -> Quote | None:
    span = getattr(article.header, field, None)
    if span is None and field in ("title", "opening"):
        return next(iter(lead_sentences(article, 1)), None)
    return _quote(article, span) if span else None


def summary(
    ask: Ask, store: Store, embedder: Embedder, hits: Sequence[Hit]
) -> list[Section] | None:
    """The gist of the article meant, or of each of several in its leading sentences.

    None where nothing tells which is meant: the question is better read as it stands.
    """
    articles, confidence = meant(ask, store, hits)
    length = sentence_count(ask.question)
    if not articles:
        return None if ask.subject else [Section(remark=WHICH_ARTICLE)]
    if len(articles) == 1:
        covering_it = tuple(summarize(articles[0], embedder, length))
        shown = "one" if len(covering_it) == 1 else str(len(covering_it))
        remark = f"The article in {shown} of its sentences:"
        return [Section(covering_it, remark, confidence=confidence, hits=tuple(hits))]
    each = max(1, (length or 2 * len(articles)) // len(articles))
    return [
        Section(tuple(quotes), heading=named(article), confidence=confidence, hits=tuple(hits))
        for article in articles[:MAX_CENTRAL]
        if (quotes := lead_sentences(article, min(each, 2)))
    ]


def topics(ask: Ask, store: Store, embedder: Embedder) -> list[Section]:
    """What the articles that pass are about: how many there are, of which days, and the titles of
    those that belong together, the most first; the gist of one that is alone."""
    filters = ask.filters
    total = store.count_articles(filters)
    found = store.articles_between(None, None, MAX_ARTICLES_READ, filters)
    if total > MAX_ARTICLES_READ and filters == Filters():
        found = store.some_articles(MAX_ARTICLES_READ)
    days = store.first_and_last_day(filters)
    dated = f", dated {_in_words(*days)}" if days else ""
    remark = f"{count(total, 'article')}{dated}"
    if len(found) == 1:
        quotes = tuple(summarize(found[0], embedder))
        remark = f"{remark}. In some of its sentences:"
        return [Section(quotes, remark, in_lines=True, confidence=SURE)] if quotes else []
    told = [
        Section(titles, heading=topic.heading, in_lines=True, confidence=SURE)
        for topic in clustered(found, embedder)
        if (titles := tuple(filter(None, map(_title, topic.articles[:MAX_CENTRAL]))))
    ]
    return [Section(remark=f"{remark}, by topic:"), *told] if told else []


def listed(ask: Ask, store: Store) -> Section:
    """The articles asked for: all, those of a period or an author, or those that hold a subject."""
    if ask.subject and content_terms(ask.subject):
        return _holding(ask.subject, ask, store)
    filters = ask.filters
    total = store.count_articles(filters)
    found = store.articles_between(None, None, MAX_LISTED, filters)
    remark = count(total, "article")
    if filters.since and filters.until:
        remark += f" of {_in_words(filters.since, filters.until)}"
    if total > len(found):
        newest = f"The {len(found)} newest" if found[-1].date else str(len(found))
        remark = f"{newest} of {remark}"
    if not found:
        whose = f"is by {filters.author}" if author_in(ask.question) else "is of that time"
        return Section(remark=f"{_no_article(replace(filters, author=None))} {whose}.")
    quotes = tuple(quote for article in found if (quote := _title(article)))
    return Section(quotes, f"{remark}:", in_lines=True, confidence=SURE)


def meant(ask: Ask, store: Store, hits: Sequence[Hit]) -> tuple[list[Article], float]:
    """The articles that ``ask`` means, and how sure it is that it means these.

    Those whose title it says, the newest, an author's, the only one there is, those that the last
    answer cites, else those that the hits put first for its subject.
    """
    filters = ask.filters
    if titled := _titled(ask.asked, hits):
        return titled, SURE
    if ask.latest:
        return store.articles_between(None, None, 1, filters), SURE
    if store.count_articles(filters) == 1:
        return store.articles_between(None, None, 1, filters), SURE
    if filters.author and author_in(ask.question):
        return store.articles_between(None, None, MAX_CENTRAL, filters), SURE
    if (not ask.subject or refers_back(ask.asked)) and (cited := _cited_last(ask, store)):
        return cited, SURE
    return _about(ask.subject or subject_of(ask.query), hits), PROBABLE


def _cited_last(ask: Ask, store: Store) -> list[Article]:
    """The articles of the last answer that cites any; the one that "the second" points at."""
    ids = list(dict.fromkeys(citation.article_id for citation in ask.in_view))
    found = [article for each in ids if (article := store.article(each))]
    if pointed := _POINTED.search(ask.question):
        word = pointed[1].lower()
        place = {"last": len(found), "other": 2}.get(word) or ORDINALS[word]
        return found[place - 1 : place]
    return (
        found
        if re.search(r"\b(?:them|these|those|they|all|articles)\b", ask.question)
        else found[:1]
    )


def _titled(question: str, hits: Sequence[Hit]) -> list[Article]:
    """The articles found whose title stands in the question."""
    asked = f" {_plain(question)} "
    articles = {hit.article.id: hit.article for hit in hits}.values()
    return [
        article
        for article in articles
        if len(_plain(article.title).split()) >= _SHORTEST_TITLE_WORDS
        and f" {_plain(article.title)} " in asked
    ]


def _about(subject: str, hits: Sequence[Hit]) -> list[Article]:
    """The articles of which title and one passage hold most of the subject, the best first.

    Several only where their titles hold as much of it: in a long article any two words occur.
    """
    wanted = set(content_terms(subject)) if subject else set[str]()
    best: dict[str, tuple[float, float]] = {}
    for hit in hits:
        in_title, in_either = (
            len(wanted & set(terms(text))) / max(1, len(wanted))
            for text in (hit.article.title, f"{hit.article.title} {hit.passage.text}")
        )
        if in_either >= _ABOUT:
            score = (in_title, in_title + in_either)
            best[hit.article.id] = max(score, best.get(hit.article.id, score))
    articles = {hit.article.id: hit.article for hit in hits}
    if not best:
        return []
    most = max(best.values())
    if not most[0]:
        return [articles[max(best, key=lambda each: best[each])]]
    return [articles[each] for each, (in_title, _) in best.items() if in_title >= most[0]]


def _holding(subject: str, ask: Ask, store: Store) -> Section:
    """The articles that hold the words of ``subject``, newest first, each with its first sentence
    that does: a name's side by side, others in one sentence or the title."""
    words = [word for word in re.findall(r"\w+", subject) if terms(word)]
    wanted = tuple(terms(subject))
    is_name = all(word[0].isupper() or word[0].isdigit() for word in words)

    def stands_in(text: str) -> bool:
        found = tuple(terms(text))
        if not is_name:
            return set(content_terms(subject)) <= set(found)
        return any(found[at : at + len(wanted)] == wanted for at in range(len(found)))

    held = store.passages_holding(words)
    rarest = words[held.index(min(held))]
    found = store.search_terms(rarest, MAX_PASSAGES_READ, ask.filters)
    pairs = store.fetch(sorted(ordinal for ordinal, _ in found))
    quotes: dict[str, Quote] = {}
    for passage, article in pairs:
        if article.id not in quotes and (quote := _sentence(passage, article, stands_in)):
            quotes[article.id] = quote
    newest = sorted(quotes.values(), key=lambda quote: quote.article.date or "", reverse=True)
    if not newest:
        told = f"{_no_article(ask.filters)} mentions it."
        return Section(remark=told if len(found) < MAX_PASSAGES_READ else None)
    total = count(len(newest), "article")
    remark = f"{total if len(found) < MAX_PASSAGES_READ else f'At least {total}'} "
    remark += "mentions it" if len(newest) == 1 else "mention it"
    if len(newest) > MAX_LISTED:
        remark += f"; the {MAX_LISTED} newest of them"
    listed = [replace(quote, lead=f"{named(quote.article)}:") for quote in newest[:MAX_LISTED]]
    return Section(tuple(listed), f"{remark}:", in_lines=True, confidence=SURE)


def _sentence(passage: Passage, article: Article, stands_in: Callable[[str], bool]) -> Quote | None:
    inside = sentences(article.text, passage.start, passage.end, article.language)
    spans = [*inside, article.header.title] if article.header.title else inside
    found = [span for span in spans if stands_in(article.text[slice(*span)])]
    if not found and any(map(stands_in, passage.headings)):
        found = inside  # what stands below a heading that names it
    return _quote(article, found[0]) if found else None


def _no_article(filters: Filters) -> str:
    return "No article" if filters == Filters() else "No article within the filters"


def _title(article: Article) -> Quote | None:
    """The title where the text states it, else the first sentence."""
    if span := article.header.title:
        return _dated(_quote(article, span))
    return next((_dated(quote) for quote in lead_sentences(article, 1)), None)


def _quote(article: Article, span: Span) -> Quote:
    return Quote(article, article.text[span.start : span.end], *span, score=1.0)


def _dated(quote: Quote) -> Quote:
    date = quote.article.date
    return replace(quote, lead=f"{format_date(date)}:") if date else quote


def _in_words(first: str, last: str) -> str:
    """``31 May 2007``, ``May 2007``, ``2007``, or two of these with "to" between them."""
    end_of_month = calendar.monthrange(int(last[:4]), int(last[5:7] or 12))[1]
    for length, start, end in ((4, "-01-01", "-12-31"), (7, "-01", f"-{end_of_month}")):
        if first[length:] == start and last[length:] == end:
            first, last = first[:length], last[:length]
    return " to ".join(dict.fromkeys((format_date(first), format_date(last))))


def _plain(text: str) -> str:
    """The words of a title, without marks and capitals."""
    return " ".join(re.findall(r"\w+", re.sub(r"['’]", "", text.casefold())))
