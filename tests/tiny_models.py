"""Tiny models with random weights, and tokenizers that know few words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import tokenizers
import torch
import transformers

CHARACTERS = "abcdefghijklmnopqrstuvwxyz0123456789.,:'’-$()«»?"


def word_pieces() -> Any:
    """BERT's kind: every word has as many tokens as characters, but for a few known words."""
    words = ["boat", "left", "the", "met", "may"]
    known = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *words, *CHARACTERS]
    made = tokenizers.Tokenizer(
        tokenizers.models.WordPiece(
            {token: id for id, token in enumerate([*known, *(f"##{c}" for c in CHARACTERS)])},
            unk_token="[UNK]",
        )
    )
    made.normalizer = tokenizers.normalizers.BertNormalizer()
    made.pre_tokenizer = tokenizers.pre_tokenizers.BertPreTokenizer()
    made.post_processor = tokenizers.processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    return made


def byte_pairs() -> Any:
    """RoBERTa's kind: tokens are bytes, several for one character, and two ends between texts."""
    alphabet = sorted(tokenizers.pre_tokenizers.ByteLevel.alphabet())
    known = ["[CLS]", "[PAD]", "[SEP]", "[UNK]", *alphabet, "Ġa", "Ġ("]
    made = tokenizers.Tokenizer(
        tokenizers.models.BPE(
            {token: id for id, token in enumerate(known)}, [("Ġ", "a"), ("Ġ", "(")]
        )
    )
    made.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.post_processor = tokenizers.processors.RobertaProcessing(
        ("[SEP]", 2), ("[CLS]", 0), trim_offsets=True
    )
    return made


def space_marks() -> Any:
    """SentencePiece's kind (DeBERTa): the space before a word belongs to its first token."""
    known = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "▁", *CHARACTERS, "▁a", "▁(", "▁2"]
    made = tokenizers.Tokenizer(
        tokenizers.models.BPE(
            {token: id for id, token in enumerate(known)},
            [("▁", "a"), ("▁", "("), ("▁", "2")],
            unk_token="[UNK]",
        )
    )
    made.pre_tokenizer = tokenizers.pre_tokenizers.Metaspace()
    made.post_processor = tokenizers.processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    return made


def tiny_tokenizer(tokenizer: Any) -> Any:
    """The tokenizer as transformers has it."""
    return transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        model_max_length=512,
        pad_token="[PAD]",
        unk_token="[UNK]",
        cls_token="[CLS]",
        sep_token="[SEP]",
    )


def tiny_model(tokenizer: Any, model_class: Any, **config: Any) -> Any:
    """One layer with random weights, always the same."""
    torch.manual_seed(0)
    sizes = {
        "vocab_size": len(tokenizer),
        "hidden_size": 16,
        "num_hidden_layers": 1,
        "num_attention_heads": 2,
        "intermediate_size": 16,
        "initializer_range": 0.5,
        "max_position_embeddings": 514,
        "pad_token_id": tokenizer.pad_token_id,
    }
    return model_class(model_class.config_class(**sizes | config)).eval()


def save_tiny_model(folder: Path, tokenizer: Any, model_class: Any, **config: Any) -> Path:
    """A folder with a tiny model and its tokenizer."""
    wrapped = tiny_tokenizer(tokenizer)
    tiny_model(wrapped, model_class, **config).save_pretrained(folder)
    wrapped.save_pretrained(folder)
    return folder
