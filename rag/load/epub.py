"""Reads e-books (epub): the chapters in the order of reading, as one article."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote
from zipfile import ZipFile

from rag.errors import LoadError
from rag.load.archive import Allowance, open_archive, survived, unpacked
from rag.load.decode import decode
from rag.load.document import Block, Document, metadata_of
from rag.load.hypertext import html_blocks

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

MOST_EXPANDED_BYTES = 200_000_000
MOST_TEXT_BYTES = 50_000_000
"""Of the chapters and what lists them; pictures are not read."""

_NO_EPUB = "it is no e-book, or a damaged one: export it again as .epub"
_CONTAINER = "META-INF/container.xml"
_RIGHTS = "META-INF/rights.xml"
_CHAPTER_TYPES = ("application/xhtml+xml", "text/html")


def read_epub(data: bytes) -> Document:
    """The text of an e-book without its table of contents.

    Raises LoadError for a file that is damaged, locked or too large.
    """
    with open_archive(data, Allowance(most_bytes=MOST_EXPANDED_BYTES), _NO_EPUB) as archive:
        if _RIGHTS in archive.namelist():
            raise LoadError("it is locked by its seller: nothing but their reader opens it")
        book = _Book(archive, Allowance(most_bytes=MOST_TEXT_BYTES))
        package_name = _package_name(book)
        package = book.xml(package_name)
        chapters = _chapters(package, posixpath.dirname(package_name))
        blocks: list[Block] = []
        left_out: list[str] = []
        for name in chapters:
            try:
                blocks += html_blocks(book.text(name))
            except LoadError as error:
                if book.allowance.is_spent:
                    raise
                left_out.append(f"chapter {name}: {error}")
    if left_out and not blocks:
        raise LoadError(left_out[0])
    return Document(tuple(blocks), _metadata(package), tuple(left_out))


@dataclass(frozen=True, slots=True)
class _Book:
    """The files of an e-book, of which only so much is read."""

    archive: ZipFile
    allowance: Allowance

    def xml(self, name: str) -> Element:
        from xml.etree.ElementTree import fromstring

        with survived(f"its file {name} is damaged: export it again as .epub"):
            return fromstring(self._bytes(name))

    def text(self, name: str) -> str:
        data = self._bytes(name)
        return decode(data) if data.strip() else ""

    def _bytes(self, name: str) -> bytes:
        try:
            info = self.archive.getinfo(name)
        except KeyError as error:
            raise LoadError(f"its file {name} is missing: export it again as .epub") from error
        self.allowance.spend(info.file_size, members=1)
        return unpacked(self.archive, info)


def _package_name(book: _Book) -> str:
    """The path of the file that lists what the book is made of."""
    root = book.xml(_CONTAINER).find(".//{*}rootfile")
    if root is None:
        raise LoadError(_NO_EPUB)
    return root.get("full-path", "")


def _chapters(package: Element, folder: str) -> Iterator[str]:
    """The paths of the chapters, in the order of reading."""
    items = {item.get("id"): item for item in package.iterfind("{*}manifest/{*}item")}
    for reference in package.iterfind("{*}spine/{*}itemref"):
        item = items.pop(reference.get("idref"), None)  # a chapter is read once
        if item is None or item.get("media-type") not in _CHAPTER_TYPES:
            continue
        if "nav" not in item.get("properties", "").split():
            yield posixpath.normpath(posixpath.join(folder, unquote(item.get("href", ""))))


def _metadata(package: Element) -> dict[str, str]:
    fields: dict[str, object] = {}
    for name in ("title", "creator", "date", "source"):
        found = package.iterfind(f"{{*}}metadata/{{http://purl.org/dc/elements/1.1/}}{name}")
        values = ["".join(each.itertext()) for each in found]
        fields[name] = values if name == "creator" else next(filter(None, values), "")
    return metadata_of(fields)
