"""Whether a sentence denies what is asked of its words."""

from __future__ import annotations

import pytest

from rag.read.denial import denies
from rag.types import Span


@pytest.mark.parametrize(
    ("question", "marked", "denied"),
    [
        ("Who is the president?", "It is |Ali Kar|, not the president, who decides.", True),
        ("Who decides?", "It is |Ali Kar|, not the president, who decides.", False),
        ("Who is not the president?", "It is |Ali Kar|, not the president, who decides.", False),
        ("Who went to Visby?", "|Olav Strand|, who did not go to Visby, wrote a letter.", True),
        ("Who wrote a letter?", "|Olav Strand|, who did not go to Visby, wrote a letter.", False),
        ("Who won the prize?", "The favourite, |Sean Doyle|, didn’t win.", True),
        ("Who met Hruby?", "Mr Hruby has never met |Runcan|.", True),
        ("Who built the bridge?", "It was not |Brenner|, however, who built it.", True),
        ("Who built the bridge?", "It was not Brenner who built it: |Hallund| did.", False),
        ("Who built it?", "Not only |Brenner| built it.", False),
        ("Who won?", "|Ito| did not win until 2004.", False),
        ("Who refused to pay?", "|Paul Verne| did not pay.", False),
        ("When did it open?", "A report wrongly stated that it opened in |1904|.", True),
        ("When did it open?", "It opened in 1914, not in |1904|.", True),
        ("When did it open?", "It opened in |1914|, not in 1904.", False),
        ("How much was the fine?", "The firm did not pay the fine of |5 million|.", False),
        ("Why did it close?", "It was not |the fire|.", False),
    ],
)
def test_the_denial_reaches_to_the_end_of_its_clause(
    question: str, marked: str, denied: bool
) -> None:
    before, words, after = marked.split("|")
    span = Span(len(before), len(before) + len(words))
    assert denies(question, before + words + after, span) == denied
