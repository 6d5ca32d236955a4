"""What a reader reads at once: ``[CLS] question [SEP] context: passage [SEP]``, as token ids.

The context is the article's title and date. This module knows token ids, not articles; training
and reading share it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tokenizers import Tokenizer

MAX_QUESTION_TOKENS = 64
MAX_CONTEXT_TOKENS = 32
MAX_SPAN_TOKENS = 30


@dataclass(frozen=True, slots=True)
class Pair:
    """A question with one window of a passage, as token ids.

    Tokens ``ids[passage_from:passage_to]`` are the window's own; ``ids[:types_from]`` is the
    question's segment.
    """

    ids: tuple[int, ...]
    types_from: int
    passage_from: int
    passage_to: int


@dataclass(frozen=True, slots=True)
class SpecialTokens:
    """Ids of the tokens that join the parts."""

    cls: int
    sep: int
    colon: int
    pad: int


def special_tokens(tokenizer: Tokenizer) -> SpecialTokens:
    """Look the joining tokens up in a BERT vocabulary."""
    wanted = ("[CLS]", "[SEP]", ":", "[PAD]")
    found = [id for id in map(tokenizer.token_to_id, wanted) if id is not None]
    if len(found) < len(wanted):
        raise ValueError(f"the tokenizer lacks one of {' '.join(wanted)}")
    return SpecialTokens(*found)


def load_tokenizer(folder: Path) -> Tokenizer:
    """The tokenizer of a model folder, without the truncation and padding stored with it."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def join(
    question: Sequence[int], context: Sequence[int], passage: Sequence[int], special: SpecialTokens
) -> Pair:
    """Put the parts into one sequence; question and context are cut to their limits."""
    head = [special.cls, *question[:MAX_QUESTION_TOKENS], special.sep]
    middle = [*context[:MAX_CONTEXT_TOKENS], special.colon] if context else []
    begin = len(head) + len(middle)
    return Pair(
        ids=(*head, *middle, *passage, special.sep),
        types_from=len(head),
        passage_from=begin,
        passage_to=begin + len(passage),
    )
