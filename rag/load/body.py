"""Tells what each block of an article is: running text, heading, caption, clutter."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from rag.load.byline import authors_in
from rag.load.document import Block
from rag.load.masthead import is_prose
from rag.types import Mark

_LAST_BLOCKS = 8
_LONGEST_NOTICE_CHARS = 300
_LONGEST_HEADING_WORDS = 10
_LONGEST_QUESTION_WORDS = 25
_QUESTIONS_SHARE = 0.15
"""Of the blocks of an interview."""
_ASKS = "?？؟"
_INNER_END = re.compile(r"[^\W\dA-Z_]{2}[.!?…]\s")
_LINE_LEVEL = 7
"""Of a line that only stands like a heading: below every one that is marked as such."""
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
_CLUTTER = re.compile(
    r"(?:just|must) watch(?:ed)?\b|(?:story )?highlights?$"
    r"|(?:advert(?:isement)?|anzeige|publicité)$"
    r"|(?:read|see|watch|hear|more|listen)(?: (?:more|also|next|now|on this|here))?\s*:\s"
    r"|(?:read|show|see|view) (?:more|all|full|next)\b.{0,40}$"
    r"|more (?:from|on|stories|videos)\b.{0,60}$|most (?:read|popular|viewed)\b"
    r"|(?:related|recommended|popular|trending)(?: \w+){0,2}\s*(?::|$)"
    r"|(?:sign|subscribe|register)(?: up)?(?: \w+)? (?:for|to|here)\b.{0,80}"
    r"(?:newsletter|e-?mail|alerts?|updates|inbox|app|podcast|here|today)\b"
    r"|(?:get|want|like) .{0,60}\b(?:newsletter|in your inbox|to your inbox)\b"
    r"|(?:follow|like|join|find) (?:us|him|her|them|@?\w+) on"
    r" (?:twitter|x|facebook|instagram|tiktok)\b"
    r"|(?:share|print|save|copy|comment|e-?mail)(?: (?:this|link|article|story|page))*$"
    r"|(?:click|tap|scroll) (?:here|down|to)\b|you (?:may|might) (?:also )?like\b"
    r"|skip (?:ad|past)\b|(?:replay|next video|\d+ videos?)$"
    r"|(?:hide caption|enlarge this image|toggle caption)$"
    r"|(?:lesen sie (?:auch|mehr)|mehr zum thema|lire aussi|à lire aussi|lea también"
    r"|leggi anche)\b",
    re.IGNORECASE,
)
_CAPTION = re.compile(
    r"(?:image|photo|picture|photograph|caption|graphic|bild|foto|abb(?:ildung)?|légende|video"
    r"|fig(?:ure)?\.?)(?: (?:credit|source|caption|\d+))*\s*[:.]\s",
    re.IGNORECASE,
)
_CREDIT = re.compile(
    r"(?:[.!?…]|[(\[|/])\s*(?:photo(?:graph)?s?|pictures?|images?|foto|bild|credit)"
    r"(?: (?:credit|courtesy|by|of|from))*(?:\s*[:/]\s*| )[^:]{2,60}$"
    r"|[(\[/|](?:AP Photo|Getty|Reuters|AFP|EPA)\b[^()]{0,60}[)\]]?$"
    r"|\b(?:Getty Images|AP Photo)\W*$",
    re.IGNORECASE,
)
_BYLINE = re.compile(r"(?:by|von|par|por|story by|written by|reporting by)\s", re.IGNORECASE)
_DATELINE = re.compile(
    r"((?:[A-Z][A-Z'’.-]+(?: [A-Z][A-Z'’.-]+){0,3}(?:, [A-Z][\w.'’ ]{1,24})?)?"
    r"(?:(?:, |\s)?(?:\d{1,2}\.? )?[A-Z][a-z]{2,8}\.?(?: \d{1,2})?(?:,? \d{4})?\.?)?"
    r"\s?(?:\([A-Z][\w .'/-]{1,30}\))?\s?)(?:--|—|–|- )\s?(?=[\"“‘]?\w)"
)
"""As in "BAGHDAD, Iraq (Reuters) -- " or "SARN, 3 May 1998. - ". """
_RIGHTS = re.compile(r"\ball rights reserved\W*$", re.IGNORECASE)
_NOTICE_LABEL = re.compile(r"(?:contact(?: (?:details|information|us))?|links|share|more)\W*", re.I)


_CORRECTION = re.compile(
    r"(?:(?:this (?:article|story|post|page) )?(?:was |has been )?(?:corrected|amended|updated?)"
    r"|corrections?|clarifications?|erratum|errata|editor['’]s note|berichtigung|korrektur"
    r"|rectificatif|correctif|corrección|fe de erratas|rettifica|errata corrige)\b[^.:]{0,60}[:.—–]"
    r"|.{0,80}\b(?:(?:an|a previous|the original) (?:earlier |previous |original )?version of this"
    r" (?:article|story|post|report|page|piece)"
    r"|this (?:article|story|post|report|page|piece) (?:was|has been|is) "
    r"(?:\w+ )?(?:corrected|amended|updated to|changed))\b",
    re.IGNORECASE,
)


def is_correction(text: str) -> bool:
    """Whether a paragraph says what an earlier version of the article had wrong."""
    return bool(_CORRECTION.match(text))


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
        if index in masthead_blocks:
            found.append(block)
        elif index >= end and block.kind in ("paragraph", "verbatim", "list"):
            found.append(replace(block, kind="clutter"))
        elif block.kind == "list" and index > top and found[-1].kind == "list":
            found[-1] = replace(found[-1], text=f"{found[-1].text}\n{block.text}")
        elif block.kind == "list" and index > top and _is_lead_in(found[-1]):
            lead_in = found.pop().text
            by = len(lead_in) + 1
            marks = (replace(m, start=m.start + by, end=m.end + by) for m in block.marks)
            found.append(replace(block, text=f"{lead_in}\n{block.text}", marks=tuple(marks)))
        elif index in lone:
            found.append(replace(block, kind="heading", level=_LINE_LEVEL))
        elif block.kind == "footnote" and is_correction(block.text):
            found.append(replace(block, kind="correction"))
        elif block.kind == "paragraph":
            found.append(_with_kind(blocks, index, end))
        else:
            found.append(block)
    return found


def _with_kind(blocks: Sequence[Block], index: int, end: int) -> Block:
    block = blocks[index]
    text = block.text
    if is_correction(text):
        return replace(block, kind="correction")
    if len(text) <= _LONGEST_NOTICE_CHARS:
        if _CLUTTER.match(text):
            return replace(block, kind="clutter")
        if _CAPTION.match(text) or _CREDIT.search(text):
            return replace(block, kind="caption")
        if _BYLINE.match(text) and authors_in(text):
            return replace(block, kind="byline")
    if _is_heading(blocks, index, end):
        return replace(block, kind="heading", level=_LINE_LEVEL)
    if dateline := _DATELINE.match(text):
        return replace(block, marks=(*block.marks, Mark("dateline", 0, dateline.end(1))))
    return block


def _is_lead_in(block: Block) -> bool:
    return block.kind == "paragraph" and block.text.endswith((":", "："))


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


def _is_lone_question(blocks: Sequence[Block], index: int, end: int) -> bool:
    """A paragraph that is one question, above one that is none."""
    text = blocks[index].text
    below = blocks[index + 1] if index + 1 < end else None
    return bool(
        blocks[index].kind == "paragraph"
        and text[-1] in _ASKS
        and len(text.split()) <= _LONGEST_QUESTION_WORDS
        and not _INNER_END.search(text)
        and below
        and below.kind != "heading"
        and below.text[-1] not in _ASKS
    )


def _is_heading(blocks: Sequence[Block], index: int, end: int) -> bool:
    """A short line without a full stop above a paragraph."""
    text = blocks[index].text
    below = blocks[index + 1] if index + 1 < end else None
    return bool(
        below
        and below.kind != "heading"
        and len(text.split()) <= _LONGEST_HEADING_WORDS
        and text[-1] not in ".!?…:;,'\"”’。！？।؟"
        and not is_prose(text)
        and is_prose(below.text)
    )
