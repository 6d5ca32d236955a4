"""Which messages ask for the articles that hold something."""

from __future__ import annotations

import pytest

from rag.question.articles_asked import Relation, articles_asked


@pytest.mark.parametrize(
    ("message", "relation", "subject"),
    [
        ("Which articles mention Ada Finch?", "mention", "Ada Finch"),
        ("How many articles mention the harbour?", "mention", "the harbour"),
        ("which article mentions “whales”", "mention", "whales"),
        ("List all articles that refer to the storm", "mention", "the storm"),
        ("Which articles are about whales?", "about", "whales"),
        ("How many stories are there about the strike?", "about", "the strike"),
        ("show me the articles about the strike", "about", "the strike"),
        ("What articles do you have about whales?", "about", "whales"),
        ("Which articles say anything about the fog?", "about", "the fog"),
        ("How many articles say that the lamp went out?", "say", "the lamp went out"),
        ("Which article says the lamp went out?", "say", "the lamp went out"),
        ("Which articles were written by Ada Finch?", "by", "Ada Finch"),
        ("Which stories are by Ada Finch", "by", "Ada Finch"),
        ("List the articles by ada  finch", "by", "ada finch"),
        ("Show me all of the articles written by A. van Finch.", "by", "A. van Finch"),
        ("How many articles did Ada Finch write?", "by", "Ada Finch"),
        ("Which articles has O’Hara written?", "by", "O’Hara"),
    ],
)
def test_articles_are_asked_for_by_what_they_hold(
    message: str, relation: Relation, subject: str
) -> None:
    assert articles_asked(message) == (relation, subject)


@pytest.mark.parametrize(
    "message",
    [
        "Which articles are there?",
        "Which articles mention him?",
        "Which articles mention who resigned?",
        "Which article mentions the lamp and who lit it?",
        "Which articles mention the lamp or the fog?",
        "Which articles of the contract mention wages?",
        "What does the article say about wages?",
        "How many stories does the tower have?",
        "Who says that the lamp went out?",
        "Which articles say so?",
        "Which articles do not mention the lamp?",
        "Which articles were written by him?",
        "Which articles were written by whoever lit the lamp after the storm?",
        "Which articles were written by Ada Finch in 1985?",
        "What did Ada Finch write?",
        "How many articles did the senate pass?",
        "Which articles state that the senate may be dissolved?",  # of a constitution
    ],
)
def test_other_messages_are_left_to_the_reader(message: str) -> None:
    assert articles_asked(message) is None
