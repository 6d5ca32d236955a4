"""A model's reply, as it streams, to plain sentences with [n] markers in them; pure.

Links, images, HTML, Markdown and invisible characters go; so do other brackets, and what a model
thinks aloud.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable, Iterator

from rag.text.sentences import sentences

_THOUGHT = re.compile(r"^\s*<think>.*?(?:</think>|$)", re.DOTALL)
_NUMBERS = r"\s*(?:quotes?|sources?|#|no\.)?\s*(\d+(?:\s*[,;&–-]\s*\d+)*)\s*"
_MARKERS = re.compile(rf"\[{_NUMBERS}\]|【{_NUMBERS}】", re.IGNORECASE)
_MARKERS_AFTER_END = re.compile(r"([.!?]+[\"”’)]*)[^\S\n]*((?:\[\d+\][^\S\n]*)+)")
_OPEN_BRACKET = re.compile(r"[\[【][^\]】]{0,20}$")
"""The text may go on to be a marker."""
_IMAGE = re.compile(r"!\[[^\]]*\]\s*(?:\([^)]*\)?|\[[^\]]*\])")
_LINK = re.compile(r"\[([^\]]*)\]\s*\([^)]*\)?")
_TAG = re.compile(r"</?[a-zA-Z!][^>]*>?")
_ADDRESS = re.compile(
    r"\b[a-z][a-z0-9+.-]*://\S*|\bwww\.\S*|\b(?:javascript|data|mailto):\S*", re.IGNORECASE
)
_LINE_MARKUP = re.compile(r"^\s*(?:#{1,6}\s+|>\s*|[-*+•]\s+|\d{1,2}[.)]\s+)+", re.MULTILINE)
_INLINE_MARKUP = re.compile(r"[*`~|\\<>]+|(?<!\w)_+|_+(?!\w)")
_BRACKET = re.compile(r"(\[\d+\])|[\[\]【】]")
_ENDED = re.compile(r"[.!?…][\"”’)]*$")
_JOINERS = "\u200c\u200d"
"""Part of the spelling in some scripts."""


def reply_sentences(pieces: Iterable[str]) -> Iterator[str]:
    """The sentences of a reply, each as soon as the next one begins.

    The last counts only if it is ended, or the only one: else the model was cut off in it.
    """
    reply = ""
    given = 0
    for piece in pieces:
        reply += piece
        if not _is_open(reply):
            complete = _split(reply)[:-1]
            yield from complete[given:]
            given = max(given, len(complete))
    last = _split(reply)[given:]
    yield from (sentence for sentence in last if _ENDED.search(sentence) or not given)


def plain(reply: str) -> str:
    """What a reply says, without markup; every marker is a number in brackets, within its
    sentence."""
    text = "".join(char for char in html.unescape(reply) if _is_visible(char))
    text = _THOUGHT.sub("", text)
    text = _IMAGE.sub(" ", text)
    text = _LINK.sub(lambda link: f"[{link[1]}]" if link[1].isdigit() else link[1], text)
    text = _ADDRESS.sub(" ", _TAG.sub(" ", text))
    text = _LINE_MARKUP.sub("\n\n", text)
    text = _INLINE_MARKUP.sub("", text)
    text = _MARKERS.sub(lambda found: _one_by_one(found[1] or found[2]), text)
    text = _BRACKET.sub(lambda found: found[1] or "", text)
    return _MARKERS_AFTER_END.sub(lambda found: f" {found[2].strip()}{found[1]} ", text)


def _split(reply: str) -> list[str]:
    text = plain(reply)
    return [" ".join(text[start:end].split()) for start, end in sentences(text)]


def _is_open(reply: str) -> bool:
    """Whether what comes next may belong to the sentence that seems ended."""
    quoting = reply.count("“") > reply.count("”") or reply.count('"') % 2 == 1
    return quoting or _OPEN_BRACKET.search(reply) is not None


def _one_by_one(numbers: str) -> str:
    return "".join(f"[{number}]" for number in re.findall(r"\d+", numbers))


def _is_visible(char: str) -> bool:
    return char in "\n\t" or char in _JOINERS or unicodedata.category(char) not in ("Cc", "Cf")
