"""What speaks against a reading, whatever the reader made of it.

A reader likes what sounds like an answer. What is held against it here are plain facts of the
words: a name that no article mentions, a person of the other gender, and a deed that is told where
one not done is asked for.
"""

from __future__ import annotations

from collections.abc import Sequence

from rag.answering.contrary import is_contrary
from rag.answering.naming import keeping
from rag.answering.unmentioned import unmentioned
from rag.types import Hit, Reading, Store


def doubted(
    question: str, asked: str, reading: Reading, hits: Sequence[Hit], store: Store
) -> Reading:
    """The reading without the quotes that cannot answer; none where a name is not mentioned.

    ``asked`` is what the user typed, in which "he" may stand for a name of ``question``.
    """
    if name := unmentioned(question, hits, store):
        reply = f"The articles do not mention {name}."
        return Reading((), confidence=0.0, hits=reading.hits, reply=reply)
    kept = [quote for quote in reading.quotes if not is_contrary(asked, quote)]
    return keeping(reading, kept) if len(kept) < len(reading.quotes) else reading
