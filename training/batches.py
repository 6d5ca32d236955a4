"""Which questions are held out, and the endless, repeatable stream of training batches."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.random import Generator, default_rng

from training.corpus import Corpus
from training.examples import Group, GroupMaker

SHARES = {
    "squad with near misses": 0.34,
    "squad": 0.08,
    "new_wiki": 0.08,
    "natural_questions": 0.07,
    "selqa": 0.04,
    "qamr": 0.04,
    "discourse": 0.05,
    "time_sensitive": 0.05,
    "reddit": 0.03,
    "amazon_reviews": 0.01,
    "near misses": 0.08,
    "claims": 0.13,
}
"""How often a group of each kind is drawn."""
GROUPS_OF_A_POOL = 800
"""So many groups are drawn, sorted by length, and cut into batches at a time."""
_HELD_OUT = 0.05
_VALIDATION_QUESTIONS = {
    "squad with near misses": 160,
    "new_wiki": 50,
    "natural_questions": 50,
    "discourse": 30,
    "time_sensitive": 30,
    "selqa": 20,
    "near misses": 20,
    "claims": 240,
}


@dataclass(frozen=True, slots=True)
class Position:
    """Where the stream stands."""

    pool: int = 0
    batch: int = 0


@dataclass(frozen=True, slots=True)
class Draws:
    """What may be drawn of one kind: a group from a number below ``count``, or None."""

    kind: str
    count: int
    make: Callable[[int, Generator, bool], Group | None]
    """The last argument asks for the plain form, for validation."""


def is_held_out(article: str) -> bool:
    """Whether an article's questions are kept for validation; told by its name alone."""
    return zlib.crc32(article.encode()) % 1000 < 1000 * _HELD_OUT


def draws(corpus: Corpus, maker: GroupMaker, *, held_out: bool) -> list[Draws]:
    """Everything to train on, or everything that is held out, by kind."""
    found: list[Draws] = []

    def of_items(kind: str, source: str, numbers: Sequence[int]) -> None:
        def make(row: int, rng: Generator, plain: bool) -> Group | None:
            fixed = {"length": 160, "negatives": 3, "plain": True} if plain else {}
            return maker.make(source, numbers[row], rng, **fixed)  # type: ignore[arg-type]

        if numbers:
            found.append(Draws(kind, len(numbers), make))

    for source, items in corpus.items.items():
        own = [
            n
            for n, item in enumerate(items)
            if is_held_out(corpus.article_of(item.text)) == held_out
        ]
        if source == "squad":
            with_near = [n for n in own if items[n].text in corpus.near_misses]
            of_items("squad with near misses", source, with_near)
            of_items("squad", source, [n for n in own if items[n].text not in corpus.near_misses])
        else:
            of_items(source, source, own)
    near = [
        item
        for text, items in corpus.near_misses.items()
        for item in items
        if is_held_out(corpus.article_of(text)) == held_out
    ]
    if near:
        found.append(
            Draws(
                "near misses",
                len(near),
                lambda row, rng, plain: maker.of_near_miss(
                    near[row], rng, length=160 if plain else None
                ),
            )
        )
    claims = [claim for claim in corpus.claims if is_held_out(claim.evidence) == held_out]
    if claims:
        found.append(Draws("claims", len(claims), lambda row, *_: maker.of_claim(claims[row])))
    return found


def validation_groups(corpus: Corpus, maker: GroupMaker) -> list[Group]:
    """Questions as they were asked, each with hard windows and the near misses of its passage."""
    groups: list[Group] = []
    for of_kind in draws(corpus, maker, held_out=True):
        wanted = _VALIDATION_QUESTIONS.get(of_kind.kind, 0)
        rows = default_rng(7).permutation(of_kind.count)[:wanted]
        made = [of_kind.make(int(row), default_rng([7, int(row)]), True) for row in rows]
        groups += [group for group in made if group is not None]
    return groups


def batches(
    kinds: Sequence[Draws], seed: int, tokens: int, begin: Position
) -> Iterator[tuple[Position, list[Group]]]:
    """Batches of about ``tokens`` padded tokens, each with the position after it."""
    shares = np.array([SHARES[of_kind.kind] for of_kind in kinds])
    counts = np.maximum(1, GROUPS_OF_A_POOL * shares / shares.sum()).astype(int)
    pool = begin.pool
    while True:
        groups: list[Group] = []
        for place, (of_kind, count) in enumerate(zip(kinds, counts, strict=True)):
            for turn in range(pool * count, (pool + 1) * count):
                epoch, row = divmod(int(turn), of_kind.count)
                order = _order(seed, place, epoch, of_kind.count)
                group = of_kind.make(order[row], default_rng([seed, place, int(turn)]), False)
                if group is not None:
                    groups.append(group)
        made = _by_length(groups, tokens)
        for batch in range(begin.batch if pool == begin.pool else 0, len(made)):
            last = batch + 1 == len(made)
            after = Position(pool + 1, 0) if last else Position(pool, batch + 1)
            yield after, made[default_rng([seed, pool]).permutation(len(made))[batch]]
        pool += 1


@cache
def _order(seed: int, place: int, epoch: int, size: int) -> list[int]:
    order: list[int] = default_rng([seed, place, epoch, 1]).permutation(size).tolist()
    return order


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
