"""What a message wants where it is no plain question: a summary, a list, a greeting; pure.

In doubt a message is a plain question: one that is taken for something else goes unanswered,
whereas a command that is asked as a question does no harm, since the articles are searched for it
and nothing obeys it. English only.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from rag.question import intent_patterns as patterns
from rag.question.articles_asked import ArticlesAsked, articles_asked
from rag.question.time_phrases import period_of

Kind = Literal[
    "greeting",
    "thanks",
    "identity",
    "command",
    "list",
    "folder",
    "summary",
    "period",
    "differences",
    "why",
    "articles",
]


@dataclass(frozen=True, slots=True)
class Intent:
    """What a message wants, and of which articles."""

    kind: Kind
    subject: str | None = None
    """summary: the title or subject of the article; None for "this article"."""
    is_title: bool = False
    """summary: only an article whose title is ``subject`` can be meant."""
    is_article: bool = False
    """summary: the message says that ``subject`` names an article."""
    is_pointed: bool = False
    """summary: ``subject`` is a place in the last answer: "the second one"."""
    author: str | None = None
    """summary: who wrote the article."""
    wanted: str | None = None
    """summary: how the message names the article, which may be its whole title."""
    newest: bool = False
    """summary: the newest article is meant."""
    sentence_count: int | None = None
    """summary: how many sentences were asked for."""
    period: tuple[str, str] | None = None
    """list, period: first and last ISO day on which the articles meant were published."""
    articles: ArticlesAsked | None = None
    """articles: what the articles asked for hold."""

    @property
    def leans_on_history(self) -> bool:
        """Whether only the turns before tell what is meant: "Why?", "Sum up the second one"."""
        names_article = self.subject is not None or self.author is not None or self.newest
        return self.kind == "why" or (
            self.kind == "summary" and (self.is_pointed or not names_article)
        )


_TALK: dict[Kind, re.Pattern[str]] = {"greeting": patterns.GREETING, "thanks": patterns.THANKS}
_REQUESTS: dict[Kind, re.Pattern[str]] = {
    "identity": patterns.IDENTITY,
    "list": patterns.LIST,
    "folder": patterns.FOLDER,
    "differences": patterns.DIFFERENCES,
}
_DATED: dict[Kind, re.Pattern[str]] = {
    "list": patterns.LIST_OF_PERIOD,
    "period": patterns.PERIOD,
}
_LONGEST_CHARS = 300
"""A longer message may only be a command, which its beginning tells."""
_NUMBERS = "zero one two three four five six seven eight nine ten".split()


def intent_of(question: str, today: date, history: Sequence[tuple[str, str]] = ()) -> Intent | None:
    """What ``question`` wants; None if it is a plain question. ``today`` dates "last week".

    After a plain question "What is this about?" and "What happened in 1985?" ask on about its
    subject: all nine such turns of 4,192 did (LOG.md, "no questions").
    """
    words = " ".join(question.split())
    if len(words) > _LONGEST_CHARS:
        return _command(_without_courtesy(words[:_LONGEST_CHARS]))
    if kind := _kind(words, _TALK):
        return Intent(kind)
    request = _without_courtesy(words)
    if kind := _kind(request, _REQUESTS):
        return Intent(kind)
    if history and patterns.WHY.fullmatch(request):
        return Intent("why")
    if asked := articles_asked(request):
        return Intent("articles", articles=asked)
    found = _about_all(request, today)
    if found is not None:
        return None if _follows_plain_question(history, today) else found
    return _summary(request, words) or _command(request)


def _kind(words: str, kinds: dict[Kind, re.Pattern[str]]) -> Kind | None:
    return next((kind for kind, pattern in kinds.items() if pattern.fullmatch(words)), None)


def _without_courtesy(words: str) -> str:
    while match := patterns.BEFORE.match(words):
        words = words[match.end() :]
    while match := patterns.AFTER.search(words):
        words = words[: match.start()]
    return words


def _follows_plain_question(history: Sequence[tuple[str, str]], today: date) -> bool:
    earlier = [text for role, text in history if role == "user"]
    return bool(earlier) and intent_of(earlier[-1], today) is None


def _about_all(request: str, today: date) -> Intent | None:
    if patterns.WHAT_IS_THIS.fullmatch(request):
        return Intent("folder")
    period = period_of(request, today)
    if period is None or period.since is None or period.until is None:
        return None
    undated = f"{request[: period.words.start]} {request[period.words.end :]}".strip(" ,")
    kind = _kind(undated, _DATED)
    return Intent(kind, period=(period.since, period.until)) if kind else None


def _summary(request: str, words: str) -> Intent | None:
    if pointed := patterns.ABOUT_POINTED.fullmatch(request):
        return Intent("summary", pointed["pointed"], is_pointed=True)
    if match := patterns.SUMMARY.fullmatch(request):
        wanted = match["object"] or match["of"]
        if wanted is None or patterns.THIS.fullmatch(wanted):
            intent = Intent("summary")
        elif patterns.POINTED.fullmatch(wanted):
            intent = Intent("summary", wanted, is_pointed=True, is_article=True)
        else:
            intent = _one_article(wanted)
        if intent.is_title and (subject := patterns.SUBJECT_ARTICLE.fullmatch(wanted)):
            intent = Intent("summary", subject["subject"], wanted=wanted)
        return replace(intent, sentence_count=_count_asked(words))
    if match := patterns.WHAT_ABOUT.fullmatch(request):
        wanted = next(filter(None, match.groups()))
        if patterns.THIS_ARTICLE.fullmatch(wanted):
            return Intent("summary")
        if patterns.THIS.fullmatch(wanted):
            return None
        intent = _one_article(wanted)
        tells_content = match["about"] or match["tells"]
        names_article = not intent.is_title or intent.is_article
        return intent if tells_content or names_article else None
    return None


def _one_article(wanted: str) -> Intent:
    """The summary of the article that ``wanted`` tells of, else of the one of that title."""
    if patterns.NEWEST_ARTICLE.fullmatch(wanted):
        return Intent("summary", newest=True)
    if by := patterns.ARTICLE_BY.fullmatch(wanted):
        return _by_author(by, by["about"] or by["on"], wanted)
    if of := patterns.ARTICLE_OF.fullmatch(wanted):
        return _by_author(of, of["on"], wanted)
    if about := patterns.ARTICLE_ABOUT.fullmatch(wanted):
        return Intent("summary", about["subject"], wanted=wanted)
    if titled := patterns.ARTICLE_TITLED.fullmatch(wanted):
        return Intent("summary", titled["subject"], is_title=True, is_article=True, wanted=wanted)
    return Intent("summary", wanted, is_title=True)


def _by_author(match: re.Match[str], subject: str | None, wanted: str) -> Intent:
    is_newest = bool(match["newest"])
    return Intent("summary", subject, newest=is_newest, author=match["author"], wanted=wanted)


def _count_asked(words: str) -> int | None:
    match = patterns.SENTENCE_COUNT.search(words)
    if match is None:
        return None
    count = match["count"].lower()
    return max(1, int(count) if count.isdigit() else _NUMBERS.index(count.replace("a", "one")))


def _command(request: str) -> Intent | None:
    return Intent("command") if patterns.COMMAND.match(request) else None
