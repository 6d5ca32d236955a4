"""Reads e-mail: messages (eml) and mailboxes (mbox). What a message quotes or forwards of another,
and the texts attached to it, are articles of their own, below its name.

Quotations are found by quotequail (MIT).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage, MIMEPart
from email.policy import default as current_rules
from functools import partial
from pathlib import PurePosixPath
from typing import NamedTuple

from rag.errors import LoadError
from rag.load.archive import survived
from rag.load.decode import clean, decode
from rag.load.document import Block, Document, Entry
from rag.load.hypertext import html_blocks
from rag.load.markdown import markdown_document
from rag.load.text import text_document
from rag.text.dates import find_date

_ENVELOPE = re.compile(rb"(?:\A|(?<=\n\n)|(?<=\n\r\n))From [^\n]*\b[12]\d{3}\b[^\n]*\n")
_ESCAPED_FROM = re.compile(rb"^>(>*From )", re.MULTILINE)
_QUOTED_LINES = re.compile(r"(?:^[^\n>]+:\n\s*)?(?:^>.*(?:\n|\Z))+", re.MULTILINE)
_SIGNATURE = re.compile(r"^-- \n.*", re.MULTILINE | re.DOTALL)
_BEFORE_NAME = re.compile(r".*\d[\d:.]*(?:\s*[ap]\.?m\.?)?(?:\s+(?:uhr|at|um|à))?[\s,]+", re.I)
_ADDRESS = re.compile(r"\s*[(<\[].*@.*")
_REPLY = re.compile(r"(?:(?:re|aw|fwd?|wg|tr|rv|sv|antw)\s*:\s*)+", re.IGNORECASE)
_UNNAMED = "what it quotes of somebody whom it does not name"
_STUB_SHARE = 0.5
"""Of the letters of the HTML: a shorter plain text only says that there is HTML."""
_DEEPEST = 10
"""Messages within messages."""
_MOST_LINES = 3_000
_MOST_CHARS = 300_000
"""In longer messages only lines that begin with ">" are looked for."""
_SIGNED = re.compile(r"application/(?:x-)?p(?:kcs7|gp)-signature")


def read_eml(data: bytes) -> Iterator[Entry]:
    """A message, then what it quotes, forwards and has attached, an entry each.

    Raises LoadError for what is no message.
    """
    with survived("it is a damaged e-mail: save the message again as .eml"):
        message = message_from_bytes(data, EmailMessage, policy=current_rules)
        if not (message["From"] or message["Subject"]):
            raise LoadError("it is no e-mail: save the message as .eml")
        entries = list(_entries(message, "", _DEEPEST))
    yield from entries


def read_mbox(data: bytes) -> Iterator[Entry]:
    """The messages of a mailbox, numbered from 1. Raises LoadError for what is no mailbox."""
    envelopes = [match.span() for match in _ENVELOPE.finditer(data)]
    if not envelopes:
        raise LoadError("it is no mailbox: export it again as .mbox")
    ends = [start for start, _ in envelopes[1:]] + [len(data)]
    for number, ((_, start), end) in enumerate(zip(envelopes, ends, strict=True), start=1):
        try:
            for entry in read_eml(_ESCAPED_FROM.sub(rb"\1", data[start:end])):
                yield Entry(f"#{number}{entry.name}", entry.read)
        except LoadError as error:
            yield Entry(f"#{number}", partial(_fail, str(error)))


def _fail(reason: str) -> Document:
    raise LoadError(reason)


def _entries(message: MIMEPart, name: str, depth: int) -> Iterator[Entry]:
    """The message's own text under ``name``, then the articles in it."""
    metadata = _metadata(message)
    bodies = [message.get_body((kind,)) for kind in ("plain", "html")]
    text, html = (_text(body) if body else "" for body in bodies)
    attached: list[Entry] = []
    left_out: list[str] = []
    for part in _parts(message, bodies):
        kind = part.get_content_type()
        file_name = " ".join(clean(part.get_filename() or "").split()).replace("/", "-")
        if kind == "message/rfc822" and depth:
            forwarded = part.get_content()
            title = file_name or f"{_metadata(forwarded).get('title', 'message')}.eml"
            attached += _entries(forwarded, f"{name}/{title.replace('/', '-')}", depth - 1)
        elif kind == "text/plain" and not file_name:
            text += f"\n\n{_text(part)}"  # below a picture
        elif read := _READERS.get(PurePosixPath(file_name).suffix.lower() or kind):
            document = partial(_attached, read, _text(part), metadata.get("date", ""))
            attached.append(Entry(f"{name}/{file_name or 'attachment'}", document))
        elif part.is_attachment() and not _SIGNED.match(kind):
            left_out.append(f"{file_name or kind}, which is attached: save it beside the message")
    in_html = tuple(html_blocks(html))
    is_page = len(text.strip()) < _STUB_SHARE * sum(len(block.text) for block in in_html)
    said: dict[_Other | None, list[Block]] = {None: []}
    for words, other in _said(html if is_page else text, is_page, _DEEPEST):
        if not is_page:
            words, count = _QUOTED_LINES.subn("", _SIGNATURE.sub("", words))
            left_out += [_UNNAMED] * bool(count)
        blocks = html_blocks(words) if is_page else list(text_document(words).blocks)
        said.setdefault(other, []).extend(blocks)
    left_out += [_UNNAMED] * bool(said.pop(_NOBODY, ()))
    own = said.pop(None)
    if own or not (said or attached):
        told = tuple(dict.fromkeys(left_out))
        yield Entry(name, partial(_document, own, metadata, told))
    for number, (other, blocks) in enumerate(said.items(), start=1):
        title = other.title if other and other.title else _REPLY.sub("", metadata.get("title", ""))
        fields = {**(other._asdict() if other else {}), "title": title}
        yield Entry(f"{name}/quoted-{number}", partial(_document, blocks, fields, ()))
    yield from attached


