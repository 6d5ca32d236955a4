from __future__ import annotations

import pytest

from rag.write.pieces import pieces
from rag.write.restrictions import is_widened, other_superlative


@pytest.mark.parametrize(
    ("claim", "quote", "word", "widened"),
    [
        ("Pumps broke.", "Steam pumps broke.", "pumps", True),
        ("The pumps broke.", "The steam pumps broke.", "pumps", False),
        ("Steam pumps broke.", "Steam pumps broke.", "steam", False),
        ("Gas fell.", "Oil rose and gas fell.", "gas", False),
        ("All mines closed.", "Most mines closed.", "mines", True),
        ("Every mine closed.", "Each mine closed.", "mine", False),
        ("Mines closed.", "Only mines closed.", "mines", True),
        ("Members may vote.", "Members who paid may vote.", "members", True),
        ("The members may vote.", "The members who paid may vote.", "members", False),
        ("The wall stands.", "Fragments of the wall stand.", "wall", True),
        ("Parts of the wall stand.", "Parts of the wall stand.", "wall", False),
        ("The wall parts the city.", "The wall parts the city.", "wall", False),
        ("The religion was Zoism.", "Zoism was the state religion.", "religion", True),
        ("The state religion was Zoism.", "Zoism was the state religion.", "state", False),
        ("The religion was banned.", "The state religion was banned.", "religion", False),
        ("Students pay.", "Students from Oslo pay.", "students", True),
        ("It helps adults.", "It helps adults over 60.", "adults", True),
        ("It is the largest port.", "It is the second largest port.", "largest", True),
        ("It is the second largest port.", "It is the second largest port.", "largest", False),
    ],
)
def test_a_noun_that_stands_for_more(claim: str, quote: str, word: str, widened: bool) -> None:
    said, stated = (
        next(each for each in pieces(text, "") if text[slice(*each.span)].lower().startswith(stem))
        for text, stem in ((claim, word), (quote, word))
    )
    general = said.span.start == 0
    assert is_widened(claim, said, quote, stated, is_general=general) == widened


@pytest.mark.parametrize(
    ("claim", "quote", "superlative"),
    [
        ("It is the highest court in Mulda.", "It is the highest court able to judge.", "highest"),
        ("It is the highest court.", "It is the highest court able to judge.", "highest"),
        ("It is the most popular.", "It is the most popular of the three.", "most popular"),
        ("It is the highest court in Mulda.", "It is the highest-ranking court in Mulda.", None),
        ("It is the highest court in Mulda.", "Mulda's highest court, it sits in Ruun.", None),
        ("It is the highest court.", "It is the highest court.", None),
        ("The forest of pines burnt.", "The forest in the north, of pines, burnt.", None),
    ],
)
def test_what_something_is_the_most_of(claim: str, quote: str, superlative: str | None) -> None:
    assert other_superlative(claim, quote) == superlative
