"""Files to articles. Each family of formats is a module with one reader for each format.

To add a format, write its reader in a module of its own and name its suffixes in ``READERS``, or
in ``COLLECTIONS`` where a file holds many articles.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path, PurePosixPath

from rag.errors import LoadError, SeedsError
from rag.load.archive import DEEPEST, Allowance, open_archive, unpacked, visible_files
from rag.load.article import to_article
from rag.load.document import Document, Entry
from rag.load.epub import read_epub
from rag.load.mail import read_eml, read_mbox
from rag.load.markdown import read_markdown
from rag.load.pdf import read_pdf
from rag.load.records import read_csv, read_jsonl
from rag.load.text import read_text
from rag.load.webpage import read_html, read_mhtml
from rag.load.word import read_docx
from rag.types import Article, Failure

__all__ = [
    "COLLECTIONS",
    "KINDS",
    "READERS",
    "SAVED_AS",
    "SUFFIXES",
    "SYSTEM_FILES",
    "check_readable",
    "find_files",
    "largest_bytes",
    "load_file",
    "source_of",
]

READERS: Mapping[str, Callable[[bytes], Document]] = {
    ".txt": read_text,
    ".md": read_markdown,
    ".markdown": read_markdown,
    ".html": read_html,
    ".htm": read_html,
    ".xhtml": read_html,
    ".mhtml": read_mhtml,
    ".mht": read_mhtml,
    ".pdf": read_pdf,
    ".docx": read_docx,
    ".epub": read_epub,
}
"""The reader of each suffix, in lower case."""

COLLECTIONS: Mapping[str, Callable[[bytes], Iterator[Entry]]] = {
    ".csv": read_csv,
    ".tsv": read_csv,
    ".jsonl": read_jsonl,
    ".eml": read_eml,
    ".mbox": read_mbox,
}
"""The reader of each suffix whose files hold many articles."""

_ARCHIVE = ".zip"
SUFFIXES = (*READERS, *COLLECTIONS, _ARCHIVE)
"""Of all files that are read, in lower case."""
KINDS = "text, Markdown, web pages, PDF, Word, EPUB, e-mail, tables, zips of these"
"""What these suffixes are, for people."""
SAVED_AS: Mapping[str, str] = {
    **dict.fromkeys((".doc", ".odt", ".rtf", ".pages"), ".docx or PDF"),
    **dict.fromkeys((".xls", ".xlsx", ".ods", ".numbers"), ".csv"),
    **dict.fromkeys((".ppt", ".pptx", ".odp", ".key"), "PDF"),
    **dict.fromkeys((".rar", ".7z", ".tar", ".gz", ".tgz", ".bz2", ".xz"), ".zip"),
}
"""What programs that write these suffixes can write instead."""
_ZIPPED_SUFFIXES = (".docx", ".epub")
"""Of formats that are zips inside: they too spend what an archive around them may unpack to."""

LARGEST_TEXT_BYTES = 20_000_000
LARGEST_FILE_BYTES = 100_000_000
"""Of a file that may hold pictures or many articles."""
MOST_ENTRIES = 100_000
"""Articles in one file."""
_TEXT_SUFFIXES = (".txt", ".md", ".markdown", ".html", ".htm", ".xhtml")
SYSTEM_FILES = frozenset(("thumbs.db", "desktop.ini"))
"""What Windows leaves in folders, in lower case; passed over, as what is hidden is, and as what
Word leaves beside a file that it has open ("~$talks.docx")."""


def find_files(folder: Path) -> list[Path]:
    """The files to read under ``folder``, sorted by source; hidden ones are passed over.

    Links to folders are not followed. Raises SeedsError if there is no such folder.
    """
    if not folder.is_dir():
        what = "is not a folder" if folder.exists() else "does not exist"
        raise SeedsError(
            f"The folder of articles {folder} {what}: create it and put articles into it, "
            "or name another one."
        )
    paths: list[Path] = []
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        paths += (
            Path(parent, name)
            for name in names
            if not (name.startswith((".", "~$")) or name.lower() in SYSTEM_FILES)
        )
    return sorted(paths, key=lambda path: source_of(path, folder))


def load_file(path: Path, folder: Path) -> Iterator[Article | Failure]:
    """The articles in one file, one at a time; ``source`` is its path relative to ``folder``.

    What cannot be read gives a ``Failure``, and the rest of the file is read all the same.
    """
    source = source_of(path, folder)
    try:
        yield from _articles(_bytes_of(path, source), source, Allowance())
    except LoadError as error:
        yield Failure(source, str(error))


def largest_bytes(source: str) -> int:
    """How large a file of this name may be."""
    return LARGEST_TEXT_BYTES if _suffix(source) in _TEXT_SUFFIXES else LARGEST_FILE_BYTES


def _bytes_of(path: Path, source: str) -> bytes:
    try:
        if not path.is_file():
            raise LoadError("it is not a file, or a link to one that is gone")
        check_readable(source, path.stat().st_size)
        return path.read_bytes()
    except OSError as error:
        raise LoadError(f"it cannot be opened ({error.strerror}): check its permissions") from error


def check_readable(source: str, size: int) -> None:
    """Raises LoadError if no file of this name, or of this size in bytes, is read."""
    suffix, largest = _suffix(source), largest_bytes(source)
    if suffix not in SUFFIXES:
        kind = suffix[1:].upper() or "A file without a suffix"
        saved_as = SAVED_AS.get(suffix)
        mend = f"save it as {saved_as}" if saved_as else f"Footnote reads {KINDS}"
        raise LoadError(f"{kind} is not read: {mend}")
    if size > largest:
        raise LoadError(f"it has {size / 1e6:.0f} MB, more than {largest / 1e6:.0f}: split it")


def _articles(
    data: bytes, source: str, allowance: Allowance, depth: int = 1
) -> Iterator[Article | Failure]:
    """The articles in a file; raises LoadError where it cannot be read at all, or not further.

    ``depth`` is 1, and one more for each archive around it.
    """
    suffix = _suffix(source)
    if not data.strip():
        raise LoadError("it is empty")
    if suffix == _ARCHIVE:
        articles = _archived(data, source, allowance, depth)
    elif suffix in COLLECTIONS:
        articles = _collected(COLLECTIONS[suffix](data), source)
    else:
        if suffix in _ZIPPED_SUFFIXES and depth > 1:
            open_archive(data, allowance).close()
        articles = iter([to_article(READERS[suffix](data), source)])
    is_without = True
    for article in articles:
        is_without = False
        yield article
    if is_without:
        raise LoadError("it holds no articles")


def _archived(
    data: bytes, source: str, allowance: Allowance, depth: int
) -> Iterator[Article | Failure]:
    """The articles in an archive, and in those within it."""
    if depth > DEEPEST:
        raise LoadError(f"it lies within {depth - 1} archives: unpack them")
    with open_archive(data, allowance) as archive:
        for name, info in visible_files(archive):
            inner = f"{source}/{name}"
            try:
                check_readable(inner, info.file_size)
                yield from _articles(unpacked(archive, info), inner, allowance, depth + 1)
            except LoadError as error:
                if allowance.is_spent:
                    raise
                yield Failure(inner, str(error))


def _collected(entries: Iterator[Entry], source: str) -> Iterator[Article | Failure]:
    for number, entry in enumerate(entries, start=1):
        if number > MOST_ENTRIES:
            raise LoadError(f"it holds more than {MOST_ENTRIES} articles: split it")
        yield _entry(entry, source + entry.name)


def _entry(entry: Entry, source: str) -> Article | Failure:
    try:
        return to_article(entry.read(), source)
    except LoadError as error:
        return Failure(source, str(error))


def _suffix(source: str) -> str:
    return PurePosixPath(source).suffix.lower()


def source_of(path: Path, folder: Path) -> str:
    """The path relative to ``folder``, with ``/``; bytes that are not UTF-8 are replaced."""
    return os.fsencode(path.relative_to(folder).as_posix()).decode("utf-8", "replace")
