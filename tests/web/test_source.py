"""The source panel: the whole article, its quotes marked at their exact characters."""

from __future__ import annotations

import html
import re
from fnmatch import fnmatchcase

from hypothesis import given
from hypothesis import strategies as st

from rag.types import Failure
from rag.web.source import CONTENTS_SHOWN, Mark, render_contents, render_source
from tests.fake_library import TEXT, article_of
from tests.web.test_answers import HOSTILE, Tags

ARTICLE = article_of()
QUOTE = "four hours of discussion between Crocker and Kazemi produced very little."


def mark_of(number: int, quote: str, text: str = TEXT) -> Mark:
    start = text.index(quote)
    return Mark.of(number, start, start + len(quote), quote)


def marked(shown: str) -> list[tuple[str, str]]:
    """(attributes, text) of each mark."""
    return re.findall(r"<mark ([^>]*)>(.*?)</mark>", shown)


def squeezed(text: str) -> str:
    return "".join(text.split())


def test_the_quote_that_was_opened_is_marked_as_current() -> None:
    first = "No agreements were announced"
    shown = render_source(ARTICLE, [mark_of(1, first), mark_of(2, QUOTE)], opened=2)
    assert marked(shown) == [
        ('class="quote current" data-number="2"', QUOTE),
        ('class="quote" data-number="1"', first),
    ]


def test_the_whole_article_is_shown() -> None:
    above, _, shown = render_source(ARTICLE, [mark_of(1, QUOTE)], opened=1).partition("<article")
    assert squeezed(Tags(f"<article{shown}").text) == squeezed(TEXT + ARTICLE.source)
    assert "Peter Symonds · 31 May 2007" in Tags(above).text


def test_title_byline_and_contact_lines_are_told_from_the_text() -> None:
    shown = render_source(ARTICLE, [mark_of(1, "Peter Symonds")], opened=1)
    assert "<h2>The US holds talks with Iran in Baghdad</h2>" in shown
    marked = '<mark class="quote current" data-number="1">Peter Symonds</mark>'
    assert f'<p class="byline">{marked}<br>31 May 2007</p>' in shown
    assert '<p class="outside">Visit wsws.org/contact</p>' in shown


def test_quotes_may_overlap_and_cross_paragraphs() -> None:
    text = "One two three.\n\nFour five six."
    outer = Mark.of(1, 4, 25, text[4:25])
    inner = Mark.of(2, 8, 13, text[8:13])
    shown = render_source(article_of(text), [outer, inner], opened=2)
    assert marked(shown) == [
        ('class="quote" data-number="1"', "two "),
        ('class="quote current" data-number="2"', "three"),
        ('class="quote"', "."),
        ('class="quote"', "Four five"),
    ]


@given(
    st.text(alphabet="ab \n.<&", min_size=1, max_size=60),
    st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=4),
)
def test_marks_hold_exactly_the_characters_quoted(text: str, ends: list[tuple[int, int]]) -> None:
    marks = [
        Mark.of(number, start, end, text[start:end])
        for number, (start, end) in enumerate(ends, start=1)
        if start < end <= len(text)
    ]
    shown = render_source(article_of(text), marks, opened=1)
    covered = {place for mark in marks for place in range(mark.start, mark.end)}
    quoted = squeezed("".join(text[place] for place in sorted(covered)))
    assert squeezed("".join(Tags(piece).text for _, piece in marked(shown))) == quoted


def test_a_quote_that_is_not_there_any_more_is_not_marked_elsewhere() -> None:
    changed = article_of("New words. " + TEXT)
    shown = render_source(changed, [mark_of(1, QUOTE)], opened=1)
    assert not marked(shown)
    assert "has changed since" in shown
    assert "has changed since" not in render_source(ARTICLE, [mark_of(1, QUOTE)], opened=1)
    assert not marked(render_source(ARTICLE, [Mark(1, 10**8, 10**9, 1)], opened=1))


