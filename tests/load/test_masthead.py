from __future__ import annotations

import pytest

from rag.load.document import Block, Document
from rag.load.masthead import Masthead, find_masthead

PROSE = (
    "The United States and Iran held their first formal talks in nearly three decades on Monday, "
    "and both ambassadors said afterwards that they had been businesslike. They gave no details."
)


def block(text: str) -> Block:
    if text.startswith("# "):
        return Block("heading", text[2:])
    return Block("verbatim" if "\n" in text else "paragraph", text)


def masthead(*texts: str, **metadata: str) -> Masthead:
    found = find_masthead(Document(tuple(map(block, texts)), metadata))
    for stated in (found.title, found.author):
        if stated:
            _, index, start, end = stated
            assert found.blocks[index].text[start:end] == stated.value
    return found


def values(found: Masthead) -> tuple[str | None, str | None, str | None]:
    title, author, date = found.title, found.author, found.date
    return title and title.value, author and author.value, date and date.value


def own_texts(found: Masthead) -> list[str]:
    return [found.blocks[index].text for index in sorted(found.own_blocks)]


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (("# The talks", "Peter Symonds\n31 May 2007"), ("Peter Symonds", "2007-05-31")),
        (("The talks", "Peter Symonds | May 31, 2007"), ("Peter Symonds", "2007-05-31")),
        (("31 May 2007", "# The talks", "by Peter Symonds"), ("Peter Symonds", "2007-05-31")),
        (
            ("The talks", "By JANE A. DOE and John van der Berg, Associated Press Writer"),
            ("JANE A. DOE and John van der Berg", None),
        ),
        (("The talks", "By Jean-Luc O'Hara in Baghdad"), ("Jean-Luc O'Hara", None)),
        (("The talks", "Von Hans Müller\n31. Mai 2007"), ("Hans Müller", "2007-05-31")),
        (("The talks", "Published: Thursday, May 31, 2007 10:15 AM EDT"), (None, "2007-05-31")),
        (("The talks", "World News\n31 May 2007"), (None, "2007-05-31")),
        (
            ("The talks", "By Jose Ramon, Monday at 10:15 GMT, 31 May 2007"),
            ("Jose Ramon", "2007-05-31"),
        ),
        (("The talks", "By Ann at Lee, published on 31 May 2007"), ("Ann", "2007-05-31")),
        (("The talks", "Published 31 May 2007; updated 2007-06-02"), (None, "2007-05-31")),
        (("The talks", "By Monday they had failed"), (None, None)),
        (("The talks", "The war since 2003"), (None, None)),
    ],
)
def test_bylines_and_dates(texts: tuple[str, ...], expected: tuple[str | None, str | None]) -> None:
    assert values(masthead(*texts, PROSE)) == ("The talks", *expected)


def test_a_first_paragraph_may_stand_above_the_byline() -> None:
    standfirst = "After three decades of silence the two countries talk to each other again."
    found = masthead("# The talks", standfirst, "By Peter Symonds", "31 May 2007", PROSE)
    assert values(found) == ("The talks", "Peter Symonds", "2007-05-31")
    assert standfirst not in own_texts(found)


def test_a_year_below_the_first_paragraph_is_a_heading() -> None:
    assert values(masthead("# The talks", PROSE[:90] + ".", "2003", PROSE))[2] is None


def test_text_without_a_title() -> None:
    assert values(masthead(PROSE)) == (None, None, None)
    assert values(masthead("They met in Baghdad.")) == (None, None, None)
    assert values(masthead("They met in Baghdad:", PROSE)) == (None, None, None)


def test_a_first_line_is_the_title_though_it_ends_in_a_full_stop() -> None:
    found = masthead("They met in Baghdad.", PROSE)
    assert values(found) == ("They met in Baghdad.", None, None)
    assert own_texts(found) == []  # it may be evidence all the same
    assert values(masthead("They met in the U.S.", PROSE))[0] == "They met in the U.S."


def test_front_matter_becomes_lines_of_the_text() -> None:
    found = masthead(PROSE, title="The talks", author="Ann Lee", date="31 May 2007")
    assert values(found) == ("The talks", "Ann Lee", "2007-05-31")
    assert own_texts(found) == ["The talks\nAnn Lee\n31 May 2007"]
    assert found.date is not None
    _, index, start, end = found.date
    assert found.blocks[index].text[start:end] == "31 May 2007"


def test_front_matter_counts_more_than_the_text_and_is_not_said_twice() -> None:
    found = masthead("# The talks", "By Someone Else\n1 June 2007", PROSE, title="The Talks")
    assert values(found) == ("The Talks", "Someone Else", "2007-06-01")
    assert own_texts(found) == ["The Talks", "By Someone Else\n1 June 2007"]


def test_a_date_in_the_front_matter_that_is_none_is_only_shown() -> None:
    found = masthead(PROSE, title="The talks", date="yesterday")
    assert values(found) == ("The talks", None, None)
    assert own_texts(found) == ["The talks\nyesterday"]
