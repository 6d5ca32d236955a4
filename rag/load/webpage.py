"""Reads saved web pages (HTML, MHTML): the main text, without what surrounds it.

The main text is found by trafilatura (Barbaresi 2021, doi:10.18653/v1/2021.acl-demo.15), what the
page says of itself by ``rag.load.webpage_metadata``. Nothing is fetched: neither looks further than
the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as current_rules
from http import HTTPStatus
from itertools import compress
from typing import TYPE_CHECKING, NamedTuple

from rag.errors import LoadError
from rag.load.archive import survived
from rag.load.body import is_correction
from rag.load.decode import decode
from rag.load.document import Block, Document
from rag.load.hypertext import Piece, parsed, pieces, tidy
from rag.load.masthead import is_prose
from rag.load.text import text_document
from rag.load.webpage_metadata import SURROUNDING, webpage_metadata

if TYPE_CHECKING:
    from lxml.html import HtmlElement

MOST_TAGS = 100_000
"""Start and end tags; the time that a page takes grows with them."""

_CHARSET = re.compile(
    rb"""<meta\b[^>]{0,200}?\bcharset\s*=\s*["']?\s*([\w.:-]+)|\A\s*<\?xml\b[^>]{0,100}?\bencoding="""
    rb"""\s*["']([\w.:-]+)""",
    re.IGNORECASE,
)
_HEAD_BYTES = 4096
_SAVED_FROM = re.compile(r"<!--\s*saved from url=\(\d+\)(https?://\S+)")
_SENTENCE_END = re.compile(r"[.!?…。！？।؟][\"'”’»)\]]*(?:\s|$)|[。！？]")
_REFUSAL = re.compile(
    r"(?:enabl\w+|activat\w+|turn on|requires?|needs?|without|aktivier\w+"
    r"|activ\w+)\b.{0,30}\bjavascript"
    r"|\bjavascript\b.{0,40}(?:enabled?|disabled|required|aktivier|activ|available)"
    r"|\baccess (?:is |to this page (?:is |has been ))?(?:denied|blocked)|you have been blocked"
    r"|verify(?:ing)? (?:that )?you are (?:a )?human|disable your ad.?blocker"
    r"|(?:log|sign) in .{0,40}\b(?:read|continue)|subscribe .{0,20}\b(?:read|continue)"
    r"|checking (?:your browser|if the site)|\ba robot\b|unusual (?:traffic|activity)"
    r"|page not found|^just a moment"
    rf"|^(?:(?:http|error|code)\W*)*(?:{'|'.join(status.phrase for status in HTTPStatus)})\W*$"
    r"|^(?:(?:http|error|code)\W*)*[45]\d\d\W*(?:$|.{0,40}\b(?:unavailable|error|forbidden|gateway"
    r"|found|denied|time-?out|requests))",
    re.IGNORECASE,
)
"""What a site shows instead of an article, to who does not read it in a browser."""
_LONGEST_REFUSAL_CHARS = 600
_REFUSAL_BLOCKS = 2
_NO_TEXT = "no article is in this page: open it, and save it again when its text is shown"

_SURROUNDING_TAGS = ("nav", "form", "footer")
_SURROUNDING_OUTSIDE_ARTICLE = ("header", "aside")
_BOX = re.compile(r"(?:^|[\s_-])(?:sidebar|widget|promo)(?:$|[\s_-])", re.IGNORECASE)
"""In the class or id of a box of facts, or of links to other articles."""
_MOST_LINKED_SHARE = 0.5
_NEVER_FOUND = ("caption", "table", "footnote")
_ROOT_SHARE = 0.9
_LEAST_FOUND_SHARE = 0.2
_LEAST_SHOWN_SHARE = 0.5
_SURELY_SAME_CHARS = 40


