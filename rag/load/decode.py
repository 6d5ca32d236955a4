"""Bytes of a text file to text: any encoding, line ends as ``\\n``, Unicode in NFC."""

from __future__ import annotations

import re
import unicodedata
from contextlib import suppress

from rag.errors import LoadError

_LINE_END = re.compile(r"\r\n?|[\v\x1c-\x1e\x85\u2028\u2029]")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1b\x1f\x7f-\x9f]")
_HALF = re.compile("[\ud800-\udfff]")
"""Halves of letters beyond the first plane, which no encoding holds alone."""
_ZERO_WIDTH = re.compile("[\u200b\u2060\ufeff]")
"""Spaces and marks without width; joiners are not among them, Persian and Hindi need those."""

_WIDER = {
    label: wider
    for wider, labels in {
        "cp1252": "iso-8859-1 iso8859-1 latin1 latin-1 l1 ascii us-ascii",
        "cp1254": "iso-8859-9 latin5",
        "cp874": "tis-620 iso-8859-11",
        "cp932": "shift_jis shift-jis sjis x-sjis",
        "cp949": "euc-kr ks_c_5601-1987",
        "gb18030": "gb2312 gbk x-gbk",
        "big5hkscs": "big5",
    }.items()
    for label in labels.split()
}
"""The encoding that browsers read under each label (encoding.spec.whatwg.org)."""
_SHIFTS = b"\x1b$"
"""ISO-2022 switches to East Asian letters so; its bytes could pass for UTF-8."""

_ASCII = bytes(range(128))
_DAMAGED_SHARE = 0.2
"""Bytes of another encoding make at least a fifth as many replacement characters as there are bytes
beyond ASCII; damaged UTF-8 makes fewer (of 96 damaged texts 94, and none of 264 others)."""
_SAMPLE_BYTES = 65_536
_BINARY_SHARE = 0.01
"""A text has next to no control characters; every binary format has more than this share."""


def decode(data: bytes, declared: str | None = None) -> str:
    """The text of ``data``, cleaned; ``declared`` is the encoding that the file names, if it does.

    Files are saved again in UTF-8 more often than what they declare is changed, so it counts where
    the bytes are no UTF-8. Of damaged UTF-8 each stray byte becomes U+FFFD. Raises LoadError for
    what is not text, and for text whose encoding nothing tells.
    """
    return clean(decode_exactly(data, declared))


def decode_exactly(data: bytes, declared: str | None = None) -> str:
    """As ``decode``, but with every line end and control character as it is."""
    if data.startswith(b"%PDF-"):
        raise LoadError("this is a PDF under another name: name it .pdf")
    text = _decoded(data, declared)
    sample = text[:_SAMPLE_BYTES]
    if len(_CONTROL.findall(sample)) > _BINARY_SHARE * len(sample):
        raise LoadError("this is a binary file, not text: save it as text, .txt or .md")
    return text


def clean(text: str) -> str:
    """``text`` with line ends as ``\\n``, in NFC, without control characters and empty marks."""
    text = _HALF.sub("\ufffd", text)
    text = _ZERO_WIDTH.sub("", _CONTROL.sub("", _LINE_END.sub("\n", text))).replace("\u2011", "-")
    return unicodedata.normalize("NFC", text)


def _decoded(data: bytes, declared: str | None) -> str:
    text = data.decode("utf-8-sig", "replace")
    damaged = text.count("\ufffd") - data.count(b"\xef\xbf\xbd")
    is_other = b"\x00" in data[:_SAMPLE_BYTES] or _SHIFTS in data
    if declared and (damaged or is_other):
        label = declared.strip().lower()
        with suppress(LookupError):
            named = data.decode(_WIDER.get(label, label), "replace")
            # As in a browser, letters that do not fit are replaced, if they are few.
            if named.count("\ufffd") <= _BINARY_SHARE * len(named):
                return named
    if not is_other and damaged <= _DAMAGED_SHARE * len(data.translate(None, _ASCII)):
        return text
    import chardet

    encoding = (chardet.detect(data)["encoding"] or "").lower()
    try:
        text = data.decode(_WIDER.get(encoding, encoding)) if encoding else ""
        if not text or (encoding.startswith("utf-16-") and not re.search(r"\s", text)):
            raise LoadError("this is no text, or in an unknown encoding: save it as UTF-8 text")
        return text
    except UnicodeDecodeError as error:
        raise LoadError(
            f"byte {error.start} does not fit the file's encoding ({encoding}): save it as UTF-8"
        ) from error
