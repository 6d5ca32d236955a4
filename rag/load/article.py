"""A document to an ``Article``: one text, with marks that tell what each piece of it is."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePosixPath
from typing import cast

from rag.errors import LoadError
from rag.load.body import with_kinds
from rag.load.document import Block, Document
from rag.load.language import language_of
from rag.load.masthead import Stated, find_masthead
from rag.load.pages import mend_page_breaks
from rag.types import UNQUOTED, Article, Header, Mark, MarkKind, Span

_BLOCK_GAP = "\n\n"
_USUAL_LEVEL = 2
"""Of a heading whose format does not tell."""


def to_article(document: Document, source: str) -> Article:
    """The article that ``document`` holds.

    Without a title in the file, the file's name gives it. Raises LoadError if there is no text.
    """
    if not document.blocks:
        raise LoadError("it holds no text")
    masthead = find_masthead(document)
    top = 1 + max(masthead.own_blocks, default=-1)
    blocks = [*masthead.blocks[:top], *mend_page_breaks(masthead.blocks[top:])]
    blocks = with_kinds(blocks, masthead.own_blocks)
    starts: list[int] = []
    position = 0
    for block in blocks:
        starts.append(position)
        position += len(block.text) + len(_BLOCK_GAP)

    def span(stated: Stated | None) -> Span | None:
        if stated is None:
            return None
        return Span(starts[stated.block] + stated.start, starts[stated.block] + stated.end)

    header = Header(span(masthead.title), span(masthead.author), span(masthead.date))
    marks: list[Mark] = []
    for index, (block, start) in enumerate(zip(blocks, starts, strict=True)):
        is_own = index in masthead.own_blocks
        marks += _header_marks(block, start, header) if is_own else _marks(block, start)
    of_title = masthead.title.block if masthead.title else -1
    is_line = masthead.title and masthead.title.value != blocks[of_title].text
    if header.title and is_line and not any(mark.kind == "title" for mark in marks):
        marks.append(Mark("title", *header.title))
    if all(block.kind in UNQUOTED or n in masthead.own_blocks for n, block in enumerate(blocks)):
        marks = [mark for mark in marks if mark.kind not in UNQUOTED]  # all there is
    text = _BLOCK_GAP.join(block.text for block in blocks)
    return Article(
        id=article_id(source),
        title=masthead.title.value if masthead.title else _title_from_name(source),
        author=masthead.author.value if masthead.author else None,
        date=masthead.date.value if masthead.date else None,
        source=source,
        url=document.metadata.get("url"),
        text=text,
        header=header,
        marks=tuple(sorted(marks, key=lambda mark: (mark.start, -mark.end))),
        language=language_of(text),
        left_out=(*document.left_out, *_damaged(text)),
    )


def _damaged(text: str) -> Iterator[str]:
    if count := text.count("\ufffd"):
        yield f"{count} of its characters are damaged, shown as \ufffd"


def _header_marks(block: Block, start: int, header: Header) -> Iterator[Mark]:
    """A mark for each line of a block that belongs to the masthead."""
    for line in re.finditer(r".+", block.text):
        first, last = start + line.start(), start + line.end()
        for kind, span in (("title", header.title), ("byline", header.author)):
            if span is not None and span.start < last and first < span.end:
                yield Mark(cast("MarkKind", kind), first, last)
                break
        else:
            yield Mark("dateline", first, last)


def _marks(block: Block, start: int) -> Iterator[Mark]:
    end = start + len(block.text)
    if block.kind == "heading":
        yield Mark("heading", start, end, block.level or _USUAL_LEVEL)
    elif block.kind == "list":
        yield Mark("list", start + _lead_in_start(block.text), end)
    elif block.kind != "paragraph":
        yield Mark(block.kind, start, end)
    if block.speaker:
        yield Mark("speech", start, end, speaker=block.speaker)
    for mark in block.marks:
        yield replace(mark, start=start + mark.start, end=start + mark.end)


def _lead_in_start(text: str) -> int:
    """Where the sentence begins that leads in a list, if its first line is none of the items."""
    first = text.split("\n", 1)[0]
    ends = [match.end() for match in re.finditer(r"[.!?…]['\"”’)]*\s+(?=\S)", first)]
    return ends[-1] if ends and first.endswith((":", "：")) else 0


def article_id(source: str) -> str:
    """16 hexadecimal digits that stand for the file's path relative to the folder."""
    return hashlib.sha256(source.encode()).hexdigest()[:16]


def _title_from_name(source: str) -> str:
    stem = PurePosixPath(source).stem
    return " ".join(re.sub(r"[_-]+", " ", stem).split()) or source
