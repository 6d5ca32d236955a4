from __future__ import annotations

import pytest

from rag.question.listed import listed_item, other_names, pointing_words, points_at_name

NUMBERED = "1. The Alna [1]\n2. The Leira, which is longer [2]\n3. The Vorma [3]"
SERIES = "They are Anna Berg, Karim Haddad, and Lise Dahl. [1]"


@pytest.mark.parametrize(
    ("question", "answer", "item"),
    [
        ("what about the second one?", NUMBERED, "The Leira, which is longer"),
        ("And the last one?", NUMBERED, "The Vorma"),
        ("what about the second one?", SERIES, "Karim Haddad"),
        ("And the third?", SERIES, "Lise Dahl"),
        ("Who is the first of them?", SERIES, "Anna Berg"),
        ("Tell me about the latter.", "Anna Berg met Karim Haddad and Lise Dahl.", "Lise Dahl"),
        ("the second one", '"It rained." [1]\n\n"The bridge fell." [2]', "The bridge fell"),
    ],
)
def test_the_item_pointed_at(question: str, answer: str, item: str) -> None:
    assert listed_item(question, [("user", "Who?"), ("assistant", answer)]) == item


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("When was the second round of talks?", SERIES),
        ("Who was the last king?", SERIES),
        ("And the seventh one?", NUMBERED),
        ("what about the second one?", "It rained. [1]"),
        ("Why?", NUMBERED),
    ],
)
def test_nothing_is_pointed_at(question: str, answer: str) -> None:
    assert listed_item(question, [("user", "Who?"), ("assistant", answer)]) is None


def test_only_the_last_answer_is_meant() -> None:
    history = [("assistant", NUMBERED), ("user", "Why?"), ("assistant", "It rained.")]
    assert listed_item("the second one", history) is None
    assert listed_item("the second one", [("user", SERIES)]) is None


LINES = (
    "The articles give different answers:\n"
    "- Whales return, 2 May 2007: “They were seen in May.” [1]\n"
    "- Fog, 3 May 2007: “They were seen in June.” [2]"
)


def test_of_a_line_the_quote_is_the_item() -> None:
    history = [("user", "When were they seen?"), ("assistant", LINES)]
    assert listed_item("what about the second one?", history) == "They were seen in June"


def test_a_question_for_a_list_means_the_names_of_the_first_quote() -> None:
    answer = "- Harbour, 2007: “The Alna, the Leira and the Vorma.” [1]\n- Fog: “It rained.” [2]"
    history = [("user", "Which rivers cross the valley?"), ("assistant", answer)]
    assert listed_item("And the last one?", history) == "the Vorma"
    assert points_at_name(history)
    assert not points_at_name([("user", "What was seen?"), ("assistant", answer)])


def test_what_counts_the_names_is_none_of_them() -> None:
    answer = "“It beat two rivals, Alna Line and Leira Line, in May.” [1]"
    history = [("user", "Which companies did it beat?"), ("assistant", answer)]
    assert listed_item("what about the second one?", history) == "Leira Line"


def test_the_other_is_the_one_of_two_that_was_not_pointed_at() -> None:
    history = [("user", "When were they seen?"), ("assistant", LINES)]
    assert listed_item("And the other?", history) == "They were seen in June"
    after = [*history, ("user", "What about the second one?"), ("assistant", "The fog.")]
    assert listed_item("and the other one?", after) == "They were seen in May"
    assert listed_item("and the first?", after) == "They were seen in May"
    assert listed_item("the other", [("user", "Who?"), ("assistant", NUMBERED)]) is None


@pytest.mark.parametrize(
    ("sentence", "third"),
    [
        ("Envoys of Norland, Vestria and Ostmark have come.", "Ostmark"),
        ("Norland, Vestria and Ostmark did not come", "Ostmark"),
    ],
)
def test_a_row_may_go_on_after_its_last_name(sentence: str, third: str) -> None:
    history = [("user", "Who came?"), ("assistant", f"“{sentence}” [1]")]
    assert listed_item("and the third?", history) == third


def test_a_row_may_begin_after_other_words() -> None:
    answer = "“The prize went to Anna Berg, Karim Haddad and Lise Dahl.” [1] “It snowed.” [2]"
    history = [("user", "Who won?"), ("assistant", answer)]
    assert listed_item("the first one", history) == "Anna Berg"
    assert listed_item("the second one", history) == "Karim Haddad"
    assert other_names("Karim Haddad", history) == ["Anna Berg", "Lise Dahl"]
    assert points_at_name(history)


def test_sentences_are_no_names() -> None:
    history = [("user", "What?"), ("assistant", "“It rained.” [1] “The bridge fell.” [2]")]
    assert other_names("It rained", history) == []
    assert other_names("Anna Berg", history) == []


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("What does the second one do?", "the second one"),
        ("Who is the first of them?", "the first of them"),
        ("Tell me about the latter.", "the latter"),
        ("And number 3?", "number 3"),
    ],
)
def test_the_words_that_point(question: str, words: str) -> None:
    span = pointing_words(question)
    assert span is not None
    assert question[slice(*span)].rstrip("?.") == words
    assert pointing_words("When was the second round?") is None
