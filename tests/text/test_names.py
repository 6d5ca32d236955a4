from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.text.names import names


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "Then Karim Al-Haddad of the Bank of Norland met Anna Berg and Lise Dahl.",
            ["Karim Al-Haddad of the Bank of Norland", "Anna Berg", "Lise Dahl"],
        ),
        ("In Oslo, Norland's envoy from the U.S. spoke.", ["Oslo", "Norland", "U.S."]),
        ("Mr Hale, whom Mrs Moe knew, left.", ["Hale", "Moe"]),
        ("Who is Zoë Brontë? When did she leave?", ["Zoë Brontë"]),
        ("rivers flow and mountains stand", []),
    ],
)
def test_runs_of_capitalised_words(text: str, found: list[str]) -> None:
    assert [name.text for name in names(text)] == found


def test_a_word_that_opens_a_sentence_may_be_no_name() -> None:
    rivers, oslo = names("Rivers flow through Oslo.")
    assert (rivers.opens, oslo.opens) == (True, False)
    assert names("Zoë Brontë’s")[0].parts == ("zoe", "bronte")


@given(st.text(max_size=200))
def test_a_name_stands_where_it_says(text: str) -> None:
    for name in names(text):
        assert text[slice(*name.span)] == name.text
        assert name.parts
