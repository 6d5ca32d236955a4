"""HTML to blocks: what its reader sees, without the markup."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html.parser import HTMLParser

from rag.load.decode import clean
from rag.load.document import Block, Kind

_HIDDEN = ("script", "style", "head", "template")
_INLINE = frozenset(
    "a abbr acronym b bdi bdo big cite code del dfn em font i img ins kbd label mark q s samp small"
    " span strike strong sub sup time tt u var wbr".split()
)
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_CELLS = ("td", "th")
_LISTS = ("ul", "ol", "table")
_DEEPEST = 100
"""Tags within tags; deeper ones are not tracked."""
_TRACKED = (*_HEADINGS, *_LISTS, "li", "tr", "pre")


def html_blocks(html: str) -> list[Block]:
    """The blocks of a page or a piece of one; a list or a table is one block."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    reader.flush()
    return _with_whole_lists(reader.blocks)


def _with_whole_lists(blocks: Sequence[tuple[str, Block]]) -> list[Block]:
    """The blocks, with the items and rows that follow each other as the lines of one."""
    joined: list[Block] = []
    before = ""
    for tag, block in blocks:
        if tag == before and tag in ("li", "tr"):
            joined[-1] = Block("verbatim", f"{joined[-1].text}\n{block.text}")
        else:
            joined.append(block)
        before = tag
    return joined


class _Reader(HTMLParser):
    """Collects blocks, each with the tag that makes it a list's item or a table's row, if any."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[tuple[str, Block]] = []
        self._pieces: list[str] = []
        self._hidden = 0
        self._within: list[str] = []
        """The tracked tags that are open."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden += tag in _HIDDEN
        if tag == "br":
            if self._is_after_br() and not self._is_in_row(tag):
                self.flush()  # two in a row part paragraphs
            self._pieces.append("\n")
        elif tag == "img":
            self._pieces.append(dict(attrs).get("alt") or "")
        elif tag not in _INLINE and not self._is_in_row(tag):
            self.flush()
        if tag in ("li", "tr") and self._within[-1:] == [tag]:
            self._within.pop()  # its end tag may be left out
        if tag in _TRACKED and len(self._within) < _DEEPEST:
            self._within.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in ("br", "img"):
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in _HIDDEN and self._hidden > 0
        if tag in _CELLS:
            self._pieces.append(" | ")
        elif tag not in _INLINE and tag != "br" and not self._is_in_row(tag):
            self.flush()
        if tag in self._within:
            while self._within.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            is_verbatim = "pre" in self._within
            self._pieces.append(data if is_verbatim else re.sub(r"\s+", " ", data))

    def flush(self) -> None:
        """Ends the block that is being read."""
        text = clean("".join(self._pieces)).replace("\u00ad", "")
        self._pieces.clear()
        lines = [" ".join(line.split()) for line in text.split("\n")]
        text = "\n".join(line for line in lines if line.strip(" |"))
        tag = self._within[-1] if self._within else ""
        if tag == "tr":
            text = " ".join(text.split()).removesuffix("|").strip()
        if not text:
            return
        kind: Kind = "paragraph"
        if tag in _HEADINGS:
            kind, text = "heading", " ".join(text.split())
        elif tag == "li":
            kind, text = "verbatim", "- " + " ".join(text.split())
        elif tag == "tr" or "\n" in text:
            kind = "verbatim"
        self.blocks.append((tag, Block(kind, text)))

    def _is_after_br(self) -> bool:
        return "pre" not in self._within and "".join(self._pieces[-2:]).rstrip(" ").endswith("\n")

    def _is_in_row(self, tag: str) -> bool:
        """Whether a tag stands within a row, whose cells are one line."""
        return "tr" in self._within and tag not in ("tr", "table")
