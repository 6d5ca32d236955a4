"""Which questions are held out, and the endless, repeatable stream of training batches."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.random import default_rng

from training.corpus import Corpus
from training.examples import Group, GroupMaker

SHARES = {"new_wiki": 0.44, "reddit": 0.13, "amazon_reviews": 0.09, "selqa": 0.13, "qamr": 0.21}
"""How often a question of each set is drawn."""
GROUPS_OF_A_POOL = 800
"""So many groups are drawn, sorted by length, and cut into batches at a time."""
_HELD_OUT = 0.06
_VALIDATION_QUESTIONS = {"new_wiki": 100, "selqa": 20, "reddit": 20, "amazon_reviews": 20}


@dataclass(frozen=True, slots=True)
class Position:
    """Where the stream stands."""

    pool: int = 0
    batch: int = 0


def split(corpus: Corpus) -> tuple[dict[str, list[int]], dict[str, list[int]]]:
    """Question numbers to train on and to validate on, by set; no article has both."""
    train: dict[str, list[int]] = {}
    held_out: dict[str, list[int]] = {}
    for source, items in corpus.items.items():
        by_article: dict[str, list[int]] = {}
        for number, item in enumerate(items):
            text = corpus.texts[item.text]
            by_article.setdefault(text.title or text.text, []).append(number)
        for article in sorted(by_article, key=lambda article: zlib.crc32(article.encode())):
            kept_out = held_out.setdefault(source, [])
            room = len(kept_out) + len(by_article[article]) <= _HELD_OUT * len(items)
            side = kept_out if room else train.setdefault(source, [])
            side += by_article[article]
    return train, held_out


def validation_groups(maker: GroupMaker, held_out: dict[str, list[int]]) -> list[Group]:
    """Questions as they were asked, each with hard windows and, where possible, a near miss."""
    groups: list[Group] = []
    for source, wanted in _VALIDATION_QUESTIONS.items():
        numbers = default_rng(7).permutation(held_out.get(source, []))[:wanted]
        made = [
            maker.make(
                source, int(n), default_rng([7, int(n)]), length=160, negatives=4, plain=True
            )
            for n in numbers
        ]
        groups += [group for group in made if group is not None]
    return groups


def batches(
    maker: GroupMaker, train: dict[str, list[int]], seed: int, tokens: int, begin: Position
) -> Iterator[tuple[Position, list[Group]]]:
    """Batches of about ``tokens`` padded tokens, each with the position after it."""
    sources = [source for source in SHARES if train.get(source)]
    shares = np.array([SHARES[source] for source in sources])
    counts = np.maximum(1, GROUPS_OF_A_POOL * shares / shares.sum()).astype(int)
    pool = begin.pool
    while True:
        groups: list[Group] = []
        for place, (source, count) in enumerate(zip(sources, counts, strict=True)):
            numbers = train[source]
            for turn in range(pool * count, (pool + 1) * count):
                epoch, row = divmod(int(turn), len(numbers))
                order = _order(seed, place, epoch, len(numbers))
                rng = default_rng([seed, place, int(turn)])
                group = maker.make(source, numbers[order[row]], rng)
                if group is not None:
                    groups.append(group)
        made = _by_length(groups, tokens)
        for batch in range(begin.batch if pool == begin.pool else 0, len(made)):
            last = batch + 1 == len(made)
            after = Position(pool + 1, 0) if last else Position(pool, batch + 1)
            yield after, made[default_rng([seed, pool]).permutation(len(made))[batch]]
        pool += 1


_ORDERS: dict[tuple[int, int, int, int], list[int]] = {}


def _order(seed: int, place: int, epoch: int, size: int) -> list[int]:
    key = (seed, place, epoch, size)
    if key not in _ORDERS:
        _ORDERS[key] = default_rng([seed, place, epoch, 1]).permutation(size).tolist()
    return _ORDERS[key]


def _by_length(groups: list[Group], tokens: int) -> list[list[Group]]:
    """Batches of groups of like length, none over ``tokens`` unless one group is."""
    made: list[list[Group]] = []
    rows = 0
    for group in sorted(groups, key=lambda group: group.tokens):
        if made and (rows + len(group.examples)) * group.tokens <= tokens:
            made[-1].append(group)
            rows += len(group.examples)
        else:
            made.append([group])
            rows = len(group.examples)
    return made
