"""Questions that bring their own snippets: what each is asked over."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from rag.evaluate.question_sets import read_set

from tests.evaluate.test_question_sets import write


@pytest.mark.parametrize(
    ("answer", "alternatives"),
    [("May 4", ("May 4",)), (["A", "B"], ("A", "B")), ([["A", "B"]], ("A", "B"))],
)
def test_snippets_make_two_collections(
    tmp_path: Path, answer: Any, alternatives: tuple[str, ...]
) -> None:
    line = {
        "id": 0,
        "query": "When?",
        "answer": answer,
        "positive": ["yes 1", "yes 2"],
        "negative": [f"no {number}" for number in range(6)],
    }
    write(tmp_path, questions=[line])
    answerable, absent = read_set(tmp_path)
    assert [found.text for found in answerable.articles] == [
        "yes 1",
        "no 0",
        "no 1",
        "no 2",
        "no 3",
    ]
    assert [found.text for found in absent.articles] == ["no 0", "no 1", "no 2", "no 3", "no 4"]
    assert answerable.questions[0].answers == alternatives
    assert (absent.questions[0].expected, absent.questions[0].answers) == ("abstain", ())
    assert answerable.name != absent.name


LINE = {
    "query": "When?",
    "answer": "May",
    "fakeanswer": "June",
    "positive": ["It was spring.", "It was in May."],
    "positive_wrong": ["It was summer.", "It was in June."],
    "negative": [f"no {number}" for number in range(6)],
}


def test_a_planted_false_fact_makes_a_third_collection(tmp_path: Path) -> None:
    write(tmp_path, questions=[LINE])
    answerable, absent, conflict = read_set(tmp_path)
    (question,) = conflict.questions
    assert (question.kind, question.expected) == ("conflict", "answer")
    assert (question.answers, question.conflicting) == (("May",), ("June",))
    # Of either side the first snippet that holds the answer, as normalized words.
    assert [found.text for found in conflict.articles] == [
        *("It was in May.", "It was in June.", "no 0", "no 1", "no 2"),
    ]
    # The other two are asked as they are without false facts.
    assert [found.text for found in answerable.articles][:2] == ["It was spring.", "no 0"]
    assert answerable.questions[0].conflicting == absent.questions[0].conflicting == ()
    assert len({answerable.name, absent.name, conflict.name}) == 3


def test_the_first_snippet_stands_in_where_none_holds_the_answer(tmp_path: Path) -> None:
    write(tmp_path, questions=[LINE | {"answer": [["July"]], "fakeanswer": [["August"]]}])
    conflict = read_set(tmp_path)[2]
    assert [found.text for found in conflict.articles][:2] == ["It was spring.", "It was summer."]


@pytest.mark.parametrize("name", ["positive_wrong", "fakeanswer"])
def test_without_a_known_false_fact_there_is_no_conflict(tmp_path: Path, name: str) -> None:
    write(tmp_path, questions=[{key: LINE[key] for key in LINE if key != name}])
    assert [part.questions[0].kind for part in read_set(tmp_path)] == ["question", "absent"]
