from __future__ import annotations

import pytest

from rag.load.body import with_kinds
from rag.load.document import Block, Kind

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
        "More:Mine closes after strike",
        "Behind the wall:How the mine was run",
        "Sign up for our daily newsletter to get the news of the harbour.",
        "Want the news in your inbox each day? Sign up here.",
        "Follow Ann Lee on Twitter: @annlee",
        "Ann Lee covers the harbour. Reach her at ann@example.com or on Twitter @annlee.",
        "(Reporting by Ann Lee; Editing by Bob Ray)",
        "A version of this story first appeared in our newsletter.",
        "© 2007 Example News",
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
        "editor@example.com",
        "Tel: +44 20 7946 0000",
        "To contact the editors of the\nExample Review visit:",
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
        "More than 40 people came, and most read the letter.",
        "Owners can sign up with the club to race their dogs.",
        "Reporting by the station revealed that eleven cases were dismissed from the trial.",
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


def test_a_dateline_is_marked() -> None:
    (block,) = with_kinds([Block("paragraph", f"SARN, 3 May 1998. - {PROSE}")], frozenset())
    assert [(mark.kind, mark.start, mark.end) for mark in block.marks] == [("dateline", 0, 20)]


@pytest.mark.parametrize("heading", ["Background", "A crisis in the White House"])
def test_lines_like_titles_above_a_paragraph_are_headings(heading: str) -> None:
    assert kinds(PROSE, heading, PROSE) == ["paragraph", "heading", "paragraph"]


def test_what_an_interviewer_asks_heads_the_answers() -> None:
    asked = kinds("Who pays?", "The union does.", "How long?", "Until winter.")
    assert asked == ["heading", "paragraph", "heading", "paragraph"]


def test_a_lead_in_belongs_to_its_list() -> None:
    blocks = [Block("heading", "Talks"), Block("paragraph", "They want:"), Block("list", "- peace")]
    assert with_kinds(blocks, frozenset({0}))[1:] == [Block("list", "They want:\n- peace")]