def test_the_nearest_passage_is_no_citation() -> None:
    shown = render_source(ARTICLE, [mark_of(0, QUOTE)], opened=0)
    assert marked(shown) == [('class="near current"', QUOTE)]
    assert "does not answer" in shown
    assert "does not answer" not in render_source(ARTICLE, [], opened=None)


def test_a_hostile_article_becomes_text() -> None:
    text = f"{HOSTILE}\n\n{HOSTILE}"
    article = article_of(text, title=f'"{HOSTILE}', author=HOSTILE, source=HOSTILE)
    shown = render_source(article, [Mark.of(1, 3, 30, text[3:30])], opened=1)
    tags = Tags(shown)
    assert not {"script", "img"} & set(tags.names)
    ours = {"class", "data-number", "aria-label", "role", "type", "name", "value"}
    assert tags.attributes <= ours
    contents = Tags(render_contents([article], 1))
    assert not {"script", "img"} & set(contents.names)
    assert contents.attributes <= {"class", "href", "aria-label"}


def test_the_contents_tell_what_was_not_read_and_why() -> None:
    shown = render_contents([ARTICLE], 1, [Failure(HOSTILE, "this is a binary file, not text")])
    assert "this is a binary file, not text" in shown
    assert not {"script", "img"} & set(Tags(shown).names)
    assert "Not read" not in render_contents([ARTICLE], 1)


def test_the_contents_are_searched_and_listed_a_part_at_a_time() -> None:
    many = [article_of(id=f"a{n}", title=f"Talks {n}") for n in range(CONTENTS_SHOWN + 5)]
    first = render_contents(many, len(many))
    assert first.count("<li>") == CONTENTS_SHOWN
    assert f'value="{CONTENTS_SHOWN}">Show more' in first
    assert 'href="#source?article=a1"' in first
    rest = render_contents(many, len(many), offset=CONTENTS_SHOWN)
    assert (rest.count("<li>"), "Show more" in rest) == (5, False)
    found = render_contents(many, len(many), search="SYMONDS 204")
    assert re.findall(r"<bdi>(Talks \d+)", found) == ["Talks 204"]
    assert "No article has these words." in render_contents(many, len(many), search="<b>")


def buttons(shown: str) -> dict[str, str]:
    """The value of each button by its name."""
    return {
        name: html.unescape(value)
        for name, value in re.findall(r'<button [^>]*name="([^"]*)" value="([^"]*)"', shown)
    }


def test_the_opened_quote_can_be_copied_with_its_reference() -> None:
    article = article_of(url="https://news.example/talks?a=1&b=2")
    copies = buttons(render_source(article, [mark_of(1, QUOTE)], opened=1))
    for style in ("Plain", "Markdown", "BibTeX"):
        assert QUOTE in copies[style]
        assert "Symonds" in copies[style]
    assert copies["BibTeX"].startswith("@misc{")
    assert copies["BibTeX"].count("\n") > 4
    assert "Plain" not in buttons(render_source(article, [mark_of(0, QUOTE)], opened=0))
    assert "Plain" not in buttons(render_source(article, [Mark(1, 0, 5, 1)], opened=1))


def test_the_original_is_linked_only_where_it_is_on_the_web() -> None:
    shown = render_source(article_of(url="https://news.example/talks?a=1&b=2"), [], None)
    assert (
        '<a href="https://news.example/talks?a=1&amp;b=2" target="_blank" '
        'rel="noopener noreferrer">' in shown
    )
    for url in ("javascript:alert(1)", "file:///etc/passwd", "//news.example", "data:text/html,x"):
        assert "<a " not in render_source(article_of(url=url), [], None)


def test_a_question_can_be_narrowed_to_the_article_or_its_author() -> None:
    narrowed = buttons(render_source(article_of(source="2007/a [b]*.txt"), [], None))
    assert fnmatchcase("2007/a [b]*.txt", narrowed["source"])
    assert not fnmatchcase("2007/a b.txt", narrowed["source"])
    assert narrowed["author"] == "Peter Symonds"
    assert "author" not in buttons(render_source(article_of(author=None), [], None))
