from __future__ import annotations

import pytest

from rag.load.article import to_article
from rag.load.body import with_kinds
from rag.load.document import Block, Document, Kind

PROSE = (
    "The United States and Iran held their first formal talks in nearly three decades on Monday, "
    "and both ambassadors said afterwards that they had been businesslike. They gave no details."
)


def kinds(*texts: str) -> list[Kind]:
    blocks = [Block("verbatim" if "\n" in text else "paragraph", text) for text in texts]
    return [block.kind for block in with_kinds(blocks, frozenset())]


@pytest.mark.parametrize(
    "line",
    [
        "JUST WATCHED",
        "Hide Caption 5 of 28 Photos",
        "Replay",
        "More:Mine closes after strike",
        "Read more: Mine closes after strike",
        "Behind the wall:How the mine was run",
        "Related articles",
        "Sign up for our daily newsletter to get the news of the harbour.",
        "Want the news in your inbox each day? Sign up here.",
        "Thank you for supporting our journalism.",
        "Follow Ann Lee on Twitter: @annlee",
        "Ann Lee covers the harbour. Reach her at ann@example.com or on Twitter @annlee.",
        "Contributing: Ann Lee",
        "(Reporting by Ann Lee; Editing by Bob Ray)",
        "From staff and wire reports",
        "A version of this story first appeared in our newsletter.",
        "© 2007 Example News",
        "Copyright 2007 Example News. All rights reserved.",
        "For more information, visit example.com.",
        "London EXAMPLE —",
    ],
)
def test_clutter_is_told_wherever_it_stands(line: str) -> None:
    assert kinds(PROSE, line, PROSE) == ["paragraph", "clutter", "paragraph"]


@pytest.mark.parametrize(
    "line",
    [
        "Tags: Iraq, Iran",
        "wsws.org/contact",
        "editor@example.com",
        "Tel: +44 20 7946 0000",
        "To contact the editors of the\nExample Review visit:",
        "Contact us: editor@example.com",
        "Subscribe to our newsletter",
    ],
)
def test_notices_at_the_end(line: str) -> None:
    assert kinds(PROSE, PROSE, line, "© 2007", "example.com")[1:] == ["paragraph", *["clutter"] * 3]


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("Nora Veil in front of the gate. Photo: B. Marsh", "caption"),
        ("The gate of the mine on Monday. Bo Marsh/Reuters", "caption"),
        ("Miners wait for their wages. Courtesy Bo Marsh", "caption"),
        ("Image: the gate of the mine", "caption"),
        ("By Ann Lee and Bob Ray", "byline"),
        ("-- Ann Lee", "byline"),
        ("Correction: The mine owes wages for three months.", "correction"),
        ("An earlier version of this article said that it owed two.", "correction"),
        ("This story has been updated with additional details.", "correction"),
    ],
)
def test_captions_bylines_and_corrections(line: str, kind: Kind) -> None:
    assert kinds(PROSE, line, PROSE) == ["paragraph", kind, "paragraph"]


@pytest.mark.parametrize(
    "sentence",
    [
        "Contact with the ship was lost at noon on Monday.",
        "Copyright law was changed in the same year.",
        "He had followed us on Twitter, she said.",
        "They share this article of faith.",
        "More than 40 people came, and most read the letter.",
        "Subscriptions rose by 5 percent.",
        "Owners can sign up with the club to race their dogs.",
        "Reporting by the station revealed that eleven cases were dismissed from the trial.",
        "Follow-up talks are planned for June.",
        "He told Example.com that he was sorry.",
        "The mayor was clear: The boats must run every hour.",
        "He was 17 of 25 and threw for 222 yards.",
        "He told Reuters that the bridge was closed.",
        "The error was corrected in the same year.",
        "By Monday the bridge was open again to all traffic.",
    ],
)
def test_sentences_that_only_sound_like_these_are_text(sentence: str) -> None:
    assert kinds(PROSE, sentence, PROSE) == ["paragraph"] * 3
    assert kinds(PROSE, sentence) == ["paragraph"] * 2


def test_lines_of_clutter_within_a_block_are_marked() -> None:
    lines = Block("verbatim", "JUST WATCHED\nThe gate\nReplay")
    block, _ = with_kinds([lines, Block("paragraph", PROSE)], frozenset())
    assert [block.text[mark.start : mark.end] for mark in block.marks] == ["JUST WATCHED", "Replay"]


def test_a_dateline_is_marked() -> None:
    (block,) = with_kinds([Block("paragraph", f"SARN, 3 May 1998. - {PROSE}")], frozenset())
    assert [(mark.kind, mark.start, mark.end) for mark in block.marks] == [("dateline", 0, 20)]


@pytest.mark.parametrize("heading", ["Background", "A crisis in the White House"])
def test_lines_like_titles_above_a_paragraph_are_headings(heading: str) -> None:
    assert kinds(PROSE, heading, PROSE) == ["paragraph", "heading", "paragraph"]


@pytest.mark.parametrize("line", ["Why hold the talks at all?", "He said:", "It failed."])
def test_short_sentences_are_text(line: str) -> None:
    assert kinds(PROSE, line, PROSE) == ["paragraph"] * 3


def test_short_lines_that_head_no_paragraph_are_text() -> None:
    assert kinds("Eggs, four", "Flour, one pound", "Milk, a pint") == ["paragraph"] * 3


def test_what_an_interviewer_asks_heads_the_answers() -> None:
    asked = kinds("Who pays?", "The union does.", "How long?", "Until winter.")
    assert asked == ["heading", "paragraph", "heading", "paragraph"]


def test_a_lead_in_belongs_to_its_list() -> None:
    blocks = [Block("heading", "Talks"), Block("paragraph", "They want:"), Block("list", "- peace")]
    assert with_kinds(blocks, frozenset({0}))[1:] == [Block("list", "They want:\n- peace")]


def test_questions_of_an_interview_head_their_answers() -> None:
    found = kinds("Who pays?", "The union does.", "How long?", "Until winter.")
    assert found == ["heading", "paragraph", "heading", "paragraph"]


def test_a_lead_in_and_its_items_are_one_list() -> None:
    blocks = [Block("paragraph", "They rest. They ask for:"), Block("list", "- gloves\n- boots")]
    article = to_article(Document((Block("heading", "Strike", 1), *blocks)), "a.txt")
    assert article.text == "Strike\n\nThey rest. They ask for:\n- gloves\n- boots"
    (mark,) = [mark for mark in article.marks if mark.kind == "list"]
    assert article.text[mark.start : mark.end] == "They ask for:\n- gloves\n- boots"


def test_where_nothing_else_is_left_everything_may_be_quoted() -> None:
    article = to_article(Document((Block("paragraph", "example.com"),)), "a.txt")
    assert [article.text[start:end] for start, end in article.body] == ["example.com"]
