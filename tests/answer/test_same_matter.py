"""Whether two quotes speak of the same matter; here only equal words are alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pytest

from rag.answer.same_matter import same_matter
from rag.types import Quote
from tests.fakes import FakeEmbedder, make_article

if TYPE_CHECKING:
    from rag.types import Vectors


def _quote(text: str, words: str) -> Quote:
    return Quote(make_article(text, text), text, 0, len(text), 1.0, words)


@pytest.mark.parametrize(
    ("question", "best", "quote", "same"),
    [
        (
            "When was the ferry built?",
            ("The ferry was built in 1987.", "1987"),
            ("The ferry, built in 1989, sank.", "1989"),
            True,
        ),
        (
            "When was the ferry built?",
            ("The ferry was built in 1987.", "1987"),
            ("The ferry sank in 2009.", "2009"),
            False,
        ),
        (
            "Who is the chief of Norair?",
            ("The chief of Norair is Paul Verne.", "Paul Verne"),
            ("Its chief is Karin Aas.", "Karin Aas"),
            False,
        ),
        (
            "How many ships sank?",
            ("Nine ships sank.", "Nine"),
            ("The ships sank off Visby.", "Visby"),
            False,
        ),
    ],
)
def test_the_same_matter_has_the_questions_words_names_and_kind(
    question: str, best: tuple[str, str], quote: tuple[str, str], same: bool
) -> None:
    assert same_matter(question, _quote(*quote), _quote(*best), FakeEmbedder()) == same


@pytest.mark.parametrize(
    ("before", "same"), [("The bridge was opened in May. ", True), ("The ferry sank. ", False)]
)
def test_what_opens_with_a_pronoun_says_what_the_sentence_before_says(
    before: str, same: bool
) -> None:
    said = "It cost 48 million crowns."
    article = make_article(before + said, "town")
    quote = Quote(article, said, len(before), len(before + said), 1.0, "48 million crowns")
    best = _quote("The bridge cost 61 million crowns.", "61 million crowns")
    question = "What did the bridge cost?"
    assert same_matter(question, quote, best, FakeEmbedder()) is same
    assert same_matter(question, best, quote, FakeEmbedder()) is True


@pytest.mark.parametrize(("likeness", "same"), [(0.45, True), (0.35, False)])
def test_counts_of_what_is_asked_need_less_likeness(likeness: float, same: bool) -> None:
    class Embedder(FakeEmbedder):
        """Every two words are so much alike, and each is itself."""

        def embed_passages(self, texts: Sequence[str]) -> Vectors:
            own = sorted(set(texts))
            vectors = np.zeros((len(texts), len(own) + 1), dtype=np.float32)
            vectors[:, -1] = likeness**0.5
            for row, text in enumerate(texts):
                vectors[row, own.index(text)] = (1 - likeness) ** 0.5
            return vectors

    best = _quote("Some 240 residents were evacuated.", "240")
    other = _quote("The flood drove out 310 residents.", "310")
    houses = _quote("The flood drove them from 31 houses.", "31")
    question = "How many residents were evacuated?"
    assert same_matter(question, other, best, Embedder()) is same
    assert same_matter(question, houses, best, Embedder()) is False
