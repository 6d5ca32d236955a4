"""Text matching against hand-made cases and a plain re-telling of SQuAD's rules."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.evaluate.matching import (
    contains,
    count_words,
    exact_match,
    normalize,
    shown_text,
    shows,
    token_f1,
)

WORDS = st.lists(
    st.sampled_from(["The", "a", "an", "U.S.", "Iran", "iran,", "nine", "9", "ships;", "$", "-"]),
    max_size=8,
).map(" ".join)


def squad_words(text: str) -> list[str]:
    """SQuAD's order: lower case, no punctuation, no articles, split at white space."""
    bare = "".join(character for character in text.lower() if character not in string.punctuation)
    return [word for word in bare.split() if word not in ("a", "an", "the")]


def squad_f1(text: str, answer: str) -> float:
    words, expected = squad_words(text), squad_words(answer)
    shared = sum(min(words.count(word), expected.count(word)) for word in {*words})
    if not shared:
        return 0.0
    precision, recall = shared / len(words), shared / len(expected)
    return 2 * precision * recall / (precision + recall)


@given(WORDS, WORDS)
def test_agrees_with_squads_rules_on_words(text: str, answer: str) -> None:
    if squad_words(text) and squad_words(answer):
        assert normalize(text) == " ".join(squad_words(text))
        assert exact_match(text, [answer]) == (squad_words(text) == squad_words(answer))
        assert token_f1(text, [answer]) == pytest.approx(squad_f1(text, answer))


@given(st.text(), st.text(), st.text())
def test_whole_words_are_contained_whatever_stands_around(
    before: str, answer: str, after: str
) -> None:
    held = any(character.isalnum() for character in answer)
    assert contains(f"{before} {answer} {after}", [answer]) == held


@pytest.mark.parametrize(
    ("text", "answer", "expected"),
    [
        ("It lasted four hours.", "four hours", True),
        ("The Iranian envoy spoke.", "Iran", False),
        ("Raised to $10.4 billion, it says", "$10.4 billion", True),
        ("the Fox-owned studio", "Fox", True),
        ("an Arab–Israeli war", "Arab-Israeli", True),
        ("Tadej Pogac\u030car won", "Tadej Pogačar", True),
        ("ﬁve ships", "five", True),
        ("“Iran’s envoy”", "Iran's envoy", True),
        ("anything at all.", ".", False),
        ("anything at all", "", False),
        ("snake_case", "case", True),
        ("黑豹队的防守只失了308分。", "308分", True),
        ("黑豹队的防守只失了308分。", "08分", False),
        ("ريال مدريد في المركز الأول", "المركز الأول", True),
    ],
)
def test_contains(text: str, answer: str, expected: bool) -> None:
    assert contains(text, [answer]) is expected


def test_each_character_is_a_word_where_there_are_no_spaces() -> None:
    assert token_f1("豹队防守", ["黑豹队"]) == pytest.approx(2 * 2 / (4 + 3))
    assert count_words("豹队 2 points") == 4


@pytest.mark.parametrize(
    ("text", "string", "expected"),
    [
        ("It cost $1.82 a share", "$1.82", True),
        ("It cost $1.82 a share", "$1", False),
        ("94 votes", "94%", False),
        ("at 13.05", "3.05", False),
        ("the 30-Year rate", "30-year", True),
        ("on Feb. 4,", "Feb 4", True),
        ("free–speech", "free-speech", True),
        ("Carvalhos", "Carvalho", False),
    ],
)
def test_shows_whole_words_and_numbers(text: str, string: str, expected: bool) -> None:
    assert shows(text, ["nothing of it", string]) is expected


def test_any_of_the_answers_will_do() -> None:
    assert contains("on October 6", ["6 October", "October 6"])
    assert exact_match("October 6.", ["6 October", "October 6"])
    assert token_f1("the October", ["May", "October 6"]) == pytest.approx(2 / 3)


def test_nothing_shown_matches_nothing_and_punctuation_stands_for_itself() -> None:
    for nothing in ("", " ", "\u2003"):
        for answers in (["."], ["the"], [""], ["Iran"], []):
            assert not exact_match(nothing, answers)
            assert token_f1(nothing, answers) == 0.0
    assert exact_match(".", ["."])
    assert not exact_match(".", ["the"])


def test_only_markers_of_citations_are_left_out() -> None:
    assert (
        shown_text("“It fell [3] ships.” [1] “Nine.” [2]", [1, 2]) == "“It fell [3] ships.” “Nine.”"
    )
