"""Tokens and inputs of other models."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

transformers = pytest.importorskip("transformers")

from rag.read.pair_model import PairModel  # noqa: E402
from tests.tiny_models import (  # noqa: E402
    byte_pairs,
    space_marks,
    tiny_model,
    tiny_tokenizer,
    word_pieces,
)

KINDS = [
    (word_pieces, transformers.BertModel),
    (byte_pairs, transformers.RobertaModel),
    (space_marks, transformers.BertModel),
]


@pytest.mark.parametrize(("make", "model_class"), KINDS)
def test_every_word_begins_and_ends_at_a_token(make: Callable[[], Any], model_class: Any) -> None:
    tokenizer = tiny_tokenizer(make())
    text = "at (may)  a 2007\n boat"
    tokens = PairModel(tiny_model(tokenizer, model_class), tokenizer, ()).tokens(text)
    begins = {text[at:].split()[0] for at in tokens.starts[tokens.begins_word].tolist()}
    ends = {text[:at].split()[-1] for at in tokens.ends[tokens.ends_word].tolist()}
    assert begins == {"at", "(may)", "may)", ")", "a", "2007", "boat"}
    assert ends == {"at", "(", "(may", "(may)", "a", "2007", "boat"}


@pytest.mark.parametrize(("make", "model_class"), KINDS)
def test_inputs_are_what_the_tokenizer_makes_of_the_texts(
    make: Callable[[], Any], model_class: Any
) -> None:
    tokenizer = tiny_tokenizer(make())
    pairs = PairModel(tiny_model(tokenizer, model_class), tokenizer, ())
    tokens = pairs.tokens("boat")
    (alone,) = pairs.inputs("who?", [""], [tokens])
    expected = tokenizer("who?", "boat", return_token_type_ids=True)
    assert list(alone.ids) == expected["input_ids"]
    assert list(alone.types) == expected["token_type_ids"]
    assert list(alone.ids[alone.text_from : alone.text_to]) == tokens.ids


def test_question_and_context_are_cut_but_not_the_text() -> None:
    tokenizer = tiny_tokenizer(word_pieces())
    pairs = PairModel(tiny_model(tokenizer, transformers.BertModel), tokenizer, ())
    tokens = pairs.tokens("boat " * 200)
    (made,) = pairs.inputs("? " * 500, ["- " * 500], [tokens])
    shown = tokenizer.convert_ids_to_tokens(made.ids)
    assert (shown.count("?"), shown.count("-"), shown.count("boat")) == (64, 72, 200)


def test_a_model_with_too_short_an_input_is_refused() -> None:
    tokenizer = tiny_tokenizer(word_pieces())
    model = tiny_model(tokenizer, transformers.BertModel, max_position_embeddings=128)
    with pytest.raises(ValueError, match="takes 128 tokens at once, but 366 are needed"):
        PairModel(model, tokenizer, ())
