from __future__ import annotations

import pytest

from rag.load.article import to_article
from rag.load.body import with_kinds
from rag.load.document import Block, Document
from rag.text.marks import may_be_quoted
from rag.types import Span

PROSE = (
    "The United States and Iran held their first formal talks in nearly three decades on Monday, "
    "and both ambassadors said afterwards that they had been businesslike. They gave no details."
)


def kinds(*texts: str) -> list[str]:
    blocks = [Block("verbatim" if "\n" in text else "paragraph", text) for text in texts]
    return [block.kind for block in with_kinds(blocks, frozenset())]


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
        "Share this article",
        "© 2007 Example News",
        "Copyright 2007 Example News. All rights reserved.",
        "Please donate to keep us going.",
        "(Reporting by Ann Lee; Editing by Bob Ray)",
        "This article was originally published in the Example Review.",
        "Tags: Iraq, Iran",
    ],
)
def test_notices_at_the_end_are_clutter(notice: str) -> None:
    assert kinds(PROSE, notice) == ["paragraph", "clutter"]
    assert kinds(PROSE, notice, "© 2007", "example.com") == ["paragraph", *["clutter"] * 3]


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("JUST WATCHED", "clutter"),
        ("Read more: The bridge of Kall is closed", "clutter"),
        ("Sign up for our weekly newsletter and never miss a ship.", "clutter"),
        ("Related stories", "clutter"),
        ("Advertisement", "clutter"),
        ("Photo: The gate of the mine at dawn.", "caption"),
        ("Nora Veil in front of the gate. Photo: B. Marsh", "caption"),
        ("Figure 2: The catch by port", "caption"),
        ("By Ada Finch, in Oldport", "byline"),
        ("Background", "heading"),
        ("A crisis in the White House", "heading"),
    ],
)
def test_lines_between_paragraphs_that_say_nothing_themselves(line: str, kind: str) -> None:
    assert kinds(PROSE, line, PROSE) == ["paragraph", kind, "paragraph"]


@pytest.mark.parametrize(
    "sentence",
    [
        "Contact with the ship was lost at noon on Monday.",
        "Copyright law was changed in the same year.",
        "He had followed us on Twitter, she said.",
        "They share this article of faith.",
        "Related companies were asked to pay as well.",
        "More stories of that kind were told in the harbour that winter.",
        "Watch towers stand along the coast.",
        "By Monday the water had risen to the sills.",
        "Why hold the talks at all?",
        "It failed.",
    ],
)
def test_sentences_that_only_sound_like_clutter_are_text(sentence: str) -> None:
    assert kinds(PROSE, sentence, PROSE) == ["paragraph"] * 3
    assert kinds(PROSE, sentence) == ["paragraph"] * 2


def test_questions_of_an_interview_head_their_answers() -> None:
    found = kinds("Who pays?", "The union does.", "How long?", "Until winter.")
    assert found == ["heading", "paragraph", "heading", "paragraph"]


def test_a_lead_in_and_its_items_are_one_list() -> None:
    blocks = [Block("paragraph", "They rest. They ask for:"), Block("list", "- gloves\n- boots")]
    article = to_article(Document((Block("heading", "Strike", 1), *blocks)), "a.txt")
    assert article.text == "Strike\n\nThey rest. They ask for:\n- gloves\n- boots"
    (mark,) = [mark for mark in article.marks if mark.kind == "list"]
    assert article.text[mark.start : mark.end] == "They ask for:\n- gloves\n- boots"


def test_a_dateline_is_no_part_of_what_is_quoted() -> None:
    blocks = (Block("heading", "Talks", 1), Block("paragraph", f"BAGHDAD, Iraq (AP) -- {PROSE}"))
    article = to_article(Document(blocks), "a.txt")
    assert [article.text[start:end] for start, end in article.body] == [PROSE]
    start = article.text.index("BAGHDAD")
    assert not may_be_quoted(article, Span(start, start + 13))


def test_where_nothing_else_is_left_everything_may_be_quoted() -> None:
    article = to_article(Document((Block("paragraph", "example.com"),)), "a.txt")
    assert [article.text[start:end] for start, end in article.body] == ["example.com"]
