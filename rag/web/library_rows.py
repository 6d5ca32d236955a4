"""What the index was made of, against what the folder holds now -> the rows of the library's list.

Pure but for ``scan``, which looks at the folder.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal, TypeAlias

from rag.errors import SeedsError
from rag.index import stamp_if_same
from rag.index.articles import Listing
from rag.ingest.folder import article_files
from rag.load import source_of
from rag.web.library_folder import Trashed

RowState: TypeAlias = Literal[
    "new", "changed", "gone", "failed", "indexed", "duplicate", "in the trash"
]
"""``new``, ``changed`` and ``gone`` files await a build; ``failed``: the last could not read it."""
ALSO_IN_SHOWN = 3


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
    reason: str | None = None
    """Why it could not be read."""
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
        stamp = known.get(source)
        if stamp is None:
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
    for article in listing.articles:
        tellers = stories[article.story] if article.story is not None else []
        is_repeat = bool(tellers) and tellers[0] != article.source
        others = _others(tellers, article.source)
        yield Row(
            state=_state(article.file, now) or ("duplicate" if is_repeat else "indexed"),
            source=article.source,
            file=article.file,
            title=article.title,
            size_bytes=article.size_bytes,
            author=article.author,
            date=article.date,
            language=article.language,
            article_id=article.id,
            also_in=others,
            also_count=max(0, len(tellers) - 1),
            in_file=in_file[article.file],
            trash_id=None if article.file in now.sizes else in_trash.get(article.file),
        )
    for failure in listing.failures:
        yield Row(
            state=_state(failure.file, now) or "failed",
            source=failure.source,
            file=failure.file,
            title=PurePosixPath(failure.source).name,
            size_bytes=now.sizes.get(failure.source),
            reason=failure.reason,
            in_file=in_file[failure.file],
            trash_id=None if failure.file in now.sizes else in_trash.get(failure.file),
        )
    known = {source for source, _ in listing.files}
    for source, size in now.sizes.items():
        if source not in known:
            yield Row("new", source, source, PurePosixPath(source).name, size)
    for each in trash:
        if in_trash[each.source] != each.id or each.source in now.sizes or each.source not in known:
            name = PurePosixPath(each.source).name
            yield Row(
                state="in the trash",
                source=each.source,
                file=each.source,
                title=name,
                size_bytes=each.size_bytes,
                trash_id=each.id,
            )


def _state(file: str, now: FolderNow) -> Literal["gone", "changed"] | None:
    if file not in now.sizes:
        return "gone"
    return "changed" if file in now.changed else None


def _others(tellers: Sequence[str], source: str) -> tuple[str, ...]:
    """The first that tell the same as ``source``, however many they are."""
    some = tellers[: ALSO_IN_SHOWN + 1]
    return tuple(each for each in some if each != source)[:ALSO_IN_SHOWN]
