"""Articles that tell the same story in the same words, found when an index is built.

Near duplicates are found by min-wise hashing of shingles (Broder 1997, "On the resemblance and
containment of documents") and banding of the signatures (Leskovec, Rajaraman and Ullman, "Mining of
Massive Datasets", chapter 3): a copy has the same words in the same order, whatever its headline,
its byline or its last paragraphs are. Pure: no I/O, no models.
"""

from __future__ import annotations

import re
import zlib
from functools import cache
from typing import TYPE_CHECKING, Any

from rag.types import Article

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Signatures = NDArray[np.uint16]

SIGNATURE_HASHES = 128
SAME_STORY = 0.6
"""Share of shingles in common, of all that two articles have, from which they are one story."""
_SHINGLE_WORDS = 5
_WORD = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]"
    r"|\w+"
)
"""Scripts that set no spaces count letter by letter."""
_BATCH_SHINGLES = 4096


def signature(article: Article) -> bytes | None:
    """What the articles of one story have in common, as 16 bits of each hash; None without body."""
    import numpy as np

    found = [
        zlib.crc32(word.encode())
        for start, end in article.body
        for word in _words(article.text[start:end])
    ]
    if not found:
        return None
    width = min(_SHINGLE_WORDS, len(found))
    words = np.asarray(found, dtype=np.uint64)
    shingles = np.zeros(len(words) - width + 1, dtype=np.uint64)
    for offset in range(width):
        shingles = _mixed(shingles + words[offset : offset + len(shingles)])
    least = np.full(SIGNATURE_HASHES, np.iinfo(np.uint64).max, dtype=np.uint64)
    factors, addends = _hash_functions()
    for first in range(0, len(shingles), _BATCH_SHINGLES):
        some = shingles[first : first + _BATCH_SHINGLES, np.newaxis]
        np.minimum(least, (some * factors + addends).min(axis=0), out=least)
    # 16 bits tell two minima apart; the lowest are the least random, the highest all zero.
    return (least >> np.uint64(24)).astype("<u2").tobytes()


def first_of_story(signatures: Signatures) -> NDArray[np.int64]:
    """For every article the first that tells its story, itself if that is the first one.

    ``signatures`` has the shape (articles, SIGNATURE_HASHES), in the order in which an article goes
    before another. Each article is like the first one of its story, not merely like another that is
    like it: stories that change from day to day do not become one.
    """
    import numpy as np

    count = len(signatures)
    first = np.arange(count)
    if count == 0:
        return first
    bands = np.ascontiguousarray(signatures).view(np.uint64)  # four hashes each
    pairs: set[tuple[int, int]] = set()
    for band in range(bands.shape[1]):
        order = np.argsort(bands[:, band], kind="stable")
        key = bands[order, band]
        is_new = np.r_[True, key[1:] != key[:-1]]
        head = order[np.flatnonzero(is_new)][np.cumsum(is_new) - 1]
        repeated = np.flatnonzero(~is_new)
        for earlier in (head[repeated], order[repeated - 1]):
            pairs.update(zip(order[repeated].tolist(), earlier.tolist(), strict=True))
    for later, earlier in sorted(pairs):
        candidate = first[earlier]
        if candidate < first[later] and _alike(signatures, later, candidate):
            first[later] = candidate
    return first


def _alike(signatures: Signatures, one: int, other: int) -> bool:
    return float((signatures[one] == signatures[other]).mean()) >= SAME_STORY


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _mixed(values: Any) -> Any:
    """Each of an array of 64 bits turned into one that looks random (splitmix64, Steele 2014)."""
    import numpy as np

    values = values + np.uint64(0x9E3779B97F4A7C15)
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


@cache
def _hash_functions() -> tuple[Any, Any]:
    """Odd factors and addends, one of each for every hash function x * factor + addend."""
    import numpy as np

    numbers = _mixed(np.arange(2 * SIGNATURE_HASHES, dtype=np.uint64))
    return numbers[:SIGNATURE_HASHES] | np.uint64(1), numbers[SIGNATURE_HASHES:]
