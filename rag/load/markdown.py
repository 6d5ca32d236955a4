"""Reads Markdown: the text that its reader sees, without the markup."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING

from rag.load.decode import decode
from rag.load.document import FIELD_NAMES, Block, Document, is_web_address
from rag.load.hypertext import html_blocks
from rag.load.pages import mend_hyphens

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_FRONT_MATTER = re.compile(r"\s*---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|$)", re.DOTALL)
_METADATA_LINE = re.compile(r"([\w-]+)[ \t]*:[ \t]*(.*)")
_BLOCK_SCALARS = (">", ">-", "|", "|-")
"""Signs that a value follows on indented lines."""

_LONGEST_SETEXT_CHARS = 150
"""A longer "heading" is a paragraph above a line of dashes."""


def read_markdown(data: bytes) -> Document:
    """The blocks and the front matter of a Markdown file.

    Raises LoadError for bytes that are no text.
    """
    return markdown_document(decode(data))


def markdown_document(text: str) -> Document:
    """The blocks and the front matter of Markdown text."""
    metadata: dict[str, str] = {}
    if front := _FRONT_MATTER.match(text):
        metadata = _metadata(front.group(1))
        text = text[front.end() :]
    tokens = _parser().parse(mend_hyphens(text.replace("\f", "\n\n")))
    return Document(tuple(_blocks(tokens)), metadata)


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    # Articles indent their paragraphs more often than they hold indented code.
    return MarkdownIt("commonmark").enable(["table", "strikethrough"]).disable("code")


def _metadata(front_matter: str) -> dict[str, str]:
    """The fields that Footnote knows of ``key: value`` lines; lists joined by commas."""
    values: dict[str, list[str]] = {}
    field: str | None = None
    for line in front_matter.split("\n"):
        if match := _METADATA_LINE.match(line):
            field = FIELD_NAMES.get(match.group(1).lower())
            items = re.sub(r"^\[(.*)\]$", r"\1", match.group(2).strip())
            is_list = items != match.group(2).strip()
            if field and field not in values:
                values[field] = items.split(",") if is_list else [items]
            else:
                field = None
        elif field and line.strip() and (line[0].isspace() or line.startswith("-")):
            values[field].append(line.strip().removeprefix("- "))
    metadata = {
        field: (" " if items[0] in _BLOCK_SCALARS else ", ").join(
            filter(None, (_unquoted(item) for item in items))
        )
        for field, items in values.items()
    }
    if not is_web_address(metadata.get("url", "")):
        metadata.pop("url", None)
    return {field: value for field, value in metadata.items() if value}


def _unquoted(value: str) -> str:
    value = value.strip()
    if value in (*_BLOCK_SCALARS, "null", "~"):
        return ""
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
        value = value[1:-1]
    return " ".join(value.split())


def _blocks(tokens: Sequence[Token]) -> Iterator[Block]:
    """Blocks of a token stream; a list or a table is one block."""
    position = 0
    while position < len(tokens):
        token = tokens[position]
        if token.type in ("bullet_list_open", "ordered_list_open", "table_open"):
            end = _closing(tokens, position)
            lines = _table_rows if token.type == "table_open" else _list_lines
            yield from _block("verbatim", "\n".join(lines(tokens[position : end + 1])))
            position = end
        elif token.type in ("fence", "code_block"):
            yield from _block("verbatim", re.sub(r"\n\s*\n", "\n", token.content))
        elif token.type == "html_block":
            for block in html_blocks(token.content):
                yield from _block("paragraph", " ".join(block.text.split()))
        elif token.type == "inline":
            text = _inline_text(token)
            opening = tokens[position - 1]
            is_heading = opening.type == "heading_open" and (
                opening.markup.startswith("#") or len(text) <= _LONGEST_SETEXT_CHARS
            )
            yield from _block("heading" if is_heading else "paragraph", text)
        position += 1


def _block(kind: str, text: str) -> Iterator[Block]:
    text = text.strip()
    if kind == "heading":
        text = " ".join(text.split())
    if text:
        is_prose = kind == "paragraph" and "\n" not in text
        yield Block(
            "heading" if kind == "heading" else "paragraph" if is_prose else "verbatim", text
        )


def _closing(tokens: Sequence[Token], position: int) -> int:
    """Where the token closes that opens at ``position``."""
    level, closing = tokens[position].level, tokens[position].type.replace("_open", "_close")
    while not (tokens[position].level == level and tokens[position].type == closing):
        position += 1
    return position


def _list_lines(tokens: Sequence[Token]) -> Iterator[str]:
    """A line for each item: indented by its depth, with its bullet or number."""
    depth, marker = 0, ""
    for token in tokens:
        if token.type in ("bullet_list_open", "ordered_list_open"):
            depth += 1
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            depth -= 1
        elif token.type == "list_item_open":
            marker = f"{token.info}{token.markup} " if token.info else "- "
        elif token.type in ("inline", "fence", "html_block"):
            text = " ".join(_item_text(token).split())
            if text:
                yield "  " * (depth - 1) + (marker or "  ") + text
                marker = ""


def _item_text(token: Token) -> str:
    if token.type == "inline":
        return _inline_text(token)
    if token.type == "fence":
        return token.content
    return " ".join(block.text for block in html_blocks(token.content))


def _table_rows(tokens: Sequence[Token]) -> Iterator[str]:
    cells: list[str] = []
    for token in tokens:
        if token.type == "inline":
            cells.append(" ".join(_inline_text(token).split()))
        elif token.type == "tr_close":
            yield " | ".join(cells)
            cells = []


def _inline_text(token: Token) -> str:
    """What a reader sees of inline markup; only hard line breaks are kept."""
    text = "".join(_pieces(token.children or ()))
    return "\n".join(" ".join(line.split()) for line in text.split("\n") if line.strip())


def _pieces(tokens: Sequence[Token]) -> Iterator[str]:
    for token in tokens:
        if token.type == "softbreak":
            yield " "
        elif token.type == "hardbreak" or re.match(r"<br\b", token.content, re.IGNORECASE):
            yield "\n"
        elif token.type == "image":
            yield from _pieces(token.children or ())
        elif token.type != "html_inline":
            yield token.content
