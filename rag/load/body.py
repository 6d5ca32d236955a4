"""Tells what each block of an article is: running text, heading, caption, clutter."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from rag.load.document import Block
from rag.load.masthead import DATELINE, authors_in, is_prose
from rag.types import Mark

_LAST_BLOCKS = 8
_LONGEST_NOTICE_CHARS = 300
_LONGEST_BYLINE_CHARS = 80
_LONGEST_HEADING_WORDS = 10
_LONGEST_QUESTION_WORDS = 25
_QUESTIONS_SHARE = 0.15
"""Of the blocks of an interview."""
_ASKS = "?？؟"
_INNER_END = re.compile(r"[^\W\dA-Z_]{2}[.!?…]\s")
_LINE_LEVEL = 7
"""Of a line that only stands like a heading: below every one that is marked as such."""
_ADDRESS_LINE = re.compile(
    r"(?:[\w-]{1,10}\s*:\s*)?(?:https?://\S+|(?:www\.)?[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}(?:/\S*)?"
    r"|\S+@\S+\.\w+|@\w+|\+?[\d\s().-]{7,})",
    re.IGNORECASE,
)
_CLUTTER = re.compile(
    # players and pictures: "JUST WATCHED", "Hide Caption 5 of 28 Photos"
    r"(?:(?:just|must) watch(?:ed)?|(?:hide|toggle|show|enlarge|view) .{0,10}(?:caption|image"
    r"|photo|gallery|transcript))\b|\d+ of \d+(?: (?:photos?|images?))?$|photos\s?:"
    r"|(?:replay|up next|next video|skip (?:ad|advertisement)|(?:story )?highlights|advertise?ment"
    r"|anzeige|publicité|caption|close|share|print|save|comments?|previous|next|back to top"
    r"|more videos.{0,20}|(?:show|read|view|see|load) (?:more|less|all)\b[^.!?]{0,40})$"
    # labels of links: "Read more: ...", "More on the strike:Mine closes"
    r"|(?:more|(?:related|recommended)(?: (?:articles?|stories|topics))?|(?:read|see|watch|hear"
    r"|listen)(?: (?:more|also|next|now))?|learn more|don['’]t miss|in case you missed it|explore"
    r"|podcasts?|tags?|topics?|categories|filed under|contributing|lire aussi|lea también|leggi"
    r" anche|lesen sie auch|mehr zum thema)\s*(?::|$)"
    r"|(?!.*[.]$)[^:.\d\n]{3,70}:[“‘'\"]?[A-ZÀ-Ž][^\n]{10,}$"
    r"|(?:read|see|watch|get|check out|click|tap) (?:more (?:about|on|from|of)|here|the full|our)\b"
    r"|(?:more (?:from|on|about)|most (?:read|popular|viewed)|you (?:may|might) (?:also )?like)\b"
    r"[^.!?]{0,60}$"
    # invitations
    r"|(?:.{0,160}(?:[.!?:,]|\byou can)\s?)?(?:please )?(?:consider )?(?:sign(?:ing)? up"
    r"|subscrib(?:e|ing)) .{0,100}"
    r"\b(?:newsletters?|inbox|e-?mails?|alerts?|texts?|here|podcast|app|edition|newspaper)\b"
    r"|(?:get|want|like|would you like) .{0,60}\b(?:newsletter|(?:in|to) your inbox)\b"
    r"|(?:please )?(?:subscribe|donate|support (?:us|our (?:work|journalism)))\b.{0,60}$"
    r"|thank you for (?:reading|supporting)|download (?:our|the) .{0,20}app\b|leave a (?:comment"
    r"|reply)|(?:share|print|e-?mail) this\b(?! article of)|visit (?:us|our|https?:|www\.)"
    # who wrote, and how to reach them
    r"|(?:follow|like|join|find|contact|reach|call|tweet|e-?mail)\b.{0,80}"
    r"(?:@\w|\bon (?:twitter|x|facebook|instagram|tiktok)\b)|(?:contact|about|follow) (?:us"
    r"|the (?:author|editor|writer|reporter))s?\b"
    r"|.{10,220}\b(?:reach(?:ed)?|contact|e-?mail|follow)(?: (?:him|her|them|me))? (?:at"
    r"|on) .{0,40}(?:@|twitter)"
    r"|\(?(?:additional )?(?:reporting|writing|editing) by\b[^.]{0,100}$"
    r"|from .{0,40}\b(?:staff|wire) (?:and wire )?reports$"
    r"|(?:a version of )?(?:this|the) (?:article|story|column|piece) (?:was )?(?:first "
    r"|originally )*(?:published|appeared)\b"
    r"|for (?:more|further) information\b.{0,20}\b(?:visit|go to|see|contact|call)\b"
    r"|©|copyright (?:©|\(c\)|\d)|.{0,200}\ball rights reserved\W*$"
    r"|[\w ,.()]{2,50}\s[—–]$",
    re.IGNORECASE,
)
"""Of news: what stands in the midst of an article, and is not of it."""
_CAPTION = re.compile(
    r"(?i:(?:image|photo(?:graph)?|picture|caption|graphic|bild|foto|abb(?:ildung)?|légende|video"
    r"|fig(?:ure)?\.?)(?: (?:credit|source|caption|\d+))*\s*[:.]\s)"
    r"|.*(?:[.!?…]|[(\[|/])\s*(?i:photo(?:graph)?s?|pictures?|images?|foto|bild|credit)"
    r"(?: (?:credit|courtesy))?(?:\s*[:/]\s*| (?:by|of|from) )[A-Z][^:]{2,50}$"
    r"|.*[/(\[|](?:AP(?: Photo)?|Getty(?: Images)?|Reuters|AFP|EPA|Shutterstock"
    r"|Bloomberg)\b[^().]{0,60}[)\]]?$"
    r"|.*\b(?:Getty Images|AP Photo|AFP|Shutterstock)(?: \w+){0,2}\W*$"
    r"|.*[.!?] (?:\w+ )?[Cc]ourtesy (?:of |photo |image )?[A-Z][^.]{2,40}$",
    re.DOTALL,
)
_BYLINE = re.compile(
    r"(?:by|von|par|por|story by|written by|reporting by|--|—|–)\s?", re.IGNORECASE
)
_CONTACT = re.compile(
    r"(?:please |to |you can )*contact (?:us|the|\S+@).*"
    r"|(?:contact(?: (?:details|information))?|links|share|more)\W*",
    re.IGNORECASE | re.DOTALL,
)
"""Of the last lines of an article."""
_CORRECTION = re.compile(
    r"(?:(?:this (?:article|story|post|page) )?(?:was |has been )?(?:corrected|amended|updated?)"
    r"|corrections?(?: (?:and|&) clarifications?)?|clarifications?|errat(?:um|a)|editor['’]s note"
    r"|berichtigung|korrektur"
    r"|rectificatif|correctif|corrección|fe de erratas|rettifica|errata corrige)\b[^.:]{0,60}[:.—–]"
    r"|.{0,80}\b(?:an?|the) (?:earlier|previous|original) version of this"
    r"|.{0,20}\bthis (?:article|story|post|report|page|piece) (?:was|has been|is) "
    r"(?:\w+ )?(?:corrected|amended|updated|changed)\b",
    re.IGNORECASE,
)


def is_correction(text: str) -> bool:
    """Whether a paragraph says what an earlier version of the article had wrong."""
    return bool(_CORRECTION.match(text)) and not _CLUTTER.match(text.partition(":")[2].strip())


def with_kinds(blocks: Sequence[Block], masthead_blocks: frozenset[int]) -> list[Block]:
    """The blocks, each of the kind that its words and its neighbours tell.

    Title-like lines and lone questions above a text become headings; captions, bylines, invitations
    and related links are told apart, as are the notices at the end: contact details and rights. A
    paragraph that ends in a colon becomes the lead-in of the list below it.
    """
    end = _notices_start(blocks)
    lone = {index for index in range(end) if _is_lone_question(blocks, index, end)}
    if len(lone) < max(2, _QUESTIONS_SHARE * end):
        lone = set()  # what a writer asks, and no interview
    top = 1 + max(masthead_blocks, default=-1)
    found: list[Block] = []
    for index, block in enumerate(blocks):
        kind = block.kind
        if index in masthead_blocks:
            found.append(block)
        elif index >= end and kind in ("paragraph", "verbatim", "list", "heading"):
            found.append(replace(block, kind="clutter"))
        elif kind == "list" and index > top and _leads_in(found[-1]):
            by = len(found[-1].text) + 1
            marks = (replace(m, start=m.start + by, end=m.end + by) for m in block.marks)
            text = f"{found.pop().text}\n{block.text}"
            found.append(replace(block, text=text, marks=tuple(marks)))
        elif kind in ("paragraph", "footnote") and is_correction(block.text):
            found.append(replace(block, kind="correction"))
        elif index in lone:
            found.append(replace(block, kind="heading", level=_LINE_LEVEL))
        elif kind == "paragraph":
            found.append(_with_kind(blocks, index, end))
        elif kind == "heading" and index > top and _CLUTTER.match(block.text):
            found.append(replace(block, kind="clutter"))
        elif kind == "verbatim":
            lines = re.finditer(r".+", block.text)
            clutter = (Mark("clutter", *line.span()) for line in lines if _CLUTTER.match(line[0]))
            found.append(replace(block, marks=(*block.marks, *clutter)))
        else:
            found.append(block)
    return found


def _leads_in(block: Block) -> bool:
    """Whether a list goes on in the next list, or is announced."""
    return block.kind == "list" or (block.kind == "paragraph" and block.text[-1] in ":：")


def _with_kind(blocks: Sequence[Block], index: int, end: int) -> Block:
    block = blocks[index]
    text = block.text
    if len(text) <= _LONGEST_NOTICE_CHARS:
        by = _BYLINE.match(text) if len(text) <= _LONGEST_BYLINE_CHARS else None
        if by and authors_in(f"By {text[by.end() :]}"):
            return replace(block, kind="byline")
        if _CAPTION.match(text):
            return replace(block, kind="caption")
        if _CLUTTER.match(text):
            return replace(block, kind="clutter")
    below = _below(blocks, index, end)
    if (
        below
        and len(text.split()) <= _LONGEST_HEADING_WORDS
        and text[-1] not in ".!?…:;,'\"”’。！？।؟"
        and not is_prose(text)
        and is_prose(below.text)
    ):
        return replace(block, kind="heading", level=_LINE_LEVEL)
    if dateline := DATELINE.match(text):
        return replace(block, marks=(*block.marks, Mark("dateline", 0, dateline.end())))
    return block


def _below(blocks: Sequence[Block], index: int, end: int) -> Block | None:
    """The block that a heading at ``index`` would head."""
    below = blocks[index + 1] if index + 1 < end else None
    return below if below and below.kind != "heading" else None


def _is_lone_question(blocks: Sequence[Block], index: int, end: int) -> bool:
    """A paragraph that is one question, above one that is none."""
    text, below = blocks[index].text, _below(blocks, index, end)
    return bool(
        blocks[index].kind == "paragraph"
        and text[-1] in _ASKS
        and len(text.split()) <= _LONGEST_QUESTION_WORDS
        and not _INNER_END.search(text)
        and below
        and below.text[-1] not in _ASKS
    )


def _notices_start(blocks: Sequence[Block]) -> int:
    """Where the notices begin that end the article; ``len(blocks)`` without any."""
    start = len(blocks)
    while start > max(0, len(blocks) - _LAST_BLOCKS) and _is_notice(blocks[start - 1].text):
        start -= 1
    return start


def _is_notice(text: str) -> bool:
    lines = [line.strip(" -*•") for line in text.split("\n")]
    return len(text) <= _LONGEST_NOTICE_CHARS and bool(
        all(_ADDRESS_LINE.fullmatch(line) for line in lines)
        or _CLUTTER.match(lines[0])
        or _CONTACT.fullmatch(text)
    )
