from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answer.pronouns import resolved
from rag.types import Quote
from tests.fakes import make_article

# The quote stands after "##"; what is before it in the article tells who is meant.

CERTAIN = [
    (
        "Anders Holm, the harbour master, opened the northern lock on Friday. ##He said so.",
        "[Anders Holm] said so.",
    ),
    (
        "Anders Holm, 52, opened the northern lock on Friday. ##His boat was the first.",
        "[Anders Holm’s] boat was the first.",
    ),
    (
        "Mayor Hanna Lind opened the lock. It cost two million crowns. ##She said so.",
        "[Hanna Lind] said so.",
    ),
    (
        "The envoy to Norway, Hanna Lind, opened the lock. ##Her speech was short.",
        "[Hanna Lind’s] speech was short.",
    ),
    (
        "Mr. Holm met Mrs. Lind in Brestholm on Friday. ##She said so.",
        "[Mrs. Lind] said so.",
    ),
    (
        "Mr. Holm met Mrs. Lind in Brestholm on Friday. ##He said so.",
        "[Mr. Holm] said so.",
    ),
    (
        "Mayor Hanna Lind was away.\n\nLind came back on Friday. ##She said so.",
        "[Hanna Lind] said so.",
    ),
    (
        "Ships sail in Norway.\n\nMinister Ola Berg said that Norway would pay. ##He left.",
        "[Ola Berg] left.",
    ),
    (
        "Senator Jonas Weiss spoke for four hours. ##He praised the new lock.",
        "[Jonas Weiss] praised the new lock.",
    ),
    (
        "Senator Jonas Weiss spoke for four hours. But ##he praised the new lock.",
        "[Jonas Weiss] praised the new lock.",
    ),
    (
        "Secretary of State Carla Diaz spoke in Brestholm. ##She praised the lock.",
        "[Carla Diaz] praised the lock.",
    ),
    (
        "Iranian negotiator Reza al-Karimi spoke on Friday. ##He praised the lock.",
        "[Reza al-Karimi] praised the lock.",
    ),
    (
        "Norsk Havn has bought four ferries. ##It said so on Friday.",
        "[Norsk Havn] said so on Friday.",
    ),
    (
        "Mayor Hanna Lind and Captain Ola Berg left.\n\nLind and Berg met. ##They said so.",
        "[Hanna Lind and Ola Berg] said so.",
    ),
    (
        "Anna Moss was born in Leeds. ##Her songs are known.",
        "[Anna Moss’s] songs are known.",
    ),
    (
        "Captain James Rhodes left in May. ##His ship sank in June.",
        "[James Rhodes’s] ship sank in June.",
    ),
]
UNCERTAIN = [
    # two persons
    "Mayor Hanna Lind met Senator Carla Diaz. ##She said so.",
    "Captain Ola Berg and Captain Jan Moe left. ##He said so.",
    # a second one without a name
    "Captain Ola Berg met a banker on Friday. ##He said so.",
    "Captain Ola Berg met his brother on Friday. ##He said so.",
    "A spokesman met Captain Ola Berg on Friday. ##He said so.",
    # a second one by a pronoun
    "Captain Jan Moe was late. He met Captain Ola Berg at the lock. ##He said so.",
    # somebody of whom nothing tells that it is a person, or which of the two
    "Brestholm won the cup. ##He said so.",
    "Captain Ola Berg met Torvald at the lock. ##He said so.",
    # the other gender
    "Mrs. Lind opened the lock. ##He said so.",
    "Captain Kim Berg opened her lock. ##He said so.",
    # the named one is another than the pronoun's
    "Captain Ola Berg opened the lock. ##He told Berg so.",
    # another paragraph, or too far
    "Captain Ola Berg opened the lock.\n\n##He said so.",
    "Captain Ola Berg left. It rained a lot. It rained again. ##He said so.",
    "##He said so.",
    # somebody speaks
    "“Captain Ola Berg opened the lock. ##He said so,” the paper wrote.",
    '"Captain Ola Berg opened the lock. ##He said so," the paper wrote.',
    # "it" and "they" are mostly not what is named
    "Norsk Havn has bought a ferry. ##It was built in 1907.",
    "Norsk Havn has bought four ferries. ##Its shares fell.",
    "Norsk Havn has bought four ferries from the company. ##It said so.",
    "Norsk Havn has sued Nordlinje. ##It said so.",
    "Captain Ola Berg opened the lock. ##It is said that the lock leaks.",
    "Captain Ola Berg and Captain Jan Moe left with two pilots. ##They said so.",
    "Captain Ola Berg opened the lock. ##They said so.",
    # no pronoun with a name behind it
    "Captain Ola Berg opened the lock. ##His was the first boat.",
    "Captain Ola Berg opened the lock. ##He.",
    "Captain Ola Berg opened the lock. ##Heavy rain fell.",
    "Captain Ola Berg opened the lock. ##“He said so,” Moe wrote.",
]


def quote_of(marked: str, words: str | None = None) -> Quote:
    before, text = marked.split("##")
    article = make_article(before + text)
    return Quote(article, text, len(before), len(before) + len(text), 0.5, words)


@pytest.mark.parametrize(("marked", "expected"), CERTAIN)
def test_a_pronoun_gets_its_name(marked: str, expected: str) -> None:
    quote = quote_of(marked)
    shown = resolved(quote.article, quote)
    assert f"{shown.lead} {shown.text}" == expected
    assert quote.article.text[shown.start : shown.end] == shown.text
    assert resolved(quote.article, shown) == shown


@pytest.mark.parametrize("marked", UNCERTAIN)
def test_a_pronoun_stays_where_it_is_not_certain(marked: str) -> None:
    quote = quote_of(marked)
    assert resolved(quote.article, quote) == quote


def test_the_marked_words_are_not_lost() -> None:
    marked = "Captain Ola Berg left in May. ##His ship sank in June."
    for words, lead in (
        ("His ship", ""),
        ("His", ""),
        ("ship", "[Ola Berg’s]"),
        ("June", "[Ola Berg’s]"),
    ):
        quote = quote_of(marked, words)
        assert resolved(quote.article, quote).lead == lead


@given(
    st.lists(
        st.sampled_from(
            [
                *(
                    "Captain ",
                    "Ola Berg ",
                    "Mrs. ",
                    "Lind ",
                    "met ",
                    "He ",
                    "She ",
                    "His ",
                    "said ",
                ),
                *(". ", "the lock ", "Norway ", ", ", " and ", "“", "”", "\n\n", "It said ", "’s "),
            ]
        )
        | st.text(max_size=5),
        max_size=30,
    ).map("".join),
    st.data(),
)
def test_whatever_the_text_offsets_stay_exact(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    article = make_article(text)
    quote = Quote(article, text[start:end], start, end, 0.5)
    shown = resolved(article, quote)
    assert article.text[shown.start : shown.end] == shown.text
    assert start <= shown.start <= shown.end == end
    assert bool(shown.lead) == (shown.start > start)
    assert resolved(article, shown) == shown