def read_html(data: bytes) -> Document:
    """The main text of a saved web page, with its title, author, date and canonical address.

    Raises LoadError for a page that is too large or holds no text.
    """
    charset = _CHARSET.search(data, 0, _HEAD_BYTES)
    named = (charset[1] or charset[2]).decode("ascii") if charset else None
    return _document(decode(data, named))


def read_mhtml(data: bytes) -> Document:
    """As read_html, for a page that the browser saved with its pictures in one file."""
    with survived("it is a damaged page: save it again as .html"):
        message = message_from_bytes(data, EmailMessage, policy=current_rules)
        page = message.get_body(("html",))
        payload = page.get_payload(decode=True) if page else None
        charset = page.get_content_charset() if page else None
        address = message["Snapshot-Content-Location"] or (page and page["Content-Location"]) or ""
    if not isinstance(payload, bytes):
        raise LoadError("no page is in it: save it again as .html")
    return _document(decode(payload, charset), saved_from=str(address))


def _document(html: str, saved_from: str = "") -> Document:
    if html.count("<") > MOST_TAGS:
        raise LoadError(f"it has more than {MOST_TAGS:,} tags: split it, or save it as text")
    saved = _SAVED_FROM.search(html, 0, _HEAD_BYTES)
    with survived("it is a damaged page: save it again, or as text"):
        page = parsed(html)
        if page is None:
            raise LoadError(_NO_TEXT)
        metadata, stated = webpage_metadata(page, saved[1] if saved else saved_from)
        tidy(page)
        blocks = _main_blocks(page)
    chars = sum(len(block.text) for block in blocks)
    if chars < _LEAST_SHOWN_SHARE * len(stated):
        blocks, chars = list(text_document(stated).blocks), len(stated)  # only scripts show it
    seen = (metadata.get("title", ""), *(block.text for block in blocks[:_REFUSAL_BLOCKS]))
    is_refusal = chars < _LONGEST_REFUSAL_CHARS and any(map(_REFUSAL.search, seen))
    if not blocks or is_refusal or _is_index(page, blocks):
        raise LoadError(_NO_TEXT)
    return Document(tuple(blocks), metadata)


def _main_blocks(page: HtmlElement) -> list[Block]:
    """The blocks of the article: what trafilatura finds, and what it drops in its midst.

    A block that it does not find is of the article too if it lies between those found, or in the
    same kind of place (the next post of a live blog), and is no menu or the like; so are a title
    and sentences above, and corrections anywhere. Where it finds next to none of the sentences on
    the page, all of these are taken.
    """
    from trafilatura import extract

    text = extract(deepcopy(page), output_format="txt", include_comments=False) or ""
    lines, letters = {_letters(line) for line in text.split("\n")}, _letters(text)
    places = _places(page)
    every = pieces(page)
    found = [_is_found(piece, lines, letters) for piece in every]
    prose = [is_prose(piece.block.text) and _is_beside(piece, places, 0) for piece in every]
    if _chars(compress(every, found)) < _LEAST_FOUND_SHARE * _chars(compress(every, prose)):
        found = [is_found or is_said for is_found, is_said in zip(found, prose, strict=True)]
    if True not in found:
        return []
    root = _root(page, compress(every, found))
    within = set(root.iter())
    kinds = {places[piece.element].kind for piece in compress(every, found)}
    first, last = found.index(True), len(found) - 1 - found[::-1].index(True)
    between = [piece.element for piece in every[first : last + 1] if piece.element in within]
    same = {places[element].kind for element in between}  # as the time of every post
    while first and places[every[first - 1].element].kind in same:
        first -= 1
    kept: list[Block] = []
    seen: set[str] = set()
    for index, (piece, is_found) in enumerate(zip(every, found, strict=True)):
        block, element, _ = piece
        is_within = element in within and (
            first <= index <= last
            or is_prose(block.text)
            or block.kind in _NEVER_FOUND
            or (index < first and block.level == 1)
            or (index > last and block.kind in ("list", "heading"))
        )
        is_near = is_within or places[element].kind in kinds
        is_repeated = len(block.text) > _SURELY_SAME_CHARS and block.text in seen
        seen.add(block.text)
        if (
            (is_found and (block.kind != "caption" or not is_repeated))
            or is_correction(block.text)
            or (is_near and not is_repeated and _is_beside(piece, places, places[root].depth))
        ):
            kept.append(block)
    return kept


