"""Whom "he" and "the second one" mean after an answer, through a real index."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import pytest

from rag.answer.taken_up import in_full
from rag.index import LocalStore
from rag.types import Article, BuildReport
from tests.fakes import make_article

TEXT = (
    "Captain Olaf Brandt steered the ferry. He is 56 years old. Mrs Ingrid Moe met Dr Peter Aas. "
    "Brandt left on Friday. The cook was Vera Lund. She came late. "
    "The prize went to Anna Berg, Karim Haddad and Lise Dahl. The bridge is old. "
    "Her son Emil Lund rowed."
)


@pytest.fixture
def store(
    build_index: Callable[[Sequence[Article]], BuildReport], open_index: Callable[[], LocalStore]
) -> Iterator[LocalStore]:
    build_index([make_article(TEXT, "ferry"), make_article("It rained.", "rain")])
    store = open_index()
    yield store
    store.close()


def after(asked: str, quote: str) -> list[tuple[str, str]]:
    assert quote in TEXT
    return [("user", asked), ("assistant", f"“{quote}” [1]")]


def told_elsewhere(answer: str) -> list[tuple[str, str]]:
    return [("user", "Who is the mayor of Tamsby?"), ("assistant", answer)]


STEERED = after("Who steered the ferry?", "Captain Olaf Brandt steered the ferry.")
LEFT = after("Who left on Friday?", "Brandt left on Friday.")
OLD = after("How old is he?", "He is 56 years old.")
COOK = after("Who was the cook?", "The cook was Vera Lund.")
MET = after("Who met?", "Mrs Ingrid Moe met Dr Peter Aas.")
PRIZE = after("Who won the prize?", "The prize went to Anna Berg, Karim Haddad and Lise Dahl.")
GROWS = [*PRIZE, ("user", "What does the second one grow?"), ("assistant", "Pears.")]
SON = after("Who is her son?", "Her son Emil Lund rowed.")
WHOM = after("Who met Peter Aas?", "Mrs Ingrid Moe met Dr Peter Aas.")
WHOSE = after("When did Dr Peter Aas meet her?", "Mrs Ingrid Moe met Dr Peter Aas.")
TWO = [("user", "What?"), ("assistant", "“The bridge is old.” [1] “It rained.” [2]")]
BRIDGE = after("How old is the bridge?", "The bridge is old.")


@pytest.mark.parametrize(
    ("question", "turns", "whole"),
    [
        ("How old is he?", STEERED, "How old is Olaf Brandt?"),
        ("What was his ship?", STEERED, "What was Olaf Brandt’s ship?"),
        ("how old is he", LEFT, "how old is Olaf Brandt"),
        ("Where does he live?", [*STEERED, *OLD], "Where does Olaf Brandt live?"),
        ("Why did she come late?", COOK, "Why did Vera Lund come late?"),
        ("What does the second one grow?", PRIZE, "What does Karim Haddad grow?"),
        ("Where does the last of them live?", PRIZE, "Where does Lise Dahl live?"),
        ("Why did she come?", [*COOK, *SON], "Why did Vera Lund come?"),
        ("How old is he?", MET, "How old is Peter Aas?"),
        ("How old is he?", WHOM, "How old is Peter Aas?"),
        ("How old is he?", WHOSE, "How old is Peter Aas?"),
        ("Where did he row?", [*COOK, *SON], "Where did Emil Lund row?"),
        ("And the third?", GROWS, "What does Lise Dahl grow?"),
        ("And the first?", [*GROWS, ("user", "And the third?")], "What does Anna Berg grow?"),
        ("Who is the first one?", PRIZE, "Who is Anna Berg?"),
        ("How old is he?", told_elsewhere("Gideon Pask"), "How old is Gideon Pask?"),
        (
            "How old is he?",
            told_elsewhere("Gideon Pask of Tamsby."),
            "How old is Gideon Pask?",
        ),
    ],
)
def test_one_name_can_be_meant(
    store: LocalStore, question: str, turns: list[tuple[str, str]], whole: str
) -> None:
    assert in_full(question, turns, store) == whole


@pytest.mark.parametrize(
    ("question", "turns"),
    [
        ("How old is she?", STEERED + OLD),  # "He is 56 years old."
        ("How old is he?", COOK),  # "She came late."
        ("How old is he?", PRIZE),
        ("How old is he?", BRIDGE),
        ("How old is he?", []),
        ("How old is he?", [("user", "Who steered?"), ("assistant", "The articles do not say.")]),
        ("How old is he?", [("user", "Who steered?"), ("assistant", "“It snowed.” [1]")]),
        ("How old is he?", told_elsewhere("Gideon Pask or Ivo Stahl.")),
        ("How old is he?", told_elsewhere("Sweden")),
        ("How old is he?", told_elsewhere("The articles do not say.")),
        ("How old is he?", [("user", "Who is Gideon Pask?"), ("assistant", "A baker.")]),
        ("How old is he?", [("user", "What is it?"), ("assistant", "It is the Gideon Pask.")]),
        ("When did he meet Anna Berg?", STEERED),
        ("When did she meet him?", STEERED),
        ("How old is it?", STEERED),
        ("He said so.", STEERED),
        ("And the second one?", PRIZE),
        (
            "Who wrote the second one?",
            [("user", "What?"), ("assistant", "“It fell.” [1] “It is.” [2]")],
        ),
        ("What does the fifth one grow?", PRIZE),
        ("What was the second round?", PRIZE),
        ("Wie alt ist er?", STEERED),
        ("他几岁？", STEERED),
        ("", STEERED),
    ],
)
def test_where_none_or_several_can_be_meant_it_stays(
    store: LocalStore, question: str, turns: list[tuple[str, str]]
) -> None:
    assert in_full(question, turns, store) is None
