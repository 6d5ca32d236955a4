"""Mends what pages did to the text: hyphens at line ends, sentences cut by a page break."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from rag.load.document import Block

_TORN_RANGE = re.compile(r"(?<=\d)([-–])[^\S\n]*\n[^\S\n]*(?=\d)")
_LINE_END_HYPHEN = re.compile(
    r"(?<![^\W\d_])([^\W\d_]+)([-\u00ad])[^\S\n]*\n[^\S\n]*([^\W\d_]+)(\S*)[^\S\n]*\n?"
)
_COMPOUND_HEAD = re.compile(
    r"(?:all|anti|cross|double|ex|face|far|fast|first|free|full|half|hard|high|large|left|long|low"
    r"|middle|mid|multi|near|neo|new|non|old|part|pro|quasi|right|second|self|semi|short|single"
    r"|small|so|third|two|three|four|five|six|ten|well|year|north|south|east|west)",
    re.IGNORECASE,
)
"""What a hyphen after it mostly belongs to ("long-term") unless a suffix follows ("long-er")."""
_SUFFIX = re.compile(r"(?:e[rdnsa]|er?ly|est|ern|ing|ly|ness|ish|age|wards?|th|ow|way|light|\w$)")
_SENTENCE_END = re.compile(r"[.!?…:;。！？।؟]['\"”’»)\]*†]*$")
_FOOTNOTE_MARKS = re.compile(r"(?:\[[^\[\]]{1,40}\]|:\d[\d–-]*)+$")  # "[3]", "[citation needed]"
_ABBREVIATION = re.compile(
    r"(?<!\w)(?:Mr|Mrs|Ms|Dr|Prof|Rev|Gen|Col|Lt|Maj|Capt|Sgt|Adm|Gov|Sen|Rep)\.$"
)
_INITIALISM = re.compile(r"(?:\w\.){2,}$")  # "U.S."
_CANNOT_END = frozenset(
    "a an the and or nor but because although while whether than which whose whom between among"
    " during following including regarding despite toward towards into upon onto via per"
    " of in on at by from with his their its our your my these every".split()
)
"""Words that hardly a sentence or a heading ends with."""
_INNER_SENTENCE_END = re.compile(r"[a-z]{4}[.!?]['\"”’)]* [\"“]?[A-Z]")
PAGE_NUMBER = re.compile(
    r"[-–—\s]*(?:page|p\.|seite)?\s*\d{1,4}(?:\s*(?:of|/|von)\s*\d{1,4})?[-–—\s]*", re.IGNORECASE
)
"""A line that holds only the page's number."""
_SHORTEST_TORN_CHARS = 25
_LONGEST_HEADING_CHARS = 120
_RUNNING_HEAD_COUNT = 3


def mend_hyphens(text: str) -> str:
    """Words that line ends cut in two, whole again ("infor-\\nmation"), the line ending after them.

    The hyphen stays where it belongs to the word, as far as the rest of the text tells.
    """
    text = _TORN_RANGE.sub(r"\1", text)
    if _LINE_END_HYPHEN.search(text):
        words = Counter(re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)*", text.lower()))
        text = _LINE_END_HYPHEN.sub(lambda torn: _whole_word(torn, words), text)
    return text.replace("\u00ad", "")


def _whole_word(torn: re.Match[str], words: Counter[str]) -> str:
    left, hyphen, right, tail = torn.groups()
    whole = left + right if hyphen == "\u00ad" or _is_one_word(torn, words) else f"{left}-{right}"
    following = torn.string[torn.end() : torn.end() + 1]
    # A line must not begin with what Markdown takes for a list or a heading.
    return whole + tail + (" " if following and following in "-*+#>=|0123456789" else "\n")


def _is_one_word(torn: re.Match[str], words: Counter[str]) -> bool:
    """Whether the hyphen only marks the line end."""
    left, _, right, _ = torn.groups()
    if left.lower() in ("re", "co"):
        return left[-1] != right[0]  # "re-\nport", "re-\nelect"
    if _COMPOUND_HEAD.fullmatch(left) and not _SUFFIX.match(right):
        return False
    is_third_part = torn.string[torn.start() - 1 : torn.start()] == "-"  # "ten-year-\nold"
    if is_third_part or left.isupper() or not right[0].islower():
        return False
    plain, hyphened = words[(left + right).lower()], words[f"{left}-{right}".lower()]
    # Where both halves occur elsewhere too, they make a compound, as "long-term".
    is_compound = words[left.lower()] > 1 and words[right.lower()] > 1
    return plain >= hyphened if plain or hyphened else not is_compound


def mend_page_breaks(blocks: Sequence[Block]) -> list[Block]:
    """``blocks`` with paragraphs that a page break cut in two whole again.

    A page number or running head that stood between the halves is dropped, a running head then
    everywhere. A paragraph is only joined to the next where its end or the next one's beginning
    says that the sentence goes on.
    """
    furniture = _page_furniture(blocks)
    mended: list[Block] = []
    for index, block in enumerate(blocks):
        if index in furniture:
            continue
        if mended and _is_torn(mended[-1], block):
            mended[-1] = Block("paragraph", _joined(mended[-1].text, block.text))
        else:
            mended.append(block)
    return mended


def _page_furniture(blocks: Sequence[Block]) -> set[int]:
    """Indexes of page numbers and running heads that part the halves of a sentence."""
    heads = [_running_head(block) for block in blocks]
    counts = Counter(heads)
    repeated = {head for head, count in counts.items() if head and count >= _RUNNING_HEAD_COUNT}
    furniture: set[int] = set()
    before: int | None = None
    for index, block in enumerate(blocks):
        if heads[index] in repeated or PAGE_NUMBER.fullmatch(block.text):
            continue
        if before is not None and index - before > 1 and _is_torn(blocks[before], block):
            furniture.update(range(before + 1, index))
        before = index
    repeated &= {heads[index] for index in furniture}
    return furniture | {index for index, head in enumerate(heads) if head in repeated}


def _running_head(block: Block) -> str | None:
    """The text of a block that may stand on every page, whatever number is in it."""
    if len(block.text) > _LONGEST_HEADING_CHARS or _SENTENCE_END.search(block.text):
        return None
    return re.sub(r"\d", "0", block.text)


def _is_torn(before: Block, after: Block) -> bool:
    """Whether one sentence begins in ``before`` and goes on in ``after``."""
    first, second = before.text, after.text
    if not (before.kind == after.kind == "paragraph") or len(first) < _SHORTEST_TORN_CHARS:
        return False
    end = _FOOTNOTE_MARKS.sub("", first[-80:]).rstrip()
    goes_on = second[0].islower() and not re.match(r"[a-z]\w*[A-Z]", second)  # not "iPhone"
    if _ABBREVIATION.search(end):
        return True
    if _SENTENCE_END.search(end):
        return goes_on and bool(_INITIALISM.search(end))
    last_word = end.rsplit(None, 1)[-1].lower() if end else ""
    if goes_on or last_word in _CANNOT_END or last_word.endswith((",", "—", "–", "(")):
        return True
    is_text = len(first) > _LONGEST_HEADING_CHARS or _INNER_SENTENCE_END.search(first)
    return bool(is_text) and not last_word.endswith((")", "]", ">"))


def _joined(first: str, second: str) -> str:
    if re.search(r"[^\W\d_]-$", first[-2:]):
        return mend_hyphens(f"{first}\n{second}").replace("\n", " ").strip()
    return f"{first} {second}"
