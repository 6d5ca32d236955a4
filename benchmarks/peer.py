"""The shipped encoder as other libraries run it: in float32, as a folder of transformers."""

from __future__ import annotations

import copy
import tempfile
from pathlib import Path
from typing import Any

from rag.encoder.e5_file import open_e5
from rag.models import find_encoder
from training.network import load_encoder

PEER_TOKENS = 512


def peer_embedder() -> Any:
    """A ``SentenceTransformer``: the mean over the tokens, as a unit vector."""
    from sentence_transformers import SentenceTransformer, models

    with tempfile.TemporaryDirectory() as folder:
        encoder = models.Transformer(peer_folder(Path(folder)), max_seq_length=PEER_TOKENS)
        pooling = models.Pooling(encoder.get_word_embedding_dimension(), "mean")
        modules = [encoder, pooling, models.Normalize()]
        return SentenceTransformer(modules=modules, device="cpu")


def peer_folder(folder: Path) -> str:
    """Writes the encoder and its tokenizer into ``folder``, and returns its name."""
    from transformers import PreTrainedTokenizerFast

    file = open_e5(Path(find_encoder().path))
    load_encoder(file).save_pretrained(folder)
    PreTrainedTokenizerFast(
        tokenizer_object=copy.deepcopy(file.tokenizer),
        **{"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>", "pad_token": "<pad>"},
        **{"cls_token": "<s>", "sep_token": "</s>"},
        model_max_length=PEER_TOKENS,
    ).save_pretrained(folder)
    return str(folder)
