from __future__ import annotations

from typing import Any

import pytest

from benchmarks.textbook_rag import MAX_TOKENS, REFUSAL, judged, prompt_of, refuses, table
from rag.evaluate.questions import Question
from rag.write.generators import Generator
from tests.fake_writer import FakeWriter


def asked(generator: Generator, question: Question) -> Any:
    def ask(text: str) -> tuple[str, bool]:
        reply = generator.generate(text, MAX_TOKENS)
        return reply, refuses(reply)

    return judged(generator.name, "set", question, ask)


@pytest.mark.parametrize(
    "text",
    [REFUSAL, "", "The articles don’t say.", "It is not mentioned.", "I cannot answer this."],
)
def test_refusals(text: str) -> None:
    assert refuses(text)


@pytest.mark.parametrize("text", ["In Paris.", "Nothing was left.", "Notre Dame."])
def test_answers_are_no_refusals(text: str) -> None:
    assert not refuses(text)


def test_replies_are_judged_and_tabled() -> None:
    known = Question("1", "question", "In Paris in May", expected="answer", answers=("Paris",))
    wrong = Question("2", "question", "In Rome", expected="answer", answers=("Paris",))
    refused = Question("3", "question", "I cannot say Paris", expected="answer", answers=("Paris",))
    absent = Question("4", "absent", REFUSAL, expected="abstain")
    replies = [asked(FakeWriter(str), each) for each in (known, wrong, refused, absent)]
    assert [reply.right for reply in replies] == [True, False, False, None]
    row = table(replies).splitlines()[-1]
    assert row.startswith("| set | fake | 33% (1 of 3) | 0.13 | 67% (2 of 3) | 100% (1 of 1) | 3 |")


def test_the_prompt_tells_how_to_refuse() -> None:
    assert f"reply exactly: {REFUSAL}" in prompt_of("Where?", [])
