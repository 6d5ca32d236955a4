"""Writes an encoder's file in the form that ``rag.encoder.e5_file`` reads, tiny and random."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

CHANNELS, LAYERS, HEADS, INNER, POSITIONS = 32, 2, 2, 64, 512
SPECIAL = ("<s>", "<pad>", "</s>", "<unk>")


def write_tiny_e5(path: Path, words: Sequence[str] = (), seed: int = 0) -> Path:
    """An encoder of two layers that knows every printable ASCII character, and ``words``."""
    characters = [chr(code) for code in range(33, 127)]
    pieces = [*SPECIAL, "▁", *characters, *(f"▁{word}" for word in words)]
    scores = [0.0] * 4 + [-9.0] * (1 + len(characters)) + [-3.0] * len(words)
    blobs = [piece.encode() for piece in pieces]
    offsets = np.cumsum([0, *map(len, blobs)]).astype("<u4")
    head = b"tinytiny" + struct.pack(
        "<7ifi", CHANNELS, LAYERS, HEADS, INNER, len(pieces), POSITIONS, 2, 1e-12, 32
    )
    head += struct.pack("<i4iQ", len(pieces), 0, 2, 1, 3, sum(map(len, blobs)))
    head += offsets.tobytes() + np.array(scores, "<f4").tobytes() + b"".join(blobs)
    head += struct.pack("<iI", 0, 3) + b"xyz"  # a normalization table, passed over
    tensors = _tensors(len(pieces), np.random.default_rng(seed))
    directory = sum(2 + len(name) + 21 for name in tensors)
    place = len(head) + 4 + directory
    head += struct.pack("<i", len(tensors))
    for name, (kind, count, data) in tensors.items():
        head += struct.pack("<H", len(name)) + name.encode()
        head += struct.pack("<BIQQ", kind, count, place, len(data))
        place += len(data)
    path.write_bytes(head + b"".join(data for _, _, data in tensors.values()))
    return path


def _tensors(vocabulary: int, rng: np.random.Generator) -> dict[str, tuple[int, int, bytes]]:
    """Name to kind, number of values, and bytes."""

    def floats(values: NDArray[np.float64]) -> tuple[int, int, bytes]:
        return 0, values.size, values.astype("<f4").tobytes()

    def blocks(rows: int, columns: int) -> tuple[int, int, bytes]:
        return 1, rows * columns, quantized(rng.normal(0, 0.2, (rows, columns))).tobytes()

    found = {
        "emb.word": blocks(vocabulary, CHANNELS),
        "emb.pos": floats(rng.normal(0, 0.05, (POSITIONS, CHANNELS))),
        "emb.type": floats(rng.normal(0, 0.05, (2, CHANNELS))),
        "emb.ln.w": floats(np.ones(CHANNELS)),
        "emb.ln.b": floats(np.zeros(CHANNELS)),
    }
    shapes = {"fi": (INNER, CHANNELS), "fo": (CHANNELS, INNER)}
    for layer in range(LAYERS):
        for part in ("q", "k", "v", "ao", "fi", "fo"):
            rows, columns = shapes.get(part, (CHANNELS, CHANNELS))
            found[f"l{layer}.{part}.w"] = blocks(rows, columns)
            found[f"l{layer}.{part}.b"] = floats(rng.normal(0, 0.02, rows))
        for norm in ("aln", "oln"):
            found[f"l{layer}.{norm}.w"] = floats(np.ones(CHANNELS))
            found[f"l{layer}.{norm}.b"] = floats(np.zeros(CHANNELS))
    return found


def quantized(values: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Values, (rows, columns), in blocks of 32: a half-precision scale and 16 bytes of nibbles."""
    made = bytearray()
    for block in values.reshape(-1, 32):
        scale = np.float16(np.abs(block).max() / 7)
        nibbles = np.clip(np.rint(block / np.float64(scale)) + 8, 0, 15).astype(np.uint8)
        made += scale.astype("<f2").tobytes() + (nibbles[:16] | nibbles[16:] << 4).tobytes()
    return np.frombuffer(bytes(made), np.uint8)
