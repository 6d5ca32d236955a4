"""Spans are whole words with exact offsets, and windows leave nothing out."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import ModelError
from rag.read import read
from rag.read.read import MAX_WINDOW_TOKENS, Words, best_spans, window_starts, words_of

tokenizers = pytest.importorskip("tokenizers")

WORDS = st.text(alphabet="abcé 0123456789.,:'’-$()«»\n", max_size=80)


@pytest.fixture(scope="module")
def tokenizer() -> object:
    """WordPiece that knows single characters only, so that every word has many tokens."""
    characters = "abce0123456789.,:'’-$()«»"
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *characters, *(f"##{c}" for c in characters)]
    made = tokenizers.Tokenizer(
        tokenizers.models.WordPiece({t: i for i, t in enumerate(vocabulary)}, unk_token="[UNK]")
    )
    made.normalizer = tokenizers.normalizers.BertNormalizer()
    made.pre_tokenizer = tokenizers.pre_tokenizers.BertPreTokenizer()
    return made


def words_in(tokenizer: Any, text: str) -> Words:
    offsets = tokenizer.encode(text, add_special_tokens=False).offsets
    return words_of(text, np.array(offsets, np.int64))


@given(text=WORDS, seed=st.integers(0, 1000))
def test_spans_are_whole_words_of_the_text(tokenizer: object, text: str, seed: int) -> None:
    words = words_in(tokenizer, text)
    rng = np.random.default_rng(seed)
    size = len(words.starts)
    start, end = rng.normal(size=(2, size)).astype(np.float32)
    found = best_spans(start, end, words)
    assert bool(found) == any(words.begin)
    for span in found:
        marked = text[span.start : span.end]
        assert marked == marked.strip() != ""
        before, after = text[: span.start][-1:], text[span.end :][:1]
        assert not (before.isalnum() and marked[0].isalnum())
        assert not (after.isalnum() and marked[-1].isalnum())


@given(text=WORDS.filter(str.strip), seed=st.integers(0, 1000))
def test_the_best_span_is_the_best_of_all(tokenizer: object, text: str, seed: int) -> None:
    words = words_in(tokenizer, text)
    size = len(words.starts)
    start, end = np.random.default_rng(seed).normal(size=(2, size))
    every = [
        start[i] + end[j]
        for i in range(size)
        for j in range(i, min(size, i + 30))
        if words.begin[i] and words.end[j]
    ]
    found = best_spans(start, end, words)
    assert max((span.score for span in found), default=None) == max(every, default=None)


def test_numbers_with_marks_inside_are_one_word(tokenizer: object) -> None:
    text = "a 10.4 b 3:30, 1,000 c'a."
    words = words_in(tokenizer, text)
    begins = [text[a:] for a in words.starts[words.begin]]
    assert [rest.split()[0] for rest in begins] == [
        "a",
        "10.4",
        "b",
        "3:30,",
        ",",
        "1,000",
        "c'a.",
        ".",
    ]


@given(length=st.integers(0, 2000))
def test_windows_cover_every_token_and_overlap(length: int) -> None:
    starts = window_starts(length)
    covered = {t for first in starts for t in range(first, min(length, first + MAX_WINDOW_TOKENS))}
    assert covered == set(range(length))
    assert all(
        first + MAX_WINDOW_TOKENS - second >= read.OVERLAP_TOKENS
        for first, second in itertools.pairwise(starts)
    )


def test_weights_that_were_changed_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    weights = tmp_path / "reader.safetensors"
    monkeypatch.setattr(read, "SHIPPED_WEIGHTS", weights)
    with pytest.raises(ModelError, match="make train"):
        read.SpanReader.shipped()
    weights.write_bytes(b"other")
    weights.with_suffix(".sha256").write_text("0" * 64)
    with pytest.raises(ModelError, match="not the shipped ones"):
        read.SpanReader.shipped()
