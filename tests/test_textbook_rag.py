from __future__ import annotations

from typing import Any

import pytest

from benchmarks.textbook_rag import REFUSAL, TextbookLibrary, prompt_of, refuses
from rag.evaluate.judge import judge
from rag.evaluate.questions import Question
from tests.evaluate.fakes import FakeLibrary
from tests.fake_writer import FakeWriter


@pytest.mark.parametrize(
    "text",
    [REFUSAL, "", "The articles don’t say.", "It is not mentioned.", "I cannot answer this."],
)
def test_refusals(text: str) -> None:
    assert refuses(text)


@pytest.mark.parametrize("text", ["In Paris.", "Nothing was left.", "Notre Dame."])
def test_answers_are_no_refusals(text: str) -> None:
    assert not refuses(text)


@pytest.mark.parametrize(
    ("written", "answered", "right"),
    [("In Paris.", True, True), ("In Rome.", True, False), ("I cannot say Paris.", False, False)],
)
def test_replies_are_judged_as_footnotes_are(written: str, answered: bool, right: bool) -> None:
    library: Any = FakeLibrary()
    textbook = TextbookLibrary(library, FakeWriter(lambda prompt: written))
    record = judge(Question(text="Where?", answers=("Paris",)), textbook)
    assert (record.answered, record.right, record.answer.model) == (answered, right, "fake")


def test_the_prompt_tells_how_to_refuse() -> None:
    assert f"reply exactly: {REFUSAL}" in prompt_of("Where?", [])
