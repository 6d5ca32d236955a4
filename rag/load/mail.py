"""Reads e-mail: single messages (eml), and mailboxes (mbox) with an article for each message."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as current_rules
from functools import partial

from rag.errors import LoadError
from rag.load.decode import clean, decode
from rag.load.document import Document, Entry
from rag.load.hypertext import html_blocks
from rag.load.text import text_document

_ENVELOPE = re.compile(rb"(?:\A|(?<=\n\n)|(?<=\n\r\n))From [^\n]*\b[12]\d{3}\b[^\n]*\n")
_ESCAPED_FROM = re.compile(rb"^>(>*From )", re.MULTILINE)
_QUOTED = re.compile(r"(?:^[^\n>]+:\n\s*)?(?:^>.*(?:\n|\Z))+", re.MULTILINE)
_SIGNATURE = re.compile(r"^-- \n.*", re.MULTILINE | re.DOTALL)


def read_eml(data: bytes) -> Document:
    """The text of a message: subject, sender and date above it; attachments are not read.

    What it quotes of other messages is left out: those are their senders' words. Raises LoadError
    for what is no message.
    """
    try:
        message = message_from_bytes(data, EmailMessage, policy=current_rules)
        if not (message["From"] or message["Subject"]):
            raise LoadError("it is no e-mail: save the message as .eml")
        return Document(_document(message).blocks, _metadata(message))
    except LoadError:
        raise
    except Exception as error:  # the parser lets through whatever odd headers make it stumble on
        raise LoadError("it is a damaged e-mail: save the message again as .eml") from error


def read_mbox(data: bytes) -> Iterator[Entry]:
    """The messages of a mailbox, numbered from 1. Raises LoadError for what is no mailbox."""
    envelopes = [match.span() for match in _ENVELOPE.finditer(data)]
    if not envelopes:
        raise LoadError("it is no mailbox: export it again as .mbox")
    ends = [start for start, _ in envelopes[1:]] + [len(data)]
    for number, ((_, start), end) in enumerate(zip(envelopes, ends, strict=True), start=1):
        message = _ESCAPED_FROM.sub(rb"\1", data[start:end])
        yield Entry(f"#{number}", partial(read_eml, message))


def _metadata(message: EmailMessage) -> dict[str, str]:
    sender, sent = message["From"], message["Date"]
    addresses = sender.addresses if sender else ()
    metadata = {
        "title": message["Subject"] or "",
        "author": (addresses[0].display_name or addresses[0].addr_spec) if addresses else "",
        "date": sent.datetime.date().isoformat() if sent and sent.datetime else "",
    }
    cleaned = {field: " ".join(clean(value).split()) for field, value in metadata.items()}
    return {field: value for field, value in cleaned.items() if value}


def _document(message: EmailMessage) -> Document:
    body = message.get_body(("plain", "html"))
    if body is None:
        return Document(())
    payload = body.get_payload(decode=True)
    text = _decoded(payload if isinstance(payload, bytes) else b"", body.get_content_charset())
    if body.get_content_subtype() == "html":
        return Document(tuple(html_blocks(text)))
    return text_document(_SIGNATURE.sub("", _QUOTED.sub("", text)))


def _decoded(payload: bytes, charset: str | None) -> str:
    try:
        return clean(payload.decode(charset or "utf-8"))
    except (LookupError, UnicodeDecodeError):
        return decode(payload)  # by what its bytes tell
