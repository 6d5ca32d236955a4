"""What speaks against a reading, whatever the reader made of it.

A reader likes what sounds like an answer. What is held against it here are plain facts of the
words: a name that no article mentions, a person of the other gender, an affirmed deed where a
denied one is asked for, and an answer to "Why?" without a reason.
"""

from __future__ import annotations

from rag.answering.contrary import is_contrary
from rag.answering.naming import keeping
from rag.answering.unmentioned import unmentioned
from rag.answering.why import with_reason
from rag.types import Reading, Store


def doubted(question: str, asked: str, reading: Reading, store: Store) -> Reading:
    """The reading without the quotes that cannot answer, and no surer than its words allow.

    ``asked`` is what the user typed, in which "he" may stand for a name of ``question``.
    """
    if name := unmentioned(question, store):
        reply = f"The articles do not mention {name}."
        return Reading((), confidence=0.0, hits=reading.hits, reply=reply)
    kept = [quote for quote in reading.quotes if not is_contrary(asked, quote)]
    if len(kept) < len(reading.quotes):
        reading = keeping(reading, kept)
    return with_reason(question, reading)
