from __future__ import annotations

import pytest
from hypothesis import strategies as st

from rag.load.document import Block
from rag.load.pages import mend_hyphens, mend_page_breaks

LONG = "This paragraph has nothing to do with the one above and is only here to follow it."


def paragraphs(*texts: str) -> list[Block]:
    return [Block("paragraph", text) for text in texts]


def mended(*texts: str) -> list[str]:
    return [block.text for block in mend_page_breaks(paragraphs(*texts))]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "There is no doubt. Tehran would willingly assist in the Bush",
            "administration's criminal enterprise in Iraq.",
        ),
        (
            "The statements by US ambassador Crocker following",
            "Monday's meeting reflected the debate at home.",
        ),
        ("He spoke to the ministers of France, Germany,", "Italy and Spain about it."),
        ("The troops will stay in Iraq, said President George Bush and Gen.", "Petraeus in May."),
        ("They were held in the prisons of the U.S.", "government for seven years."),
        ("The measures were passed in a vote on", "Tuesday by the whole of the council."),
    ],
)
def test_a_sentence_torn_by_a_page_break_is_whole_again(before: str, after: str) -> None:
    assert mended(before, after) == [f"{before} {after}"]


@pytest.mark.parametrize(
    "before",
    [
        "Background",
        "The War That Never Was",
        "What the opposition says it is looking for",
        "Divisions within the Bush administration",
        "By Peter Symonds",
        "The minister made three points:",
        "This was the end of the affair in the U.S.",
        "“It is over,” he said. “We have lost the war.”",
        'He called it "a disaster for the country."',
        "The claim has been made often before.[citation needed]",
        "(Photograph by the United States Navy in May)",
        "He asked whether it was worth the trouble…",
    ],
)
def test_what_is_no_torn_sentence_stays_apart(before: str) -> None:
    assert mended(before, LONG) == [before, LONG]


def test_only_paragraphs_are_joined() -> None:
    torn = "Not surprisingly, four hours of discussion between"
    for first, second in (("heading", "paragraph"), ("paragraph", "heading")):
        blocks = [Block(first, torn), Block(second, "the two men")]  # type: ignore[arg-type]
        assert mend_page_breaks(blocks) == blocks
    items = [Block("paragraph", torn), Block("verbatim", "- the first\n- the second")]
    assert mend_page_breaks(items) == items


@pytest.mark.parametrize("number", ["12", "- 12 -", "Page 12", "Page 3 of 12"])
def test_a_page_number_within_a_sentence_is_dropped(number: str) -> None:
    assert mended("The talks were held between the", number, "two ambassadors.") == [
        "The talks were held between the two ambassadors."
    ]


def test_a_running_head_is_dropped_from_every_page() -> None:
    head = "World Socialist Web Site, page"
    texts = mended(
        f"{head} 1", LONG, f"{head} 2", "The talks were between the", f"{head} 3", "two men ended."
    )
    assert texts == [LONG, "The talks were between the two men ended."]


def test_a_line_repeated_between_whole_paragraphs_is_kept() -> None:
    texts = ["Refrain of the song", LONG, "Refrain of the song", LONG, "Refrain of the song", LONG]
    assert mended(*texts) == texts


@pytest.mark.parametrize(
    ("torn", "whole"),
    [
        ("the infor-\nmation came", "the information\ncame"),
        ("the anti-\noccupation forces", "the anti-occupation\nforces"),
        ("a ten-year-\nold boy", "a ten-year-old\nboy"),
        ("the infor\u00ad\nmation came", "the information\ncame"),
        ("co\u00adope\u00adration", "cooperation"),
        ("a long-\nterm plan; not long ago a term", "a long-term\nplan; not long ago a term"),
        ("a co-\nrollary, as corollary says", "a corollary,\nas corollary says"),
        ("the infor-\nmation, - he said", "the information, - he said"),
        ("from 1999-\n2003 and -\nso on", "from 1999-2003 and -\nso on"),
    ],
)
def test_hyphens_at_line_ends(torn: str, whole: str) -> None:
    assert mend_hyphens(torn) == whole


def test_a_word_torn_by_a_page_break_is_whole_again() -> None:
    assert mended("The minister gave them all the infor-", "mation that they had.") == [
        "The minister gave them all the information that they had."
    ]
    assert mended("The minister gave them all the infor-", "mation 12 they had.") == [
        "The minister gave them all the information 12 they had."
    ]


_PIECES = st.sampled_from(
    ["infor-", "mation", "well-", "known, he said.", "5", "- item", "a-b-", "x"]
)
