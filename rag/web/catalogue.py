"""The library's list: what the index was made of, against what the folder holds now.

Made anew whenever the index or the folder has changed, and kept sorted, so that a page of 100,000
rows is found at once.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Literal, TypeAlias, get_args

from rag.errors import SeedsError
from rag.index import stamp_if_same
from rag.index.articles import Listing
from rag.ingest.folder import article_files
from rag.load import source_of
from rag.shown.escaping import folded
from rag.web.folder import Trashed

RowState: TypeAlias = Literal[
    "new", "changed", "gone", "failed", "partly read", "in the trash", "indexed", "duplicate"
]
"""``new``, ``changed`` and ``gone`` files await a build; ``failed``: the last could not read it."""
SortKey: TypeAlias = Literal["state", "title", "author", "date", "language", "size"]
Show: TypeAlias = Literal["all"] | RowState
"""All leaves out what is in the trash."""
PAGE_ROWS = 100
ALSO_IN_SHOWN = 3
_STATES: tuple[RowState, ...] = get_args(RowState)


@dataclass(frozen=True, slots=True)
class Row:
    """An article, or a file of which none is known."""

    state: RowState
    source: str
    file: str
    title: str
    size_bytes: int | None = None
    """Of the article's text, or of the file where no text is known."""
    author: str | None = None
    date: str | None = None
    language: str | None = None
    article_id: str | None = None
    reasons: tuple[str, ...] = ()
    """Why it, or what of it, could not be read."""
    also_in: tuple[str, ...] = ()
    """Some of the sources that tell the same."""
    also_count: int = 0
    """All of them."""
    in_file: int = 1
    """Articles that its file holds."""
    trash_id: str | None = None
    """Where its file can be put back from the trash."""


@dataclass(frozen=True, slots=True)
class FolderNow:
    """The files that a build would read."""

    sizes: Mapping[str, int]
    """In bytes, by source."""
    changed: frozenset[str] = frozenset()
    """Those that are not as the index knows them."""


@dataclass(frozen=True, slots=True)
class Found:
    """One page of the list, and how many rows all its pages have."""

    rows: tuple[Row, ...]
    total: int
    page: int
    pages: int


class Catalogue:
    """The list of one state of the library; safe to share between threads."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._rows = sorted(rows, key=lambda row: (folded(row.title), row.source))
        self._words = {id(row): folded(_told(row)) for row in self._rows}
        counted = Counter(row.state for row in self._rows)
        self.counts: Mapping[RowState, int] = {state: counted[state] for state in _STATES}
        """How many rows there are of each state."""
        self._in_order: dict[tuple[SortKey, bool], list[Row]] = {("title", False): self._rows}

    def find(
        self,
        search: str = "",
        sort: SortKey = "state",
        descending: bool = False,
        show: Show = "all",
        page: int = 1,
    ) -> Found:
        """A page of the rows that hold every word of the search; the nearest page there is."""
        words = folded(search).split()
        found = [
            row
            for row in self._sorted(sort, descending)
            if (row.state == show or (show == "all" and row.state != "in the trash"))
            and all(word in self._words[id(row)] for word in words)
        ]
        pages = max(1, -(-len(found) // PAGE_ROWS))
        page = min(max(1, page), pages)
        shown = found[(page - 1) * PAGE_ROWS : page * PAGE_ROWS]
        return Found(tuple(shown), len(found), page, pages)

    def _sorted(self, sort: SortKey, descending: bool) -> list[Row]:
        """All rows in this order, and within it by title; what is not known goes last."""
        if (sort, descending) not in self._in_order:
            of = _VALUES[sort]
            known = [row for row in self._rows if of(row) is not None]
            known.sort(key=of, reverse=descending)
            unknown = [row for row in self._rows if of(row) is None]
            self._in_order[sort, descending] = known + unknown
        return self._in_order[sort, descending]


_VALUES: Mapping[SortKey, Callable[[Row], Any]] = {
    # What awaits something goes first, and all that is well follows by title.
    "state": lambda row: min(_STATES.index(row.state), _STATES.index("indexed")),
    "title": lambda row: folded(row.title),
    "author": lambda row: None if row.author is None else folded(row.author),
    "date": lambda row: row.date,
    "language": lambda row: row.language,
    "size": lambda row: row.size_bytes,
}


def _told(row: Row) -> str:
    return "\n".join(filter(None, (row.title, row.author, row.date, row.source, *row.reasons)))


def scan(seeds: Path, index: Path, listing: Listing) -> FolderNow:
    """The folder as it is now; an empty one where there is none.

    A file is read only where its size is the same and its time is not.
    """
    known = dict(listing.files)
    sizes: dict[str, int] = {}
    changed: set[str] = set()
    try:
        paths = article_files(seeds, index)
    except SeedsError:
        return FolderNow({})
    for path in paths:
        source = source_of(path, seeds)
        try:
            status = os.stat(path)
        except OSError:  # a link to a file that is gone
            sizes[source] = 0
            continue
        sizes[source] = status.st_size
        if (stamp := known.get(source)) is None:
            continue
        is_same = (status.st_size, status.st_mtime_ns) == (stamp.size_bytes, stamp.modified_ns)
        if not is_same and stamp_if_same(path, stamp) is None:
            changed.add(source)
    return FolderNow(sizes, frozenset(changed))


def rows(listing: Listing, now: FolderNow, trash: Sequence[Trashed] = ()) -> Iterator[Row]:
    """Every article, what could not be read, what awaits a build, and what is in the trash."""
    in_trash = {each.source: each.id for each in reversed(trash)}
    in_file = Counter(article.file for article in listing.articles)
    stories: dict[str, list[str]] = {}
    for article in listing.articles:
        if article.story is not None:
            stories.setdefault(article.story, []).append(article.source)

    def state(file: str, otherwise: RowState) -> RowState:
        if file not in now.sizes:
            return "gone"
        return "changed" if file in now.changed else otherwise

    def trash_id(file: str) -> str | None:
        return None if file in now.sizes else in_trash.get(file)

    for article in listing.articles:
        tellers = stories[article.story] if article.story is not None else []
        is_repeat = bool(tellers) and tellers[0] != article.source
        read: RowState = "partly read" if article.left_out else "indexed"
        some = tellers[: ALSO_IN_SHOWN + 1]
        yield Row(
            state=state(article.file, "duplicate" if is_repeat else read),
            source=article.source,
            file=article.file,
            title=article.title,
            size_bytes=article.size_bytes,
            author=article.author,
            date=article.date,
            language=article.language,
            article_id=article.id,
            reasons=article.left_out,
            also_in=tuple(each for each in some if each != article.source)[:ALSO_IN_SHOWN],
            also_count=max(0, len(tellers) - 1),
            in_file=in_file[article.file],
            trash_id=trash_id(article.file),
        )
    for failure in listing.failures:
        yield Row(
            state=state(failure.file, "failed"),
            source=failure.source,
            file=failure.file,
            title=PurePosixPath(failure.source).name,
            size_bytes=now.sizes.get(failure.source),
            reasons=(failure.reason,),
            in_file=in_file[failure.file],
            trash_id=trash_id(failure.file),
        )
    known = {source for source, _ in listing.files}
    for source, size in now.sizes.items():
        if source not in known:
            yield Row("new", source, source, PurePosixPath(source).name, size)
    for each in trash:
        source = each.source
        if in_trash[source] != each.id or source in now.sizes or source not in known:
            name = PurePosixPath(source).name
            yield Row("in the trash", source, source, name, each.size_bytes, trash_id=each.id)
