"""The whole list around the words that a reader marked."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answer.list_answer import list_items, list_short
from tests.strategies import TEXTS_HARD_TO_SPLIT

WHICH = "Which ones are they?"


def items_of(text: str, words: str, question: str = WHICH) -> list[str]:
    return [text[start:end] for start, end in list_items(question, text, words)]


@pytest.mark.parametrize(
    ("text", "words", "items"),
    [
        ("Yesterday Tom Lund, Ann and Lee met.", "Ann", ["Tom Lund", "Ann", "Lee"]),
        (
            "The crew were Tom Lund, Ann, and Lee of Oslo.",
            "Ann",
            ["Tom Lund", "Ann", "Lee of Oslo"],
        ),
        ("In Baghdad, Tom, Ann and Lee met.", "Lee", ["Tom", "Ann", "Lee"]),
        (
            "It lies between the United States and Mexico.",
            "Mexico",
            ["the United States", "Mexico"],
        ),
        ("It happened in 1912, 1913 and 1921 again.", "1912", ["1912", "1913", "1921"]),
        ("The island exports oil, gas and wheat to Norway.", "oil", ["oil", "gas", "wheat"]),
        ("They grow crops such as rye, oats and red wheat.", "oats", ["rye", "oats", "red wheat"]),
        ("He sent the army, the navy and the police.", "the navy", []),
        (
            "It was sent by the army, the navy and the police.",
            "navy",
            ["army", "the navy", "the police"],
        ),
        (
            "They ate rye bread; red, ripe apples; and fish.",
            "rye bread",
            ["rye bread", "red, ripe apples", "fish"],
        ),
        ("It has (1) a mast, (2) a keel and (3) oars.", "a keel", ["a mast", "a keel", "oars"]),
        ("On board:\n- Tom, cook\n- Ann\n- Lee.", "Ann", ["Tom, cook", "Ann", "Lee"]),
        ("1. Tom\n2. Ann", "Tom", ["Tom", "Ann"]),
        ("On May 3, 1912, Tom and Ann met.", "Tom", ["Tom", "Ann"]),
    ],
)
def test_the_items_around_the_words(text: str, words: str, items: list[str]) -> None:
    assert items_of(text, words) == items


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Tom met Ann in Oslo.", "Ann"),
        ("Tom, Ann and Lee met.", "Kim"),
        ("Tom, Ann and Lee met.", " "),
        ("This knife is sharp, cutting bread and rope.", "rope"),
        ("The company exports oil, gas and wheat.", "wheat"),
        ("The members were his wife, Tom and Ann.", "Ann"),
        ("The house is quiet, facing woods and lakes.", "lakes"),
        ("Tom, Ann and Lee met. Kim was ill.", "Kim"),
    ],
)
def test_where_no_list_can_be_told(text: str, words: str) -> None:
    assert items_of(text, words) == []


def test_words_with_an_and_are_the_whole_list() -> None:
    text = "The name Orion, with the first and third masts, was lost."
    assert items_of(text, "the first and third masts") == ["the first", "third masts"]


def test_a_list_of_the_question_is_no_answer() -> None:
    text = "Rivals of Tom and Ann won."
    assert items_of(text, "Ann", "Which rivals of Tom and Ann won?") == []


def test_another_count_than_asked_for_is_no_answer() -> None:
    text = "The crew were Tom, Ann and Lee."
    assert items_of(text, "Ann", "Who were the three members?") == ["Tom", "Ann", "Lee"]
    assert items_of(text, "Ann", "Who were the two members?") == []


def test_the_short_answer_is_the_whole_list() -> None:
    text = "The crew were Tom, Ann and Lee."
    short = list_short("Who were the members of the crew?", text, "Ann")
    assert short is not None
    assert text[short.start : short.end] == "Tom, Ann and Lee"
    assert list_short("Who steered?", text, "Ann") is None
    assert list_short("Who were the members of the crew?", text, "crew") is None


NAMES = st.lists(
    st.sampled_from(("Tom Lund", "Ann", "Lee", "the United Nations", "Bank of Oslo", "Ivo de Wit")),
    min_size=2,
    max_size=6,
    unique=True,
)


@given(NAMES, st.sampled_from((" and ", ", and ", " or ")), st.data())
def test_any_one_name_finds_the_list(names: list[str], last: str, data: st.DataObject) -> None:
    listed = ", ".join(names[:-1]) + last + names[-1]
    text = f"It was signed by {listed} in the end."
    assert items_of(text, data.draw(st.sampled_from(names))) == names
    short = list_short("Which parties signed it?", text, names[0])
    assert short is not None
    assert text[short.start : short.end] == listed


LISTS_HARD_TO_READ = st.lists(
    st.sampled_from(
        "Tom Ann oil gas 1912 , , and or ; . ( ) “ ” (1) (2) \n-  the of in is".split(" ")
    ),
    max_size=20,
).map(" ".join)


@given(LISTS_HARD_TO_READ | TEXTS_HARD_TO_SPLIT, st.data())
def test_items_lie_in_order_in_the_text(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    words = text[start : data.draw(st.integers(start, len(text)))]
    items = list_items(WHICH, text, words)
    end = 0
    for item in items:
        assert end <= item.start < item.end <= len(text)
        assert text[item.start : item.end] == text[item.start : item.end].strip()
        end = item.end
    assert len(items) != 1
    if items:
        found = text.find(words.strip())
        assert items[0].start < found + len(words.strip())
        assert found < items[-1].end
