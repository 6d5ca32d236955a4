"""Finds the title, author and date that an article states near its top."""

from __future__ import annotations

import re
from calendar import day_name, month_name
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from rag.load.document import Block, Document
from rag.text.dates import find_date

_LAST_BLOCK = 8
_LAST_LINE = 12
"""Bylines in later blocks, or in later lines of a block, are not looked for."""
_LONGEST_LINE_CHARS = 150
_LONGEST_STANDFIRST_CHARS = 400
_LONGEST_TITLE_CHARS = 120
"""Of a first sentence that is the title for want of another."""
_LONGEST_PROPERTY_CHARS = 300
_SEPARATORS = " \t,;|•·–—-/()[]:，；：、（）،"

_BYLINE = re.compile(
    r"(?:(?:(?:written |text |report(?:ed)? |story )?by|von|par|por|di|door|بقلم|كتبته?|автор)"
    r"|(?:authors?|autore?|autorin|auteur|byline|بقلم|الكاتب|автор)\s*:)\s+(?=\S)"
    r"|(?:作者|撰文|文|本报记者|记者|記者|著者|글)\s*[:：/／]\s*(?=\S)",
    re.IGNORECASE,
)
_AFTER_AUTHORS = re.compile(r"\s+(?:in|at|for|from|with)\s|\s*[|•·–—;(/]|\s+-\s", re.IGNORECASE)
_BETWEEN_AUTHORS = re.compile(
    r"\s*[,،，、]\s*(?:and\s+|und\s+|et\s+|y\s+)?|\s+(?:and|und|et|y|e|и|&)\s+"
)
_PARTICLES = frozenset(
    "al bin da de del della den der di do dos du el ibn la le ter van von y zu".split()
)
_NOT_A_NAME = frozenset(
    "agency analysis background breaking briefing business chapter comment contents correspondent"
    " culture editor editorial editors exclusive features from how in introduction just letters"
    " magazine news newspaper of on opinion part politics post preface press release report"
    " reporter review science section service special sport sports staff statement summary survey"
    " technology the times today update university week what why world writer"
    " yesterday".split()
) | {name.lower() for name in (*day_name, *month_name)}

_SENTENCE_END = re.compile(r"(?<!\.\w)[.。!?！？]$")  # but "Talks in the U.S."
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
"""Letters of Thai, Lao, Burmese, Khmer, Japanese and Chinese: two or so make a word."""
_DATE_LABEL = re.compile(
    r"^(?:(?:first )?published|posted|updated|last (?:updated|modified)|issued|released|dated?"
    r"|veröffentlicht|publié|publicado|نشر في|تاريخ النشر)\b(?: (?:on|am|le|el)\b)?"
    r"|^(?:发布|发表|發布|公開)(?:时间|日期|於|于)?",
    re.IGNORECASE,
)
UPDATED = re.compile(
    r"updat|modif|edited|correct|revis|aktualis|geändert|à jour|actualiz|aggiorn", re.IGNORECASE
)
"""In the label of a date on which an article was changed, not published."""
_BESIDE_DATE = (
    r"(?:\b(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\b\.?"
    r"|\b(?:montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag"
    r"|lunes|martes|miércoles|jueves|viernes|sábado|domingo"
    r"|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche"
    r"|السبت|الأحد|الاثنين|الإثنين|الثلاثاء|الأربعاء|الخميس|الجمعة)\b"
    r"|(?:星期|週|周)[一二三四五六日天]|[月火水木金土日]曜日?"
    r"|\b\d{1,2}[:.]\d\d(?::\d\d)?\s*(?:[ap]\.?m\b\.?)?|\b\d{1,2}\s*[ap]\.?m\b\.?"
    r"|\b(?:[ECMP][SD]?T|GMT|UTC|BST|CET|CEST|at|um|à|on|the)\b"
    rf"|[{re.escape(_SEPARATORS)}])+"
)
"""Weekday, time and small words that go with a date."""
_BEFORE_DATE = re.compile(rf"{_BESIDE_DATE}$", re.IGNORECASE)
_AFTER_DATE = re.compile(rf"^{_BESIDE_DATE}", re.IGNORECASE)
DATELINE = re.compile(
    r"((?:[A-Z][A-Z'’.-]+(?: [A-Z][A-Z'’.-]+){0,3}(?:, [A-Z][\w.'’ ]{1,24})?)?"
    r"(?:(?:, |\s)?(?:\d{1,2}\.? )?[A-Z][a-z]{2,8}\.?(?: \d{1,2})?(?:,? \d{4})?\.?)?"
    r"\s?(?:\([A-Z][\w .'/-]{1,30}\))?\s?)(?:--|—|–|- )\s?(?=[\"“‘]?\w)"
)
"""As in "BAGHDAD, Iraq (Reuters) -- " or "SARN, 3 May 1998. - ". """

