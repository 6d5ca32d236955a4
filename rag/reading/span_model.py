"""The reader's network: a BERT encoder with a relevance logit and start and end logits.

Input is ``[CLS] question [SEP] context: passage [SEP]``; the context is the article's title and
date. This module knows token ids and tensors, not articles; training and inference share it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

if TYPE_CHECKING:
    from tokenizers import Tokenizer
    from transformers import PreTrainedModel

MAX_QUESTION_TOKENS = 64
MAX_CONTEXT_TOKENS = 32
MAX_SPAN_TOKENS = 30
IMPOSSIBLE = -1e4
"""The logit of what cannot be a span: low, but finite in every precision."""


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


@dataclass(frozen=True, slots=True)
class Batch:
    """Pairs padded to one length: every tensor has shape (pairs, tokens)."""

    ids: Tensor
    types: Tensor
    attention: Tensor
    passage: Tensor
    """True where the token belongs to the passage window."""


def pad(pairs: Sequence[Pair], special: SpecialTokens) -> Batch:
    """Stack pairs, padded on the right."""
    width = max(len(pair.ids) for pair in pairs)
    ids = torch.full((len(pairs), width), special.pad)
    types = torch.zeros_like(ids)
    attention = torch.zeros_like(ids)
    passage = torch.zeros_like(ids, dtype=torch.bool)
    for row, pair in enumerate(pairs):
        length = len(pair.ids)
        ids[row, :length] = torch.tensor(pair.ids)
        types[row, pair.types_from : length] = 1
        attention[row, :length] = 1
        passage[row, pair.passage_from : pair.passage_to] = True
    return Batch(ids, types, attention, passage)


@dataclass(frozen=True, slots=True)
class Logits:
    """What one forward pass says of each pair."""

    relevance: Tensor
    """(pairs,)"""
    start: Tensor
    """(pairs, tokens); IMPOSSIBLE outside the passage"""
    end: Tensor
    """(pairs, tokens); IMPOSSIBLE outside the passage"""


class SpanModel(nn.Module):
    """A BERT encoder, a relevance head on [CLS], and a start and end head on every token."""

    def __init__(self, encoder: PreTrainedModel) -> None:
        super().__init__()
        self.encoder = encoder
        self.relevance = nn.Linear(encoder.config.hidden_size, 1)
        self.span = nn.Linear(encoder.config.hidden_size, 2)

    def forward(self, batch: Batch) -> Logits:
        """Logits of every pair of the batch."""
        hidden = self.encoder(
            input_ids=batch.ids, token_type_ids=batch.types, attention_mask=batch.attention
        ).last_hidden_state
        start, end = self.span(hidden).float().unbind(-1)
        return Logits(
            relevance=self.relevance(hidden[:, 0]).float().squeeze(-1),
            start=start.masked_fill(~batch.passage, IMPOSSIBLE),
            end=end.masked_fill(~batch.passage, IMPOSSIBLE),
        )


def span_scores(logits: Logits) -> Tensor:
    """Scores of all spans of up to MAX_SPAN_TOKENS: [pair, first token, tokens after it]."""
    ends = nn.functional.pad(logits.end, (0, MAX_SPAN_TOKENS - 1), value=IMPOSSIBLE)
    return logits.start.unsqueeze(-1) + ends.unfold(1, MAX_SPAN_TOKENS, 1)


def load_encoder(folder: Path) -> PreTrainedModel:
    """The shipped encoder, without dropout."""
    from transformers import AutoModel
    from transformers.utils.logging import disable_progress_bar, set_verbosity_error

    # Loading is silent: the pooling layer that is left out, rightly, would be reported.
    disable_progress_bar()  # type: ignore[no-untyped-call]
    set_verbosity_error()  # type: ignore[no-untyped-call]
    encoder: PreTrainedModel = AutoModel.from_pretrained(
        str(folder), add_pooling_layer=False, local_files_only=True
    )
    encoder.train(False)
    return encoder


def fast_bfloat16() -> bool:
    """Whether this processor multiplies bfloat16 in tiles (AMX); float32 is faster elsewhere."""
    return bool(torch.cpu._is_amx_tile_supported())


def load_model(encoder_folder: Path, weights: Path) -> SpanModel:
    """The encoder with the difference in ``weights`` added, and the heads from there.

    The file holds, for each matrix of the encoder that was trained, ``NAME.left`` (out, rank) and
    ``NAME.right`` (rank, in), whose product is the difference; for each vector ``NAME.difference``;
    and the heads' own values under ``relevance.`` and ``span.``.
    """
    from safetensors.torch import load_file

    model = SpanModel(load_encoder(encoder_folder))
    stored = {name: tensor.float() for name, tensor in load_file(weights).items()}
    values = model.state_dict()
    with torch.no_grad():
        for name, tensor in stored.items():
            if name.endswith(".left"):
                target = name.removesuffix(".left")
                values[target] += tensor @ stored[f"{target}.right"]
            elif name.endswith(".difference"):
                values[name.removesuffix(".difference")] += tensor
            elif not name.endswith(".right"):
                values[name].copy_(tensor)
    return model.eval()
