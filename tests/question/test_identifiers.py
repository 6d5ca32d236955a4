"""Identifiers in questions, and the passages whose articles mention them."""

from __future__ import annotations

import pytest

from rag.question.identifiers import identified, identifiers
from rag.types import Hit, Passage
from tests.fakes import make_article


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What does the valve PPR-9088 cost?", ["PPR-9088"]),
        ("What happened in case 1147/21?", ["1147/21"]),
        ("Why was flight KL 1874 late?", ["KL 1874"]),
        ("Who owns boat 157, and what is version 2.5?", ["157", "2.5"]),
        ("Who met in 2007, in May 1998 and in 2020-21?", []),
        ("Why did 12% of them, or 2.5 million, pay $300?", []),
        ("What happened on 11 May at the G7?", []),
    ],
)
def test_what_stands_for_one_thing_alone(question: str, expected: list[str]) -> None:
    assert identifiers(question) == expected


@pytest.mark.parametrize(
    ("question", "text", "mentioned"),
    [
        ("What does PPR-9087 cost?", "The valve ppr 9087 costs 41 euros.", True),
        ("What does PPR-9088 cost?", "The valve PPR-9087 costs 41 euros.", False),
        ("Who owns boat 157?", "Boat 1574 lies in Oldport.", False),
        ("How many had 10000 horsepower?", "Engines of 10,000 horsepower.", True),
        ("What is new in version 2.5?", "Version 2.5. It is quick.", True),
        ("What is new in version 2.5?", "Version 2.5.1 and 12.5 are quick.", False),
        ("Who met in Baghdad?", "Nobody met.", True),
    ],
)
def test_only_articles_that_mention_it_are_left(question: str, text: str, mentioned: bool) -> None:
    article = make_article(text)
    hit = Hit(Passage("p", article.id, text, 0, len(text)), article, 1.0)
    assert identified(question, [hit]) == [hit][:mentioned]
