"""Whether two quotes speak of the same matter; here only equal words are alike."""

from __future__ import annotations

import pytest

from rag.answering.same_matter import same_matter
from rag.types import Quote
from tests.fakes import FakeEmbedder, make_article


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
