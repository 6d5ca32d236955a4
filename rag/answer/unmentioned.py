"""What is said where nothing answers: that no article mentions a name, if so. English only.

The reader alone decides whether anything answers (LOG.md, "he, she and the second one"). In doubt a
name counts as mentioned: what may be misspelt, of another form, or no name at all.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import get_close_matches

from rag.answer.answer import ABSTENTION
from rag.question.mentions import Mention, Said, mentions_of
from rag.question.question_words import ASKING
from rag.text.names import TITLE
from rag.text.persons import BODY_OR_PLACE, CALENDAR
from rag.text.sentences import guess_language
from rag.text.words import one_spelling, terms
from rag.types import Filters, Hit, Store

_LONGEST_NAME_CHARS = 60
_SHORTEST_WORD_LETTERS = 3
_WORD = re.compile(r"[^\W\d_]+")
_ENGLISH = re.compile(r"\b(?:did|does|the)\b", re.IGNORECASE)
_ADJECTIVE = re.compile(r"\w+(?:an|ese|ish|ic|i|ch|ss)s?")
"""So end the words for what belongs to a country, and some names, which are then left alone."""
_LOWER_CASE_IN_TITLES = frozenset(
    "a an and as at but by for from in nor of off on or the to up via with".split()
)


def nothing_found(question: str, hits: Sequence[Hit], store: Store) -> str:
    """What to say of ``question``, which nothing answers.

    ``hits`` are those of the question, where a name in another form would stand, if anywhere.
    Without any nothing was searched, by the user's filters, and nothing can be told.
    """
    name = unmentioned(question, hits, store) if hits else None
    return f"The articles do not mention {name}." if name else ABSTENTION


def unmentioned(question: str, hits: Sequence[Hit], store: Store) -> str | None:
    """The first name of ``question`` of which no article holds any word; None if there is none."""
    if not _is_english(question) or _is_in_title_case(question):
        return None
    found = (name for name in mentions_of(Said("user", question), 0) if _is_sure(name))
    return next((name.text for name in found if not _may_stand(name, hits, store)), None)


def _is_english(question: str) -> bool:
    """Whether it is surely so: German, for one, writes every noun like a name."""
    has_english_word = ASKING.search(question) or _ENGLISH.search(question)
    return bool(has_english_word) and guess_language(question) == "en"


def _is_in_title_case(question: str) -> bool:
    """Whether capitals tell nothing, since all words have them that may have them."""
    small = {word for word in _WORD.findall(question)[1:] if word.islower()}
    return small <= _LOWER_CASE_IN_TITLES


def _is_sure(name: Mention) -> bool:
    """Whether it is of somebody or something, and written in only one way.

    An office ("Prime Minister"), a body or an event ("World Cup") and what belongs to a country
    ("Norwegian") may go by other words; of initials the articles may have the words.
    """
    words = _WORD.findall(name.text)
    return (
        name.is_name
        and len(name.text) <= _LONGEST_NAME_CHARS
        and one_spelling(name.text) == name.text
        and not any(word.isupper() for word in words)
        and not re.fullmatch(TITLE, words[-1])
        and words[-1] not in BODY_OR_PLACE
        and any(
            len(word) >= _SHORTEST_WORD_LETTERS
            and word not in CALENDAR
            and not re.fullmatch(TITLE, word)
            and not _ADJECTIVE.fullmatch(word)
            for word in words
        )
    )


def _may_stand(name: Mention, hits: Sequence[Hit], store: Store) -> bool:
    """Whether any text, title or byline holds a word of the name, or the hits all, in like form."""
    words = [word for word in _WORD.findall(name.text) if terms(word)]
    if any(store.passages_holding(words)):
        return True
    if any(store.count_articles(Filters(author=word)) for word in words):
        return True
    written = {
        word.lower()
        for hit in hits
        for word in _WORD.findall(f"{hit.article.title} {hit.passage.text}")
        if word[0].isupper() and len(word) >= _SHORTEST_WORD_LETTERS
    }
    return all(get_close_matches(word.lower(), written, n=1) for word in words)
