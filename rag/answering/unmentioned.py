"""A name in a question that no article mentions: nothing can answer it."""

from __future__ import annotations

from rag.question.mentions import WORD, Said, mentions_of
from rag.text.sentences import guess_language
from rag.text.words import terms
from rag.types import Store


def unmentioned(question: str, store: Store) -> str | None:
    """The first name of ``question`` of which no article holds any word; None if there is none.

    Initials are no such name, since articles may write them in full. English only: German, for one,
    writes every noun like a name. Of 300 questions that articles answer none has such a name, of
    150 that they do not answer 25 (LOG.md, "names that no article mentions").
    """
    if guess_language(question) != "en":
        return None
    for name in mentions_of(Said("user", question), 0):
        words = [word for word in WORD.findall(name.text) if terms(word)]
        is_initials = any(word.isupper() for word in words)
        if name.is_name and words and not is_initials and not any(store.passages_holding(words)):
            return name.text
    return None
