"""Hostile text -> text that is safe in a line, in HTML, Markdown, BibTeX, in a link; pure.

Titles, names of authors and files, quotes and questions may hold anything.
"""

from __future__ import annotations

import html
import re
import unicodedata
from urllib.parse import quote, urlsplit

_SPOOFING = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f"  # control characters
    "\u202a-\u202e\u2066-\u2069"  # overrides of the writing direction
    "\u200b\u2060\ufeff\u180e\U000e0000-\U000e007f]"  # characters without width
)
_LINE_END = re.compile("\r\n|[\n-\r\x85]")
_HALF_OF_A_PAIR = re.compile("[\ud800-\udfff]")
_MARKDOWN_INLINE = re.compile(r"[\\`*_{}\[\]|~$^@]|!(?=\[)|:(?=//)|(?<=www)\.", re.IGNORECASE)
_MARKDOWN_LINE_START = re.compile(r"(\d{1,9})([.)])(?=\s|$)|([#+\-=:%!.])")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_BIBTEX = {
    # No backslash before a brace: BibTeX counts braces without looking at it.
    "\\": r"\textbackslash{}",
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    **{character: f"\\{character}" for character in "#$%&_"},
}
_URL_KEPT = "/?:@!$&'*+,;=~%#-._"


def visible(text: str) -> str:
    """``text`` without what hides or turns round other characters; halves of pairs become "�"."""
    return _HALF_OF_A_PAIR.sub("\ufffd", _SPOOFING.sub("", text))


def one_line(text: str) -> str:
    """``visible(text)`` with every run of white space as one space, and none at the ends."""
    return " ".join(visible(text).split())


def folded(text: str) -> str:
    """``text`` on one line as it is searched: without case and accents."""
    apart = unicodedata.normalize("NFKD", one_line(text).casefold())
    return " ".join("".join(each for each in apart if not unicodedata.combining(each)).split())


def escape(text: str) -> str:
    """``text`` as HTML on one line, isolated from the writing direction around it."""
    return f"<bdi>{escape_characters(text)}</bdi>"


def escape_characters(text: str) -> str:
    """``text`` as HTML on one line, for an attribute or inside an element that isolates it."""
    return html.escape(unbroken(text))


def unbroken(text: str) -> str:
    """``visible(text)`` with a space for each end of a line."""
    return _LINE_END.sub(" ", visible(text))


def escape_markdown(text: str) -> str:
    """``text`` on one line as Markdown that shows its characters and does nothing else.

    What opens HTML becomes an entity, since the first Markdown does not know ``\\<``. Braces are
    escaped for the dialects in which they hold attributes (kramdown) or programs (MDX), dollars
    for mathematics. The result may begin a line.
    """
    line = one_line(text)
    start = _MARKDOWN_LINE_START.match(line)
    if start:
        at = start.start(2) if start[2] else 0
        return f"{line[:at]}\\{line[at]}{_escape_inline(line[at + 1 :])}"
    if re.match(r"(import|export)\b", line):  # programs to MDX, where they begin a line
        return f"&#{ord(line[0])};{_escape_inline(line[1:])}"
    return _escape_inline(line)


def _escape_inline(line: str) -> str:
    entities = re.sub("[&<>]", lambda found: _ENTITIES[found[0]], line)
    return _MARKDOWN_INLINE.sub(lambda found: f"\\{found[0]}", entities)


def escape_bibtex(text: str) -> str:
    """``text`` on one line for a BibTeX field between braces; its braces are balanced."""
    return "".join(_BIBTEX.get(character, character) for character in one_line(text))


def safe_url(url: str | None) -> str | None:
    """``url`` in ASCII without blanks, brackets or quotation marks; None unless it is http(s)."""
    try:
        if url is None or urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).netloc:
            return None
    except ValueError:
        return None
    return quote(one_line(url), safe=_URL_KEPT)
