"""The reader's network in torch, for training: a BERT encoder with three heads.

The heads give a relevance logit from [CLS], and a start and an end logit of every token. What is
trained here reads in ``rag.read.span_network``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from rag.read.pairs import MAX_SPAN_TOKENS, Pair, SpecialTokens

if TYPE_CHECKING:
    from transformers import PreTrainedModel

IMPOSSIBLE = -1e4
"""The logit of what cannot be a span: low, but finite in every precision."""


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
