"""Files to articles. Each family of formats is a module with one reader: bytes -> ``Document``.

To add a format, write its reader in a module of its own and name its suffixes in ``READERS``.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from rag.errors import LoadError, SeedsError
from rag.load.article import to_article
from rag.load.document import Document
from rag.load.markdown import read_markdown
from rag.load.text import read_text
from rag.types import Article, Failure

__all__ = ["LARGEST_FILE_BYTES", "READERS", "count_files", "load_file", "load_folder"]

READERS: Mapping[str, Callable[[bytes], Document]] = {
    ".txt": read_text,
    ".md": read_markdown,
    ".markdown": read_markdown,
}
"""The reader of each suffix, in lower case."""

LARGEST_FILE_BYTES = 20_000_000
_SYSTEM_FILES = frozenset(("thumbs.db", "desktop.ini"))


def load_folder(folder: Path) -> Iterator[Article | Failure]:
    """Every file under ``folder``, sorted by path, one at a time; hidden files are passed over.

    A file that cannot be read gives a ``Failure``, and the others are read all the same.
    Raises SeedsError at once if there is no such folder.
    """
    paths = _files(folder)
    return (_load(path, folder) for path in paths)


def count_files(folder: Path) -> int:
    """How many articles and failures ``load_folder`` will give.

    Raises SeedsError if there is no such folder.
    """
    return len(_files(folder))


def load_file(path: Path, folder: Path) -> Article:
    """The article in one file; its source is its path relative to ``folder``.

    Raises LoadError, with the reason alone, for a file that cannot be read as an article.
    """
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        kind = path.suffix[1:].upper() or "A file without a suffix"
        raise LoadError(f"{kind} is not read: save it as {_or(READERS)}")
    try:
        if not path.is_file():
            raise LoadError("it is not a file, or a link to one that is gone")
        size = path.stat().st_size
        if size > LARGEST_FILE_BYTES:
            raise LoadError(
                f"it has {size / 1e6:.0f} MB, more than {LARGEST_FILE_BYTES / 1e6:.0f}: split it"
            )
        data = path.read_bytes()
    except OSError as error:
        raise LoadError(f"it cannot be opened ({error.strerror}): check its permissions") from error
    if not data.strip():
        raise LoadError("it is empty")
    return to_article(reader(data), _source(path, folder))


def _load(path: Path, folder: Path) -> Article | Failure:
    try:
        return load_file(path, folder)
    except LoadError as error:
        return Failure(_source(path, folder), str(error))


def _files(folder: Path) -> list[Path]:
    """The files to read, sorted by source; links to folders are not followed."""
    if not folder.is_dir():
        what = "is not a folder" if folder.exists() else "does not exist"
        raise SeedsError(
            f"The folder of articles {folder} {what}: create it and put .txt or .md files into it, "
            "or name another one."
        )
    paths: list[Path] = []
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        paths += (
            Path(parent, name)
            for name in names
            if not name.startswith(".") and name.lower() not in _SYSTEM_FILES
        )
    return sorted(paths, key=lambda path: _source(path, folder))


def _source(path: Path, folder: Path) -> str:
    """The path relative to ``folder``, with ``/``; bytes that are not UTF-8 are replaced."""
    return os.fsencode(path.relative_to(folder).as_posix()).decode("utf-8", "replace")


def _or(suffixes: Mapping[str, object]) -> str:
    *others, last = suffixes
    return f"{', '.join(others)} or {last}"
