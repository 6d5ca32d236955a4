"""What a reader of one format makes of a file, before it becomes an ``Article``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal["heading", "paragraph", "verbatim"]
"""``verbatim``: lists, tables, verse and code, whose line breaks mean something."""


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of text that blank lines set apart; it holds no blank line itself."""

    kind: Kind
    text: str


@dataclass(frozen=True, slots=True)
class Document:
    """Blocks in reading order, and what the file states outside its text.

    ``metadata`` may hold "title", "author", "date" (as written) and "url".
    """

    blocks: tuple[Block, ...]
    metadata: Mapping[str, str] = field(default_factory=dict)