_PLACEHOLDERS = frozenset(
    "admin administrator anonymous author document guest none owner python-docx title unknown"
    " unspecified untitled user".split()
)
_FILE_NAME = re.compile(
    r"microsoft (?:word|powerpoint) - .*"
    r"|\S+\.(?:docx?|pdf|odt|rtf|tex|dvi|indd|qxd|pptx?|xlsx?)",
    re.IGNORECASE,
)


class Stated(NamedTuple):
    """A title, author or ISO date, and the characters of a block that state it."""

    value: str
    block: int
    start: int
    end: int


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

    def stated(self, value: str, part: str = "") -> Stated:
        start = self.start + self.text.index(part or value)
        return Stated(value, self.block, start, start + len(part or value))


def find_masthead(document: Document) -> Masthead:
    """Title, author and date from the front matter, else from the first lines of the text.

    The title is the first heading, or a first line that reads like one. An author stands in a
    line that begins with "By" or the like, or in a line that is only a name, beside the date's.
    """
    blocks, stated = _with_metadata(document)
    own_blocks = {0} if len(blocks) > len(document.blocks) or stated else set()
    lines = list(_top_lines(blocks, first=len(own_blocks)))
    if "title" not in stated and (title := _title_line(blocks[len(own_blocks) :], lines)):
        lines.remove(title)
        stated["title"] = title.stated(title.text)
        block = blocks[title.block]
        # A sentence may be evidence, though it stands where a title does.
        is_sentence = block.kind != "heading" and _SENTENCE_END.search(title.text)
        if title.text == block.text and not is_sentence:
            own_blocks.add(title.block)
    dates = {line: date for line in lines if (date := _date_in(line))}
    for line in sorted(dates, key=lambda line: bool(UPDATED.search(line.text))):
        stated.setdefault("date", dates[line])
        own_blocks.add(line.block)
    for position, line in enumerate(lines):
        is_beside_date = "author" not in stated and any(
            near in dates and abs(near.block - line.block) < 2
            for near in lines[max(0, position - 1) : position + 2]
        )
        if author := authors_in(_without_date(line.text), is_beside_date):
            stated.setdefault("author", line.stated(author))
            own_blocks.add(line.block)
    for index, block in enumerate(blocks[:_LAST_BLOCK]):
        dateline = DATELINE.match(block.text)
        found = find_date(dateline[0]) if dateline and "date" not in stated else None
        if found and len(found[0]) == len("1998-05-03"):
            stated["date"] = Stated(found[0], index, *found[1:])
    return Masthead(
        blocks, frozenset(own_blocks), *(stated.get(each) for each in ("title", "author", "date"))
    )


def _with_metadata(document: Document) -> tuple[tuple[Block, ...], dict[str, Stated]]:
    """The blocks below one of the front matter's fields, and where that one states them."""
    lines: list[str] = []
    stated: dict[str, Stated] = {}
    for field in ("title", "author", "date"):
        words = document.metadata.get(field)
        if not words:
            continue
        if field == "author":
            words = re.sub(r"^by\s+", "", words, flags=re.IGNORECASE)
        start = sum(len(line) + 1 for line in lines)
        lines.append(words)
        date = find_date(words) if field == "date" else None
        if date:
            stated[field] = Stated(date[0], 0, start + date[1], start + date[2])
        elif field != "date":
            stated[field] = Stated(words, 0, start, start + len(words))
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
        is_title = index == first and len(block.text) <= _LONGEST_TITLE_CHARS
        if block.kind == "paragraph" and is_prose(block.text) and not is_title:
            if is_below_prose or len(block.text) > _LONGEST_STANDFIRST_CHARS:
                return
            is_below_prose = True
            continue
        start = 0
        for line in block.text.split("\n", _LAST_LINE)[:_LAST_LINE]:
            if len(line) <= _LONGEST_LINE_CHARS:
                yield _Line(index, start, line, is_below_prose)
            start += len(line) + 1


