"""The reader's network in torch, for training: the e5 encoder with three heads.

The heads give a relevance logit and three support logits from the first token, and a start and an
end logit of every token. What is trained here reads in ``rag.read.span_network``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor, nn

from rag.encoder.e5_file import E5File
from rag.read.pairs import MAX_SPAN_TOKENS, Pair, SpecialTokens

if TYPE_CHECKING:
    from transformers import PreTrainedModel

IMPOSSIBLE = -1e4
"""The logit of what cannot be a span: low, but finite in every precision."""
SUPPORT_LABELS = ("support", "refute", "neither")
_WORDS = "embeddings.word_embeddings.weight"


@dataclass(frozen=True, slots=True)
class Batch:
    """Pairs padded to one length: every tensor has shape (pairs, tokens)."""

    ids: Tensor
    attention: Tensor
    passage: Tensor
    """True where the token belongs to the passage window."""


def pad(pairs: Sequence[Pair], special: SpecialTokens) -> Batch:
    """Stack pairs, padded on the right."""
    width = max(len(pair.ids) for pair in pairs)
    ids = torch.full((len(pairs), width), special.pad)
    attention = torch.zeros_like(ids)
    passage = torch.zeros_like(ids, dtype=torch.bool)
    for row, pair in enumerate(pairs):
        length = len(pair.ids)
        ids[row, :length] = torch.tensor(pair.ids)
        attention[row, :length] = 1
        passage[row, pair.passage_from : pair.passage_to] = True
    return Batch(ids, attention, passage)


@dataclass(frozen=True, slots=True)
class Logits:
    """What one forward pass says of each pair."""

    relevance: Tensor
    """(pairs,)"""
    support: Tensor
    """(pairs, 3), in the order of SUPPORT_LABELS"""
    start: Tensor
    """(pairs, tokens); IMPOSSIBLE outside the passage"""
    end: Tensor
    """(pairs, tokens); IMPOSSIBLE outside the passage"""


class ReaderModel(nn.Module):
    """A BERT encoder with a head for relevance, one for support and one for spans."""

    def __init__(self, encoder: PreTrainedModel) -> None:
        super().__init__()
        self.encoder = encoder
        channels = encoder.config.hidden_size
        self.relevance = nn.Linear(channels, 1)
        self.support = nn.Linear(channels, len(SUPPORT_LABELS))
        self.span = nn.Linear(channels, 2)

    @property
    def heads(self) -> list[nn.Linear]:
        return [self.relevance, self.support, self.span]

    def forward(self, batch: Batch) -> Logits:
        """Logits of every pair of the batch; the heads compute in float32."""
        hidden = self.encoder(
            input_ids=batch.ids, attention_mask=batch.attention
        ).last_hidden_state.float()
        with torch.autocast("cpu", enabled=False):
            start, end = self.span(hidden).unbind(-1)
            first = hidden[:, 0]
            return Logits(
                relevance=self.relevance(first).squeeze(-1),
                support=self.support(first),
                start=start.masked_fill(~batch.passage, IMPOSSIBLE),
                end=end.masked_fill(~batch.passage, IMPOSSIBLE),
            )


def span_scores(logits: Logits) -> Tensor:
    """Scores of all spans of up to MAX_SPAN_TOKENS: [pair, first token, tokens after it]."""
    ends = nn.functional.pad(logits.end, (0, MAX_SPAN_TOKENS - 1), value=IMPOSSIBLE)
    return logits.start.unsqueeze(-1) + ends.unfold(1, MAX_SPAN_TOKENS, 1)


def load_encoder(file: E5File) -> PreTrainedModel:
    """The shipped encoder in torch, without dropout; its word and position tables are frozen.

    They would make the difference that ships large, and few of their rows would be trained.
    """
    from transformers import BertConfig, BertModel

    config = BertConfig(
        vocab_size=file.vocabulary,
        hidden_size=file.channels,
        num_hidden_layers=file.layers,
        num_attention_heads=file.heads,
        intermediate_size=file.inner_channels,
        max_position_embeddings=file.positions,
        type_vocab_size=file.segments,
        layer_norm_eps=file.norm_epsilon,
        hidden_act="gelu",
        pad_token_id=file.special_ids[2],
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )
    encoder = BertModel(config, add_pooling_layer=False)
    values = {name: torch.from_numpy(value) for name, value in file.weights().items()}
    words = file.embed_words(np.arange(file.vocabulary, dtype=np.int32))
    encoder.load_state_dict({**values, _WORDS: torch.from_numpy(words)})
    encoder.embeddings.requires_grad_(False)
    return encoder.train(False)


def new_model(encoder: PreTrainedModel, seed: int) -> ReaderModel:
    """The encoder with fresh heads."""
    torch.manual_seed(seed)
    model = ReaderModel(encoder)
    for head in model.heads:
        nn.init.normal_(head.weight, std=0.02)
        nn.init.zeros_(head.bias)
    return model.eval()  # without dropout: one or two passes over the data do not need it
