"""Finds the title, author and date that an article states near its top."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from rag.load.byline import LONGEST_LINE_CHARS, SEPARATORS, authors_in
from rag.load.dates import find_date
from rag.load.document import Block, Document

_LAST_BLOCK = 8
_LAST_LINE = 12
"""Bylines in later blocks, or in later lines of a block, are not looked for."""
_LONGEST_STANDFIRST_CHARS = 400

_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
"""Letters of Thai, Lao, Burmese, Khmer, Japanese and Chinese: two or so make a word."""
_DATE_LABEL = re.compile(
    r"(?:(?:first )?published|posted|updated|last (?:updated|modified)|issued|released|dated?"
    r"|veröffentlicht|publié|publicado|نشر في|تاريخ النشر)\b(?: (?:on|am|le|el)\b)?"
    r"|(?:发布|发表|發布|公開)(?:时间|日期|於|于)?",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"(?<!\.\w)[.。!?！？]$")  # but "Talks in the U.S."
_NO_TITLE_END = re.compile(r"[;:,]$")
_LONGEST_TITLE_CHARS = 120
_UPDATED = re.compile(
    r"\W*(?:last )?(?:updated|modified|edited|aktualisiert|mis à jour|actualizado|aggiornato)",
    re.IGNORECASE,
)
_DASH = re.compile(r"[.)]*\s*(?:\([\w ]{2,20}\)\s*)?(?:--|[—–-])\s")
_LONGEST_DATELINE_CHARS = 60
_BESIDE_DATE = (
    r"(?:\b(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\b\.?"
    r"|\b(?:montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag"
    r"|lunes|martes|miércoles|jueves|viernes|sábado|domingo"
    r"|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche"
    r"|السبت|الأحد|الاثنين|الإثنين|الثلاثاء|الأربعاء|الخميس|الجمعة)\b"
    r"|(?:星期|週|周)[一二三四五六日天]|[月火水木金土日]曜日?"
    r"|\b\d{1,2}[:.]\d\d(?::\d\d)?\s*(?:[ap]\.?m\b\.?)?|\b\d{1,2}\s*[ap]\.?m\b\.?"
    r"|\b(?:[ECMP][SD]?T|GMT|UTC|BST|CET|CEST|at|um|à|on|the)\b"
    rf"|[{re.escape(SEPARATORS)}])+"
)
"""Weekday, time and small words that go with a date."""
_BEFORE_DATE = re.compile(rf"{_BESIDE_DATE}$", re.IGNORECASE)
_AFTER_DATE = re.compile(_BESIDE_DATE, re.IGNORECASE)


class Place(NamedTuple):
    """The characters ``start`` to ``end`` of the text of a block."""

    block: int
    start: int
    end: int


class Stated(NamedTuple):
    """A title, author or ISO date, and where the text states it."""

    value: str
    place: Place


@dataclass(frozen=True, slots=True)
class Masthead:
    """What an article says of itself, None where it does not.

    ``blocks`` are the document's, below one that holds the front matter's fields, if it has any.
    ``own_blocks`` are the indexes of those that belong to the masthead, not to the body.
    """

    blocks: tuple[Block, ...]
    own_blocks: frozenset[int]
    title: Stated | None
    author: Stated | None
    date: Stated | None


class _Line(NamedTuple):
    block: int
    start: int
    text: str
    is_below_prose: bool

    def place(self, part: str) -> Place:
        start = self.start + self.text.index(part)
        return Place(self.block, start, start + len(part))


def find_masthead(document: Document) -> Masthead:
    """Title, author and date from the front matter, else from the first lines of the text.

    The title is the first heading, or a first line that reads like one. An author stands in a
    line that begins with "By" or the like, or in a line that is only a name, beside the date's.
    """
    blocks, stated = _with_metadata(document)
    own_blocks = {0} if stated else set()
    lines = list(_top_lines(blocks, first=len(own_blocks)))
    if "title" not in stated and (title := _title_line(blocks, lines)):
        lines = [line for line in lines if line != title]
        stated["title"] = Stated(title.text, title.place(title.text))
        # A sentence may be evidence, though it stands where a title does.
        is_sentence = blocks[title.block].kind != "heading" and _SENTENCE_END.search(title.text)
        if title.text == blocks[title.block].text and not is_sentence:
            own_blocks.add(title.block)
    dates = {line: date for line in lines if (date := _date_in(line))}
    for line in sorted(dates, key=lambda line: bool(_UPDATED.match(line.text))):
        stated.setdefault("date", dates[line])
        own_blocks.add(line.block)
    for position, line in enumerate(lines):
        is_beside_date = any(
            near in dates and abs(near.block - line.block) < 2
            for near in lines[max(0, position - 1) : position + 2]
        )
        if author := authors_in(_without_date(line.text), is_beside_date):
            stated.setdefault("author", Stated(author, line.place(author)))
            own_blocks.add(line.block)
    if "date" not in stated and (date := _date_of_dateline(blocks)):
        stated["date"] = date
    return Masthead(
        blocks,
        frozenset(own_blocks),
        stated.get("title"),
        stated.get("author"),
        stated.get("date"),
    )


def _with_metadata(document: Document) -> tuple[tuple[Block, ...], dict[str, Stated]]:
    """The blocks below one of the front matter's fields, and where that one states them."""
    lines: list[str] = []
    stated: dict[str, Stated] = {}
    for field in ("title", "author", "date"):
        words = document.metadata.get(field)
        if not words:
            continue
        start = sum(len(line) + 1 for line in lines)
        lines.append(words)
        date = find_date(words) if field == "date" else None
        if date:
            stated[field] = Stated(date[0], Place(0, start + date[1], start + date[2]))
        elif field != "date":
            stated[field] = Stated(words, Place(0, start, start + len(words)))
    blocks = document.blocks
    if not lines:
        return blocks, stated
    if "title" in stated and blocks and blocks[0].text.lower() == stated["title"].value.lower():
        blocks = blocks[1:]
    return (Block("verbatim", "\n".join(lines)), *blocks), stated