def is_prose(text: str) -> bool:
    """Whether a paragraph holds sentences, and is no title, byline or label."""
    ends = re.search(r"[.!?…。！？।؟]['\"”’»)\]*]*$", text)
    words = len(text.split()) + len(_UNSPACED.findall(text)) // 2
    return len(text) > _LONGEST_LINE_CHARS or (bool(ends) and words > 8)


def _title_line(blocks: Sequence[Block], lines: Sequence[_Line]) -> _Line | None:
    above = [line for line in lines if not line.is_below_prose]
    first = lines[0].block if lines else 0
    headings = [line for line in above if blocks[line.block - first].kind == "heading"]
    others = [
        line
        for line in above
        if not (_date_in(line) or authors_in(line.text) or re.search(r"[;:,-]$", line.text))
    ]
    title = next(iter([*headings, *others]), None)
    is_all = len(blocks) == 1 and title and _SENTENCE_END.search(title.text)
    return None if is_all else title


def _date_in(line: _Line) -> Stated | None:
    """The date of a line that holds one and else at most an author.

    Below the first paragraph only a full date counts: there a lone year is a heading.
    """
    found = find_date(line.text)
    if not found or (line.is_below_prose and len(found[0]) < len("2007-05-31")):
        return None
    remainder = _without_date(_without_date(line.text))  # "Published 31 May, updated 1 June 2007"
    if remainder and not authors_in(remainder, is_beside_date=True):
        return None
    return line.stated(found[0], line.text[found[1] : found[2]])


def _without_date(text: str) -> str:
    """The stretch of a line beside its date, without the date's label, weekday and time."""
    found = find_date(text)
    if not found:
        return text
    before = _DATE_LABEL.sub("", _BEFORE_DATE.sub("", text[: found[1]]))
    after = _AFTER_DATE.sub("", text[found[2] :])
    return max(before.strip(_SEPARATORS), after.strip(_SEPARATORS), key=len)


def authors_in(words: str, is_beside_date: bool = False) -> str | None:
    """The names in a byline, as written; a bare name is one only beside a date."""
    by = _BYLINE.match(words)
    if not (by or is_beside_date) or len(words) > _LONGEST_LINE_CHARS:
        return None
    names = words[by.end() :] if by else words
    rest = _AFTER_AUTHORS.search(names)
    names = names[: rest.start()] if rest else names
    end = start = 0
    for gap in (*_BETWEEN_AUTHORS.finditer(names), None):
        if not _is_name(names[start : gap.start() if gap else len(names)], is_sure=bool(by)):
            break
        end = gap.start() if gap else len(names)
        start = gap.end() if gap else end
    if not by and end < len(names.rstrip(_SEPARATORS)):
        return None
    return names[:end].strip() or None


def _is_name(words: str, is_sure: bool) -> bool:
    parts = words.split()
    if not (1 if is_sure else 2) <= len(parts) <= 5 or parts[-1].islower():
        return False
    for part in parts:
        has_case = part.lower() != part.upper()
        is_cased = part[0].isupper() or part.lower() in _PARTICLES or (is_sure and not has_case)
        if not is_cased or part.lower() in _NOT_A_NAME:
            return False
    return all(re.fullmatch(r"[^\W\d_](?:[^\W\d_]|[.'’-])*", part) for part in parts)


def with_properties(document: Document, title: str, author: str) -> Document:
    """The document with its file's properties, "" where it has none.

    An author that the text states goes before. The day on which a file was made dates no article.
    """
    is_signed = find_masthead(document).author is not None
    metadata = {"title": believable(title), "author": "" if is_signed else believable(author)}
    return replace(document, metadata={name: value for name, value in metadata.items() if value})


def believable(value: str) -> str:
    """``value`` in one line; "" where a program filled it in, or it is too long for a name."""
    value = " ".join(value.split())
    is_made_up = value.lower().strip("()") in _PLACEHOLDERS or _FILE_NAME.fullmatch(value)
    return "" if is_made_up or len(value) > _LONGEST_PROPERTY_CHARS else value
