"""Which articles mention something, are about it, or say it: looked up word by word, not judged.

All passages that hold the rarest of the words are looked at: a search for the best ones would not
tell how many there are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from rag.answer.agreement import named
from rag.answer.summary import lead_sentences
from rag.narrowed_store import NarrowedStore
from rag.question.articles_asked import ArticlesAsked, Relation
from rag.question.mentions import WORD
from rag.question.question_words import NAME
from rag.question.spelling import corrected
from rag.text.sentences import guess_language, paragraph_sentences, paragraphs
from rag.text.words import content_terms, one_spelling, terms
from rag.types import Article, Filters, Passage, Quote, Reading, Store

MAX_PASSAGES_READ = 500
"""Of words that stand in more passages or bylines, only "at least" so many articles can be told."""
MAX_LISTED = 20
_SURE = 0.98
_OPENING_SENTENCES = 2
"""What an article is about stands in its title or in so many sentences."""
_SAID: dict[Relation, tuple[str, str]] = {
    "mention": ("mentions it", "mention it"),
    "about": ("has it in title or opening", "have it in title or opening"),
    "say": ("has these words in one sentence", "have these words in one sentence"),
}


@dataclass(frozen=True, slots=True)
class _Wanted:
    """The terms looked for; those of a name stand side by side."""

    terms: tuple[str, ...]
    is_name: bool

    def stands_in(self, text: str) -> bool:
        found = terms(text)
        if not set(self.terms).issubset(found):
            return False
        runs = (tuple(found[at : at + len(self.terms)]) for at in range(len(found)))
        return not self.is_name or self.terms in runs


def articles_holding(asked: ArticlesAsked, store: Store) -> Reading | None:
    """The articles asked for, newest first, each with the first sentence that holds the words.

    A name must stand as it is written, in the text or as that of the author, other words in one
    sentence, all in any inflection. A
    reading without quotes says that there is no such article; where the words merely stand nowhere
    in a title or an opening, the articles that mention them are given. None where no word can be
    looked for.
    """
    is_author = store.count_articles(Filters(author=asked.subject)) > 0
    subject = one_spelling(asked.subject if is_author else corrected(asked.subject, store))
    words = [word for word in WORD.findall(subject) if terms(word)]
    if not words:
        return None
    capitalised = all(word[0].isupper() or word[0].isdigit() for word in words)
    is_name = capitalised and asked.relation != "say"
    wanted = _Wanted(tuple(terms(subject) if is_name else content_terms(subject)), is_name)
    held = store.passages_holding(words)
    found = store.search_terms(words[held.index(min(held))], MAX_PASSAGES_READ)
    pairs = store.fetch(sorted(ordinal for ordinal, _ in found))
    written = articles_by(subject, store, MAX_PASSAGES_READ) if is_name else []
    relation = asked.relation
    quotes: list[Quote] = []
    if relation == "about":
        articles = {article.id: article for _, article in pairs}.values()
        quotes = _one_of_each(_opening(article, wanted) for article in articles)
        relation = "about" if quotes else "mention"
    if relation != "about":
        held_in = [_sentence(passage, article, wanted) for passage, article in pairs]
        quotes = _one_of_each([*held_in, *(_byline_or_opening(each) for each in written)])
    is_all = max(len(found), len(written)) < MAX_PASSAGES_READ
    return _told(quotes, relation, no_article_in(store), is_all=is_all)


def articles_by(name: str, store: Store, limit: int) -> list[Article]:
    """Of the ``limit`` newest articles whose author's name holds ``name`` those with whole words.

    "Ann" is no part of "Annabel Lee".
    """
    wanted = _Wanted(tuple(terms(name)), is_name=True)
    possible = store.articles_between(None, None, limit, Filters(author=name))
    return [article for article in possible if wanted.stands_in(article.author or "")]


def nobody_wrote(name: str, store: Store) -> bool:
    """Whether it is sure that no article is by ``name``: a name, and of nobody's family."""
    is_name = re.fullmatch(NAME, name) and " and " not in name
    return bool(is_name) and not store.count_articles(Filters(author=name.split()[-1]))


def no_article_in(store: Store) -> str:
    """How a sentence opens that no article of ``store`` bears out."""
    return f"No article{' within the filters' if isinstance(store, NarrowedStore) else ''}"


def _told(quotes: Sequence[Quote], relation: Relation, no_article: str, *, is_all: bool) -> Reading:
    one, several = _SAID[relation]
    if not quotes:
        return Reading((), confidence=0.0, reply=f"{no_article} {one}." if is_all else None)
    newest_first = sorted(quotes, key=lambda quote: quote.article.date or "", reverse=True)
    count = "1 article" if len(quotes) == 1 else f"{len(quotes)} articles"
    reply = f"{count if is_all else f'At least {count}'} {one if len(quotes) == 1 else several}"
    if len(quotes) > MAX_LISTED:
        is_dated = newest_first[MAX_LISTED - 1].article.date is not None
        reply += f"; {f'the {MAX_LISTED} newest' if is_dated else MAX_LISTED} of them"
    listed = [replace(each, lead=f"{named(each.article)}:") for each in newest_first[:MAX_LISTED]]
    return Reading(tuple(listed), _SURE, reply=f"{reply}:")


def _one_of_each(quotes: Iterable[Quote | None]) -> list[Quote]:
    """The first quote of each article."""
    first: dict[str, Quote] = {}
    for quote in quotes:
        if quote is not None:
            first.setdefault(quote.article.id, quote)
    return list(first.values())


def _opening(article: Article, wanted: _Wanted) -> Quote | None:
    """The first sentence that holds the words; where only the title does, the first of all."""
    opening = lead_sentences(article, _OPENING_SENTENCES)
    holding = next((quote for quote in opening if wanted.stands_in(quote.text)), None)
    if holding or not opening:
        return holding
    return opening[0] if wanted.stands_in(article.title) else None


def _byline_or_opening(article: Article) -> Quote | None:
    """The author as the text states it; where it does not, the first sentence."""
    if span := article.header.author:
        return Quote(article, article.text[slice(*span)], *span, score=1.0)
    return next(iter(lead_sentences(article, 1)), None)


def _sentence(passage: Passage, article: Article, wanted: _Wanted) -> Quote | None:
    """The first sentence of the passage that holds the words; the title where that does."""
    if wanted.stands_in(passage.text):
        language = guess_language(article.text)
        for paragraph in paragraphs(article.text, passage.start, passage.end):
            for start, end in paragraph_sentences(article.text, paragraph, language):
                text = article.text[start:end]
                if wanted.stands_in(text):
                    return Quote(article, text, start, end, score=1.0)
    title = article.header.title
    if title is not None and wanted.stands_in(text := article.text[slice(*title)]):
        return Quote(article, text, *title, score=1.0)
    return None