class _Other(NamedTuple):
    """Of the message that is quoted: who wrote it, its ISO date and its title, as far as told."""

    author: str
    date: str
    title: str


_NOBODY = _Other("", "", "")


def _document(blocks: list[Block], fields: Mapping[str, str], left_out: Sequence[str]) -> Document:
    if not blocks and left_out:
        raise LoadError(f"it holds no text but {', '.join(left_out)}")
    metadata = {field: value for field, value in fields.items() if value}
    return Document(tuple(blocks), metadata, tuple(left_out))


def _attached(read: Callable[[str], Document], text: str, date: str) -> Document:
    document = read(text)
    return replace(document, metadata={**({"date": date} if date else {}), **document.metadata})


def _page(html: str) -> Document:
    return Document(tuple(html_blocks(html)))


_READERS: Mapping[str, Callable[[str], Document]] = {
    **dict.fromkeys((".txt", ".text", "text/plain"), text_document),
    **dict.fromkeys((".md", ".markdown", "text/markdown"), markdown_document),
    **dict.fromkeys((".html", ".htm", "text/html"), _page),
}
"""Of attachments, by suffix, else by type."""


def _parts(message: MIMEPart, bodies: Sequence[MIMEPart | None]) -> Iterator[MIMEPart]:
    """The parts of a message without those that are its text, from outside in."""
    for part in message.iter_parts():
        if part.get_content_maintype() == "multipart":
            yield from _parts(part, bodies)
        elif not any(part is body for body in bodies):
            yield part


def _said(words: str, is_page: bool, depth: int) -> Iterator[tuple[str, _Other | None]]:
    """The stretches of a message, each with the other message that it is from.

    None stands for the message itself, _NOBODY for one whose author is not told.
    """
    import quotequail

    found: Mapping[str, str] | None = None
    if depth and words.count("\n") < _MOST_LINES and len(words) < _MOST_CHARS:
        found = (quotequail.unwrap_html if is_page else quotequail.unwrap)(words)
    kind = "html" if is_page else "text"
    if not found or not found.get(kind):
        yield words, None
        return
    stated = f"{found.get('date', '')}, {found.get('from', '')}"
    sender = _BEFORE_NAME.sub("", found.get("from", ""))
    name = _ADDRESS.sub("", sender).strip("\"' ") or sender.strip("<>()[] ")
    date = find_date(stated)
    other = _NOBODY
    if name and ("subject" in found or re.search(r"\d", stated)):
        other = _Other(name, date[0] if date else "", found.get("subject", ""))
    elif not re.search(r"^>|<blockquote", words, re.MULTILINE | re.IGNORECASE):
        yield words, None  # "In her letter the mayor of Sarn wrote:"
        return
    yield found.get(f"{kind}_top", ""), None
    for inner, by in _said(found[kind], is_page, depth - 1):
        yield inner, other if by is None else by
    yield from _said(found.get(f"{kind}_bottom", ""), is_page, depth - 1)


def _metadata(message: MIMEPart) -> dict[str, str]:
    sender, sent = message["From"], message["Date"]
    addresses = sender.addresses if sender else ()
    metadata = {
        "title": message["Subject"] or "",
        "author": (addresses[0].display_name or addresses[0].addr_spec) if addresses else "",
        "date": sent.datetime.date().isoformat() if sent and sent.datetime else "",
    }
    cleaned = {field: " ".join(clean(value).split()) for field, value in metadata.items()}
    return {field: value for field, value in cleaned.items() if value}


def _text(part: MIMEPart) -> str:
    payload, charset = part.get_payload(decode=True), part.get_content_charset()
    data = payload if isinstance(payload, bytes) else b""
    try:
        return clean(data.decode(charset or "utf-8"))
    except (LookupError, UnicodeDecodeError):
        return decode(data)  # by what its bytes tell
