"""What a file says of itself outside its text, as far as it can be believed."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.load.document import Block, Document
from rag.load.masthead import find_masthead

_PLACEHOLDERS = frozenset(
    "admin administrator anonymous author document guest none owner python-docx title unknown"
    " unspecified untitled user".split()
)
_FILE_NAME = re.compile(r"\S+\.(?:docx?|pdf|odt|rtf|tex|dvi|indd|qxd|pptx?|xlsx?)", re.IGNORECASE)
_PROGRAM = re.compile(r"microsoft (?:word|powerpoint) - ", re.IGNORECASE)
_LONGEST_CHARS = 300


def with_properties(
    blocks: Sequence[Block], title: str, author: str, left_out: Sequence[str] = ()
) -> Document:
    """The document of ``blocks`` with a file's properties, "" where it has none.

    Programs fill properties in by themselves: file names and placeholders are passed over, and an
    author that the text states goes before. The day on which a file was made dates no article.
    """
    document = Document(tuple(blocks))
    stated = find_masthead(document)
    metadata = {"title": _title(title)}
    if stated.author is None:
        metadata["author"] = believable(author)
    metadata = {field: value for field, value in metadata.items() if value}
    return Document(document.blocks, metadata, tuple(left_out))


def _title(value: str) -> str:
    return "" if _PROGRAM.match(value) else believable(value)


def believable(value: str) -> str:
    """``value`` in one line; "" where a program filled it in, or it is too long for a name."""
    value = " ".join(value.split())
    is_made_up = value.lower().strip("()") in _PLACEHOLDERS or _FILE_NAME.fullmatch(value)
    return "" if is_made_up or len(value) > _LONGEST_CHARS else value
