"""Reads multilingual-e5-small from its one 4-bit file: weights by name, word table and tokenizer.

The file (``e5-small-q4.bin``, little-endian) holds, after 8 bytes of magic: counts (channels,
layers, heads, inner channels, vocabulary, positions, segments), the norms' epsilon, the block size
(32); the word pieces (how many, four special ids, their bytes with offsets and log-probabilities);
a normalization table, which is not used; and a directory of tensors. A matrix is stored in blocks
of 32 values, 18 bytes each: a half-precision scale, then 16 bytes of two nibbles, the low ones
first; a nibble n means (n - 8) * scale. Everything else is float32.

This module knows no model hub and runs none of the code that the file is shipped with.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.errors import ModelError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_SIZES = "channels layers heads inner_channels vocabulary positions segments".split()
_BLOCK = 32
_BLOCK_BYTES = 18
_LAYER_MATRICES = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "fi": "intermediate.dense",
    "fo": "output.dense",
}
_LAYER_NORMS = {"aln": "attention.output.LayerNorm", "oln": "output.LayerNorm"}


@dataclass(frozen=True)
class E5File:
    """The opened file; tensors are read from the disk when they are asked for.

    May be used from several threads.
    """

    path: Path
    channels: int
    layers: int
    heads: int
    inner_channels: int
    vocabulary: int
    positions: int
    segments: int
    norm_epsilon: float
    special_ids: tuple[int, int, int, int]
    """<s>, </s>, <pad>, <unk>."""
    pieces: tuple[str, ...]
    scores: tuple[float, ...]
    """Log-probability of each word piece."""
    tensors: Mapping[str, slice]
    """The bytes of the file where each begins and ends."""

    def embed_words(self, ids: NDArray[np.int32]) -> NDArray[np.float32]:
        """The word table's rows for ids of any shape: (*ids.shape, channels)."""
        return _values(self._words[ids]).reshape(*ids.shape, self.channels)

    def weights(self) -> dict[str, NDArray[np.float32]]:
        """Every weight but the word table, under the names that transformers' BertModel has."""
        channels, inner = self.channels, self.inner_channels
        found = {
            "embeddings.position_embeddings.weight": self._floats("emb.pos").reshape(
                self.positions, channels
            ),
            "embeddings.token_type_embeddings.weight": self._floats("emb.type").reshape(
                self.segments, channels
            ),
            "embeddings.LayerNorm.weight": self._floats("emb.ln.w"),
            "embeddings.LayerNorm.bias": self._floats("emb.ln.b"),
        }
        for layer in range(self.layers):
            stored, named = f"l{layer}.", f"encoder.layer.{layer}."
            for short, name in _LAYER_MATRICES.items():
                shape = {"fi": (inner, channels), "fo": (channels, inner)}.get(
                    short, (channels, channels)
                )
                matrix = _values(self._blocks(f"{stored}{short}.w", shape)).reshape(shape)
                found[f"{named}{name}.weight"] = matrix
                found[f"{named}{name}.bias"] = self._floats(f"{stored}{short}.b")
            for short, name in _LAYER_NORMS.items():
                found[f"{named}{name}.weight"] = self._floats(f"{stored}{short}.w")
                found[f"{named}{name}.bias"] = self._floats(f"{stored}{short}.b")
        return found

    @cached_property
    def tokenizer(self) -> Any:
        """A ``tokenizers.Tokenizer``: Unigram pieces after NFKC, as XLM-R has it.

        One for the whole process: it neither cuts nor pads, and nobody may make it.
        """
        from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers
        from tokenizers.processors import TemplateProcessing

        begin, end, _, unknown = self.special_ids
        pieces = list(zip(self.pieces, self.scores, strict=True))
        tokenizer = Tokenizer(models.Unigram(pieces, unknown, False))
        tokenizer.normalizer = normalizers.Sequence(
            [normalizers.Nmt(), normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")]
        )
        tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
        tokenizer.decoder = decoders.Metaspace()
        tokenizer.post_processor = TemplateProcessing(
            single="<s> $A </s>",
            pair="<s> $A </s> </s> $B </s>",
            special_tokens=[("<s>", begin), ("</s>", end)],
        )
        return tokenizer

    @cached_property
    def _bytes(self) -> NDArray[np.uint8]:
        import numpy as np

        return np.memmap(self.path, np.uint8, "r")

    @cached_property
    def _words(self) -> NDArray[np.uint8]:
        return self._blocks("emb.word", (self.vocabulary, self.channels))

    def _floats(self, name: str) -> NDArray[np.float32]:
        return self._bytes[self.tensors[name]].copy().view("<f4")

    def _blocks(self, name: str, shape: tuple[int, int]) -> NDArray[np.uint8]:
        """(rows, blocks a row, 18)"""
        rows, columns = shape
        return self._bytes[self.tensors[name]].reshape(rows, columns // _BLOCK, _BLOCK_BYTES)


def _values(blocks: NDArray[np.uint8]) -> NDArray[np.float32]:
    """(..., blocks, 18) bytes to (..., blocks, 32) floats."""
    import numpy as np

    scales = np.ascontiguousarray(blocks[..., :2]).view("<f2").astype(np.float32)
    nibbles = blocks[..., 2:]
    values = np.empty((*nibbles.shape[:-1], _BLOCK), np.float32)
    np.subtract(nibbles & 15, 8.0, out=values[..., : _BLOCK // 2])
    np.subtract(nibbles >> 4, 8.0, out=values[..., _BLOCK // 2 :])
    values *= scales
    return values


@cache
def open_e5(path: Path) -> E5File:
    """The file at ``path``, opened once for the whole process.

    Raises ModelError if it cannot be read, or does not have this form.
    """
    try:
        with path.open("rb") as file:
            return _read(file, path)
    except (OSError, struct.error, KeyError, UnicodeDecodeError) as error:
        raise ModelError(
            f"Model file {path} cannot be read ({error}): run make install."
        ) from error


def _read(file: Any, path: Path) -> E5File:
    import numpy as np

    def take(form: str) -> tuple[Any, ...]:
        form = f"<{form}"
        return struct.unpack(form, file.read(struct.calcsize(form)))

    file.seek(8)
    sizes = dict(zip(_SIZES, take("7i"), strict=True))
    norm_epsilon, block = take("fi")
    if block != _BLOCK:
        raise struct.error(f"blocks of {block} values")
    count, begin, end, pad, unknown = take("5i")
    (blob_bytes,) = take("Q")
    offsets = np.frombuffer(file.read(4 * (count + 1)), "<u4").tolist()
    scores = np.frombuffer(file.read(4 * count), "<f4").tolist()
    blob = file.read(blob_bytes)
    pieces = tuple(blob[start:stop].decode("utf-8") for start, stop in pairwise(offsets))
    _, table_bytes = take("iI")
    file.seek(table_bytes, 1)
    tensors = {}
    (tensor_count,) = take("i")
    for _ in range(tensor_count):
        (length,) = take("H")
        name = file.read(length).decode("utf-8")
        _, _, offset, stored_bytes = take("BIQQ")
        tensors[name] = slice(offset, offset + stored_bytes)
    return E5File(
        path=path,
        norm_epsilon=norm_epsilon,
        special_ids=(begin, end, pad, unknown),
        pieces=pieces,
        scores=tuple(scores),
        tensors=tensors,
        **sizes,
    )
