"""A document to an ``Article``: one text, and offsets of its header and its body."""

from __future__ import annotations

import hashlib
import re
from pathlib import PurePosixPath

from rag.errors import LoadError
from rag.load.body import body_blocks
from rag.load.document import Document
from rag.load.language import language_of
from rag.load.masthead import Stated, find_masthead
from rag.load.pages import mend_page_breaks
from rag.types import Article, Header, Span

_BLOCK_GAP = "\n\n"


def to_article(document: Document, source: str) -> Article:
    """The article that ``document`` holds.

    Without a title in the file, the file's name gives it. Raises LoadError if there is no text.
    """
    if not document.blocks:
        raise LoadError("it holds no text")
    masthead = find_masthead(document)
    top = 1 + max(masthead.own_blocks, default=-1)
    blocks = [*masthead.blocks[:top], *mend_page_breaks(masthead.blocks[top:])]
    starts: list[int] = []
    position = 0
    for block in blocks:
        starts.append(position)
        position += len(block.text) + len(_BLOCK_GAP)

    def span(stated: Stated | None) -> Span | None:
        if stated is None:
            return None
        block, start, end = stated.place
        return Span(starts[block] + start, starts[block] + end)

    body: list[Span] = []
    previous = -2
    for index in body_blocks(blocks, masthead.own_blocks):
        end = starts[index] + len(blocks[index].text)
        follows = index == previous + 1
        body.append(Span(body.pop().start if follows else starts[index], end))
        previous = index
    text = _BLOCK_GAP.join(block.text for block in blocks)
    return Article(
        id=article_id(source),
        title=masthead.title.value if masthead.title else _title_from_name(source),
        author=masthead.author.value if masthead.author else None,
        date=masthead.date.value if masthead.date else None,
        source=source,
        url=document.metadata.get("url"),
        text=text,
        header=Header(span(masthead.title), span(masthead.author), span(masthead.date)),
        body=tuple(body),
        language=language_of(text),
    )


def article_id(source: str) -> str:
    """16 hexadecimal digits that stand for the file's path relative to the folder."""
    return hashlib.sha256(source.encode()).hexdigest()[:16]


def _title_from_name(source: str) -> str:
    stem = PurePosixPath(source).stem
    return " ".join(re.sub(r"[_-]+", " ", stem).split()) or source
