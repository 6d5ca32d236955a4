"""The dialog's choices: those of the server are chosen, and what cannot be chosen says why."""

from __future__ import annotations

import re

import pytest

from rag.settings import Settings
from rag.web.machine import describe_machine
from rag.web.render_settings import NO_WRITER, render_settings


def chosen(shown: str) -> list[str]:
    return re.findall(r'value="(\w+)"[^>]* (?:checked|selected)', shown)


def test_without_a_writer_answers_are_quotes_and_the_command_is_told() -> None:
    shown = render_settings(Settings(writer="", max_quotes=3), NO_WRITER, "2 cores")
    assert chosen(shown) == ["0", "3", "balanced"]
    assert "make install-write" in shown
    assert re.search(r'value="1"[^>]* disabled', shown)


def test_with_a_writer_it_writes_unless_asked_not_to() -> None:
    shown = render_settings(Settings(writer="smollm2"), None, "2 cores")
    assert chosen(shown) == ["1", "5", "balanced"]
    assert "Written by smollm2" in shown
    assert "disabled" not in shown


@pytest.mark.parametrize(
    ("writer", "name"),
    [
        ("http://ada:secret@models.example:8080/v1#small", "small"),
        ("http://ada:secret@models.example:8080/v1", "models.example"),
        ("/home/ada/secret/model.gguf", "model.gguf"),
        ("<b>", "&lt;b&gt;"),
    ],
)
def test_a_writer_is_named_without_its_address(writer: str, name: str) -> None:
    shown = render_settings(Settings(writer=writer), None, "2 cores")
    assert f"Written by {name}<" in shown
    assert "secret" not in shown


def test_how_sure_it_must_be_is_told() -> None:
    shown = render_settings(Settings(writer="", min_confidence=0.6), NO_WRITER, "2 cores")
    for told in ("at least 75% sure", "at least 60% sure", "at least 20% sure"):
        assert told in shown


def test_the_machine_is_told_in_one_plain_sentence() -> None:
    sentence = r"This machine has \d+ cores?, and a processor with(out the)? instructions .*\.$"
    assert re.match(sentence, describe_machine())
