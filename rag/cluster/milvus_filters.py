"""Filters as an expression of Milvus; pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from itertools import product

from rag.errors import FilterError
from rag.index.articles import days_of
from rag.types import Filters

UNDATED = (99_999_999, 0)
"""First and last day of an article without a date: no bound lets it pass."""
_MOST_PATTERNS = 100
_GLOB_PIECE = re.compile(
    r"\[(?P<set>\^?\]?[^\]]*)\]|(?P<any>\*)|(?P<one>\?)|(?P<text>.)", re.DOTALL
)


def day_numbers(date: str | None) -> tuple[int, int]:
    """First and last day that an ISO date may mean, as 20070531."""
    if date is None:
        return UNDATED
    first, last = days_of(date)
    return _number(first), _number(last)


def expression(filters: Filters) -> str:
    """The passages that pass; empty if all do. Raises FilterError as the embedded store does."""
    conditions = []
    if filters.since is not None:
        conditions.append(f"last_day >= {_number(days_of(filters.since)[0])}")
    if filters.until is not None:
        conditions.append(f"first_day <= {_number(days_of(filters.until)[1])}")
    if filters.author is not None:
        part = _escaped(filters.author.casefold())
        conditions.append(f"author like {literal(f'%{part}%')}")
    if filters.source is not None:
        ways = [f"source == {literal(filters.source)}"]
        ways += [f"source like {literal(pattern)}" for pattern in _like_patterns(filters.source)]
        conditions.append(f"({' or '.join(ways)})")
    return " and ".join(conditions)


def published_within(since: str | None, until: str | None) -> str:
    """The articles published within ISO dates, both included, the whole of their month or year."""
    conditions = []
    if since is not None:
        conditions.append(f"first_day >= {_number(days_of(since)[0])}")
    if until is not None:
        conditions.append(f"last_day <= {_number(days_of(until)[1])}")
    return " and ".join([*conditions, "last_day > 0"] if conditions else [])


def literal(text: str) -> str:
    """A string as an expression holds it."""
    # Bytes of the command line that are not UTF-8 arrive as lone surrogates.
    return json.dumps(text.encode("utf-8", "replace").decode(), ensure_ascii=False)


def one_of(field: str, values: Iterable[str]) -> str:
    """That a field holds one of some strings."""
    return f"{field} in [{', '.join(map(literal, values))}]"


def _like_patterns(glob: str) -> list[str]:
    """LIKE patterns that together match what a shell pattern does."""
    pieces: list[Sequence[str]] = []
    for piece in _GLOB_PIECE.finditer(glob):
        if piece["set"] is not None:
            pieces.append([_escaped(letter) for letter in _letters(piece["set"], glob)])
        elif piece["any"]:
            pieces.append("%")
        elif piece["one"]:
            pieces.append("_")
        elif piece["text"] == "[":  # never closed: to SQLite that matches nothing
            return []
        else:
            pieces.append([_escaped(piece["text"])])
        if _ways(pieces) > _MOST_PATTERNS:
            raise _not_understood(glob)
    return ["".join(way) for way in product(*pieces)]


def _letters(inside: str, glob: str) -> Sequence[str]:
    """The letters that ``[...]`` of a shell pattern stands for."""
    if inside.startswith("^"):
        raise _not_understood(glob)
    letters = ""
    for first, last in re.findall(r"(.)(?:-(.))?", inside, re.DOTALL):
        letters += "".join(map(chr, range(ord(first), ord(last or first) + 1)))
        if len(letters) > _MOST_PATTERNS:
            raise _not_understood(glob)
    return letters


def _ways(pieces: Sequence[Sequence[str]]) -> int:
    ways = 1
    for piece in pieces:
        ways *= len(piece)
    return ways


def _not_understood(glob: str) -> FilterError:
    return FilterError(
        f"Source {glob!r} says more than Milvus can match: use * and ?, and few letters in [...]."
    )


def _escaped(text: str) -> str:
    """``text`` where a LIKE pattern takes every character for itself."""
    return re.sub(r"([\\%_])", r"\\\1", text)


def _number(day: str) -> int:
    return int(day.replace("-", ""))
