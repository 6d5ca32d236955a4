from __future__ import annotations

import pytest

from rag.load.text import read_text


def blocks(text: str) -> list[tuple[str, str]]:
    return [(block.kind, block.text) for block in read_text(text.encode()).blocks]


def test_wrapped_lines_become_one_paragraph() -> None:
    text = (
        "The United States and Iran held their first formal talks in nearly three\n"
        "decades on Monday in Baghdad, and both sides said afterwards that they\n"
        "had been businesslike.\n\nA second paragraph."
    )
    assert blocks(text) == [
        ("paragraph", " ".join(text.split("\n\n")[0].split("\n"))),
        ("paragraph", "A second paragraph."),
    ]


def test_paragraphs_without_blank_lines_between_them() -> None:
    text = (
        "The United States and Iran held their first formal talks in nearly three\n"
        "decades on Monday.\n"
        "The ambassadors of both countries said afterwards that they had been very\n"
        "businesslike and short."
    )
    assert len(blocks(text)) == 2
    indented = (
        "   The United States and Iran held their first formal talks in nearly three\n"
        "decades on Monday in Baghdad, the capital of Iraq, both ambassadors said.\n"
        "   The ambassadors of both countries said afterwards that they had been very\n"
        "businesslike and short."
    )
    assert len(blocks(indented)) == 2


def test_verse_and_addresses_keep_their_lines() -> None:
    verse = "Shall I compare thee to a summer's day?\nThou art more lovely and more temperate:"
    address = "The Editor\nExample News\nLondon W1"
    assert blocks(f"{verse}\n\n{address}") == [("verbatim", verse), ("verbatim", address)]


@pytest.mark.parametrize(
    "table",
    [
        "Name     Age   Town\nAli      33    Sarn\nRyan           Kall",
        "Name\tAge\tTown\nAli\t33\tSarn\nRyan\t\tKall",
        "| Name | Age | Town |\n|---|---|---|\n| Ali | 33 | Sarn |\n| Ryan |  | Kall |",
    ],
    ids="spaces tabs bars".split(),
)
def test_rows_are_read_with_their_header_and_empty_cells_keep_their_place(table: str) -> None:
    assert blocks(table) == [
        (
            "table",
            "Name | Age | Town\nAli | Age: 33 | Town: Sarn\nRyan | Age: – | Town: Kall",
        )
    ]


def test_messages_of_a_chat_have_their_writers() -> None:
    chat = read_text(b"[03.05.23, 10:12:01] Ada: It rains\n[03.05.23, 10:13:22] Bo: Where?")
    assert [block.speaker for block in chat.blocks] == ["Ada", "Bo"]


def test_an_underlined_line_is_a_heading() -> None:
    assert blocks("The talks\n=========\n\nThey met.") == [
        ("heading", "The talks"),
        ("paragraph", "They met."),
    ]


def test_a_form_feed_ends_a_block() -> None:
    assert blocks("One page.\fAnother.") == [("paragraph", "One page."), ("paragraph", "Another.")]


def test_text_that_begins_as_markdown_is_read_as_markdown() -> None:
    assert blocks("\n\n# The *talks*\n\nThey **met**.")[0] == ("heading", "The talks")
    assert read_text(b"---\ntitle: Talks\n---\nThey met.").metadata == {"title": "Talks"}
