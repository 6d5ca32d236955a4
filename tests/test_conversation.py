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
    history: list[tuple[str, str]] = []

    def ask(question: str) -> Answer:
        answer = library.ask(question, history=history)
        history.extend([("user", question), ("assistant", answer.text)])
        return answer

    return ask


def test_he_is_whom_the_answer_names(ask: Callable[[str], Answer]) -> None:
    assert "Olaf Brandt" in ask("Who steered the Kestrel?").text
    answer = ask("How old is he?")
    assert answer.query == "How old is Olaf Brandt?"
    assert "56" in (answer.short or "")
    answer = ask("When did he resign?")
    assert (answer.query, answer.short) == ("When did Olaf Brandt resign?", "Friday")


def test_she_is_not_he(ask: Callable[[str], Answer]) -> None:
    assert "Ingrid Moe" in ask("Who is the harbour master?").text
    assert "Lofsund" in ask("Where was she born?").text
    answer = ask("Where was he born?")
    assert (answer.status, answer.text) == ("abstained", "The articles do not say.")


def test_one_of_a_row(ask: Callable[[str], Answer]) -> None:
    assert "Karim Haddad" in ask("Who won the Pear Prize?").text
    answer = ask("What does the second one grow?")
    assert (answer.query, answer.short) == ("What does Karim Haddad grow?", "quinces")
    answer = ask("And the first?")
    assert (answer.query, answer.short) == ("What does Anna Berg grow?", "plums")
    assert "quinces" not in ask("And the third?").text


def test_what_asks_anew_leans_on_nothing(ask: Callable[[str], Answer]) -> None:
    ask("Who steered the Kestrel?")
    answer = ask("What is this folder about?")
    assert answer.query == "What is this folder about?"
    assert len(answer.citations) == 2
    answer = ask("Who won the Pear Prize and where did the jury meet?")
    assert answer.query == "Who won the Pear Prize and where did the jury meet?"
    assert "Anna Berg" in answer.text
    assert "oldest barn" in answer.text


def test_who_did_not(ask: Callable[[str], Answer]) -> None:
    assert "resigned" not in ask("Who did not resign?").text
    assert ask("Who did Angela Merkel warn?").text == "The articles do not mention Angela Merkel."
