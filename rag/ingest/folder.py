"""What a folder of articles holds, and which of its files changed since the index was built."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from rag.index import FileStamp, LocalStore, is_index_file, stamp_if_same, stamp_of
from rag.load import find_files, largest_bytes, load_file, source_of
from rag.types import Article, Failure

KnownFiles: TypeAlias = Mapping[str, tuple[int, FileStamp]]
"""Number and stamp by source, of the files of an index that need not be read while they are the
same."""


@dataclass(frozen=True, slots=True)
class FileRead:
    """The end of a file; ``stamp`` is None where it must be read again next time."""

    source: str
    stamp: FileStamp | None
    failures: tuple[Failure, ...]


@dataclass(frozen=True, slots=True)
class FileKept:
    """A file that is as it was; ``number`` is its own in the index."""

    source: str
    number: int
    stamp: FileStamp


Loaded: TypeAlias = Article | FileRead | FileKept
"""The articles of each file come before its FileRead."""


def article_files(seeds: Path, index: Path) -> list[Path]:
    """The files of a folder that a build reads, sorted by source: not those of the index itself.

    Raises SeedsError if there is no such folder.
    """
    top, own = seeds.resolve(), index.resolve()
    return [
        path for path in find_files(seeds) if not is_index_file(top / path.relative_to(seeds), own)
    ]


def load_folder(paths: Sequence[Path], seeds: Path, known: KnownFiles) -> Iterator[Loaded]:
    """What files hold, in order; those that are as they were are not opened, as a rule."""
    unseen = dict(known)
    for path in paths:
        source = source_of(path, seeds)
        # Names that differ only in bytes that are no UTF-8 make one source: its first is kept.
        number, before = unseen.pop(source, (0, None))
        if before is not None and (stamp := stamp_if_same(path, before)):
            yield FileKept(source, number, stamp)
            continue
        stamp = stamp_of(path, largest_bytes(source))
        failures = []
        for loaded in load_file(path, seeds):
            if isinstance(loaded, Failure):
                failures.append(loaded)
            else:
                yield loaded
        # What changed while it was read will be read again.
        is_same = stamp is not None and stamp_if_same(path, stamp) is not None
        yield FileRead(source, stamp if is_same else None, tuple(failures))


def load_articles(articles: Iterable[Article | Failure]) -> Iterator[Loaded]:
    """Articles that were loaded elsewhere, each as a file of its own."""
    for loaded in articles:
        if isinstance(loaded, Article):
            yield loaded
        failures = (loaded,) if isinstance(loaded, Failure) else ()
        yield FileRead(loaded.source, None, failures)


def count_changed(seeds: Path, index: Path, store: LocalStore) -> int:
    """How many files are new, changed or gone since ``store`` was built of the folder.

    Of a file that could not be read it is not known whether it changed.
    """
    known = store.files()
    others = set(store.file_sources()) - known.keys()
    found = {source_of(path, seeds): path for path in article_files(seeds, index)}
    gone = (known.keys() | others) - found.keys()
    changed = [
        source
        for source, path in found.items()
        if source not in others
        and (source not in known or stamp_if_same(path, known[source][1]) is None)
    ]
    return len(changed) + len(gone)
