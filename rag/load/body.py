"""Decides which blocks of an article may be evidence: not headings, not what is under the text."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.load.document import Block
from rag.load.masthead import is_prose

_LAST_BLOCKS = 8
_LONGEST_NOTICE_CHARS = 300
_LONGEST_HEADING_WORDS = 10
_ADDRESS = r"(?:https?://\S+|(?:www\.)?[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}(?:/\S*)?|\S+@\S+\.\w+)"
_ADDRESS_LINE = re.compile(
    rf"(?:(?:e-?mail|web(?:site)?|url|tel(?:ephone)?|phone|fax|twitter|source)\s*:\s*)?"
    rf"(?:{_ADDRESS}|\+?[\d\s().-]{{7,}}|@\w+)",
    re.IGNORECASE,
)
_NOTICE = re.compile(
    r"(?:please |to |you can |click here to )*"
    r"(?:subscribe|sign up|follow us|like us|join us|share this|print this|e-?mail this"
    r"|contact (?:us|the (?:author|editors?|writer|reporter|[A-Z]{2,})\b|\S+@)|contact\s*:"
    r"|donate|support (?:us|our (?:work|journalism))|click here|read more\b|see also\s*:"
    r"|related(?: articles?| stories)?\s*:|tags?\s*:|filed under|topics?\s*:|categories\s*:"
    r"|send (?:us )?(?:comments|feedback|tips|letters)|leave a (?:comment|reply)"
    r"|visit (?:us|our|https?:|www\.)|get (?:our|the) newsletter|download (?:our|the) app)"
    r"|for (?:more|further) information\b|(?:about|follow) the author"
    r"|(?:©|\(c\)|copyright\b(?! (?:law|holder|infring|protect)))"
    r"|all rights reserved|(?:\()?(?:reporting|writing|editing|additional reporting) by\b"
    r"|(?:this article|this story|first|originally) (?:was |first |originally )*"
    r"(?:published|appeared) (?:in|on|at|by)\b"
    r"|(?:advertisement|back to top|previous|next|comments|share|print)$",
    re.IGNORECASE,
)
_RIGHTS = re.compile(r"\ball rights reserved\W*$", re.IGNORECASE)
_NOTICE_LABEL = re.compile(r"(?:contact(?: (?:details|information|us))?|links|share|more)\W*", re.I)


def body_blocks(blocks: Sequence[Block], masthead_blocks: frozenset[int]) -> list[int]:
    """Indexes of the blocks that may be evidence, in order.

    Left out are the masthead, headings and title-like lines above a paragraph, and the notices
    at the end: contact details, rights, invitations to subscribe. Where nothing else is left,
    every block may be evidence.
    """
    end = _notices_start(blocks)
    body = [
        index
        for index in range(end)
        if index not in masthead_blocks and not _is_heading(blocks, index, end)
    ]
    return body or list(range(len(blocks)))


def _notices_start(blocks: Sequence[Block]) -> int:
    """Where the notices begin that end the article; ``len(blocks)`` without any."""
    start = len(blocks)
    while start > max(0, len(blocks) - _LAST_BLOCKS) and _is_notice(blocks[start - 1].text):
        start -= 1
    return start


def _is_notice(text: str) -> bool:
    if len(text) > _LONGEST_NOTICE_CHARS:
        return False
    lines = [line.strip(" -*•") for line in text.split("\n")]
    return bool(
        all(_ADDRESS_LINE.fullmatch(line) for line in lines)
        or _NOTICE.match(lines[0])
        or _RIGHTS.search(text)
        or _NOTICE_LABEL.fullmatch(text)
    )


def _is_heading(blocks: Sequence[Block], index: int, end: int) -> bool:
    """A heading, or a short line without a full stop above a paragraph."""
    block = blocks[index]
    if block.kind != "paragraph":
        return block.kind == "heading"
    is_title_like = (
        len(block.text.split()) <= _LONGEST_HEADING_WORDS
        and block.text[-1] not in ".!?…:;,'\"”’。！？।؟"
        and not is_prose(block.text)
    )
    return is_title_like and index + 1 < end and is_prose(blocks[index + 1].text)
