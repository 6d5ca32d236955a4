"""An article to the few of its own sentences that cover it, with exact offsets."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from itertools import chain
from typing import TYPE_CHECKING, TypeVar

from rag.text.sentences import paragraphs, sentences
from rag.types import Article, Embedder, Quote, Span

if TYPE_CHECKING:
    from rag.types import Vectors

MAX_SENTENCES_READ = 120
"""Of a longer article as many sentences are looked at, evenly spaced, to bound the embedding."""
_SHORT_ARTICLE_SENTENCES = 15
_SENTENCES_OF_SHORT = 3
_SENTENCES = 5
_MOST_SENTENCES = 10
_LEAD_CHARS = 3000
"""The first sentences of an article are looked for in as much of its body."""
_MIN_CHARS = 15
_LONG_CHARS = 350
_OPENING_SENTENCES = 3.0
"""The first sentence is worth twice a late one, since news says first what matters most; the
surplus falls by a factor of e in as many sentences."""
_LEANING_WEIGHT = 0.6
"""What a sentence is worth whose first words point to one before it."""
_TOO_LONG_WEIGHT = 0.7

_LEANING = re.compile(
    r"\W*(?:he|she|it|they|this|that|these|those|such|his|her|hers|its|their|him|them|there|then"
    r"|but|and|or|so|yet|however|moreover|furthermore|nevertheless|therefore|thus|hence|also"
    r"|instead|meanwhile|otherwise|in addition|as a result|on the (?:one|other) hand|for example"
    r"|both|another"
    r"|(?:in|on|at|by|from|after|before|since)\s(?:\w+\W+){1,3}(?:he|she|it|they)"
    r"|the (?:former|latter|two|other)|(?:\w+\W+){1,3}(?:this|these|those|such))\b",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.!?…。！？][\"'”’»)\]\d]*$")

Item = TypeVar("Item")


def summarize(
    article: Article, embedder: Embedder, sentence_count: int | None = None
) -> list[Quote]:
    """The sentences of ``article`` that cover it best, in its order.

    As many as ``sentence_count``, else 3 of a short article and 5 of a longer one. Scores fall in
    the order in which the sentences were chosen.
    """
    found = _readable(article)
    if not found:
        return []
    default = _SENTENCES_OF_SHORT if len(found) <= _SHORT_ARTICLE_SENTENCES else _SENTENCES
    count = min(sentence_count or default, _MOST_SENTENCES)
    texts = [article.text[start:end] for start, end in found]
    weights = [_weight(text, place) for place, text in enumerate(texts)]
    chosen = covering(embedder.embed_passages(texts), weights, count)
    return [
        Quote(article, texts[index], *found[index], score=1 - chosen.index(index) / len(texts))
        for index in sorted(chosen)
    ]


def lead_sentences(article: Article, count: int) -> list[Quote]:
    """The first sentences of the article's body; headings only where there is nothing else."""
    found: list[Span] = []
    left = _LEAD_CHARS
    for start, body_end in article.body:
        end = min(body_end, start + left)
        found += _sentences(article, [Span(start, end)])
        if end < body_end and len(found) > 1:
            found.pop()  # it may be cut short
        left -= end - start
        if left <= 0:
            break
    return [
        Quote(article, article.text[start:end], start, end, score=1.0)
        for start, end in _whole(article, found)[:count]
    ]


def covering(vectors: Vectors, weights: Sequence[float], count: int) -> list[int]:
    """Which ``count`` rows stand for all of them, the most telling first.

    Greedy maximization of the facility location function, the sum over all rows of the similarity
    to the nearest row chosen, each row's gain multiplied by its weight. The function is monotone
    submodular, so that equal weights give at least 1 - 1/e of the best sum there is (Lin and
    Bilmes 2011, "A class of submodular functions for document summarization").
    """
    import numpy as np

    similar = np.maximum(vectors @ vectors.T, 0.0)
    covered = np.zeros(len(vectors), dtype=np.float32)
    weighted = np.asarray(weights, dtype=np.float32)
    chosen: list[int] = []
    for _ in range(min(count, len(vectors))):
        gains = np.maximum(similar - covered, 0.0).sum(axis=1) * weighted
        gains[chosen] = -1.0
        best = int(gains.argmax())
        chosen.append(best)
        covered = np.maximum(covered, similar[best])
    return chosen


def evenly(items: Sequence[Item], most: int) -> list[Item]:
    """At most ``most`` of ``items``, evenly spaced, the first among them."""
    if len(items) <= most:
        return list(items)
    return [items[index * len(items) // most] for index in range(most)]


def _readable(article: Article) -> list[Span]:
    """The sentences to choose from, no more than are read."""
    blocks = [block for span in article.body for block in paragraphs(article.text, *span)]
    found = _sentences(article, evenly(blocks, MAX_SENTENCES_READ))
    return evenly(_whole(article, found), MAX_SENTENCES_READ)


def _sentences(article: Article, blocks: Sequence[Span]) -> list[Span]:
    text, language = article.text, article.language
    return list(chain.from_iterable(sentences(text, *block, language) for block in blocks))


def _whole(article: Article, found: Sequence[Span]) -> Sequence[Span]:
    """Those that are sentences, not headings, table rows or list items; all if none is."""
    whole = [
        span
        for span in found
        if span.end - span.start >= _MIN_CHARS and _SENTENCE_END.search(article.text[slice(*span)])
    ]
    return whole or found


def _weight(text: str, place: int) -> float:
    """What the sentence at ``place`` (0 is the first of its article) is worth."""
    weight = 1 + math.exp(-place / _OPENING_SENTENCES)
    if _LEANING.match(text):
        weight *= _LEANING_WEIGHT
    return weight * _TOO_LONG_WEIGHT if len(text) > _LONG_CHARS else weight
