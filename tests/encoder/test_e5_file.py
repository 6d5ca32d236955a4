"""The encoder's file: what is written is read, and what is no such file is told in one line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rag.encoder.e5_file import open_e5
from rag.errors import ModelError
from tests.tiny_e5 import CHANNELS, LAYERS, write_tiny_e5


def unpacked(block: bytes) -> list[float]:
    """32 values of a block, one by one, by the description of the form."""
    scale = float(np.frombuffer(block[:2], "<f2")[0])
    low = [(byte % 16 - 8) * scale for byte in block[2:]]
    return low + [(byte // 16 - 8) * scale for byte in block[2:]]


def test_every_value_is_the_nibble_less_eight_times_its_scale(tmp_path: Path) -> None:
    path = write_tiny_e5(tmp_path / "tiny.bin")
    file = open_e5(path)
    raw = path.read_bytes()[file.tensors["emb.word"]]
    rows = [unpacked(raw[start : start + 18]) for start in range(0, len(raw), 18)]
    ids = np.array([[5, 0], [file.vocabulary - 1, 7]], np.int32)
    np.testing.assert_allclose(file.embed_words(ids), np.array(rows)[ids], rtol=1e-6)
    key = file.weights()["encoder.layer.1.attention.self.key.weight"]
    first = path.read_bytes()[file.tensors["l1.k.w"]][:18]
    np.testing.assert_allclose(key[0], unpacked(first), rtol=1e-6)


def test_the_weights_are_those_of_a_bert_model(tmp_path: Path) -> None:
    from training.network import load_encoder

    file = open_e5(write_tiny_e5(tmp_path / "tiny.bin"))
    encoder = load_encoder(file)  # strict: every weight of the model, and no other
    assert encoder.config.num_hidden_layers == LAYERS
    assert encoder.embeddings.word_embeddings.weight.shape == (file.vocabulary, CHANNELS)


def test_words_are_the_likeliest_pieces_and_keep_their_places(tmp_path: Path) -> None:
    tokenizer = open_e5(write_tiny_e5(tmp_path / "tiny.bin", ["harbour"])).tokenizer
    found = tokenizer.encode("the harbour", add_special_tokens=False)
    assert found.tokens[-1] == "▁harbour"
    assert found.offsets[-1][1] == len("the harbour")
    assert tokenizer.decode(found.ids) == "the harbour"


@pytest.mark.parametrize("kept", [0, 5, 40, 300])
def test_a_file_that_breaks_off(tmp_path: Path, kept: int) -> None:
    whole = write_tiny_e5(tmp_path / "whole.bin").read_bytes()
    (tmp_path / "cut.bin").write_bytes(whole[:kept])
    with pytest.raises(ModelError, match=r"cut\.bin cannot be read .*: run make install") as told:
        open_e5(tmp_path / "cut.bin")
    assert "\n" not in str(told.value)


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="cannot be read"):
        open_e5(tmp_path / "none.bin")
