"""Whole conversations with the real models, on articles of our own."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

import rag
from rag.library import Library
from rag.settings import Settings
from rag.types import Answer

pytestmark = pytest.mark.models

FERRY = """# Ferry captain resigns

Nora Lindqvist
3 March 2014

The ferry Kestrel struck the Halden bridge on Monday. Captain Olaf Brandt steered it. He is 56 years
old and lives in Tromvik. Brandt resigned on Friday.

Mrs Ingrid Moe, the harbour master, had warned the line. She was born in Lofsund.
"""
PRIZE = """# Three growers win the Pear Prize

Tomas Reed
9 May 2015

The prize went to Anna Berg, Karim Haddad and Lise Dahl. Haddad grows quinces near Melby. Berg grows
plums. The jury met in the oldest barn of Ostmark.
"""


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    folder = tmp_path_factory.mktemp("conversation")
    (folder / "seeds").mkdir()
    for name, text in {"ferry": FERRY, "prize": PRIZE}.items():
        (folder / "seeds" / f"{name}.md").write_text(text, encoding="utf-8")
    settings = Settings(seeds=folder / "seeds", index=folder / "index")
    with rag.build(settings=settings) as library:
        yield library


@pytest.fixture
def ask(library: Library) -> Callable[[str], Answer]:
    """Asks one question after the other in one conversation."""
    history: list[Answer] = []

    def ask(question: str) -> Answer:
        history.append(library.ask(question, history=history))
        return history[-1]

    return ask


def test_what_was_said_before_is_taken_up(ask: Callable[[str], Answer]) -> None:
    assert "Olaf Brandt" in ask("Who steered the Kestrel?").text
    assert "56" in ask("How old is he?").text
    assert "Friday" in ask("When did he resign?").text


def test_what_asks_anew_leans_on_nothing(ask: Callable[[str], Answer]) -> None:
    ask("Who steered the Kestrel?")
    answer = ask("What is this folder about?")
    assert answer.query == "What is this folder about?"
    assert len(answer.citations) == 2
    answer = ask("Who won the Pear Prize and where did the jury meet?")
    told = {*(group.heading for group in answer.groups), *answer.unanswered}
    assert told == {"Who won the Pear Prize?", "where did the jury meet?"}
    assert "oldest barn" in answer.text


def test_articles_of_the_last_answer_are_summed_up(ask: Callable[[str], Answer]) -> None:
    ask("Who won the Pear Prize?")
    answer = ask("Summarize it")
    assert {citation.title for citation in answer.citations} == {"Three growers win the Pear Prize"}
    assert ask("Who wrote it?").short == "Tomas Reed"
    assert ask("Who did Angela Merkel warn?").text == "The articles do not mention Angela Merkel."
