"""What kind of answer a question wants, told by a small model fitted on ``training/kinds.jsonl``.

Multinomial logistic regression over the question's vector and its words, alone and by two and
three, hashed; made by ``training/fit_kinds.py``. Real questions that are mistaken for anything but
a lookup are rarer than 1 in 500.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, get_args

from rag.types import Kind

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

WEIGHTS_FILE = "kinds.safetensors"
KINDS: tuple[Kind, ...] = get_args(Kind)
"""In the order of the fitted weights."""
BUCKETS = 4096
"""Of hashed words and runs of words."""
_LEAST_SURE = 0.7
"""Below this probability a question is a lookup."""
_MOST_WORDS = 12
"""Longer questions are alike in length."""
_WORD = re.compile(r"[\u3040-\u9fff]|[^\W_\u3040-\u9fff]+(?:['’][^\W_]+)?")
"""A Chinese or Japanese character stands by itself."""


@dataclass(frozen=True, slots=True)
class KindModel:
    """Weights, shape (channels + BUCKETS, kinds), and a bias for each of ``KINDS``."""

    weights: NDArray[np.float32]
    bias: NDArray[np.float32]

    def kind(self, features: NDArray[np.float32]) -> Kind:
        """The kind of features of shape (channels + BUCKETS,), "lookup" where none is likely."""
        import numpy as np

        logits = features @ self.weights + self.bias
        shares = np.exp(logits - logits.max())
        likeliest = int(shares.argmax())
        sure = bool(shares[likeliest] >= _LEAST_SURE * shares.sum())
        return KINDS[likeliest] if sure else "lookup"


def kind_of(question: str, vector: NDArray[np.float32] | None = None) -> Kind:
    """What ``question`` wants. ``vector`` is its query vector by the shipped embedder, shape
    (channels,); without it the words alone decide, and fewer kinds are told from a lookup."""
    import numpy as np

    model = _shipped("words" if vector is None else "vector")
    counted = hashed_words(question)
    return model.kind(counted if vector is None else np.concatenate([vector, counted]))


def hashed_words(question: str) -> NDArray[np.float32]:
    """The words of ``question``, its beginning and end among them, by one, two and three, and how
    many there are: shape (BUCKETS,), of length 1 if no two meet in a bucket."""
    import numpy as np

    words = ["^", *_WORD.findall(question.lower()), "$"]
    runs = [f"{size} " + " ".join(words[i : i + size]) for size in (1, 2, 3)
            for i in range(len(words) - size + 1)]  # fmt: skip
    runs.append(f"words {min(len(words) - 2, _MOST_WORDS)}")
    counted = np.zeros(BUCKETS, np.float32)
    for run in runs:
        counted[zlib.crc32(run.encode()) % BUCKETS] += 1
    return counted / np.float32(len(runs) ** 0.5)


@cache
def _shipped(features: str) -> KindModel:
    import numpy as np
    from safetensors.numpy import load

    tensors = load(files("rag").joinpath("weights", WEIGHTS_FILE).read_bytes())
    parts = (tensors[f"{features}.{part}"].astype(np.float32) for part in ("weights", "bias"))
    return KindModel(*parts)