def _top_lines(blocks: Sequence[Block], first: int) -> Iterator[_Line]:
    """The short lines above the body; one short paragraph may stand between them."""
    is_below_prose = False
    for index, block in enumerate(blocks[first : first + _LAST_BLOCK], start=first):
        if block.speaker or block.kind in ("table", "list"):
            return
        if block.kind == "paragraph" and is_prose(block.text):
            if is_below_prose or len(block.text) > _LONGEST_STANDFIRST_CHARS:
                return
            is_below_prose = True
            continue
        start = 0
        for line in block.text.split("\n", _LAST_LINE)[:_LAST_LINE]:
            if len(line) <= LONGEST_LINE_CHARS:
                yield _Line(index, start, line, is_below_prose)
            start += len(line) + 1


def is_prose(text: str) -> bool:
    """Whether a paragraph holds sentences, and is no title, byline or label."""
    ends = re.search(r"[.!?…。！？।؟]['\"”’»)\]*]*$", text)
    words = len(text.split()) + len(_UNSPACED.findall(text)) // 2
    return len(text) > LONGEST_LINE_CHARS or (bool(ends) and words > 8)


def _title_line(blocks: Sequence[Block], lines: Sequence[_Line]) -> _Line | None:
    above = [line for line in lines if not line.is_below_prose]
    for line in above:
        if blocks[line.block].kind == "heading":
            return line
    for line in above:
        if not (_date_in(line) or authors_in(line.text, is_beside_date=False)):
            is_all = len(blocks) == 1 and _SENTENCE_END.search(line.text)
            return None if is_all or _NO_TITLE_END.search(line.text) else line
    top = blocks[:1]
    if len(blocks) > 1 and top[0].kind == "paragraph" and len(top[0].text) <= _LONGEST_TITLE_CHARS:
        return None if top[0].speaker else _Line(0, 0, top[0].text, False)
    return None


def _date_in(line: _Line) -> Stated | None:
    """The date of a line that holds one and else at most an author.

    Below the first paragraph only a full date counts: there a lone year is a heading.
    """
    found = find_date(line.text)
    if not found or (line.is_below_prose and len(found[0]) < len("2007-05-31")):
        return None
    remainder = _without_date(line.text)
    if find_date(remainder):  # "Published 31 May 2007, updated 1 June 2007"
        remainder = _without_date(remainder)
    if remainder and not authors_in(remainder, is_beside_date=True):
        return None
    return Stated(found[0], line.place(line.text[found[1] : found[2]]))


def _date_of_dateline(blocks: Sequence[Block]) -> Stated | None:
    """The date that begins the text: "SARN, 3 May 1998. - The miners ..."."""
    for index, block in enumerate(blocks[:_LAST_BLOCK]):
        found = find_date(block.text[:_LONGEST_DATELINE_CHARS])
        if found and len(found[0]) == len("1998-05-03"):
            is_dateline = block.text[:1].isupper() and _DASH.match(block.text, found[2])
            if is_dateline and not re.search(r"[a-z]{2}[.!?]", block.text[: found[1]]):
                return Stated(found[0], Place(index, found[1], found[2]))
    return None


def _without_date(text: str) -> str:
    """The stretch of a line beside its date, without the date's label, weekday and time."""
    found = find_date(text)
    if not found:
        return text
    before = _BEFORE_DATE.sub("", text[: found[1]])
    if label := _DATE_LABEL.match(before):
        before = before[label.end() :]
    after = text[found[2] :]
    if beside := _AFTER_DATE.match(after):
        after = after[beside.end() :]
    return max(before.strip(SEPARATORS), after.strip(SEPARATORS), key=len)
