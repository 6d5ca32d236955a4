from __future__ import annotations

import pytest

from rag.load.body import body_blocks
from rag.load.document import Block

PROSE = (
    "The United States and Iran held their first formal talks in nearly three decades on Monday, "
    "and both ambassadors said afterwards that they had been businesslike. They gave no details."
)


def kept(*texts: str) -> list[str]:
    blocks = [Block("verbatim" if "\n" in text else "paragraph", text) for text in texts]
    return [texts[index] for index in body_blocks(blocks, frozenset())]


@pytest.mark.parametrize(
    "notice",
    [
        "wsws.org/contact",
        "https://www.example.com/a?b=c",
        "editor@example.com",
        "Tel: +44 20 7946 0000",
        "To contact the WSWS and the\nSocialist Equality Party visit:",
        "Contact us: editor@example.com",
        "Contact the author",
        "Subscribe to our newsletter",
        "Sign up for our daily email.",
        "Follow us on Twitter",
        "Share this article",
        "© 2007 Example News",
        "Copyright 2007 Example News. All rights reserved.",
        "This material may not be published or rewritten. All rights reserved.",
        "Please donate to keep us going.",
        "Read more on this topic",
        "For more information visit example.com",
        "(Reporting by Ann Lee; Editing by Bob Ray)",
        "This article was originally published in the Example Review.",
        "Tags: Iraq, Iran",
    ],
)
def test_notices_at_the_end_are_no_evidence(notice: str) -> None:
    assert kept(PROSE, PROSE, notice) == [PROSE, PROSE]
    assert kept(PROSE, PROSE, notice, "© 2007", "example.com") == [PROSE, PROSE]


@pytest.mark.parametrize(
    "sentence",
    [
        "Contact with the ship was lost at noon on Monday.",
        "To contact him had been her only wish for years.",
        "Copyright law was changed in the same year.",
        "He had followed us on Twitter, she said.",
        "They share this article of faith.",
        "Subscriptions rose by 5 percent.",
        "Reporting from Baghdad has become dangerous.",
        "Follow-up talks are planned for June.",
        "He told Example.com that he was sorry.",
    ],
)
def test_last_sentences_that_only_sound_like_notices_are_evidence(sentence: str) -> None:
    assert kept(PROSE, sentence) == [PROSE, sentence]


def test_notices_within_the_text_are_evidence() -> None:
    texts = ["Subscribe to our newsletter.", PROSE, "Contact us: editor@example.com.", PROSE]
    assert kept(*texts) == texts


@pytest.mark.parametrize("heading", ["Background", "A crisis in the White House"])
def test_lines_like_titles_above_a_paragraph_are_no_evidence(heading: str) -> None:
    assert kept(PROSE, heading, PROSE) == [PROSE, PROSE]


@pytest.mark.parametrize("line", ["Why hold the talks at all?", "He said:", "It failed."])
def test_short_sentences_are_evidence(line: str) -> None:
    assert kept(PROSE, line, PROSE) == [PROSE, line, PROSE]


def test_short_lines_that_head_no_paragraph_are_evidence() -> None:
    lines = ["Eggs, four", "Flour, one pound", "Milk, a pint"]
    assert kept(*lines) == lines


def test_the_masthead_and_headings_are_no_evidence() -> None:
    blocks = [Block("heading", "Title"), Block("heading", "More"), Block("paragraph", PROSE)]
    assert body_blocks(blocks, frozenset({0})) == [2]


def test_where_nothing_else_is_left_everything_is_evidence() -> None:
    blocks = [Block("paragraph", "One line about the meeting at noon")]
    assert body_blocks(blocks, frozenset({0})) == [0]
    assert kept("example.com") == ["example.com"]
