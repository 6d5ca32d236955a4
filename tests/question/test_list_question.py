"""Questions that ask for a list."""

from __future__ import annotations

import pytest

from rag.question.list_question import asked_count, asks_for_list


@pytest.mark.parametrize(
    "question",
    [
        "Which countries border the lake?",
        "In which cities did they meet?",
        "What two rivers meet there?",
        "What crops were grown on the island?",
        "Which other European towns joined?",
        "Name the members of the crew.",
        "Please list everything that was stolen",
        "Give me examples of owls.",
        "What are the three causes of the fire?",
        "Who were the members of the crew?",
        "What people lived there?",
    ],
)
def test_these_ask_for_a_list(question: str) -> None:
    assert asks_for_list(question)


@pytest.mark.parametrize(
    "question",
    [
        "Which country borders the lake?",
        "What causes fires?",
        "What does he sell?",
        "Which team wins the cup?",
        "Which of his books sold best?",
        "Who met in Baghdad?",
        "What is the news?",
        "What process made it?",
        "What are young owls called?",
        "Who are you?",
        "Name the capital of the United States.",
        "How many owls were seen?",
        "What were taxes used for?",
        "",
    ],
)
def test_these_do_not(question: str) -> None:
    assert not asks_for_list(question)


@pytest.mark.parametrize(
    ("question", "count"),
    [("What are the three causes?", 3), ("Which two rivers meet?", 2), ("Name two rivers.", None)],
)
def test_how_many_are_asked_for(question: str, count: int | None) -> None:
    assert asked_count(question) == count
