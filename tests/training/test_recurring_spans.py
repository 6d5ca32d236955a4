"""Sentences with a term taken out: what is to be marked is what was taken out."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch")

from tokenizers import Tokenizer, models, pre_tokenizers

from training.corpus import Corpus, tokenize
from training.recurring_spans import RECURRING, with_recurring_spans

TEXTS = (
    ("Harbours", "The old harbour of Lisbon was rebuilt by João Barreto in 1823 and in 1901. After "
     "the flood of 1823 nobody but João Barreto would pay for it."),
    ("Harbours", "A ferry left the harbour every hour until 1901, when the last one burnt down."),
    ("Bridges", "Nothing in these few words ever comes twice, not even a single name or number."),
)  # fmt: skip


@pytest.fixture
def tokenizer() -> Tokenizer:
    made = Tokenizer(models.WordLevel({"[UNK]": 0}, unk_token="[UNK]"))
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    return made


@pytest.fixture
def corpus(tokenizer: Tokenizer) -> Corpus:
    return Corpus(tuple(tokenize(tokenizer, "new_wiki", *text) for text in TEXTS), {})


def test_what_was_taken_out_is_marked_wherever_it_stands(
    corpus: Corpus, tokenizer: Tokenizer
) -> None:
    made, candidates = with_recurring_spans(corpus, {}, set(), tokenizer, seed=1)
    items = made.items[RECURRING]
    assert items
    assert candidates[RECURRING].shape == (len(items), 40)
    for item in items:
        passage = made.texts[item.text].text
        terms = {passage[start:end] for start, end in item.answers}
        assert len(terms) == 1
        (term,) = terms
        assert term in {"João Barreto", "1823", "1901"}
        assert term not in item.question
        assert passage.count(term) == len(item.answers)
        assert any(item.question.replace("[MASK]", term) in text for _, text in TEXTS)
        assert item.question.replace("[MASK]", term) not in passage


def test_a_term_may_stand_in_another_text_of_the_same_title(
    corpus: Corpus, tokenizer: Tokenizer
) -> None:
    made, _ = with_recurring_spans(corpus, {}, {0}, tokenizer, seed=1)
    assert not made.items[RECURRING]  # its neighbour is left out, and nothing recurs within it
    made, _ = with_recurring_spans(corpus, {}, set(), tokenizer, seed=1)
    ferry = [item for item in made.items[RECURRING] if "ferry" in item.question]
    assert [item.question for item in ferry] == [
        "A ferry left the harbour every hour until [MASK], when the last one burnt down."
    ]


def test_the_same_seed_makes_the_same_set(corpus: Corpus, tokenizer: Tokenizer) -> None:
    one, rows = with_recurring_spans(corpus, {}, set(), tokenizer, seed=7)
    two, same = with_recurring_spans(corpus, {}, set(), tokenizer, seed=7)
    assert one.items == two.items
    assert np.array_equal(rows[RECURRING], same[RECURRING])