def _is_index(page: HtmlElement, blocks: Sequence[Block]) -> bool:
    """Whether what was found holds no sentence, and no more words than the page has in links."""
    if any(_SENTENCE_END.search(block.text) for block in blocks):
        return False
    linked = "".join(link.text_content() for link in page.iter("a"))
    return len(_letters(linked)) >= sum(len(_letters(block.text)) for block in blocks)


class _Place(NamedTuple):
    depth: int
    """In how many parts of the page that surround its text it lies."""
    kind: int
    """The same for all elements with the same tags and classes around them."""


def _places(page: HtmlElement) -> dict[HtmlElement, _Place]:
    places: dict[HtmlElement | None, _Place] = {None: _Place(0, 0)}
    articles = set()
    for element in page.iter():
        above = element.getparent()
        if element.tag in ("article", "main") or above in articles:
            articles.add(element)
        names = f"{element.get('class', '')} {element.get('id', '')}"
        is_surrounding = (
            element.tag in _SURROUNDING_TAGS
            or (element.tag in _SURROUNDING_OUTSIDE_ARTICLE and element not in articles)
            or SURROUNDING.search(names)
            or (_BOX.search(names) and _is_linked(element))
        )
        around = places[above]
        classes = re.sub(r"\d+", "", element.get("class", ""))
        kind = hash((around.kind, element.tag, classes))
        places[element] = _Place(around.depth + bool(is_surrounding), kind)
    return places


def _is_linked(element: HtmlElement) -> bool:
    """Whether most of its words are links."""
    linked = "".join(link.text_content() for link in element.iter("a"))
    return len(_letters(linked)) > _MOST_LINKED_SHARE * len(_letters(element.text_content()))


def _is_beside(piece: Piece, places: Mapping[HtmlElement, _Place], depth: int) -> bool:
    """Whether a block stands in no surrounding part, and is no menu of links."""
    most_linked = _MOST_LINKED_SHARE * len(piece.block.text)
    return places[piece.element].depth <= depth and piece.linked_chars <= most_linked


def _chars(some: Iterable[Piece]) -> int:
    return sum(len(piece.block.text) for piece in some)


def _letters(text: str) -> str:
    return "".join(re.findall(r"\w+", text))


def _is_found(piece: Piece, lines: set[str], letters: str) -> bool:
    """Whether a block is among the lines that were found, and more than a link."""
    block, element, linked_chars = piece
    own = _letters(block.text)
    if linked_chars > _MOST_LINKED_SHARE * len(own):
        is_menu = block.kind == "list" and any(True for _ in element.iterancestors("nav"))
        if is_menu or (block.kind in ("paragraph", "verbatim") and not is_prose(block.text)):
            return False
    if own in lines or (len(own) > _SURELY_SAME_CHARS and own in letters):
        return True
    parts = [_letters(line) for line in block.text.split("\n")]
    return len(parts) > 1 and sum(part in lines for part in parts) > len(parts) / 2


def _root(page: HtmlElement, found: Iterable[Piece]) -> HtmlElement:
    """The smallest element that holds nearly all of what was found."""
    sizes: dict[HtmlElement, int] = {}
    for piece in found:
        for each in (piece.element, *piece.element.iterancestors()):
            sizes[each] = sizes.get(each, 0) + len(piece.block.text)
    least, root = _ROOT_SHARE * sizes[page], page
    while (inner := next((e for e in root if sizes.get(e, 0) >= least), None)) is not None:
        root = inner
    return root
