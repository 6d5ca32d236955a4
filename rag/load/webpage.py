"""Reads saved web pages (HTML, MHTML): the main text, without what surrounds it.

The main text is found by trafilatura (Barbaresi 2021, doi:10.18653/v1/2021.acl-demo.15), what the
page says of itself by ``rag.load.webpage_metadata``. Nothing is fetched: neither looks further than
the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as current_rules
from functools import cache
from typing import TYPE_CHECKING

from rag.errors import LoadError
from rag.load.decode import decode
from rag.load.document import Block, Document
from rag.load.hypertext import html_blocks
from rag.load.webpage_metadata import webpage_metadata

if TYPE_CHECKING:
    from configparser import ConfigParser

    from lxml.html import HtmlElement

MOST_TAGS = 100_000
"""Start and end tags; the time that a page takes grows with them."""
DEEPEST_TAGS = 250
"""Tags within tags. The parser drops what lies deeper than 255 without a word."""

_CHARSET = re.compile(
    rb"""<meta\b[^>]{0,200}?\bcharset\s*=\s*["']?\s*([\w.:-]+)|\A\s*<\?xml\b[^>]{0,100}?\bencoding="""
    rb"""\s*["']([\w.:-]+)""",
    re.IGNORECASE,
)
_HEAD_BYTES = 4096
_SAVED_FROM = re.compile(r"<!--\s*saved from url=\(\d+\)(https?://\S+)")
_SENTENCE_END = re.compile(r"[.!?…。！？।؟][\"'”’»)\]]*(?:\s|$)|[。！？]")
_SHORTEST_TEXT_CHARS = "25"
"""Where it finds less, trafilatura shows all there is on the page, menus too."""
_NO_TEXT = "no article is in this page: open it, and save it again when its text is shown"


def read_html(data: bytes) -> Document:
    """The main text of a saved web page, with its title, author, date and canonical address.

    Raises LoadError for a page that is too large or holds no text.
    """
    charset = _CHARSET.search(data, 0, _HEAD_BYTES)
    named = (charset[1] or charset[2]).decode("ascii") if charset else None
    return _document(decode(data, named))


def read_mhtml(data: bytes) -> Document:
    """As read_html, for a page that the browser saved with its pictures in one file."""
    try:
        message = message_from_bytes(data, EmailMessage, policy=current_rules)
        page = message.get_body(("html",))
        payload = page.get_payload(decode=True) if page else None
        charset = page.get_content_charset() if page else None
        address = message["Snapshot-Content-Location"] or (page and page["Content-Location"]) or ""
    except Exception as error:  # the parser lets through whatever odd headers make it stumble on
        raise LoadError("it is a damaged page: save it again as .html") from error
    if not isinstance(payload, bytes):
        raise LoadError("no page is in it: save it again as .html")
    return _document(decode(payload, charset), saved_from=str(address))


def _document(html: str, saved_from: str = "") -> Document:
    from trafilatura import extract

    if html.count("<") > MOST_TAGS:
        raise LoadError(f"it has more than {MOST_TAGS:,} tags: split it, or save it as text")
    saved = _SAVED_FROM.search(html, 0, _HEAD_BYTES)
    try:
        page = _parsed(html)
        text = extract(page, output_format="html", include_comments=False, config=_config())
        blocks = html_blocks(text or "")
        metadata = webpage_metadata(page, saved[1] if saved else saved_from)
    except LoadError:
        raise
    except Exception as error:  # lxml and trafilatura stumble on odd pages in many ways
        raise LoadError("it is a damaged page: save it again, or as text") from error
    if not blocks or _is_index(page, blocks):
        raise LoadError(_NO_TEXT)
    return Document(tuple(blocks), metadata)


@cache
def _config() -> ConfigParser:
    from trafilatura.settings import use_config

    config = use_config()
    config.set("DEFAULT", "MIN_EXTRACTED_SIZE", _SHORTEST_TEXT_CHARS)
    return config


def _is_index(page: HtmlElement, blocks: Sequence[Block]) -> bool:
    """Whether what was found holds no sentence, and no more words than the page has in links."""
    if any(_SENTENCE_END.search(block.text) for block in blocks):
        return False
    linked = _letters(text for link in page.iter("a") for text in link.itertext())
    return linked >= _letters(block.text for block in blocks)


def _letters(texts: Iterable[str]) -> int:
    return sum(len(word) for text in texts for word in text.split())


def _parsed(html: str) -> HtmlElement:
    """The page as a tree. Raises LoadError where it has none, or too deep a one."""
    from lxml.etree import iterwalk
    from trafilatura import load_html

    page = load_html(html)
    if page is None:
        page = load_html(f"<html><body>{html}</body></html>")  # a piece of a page
    if page is None:
        raise LoadError(_NO_TEXT)
    depth = 0
    for event, _ in iterwalk(page, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > DEEPEST_TAGS:
            raise LoadError(f"its tags lie more than {DEEPEST_TAGS} deep: save it as PDF or text")
    return page
