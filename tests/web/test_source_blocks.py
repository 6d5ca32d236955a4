"""What each line of an article is: nothing is said twice, and nothing else is left out."""

from __future__ import annotations

import pytest

from rag.types import Article, Header, Span
from rag.web.render import Mark
from rag.web.source_blocks import blocks
from tests.fakes import outside

BODY = "The terminal cost 61 million crowns."


def article_under(heading: str, author: str | None = "Tom Berg") -> Article:
    """An article with these lines over its body, the first of which is the title."""
    text = f"{heading}\n\n{BODY}"
    title, body = heading.partition("\n")[0], len(heading) + 2
    return Article(
        id="a",
        title=title,
        author=author,
        date="2024-05-20",
        source="a.txt",
        url=None,
        text=text,
        header=Header(title=Span(0, len(title))),
        marks=outside(text, Span(body, len(text))),
    )


def heading_of(article: Article, marks: tuple[Mark, ...] = ()) -> list[tuple[str, str]]:
    """Kind and text of each block before the body."""
    start = article.body[0].start
    found = blocks(article, Span(0, start - 2), marks)
    return [(each.kind, article.text[each.span.start : each.span.end]) for each in found]


@pytest.mark.parametrize(
    "line",
    [
        "Tom Berg",
        "By Tom Berg",
        "20 May 2024",
        "2024-05-20",
        "Tom Berg | 20.05.2024",
        "By Tom Berg, 20 May 2024",
        "Published on May 20, 2024 by Tom Berg",
    ],
)
def test_a_line_that_says_only_author_and_date_is_left_out(line: str) -> None:
    assert heading_of(article_under(f"The cost\n{line}")) == [("title", "The cost")]


@pytest.mark.parametrize(
    "line",
    ["By Tom Berg, Grey Harbour", "21 May 2024", "By Tom Bergman", "Ada Lind", "By", "---"],
)
def test_a_line_that_says_anything_else_stays(line: str) -> None:
    shown = heading_of(article_under(f"The cost\n{line}"))
    assert shown == [("title", "The cost"), ("outside", line)]


def test_a_quoted_line_stays() -> None:
    article = article_under("The cost\nBy Tom Berg\n20 May 2024")
    mark = Mark.of(1, 12, 20, article.text[12:20])
    assert mark.checksum == Mark.of(1, 0, 0, "Tom Berg").checksum
    assert heading_of(article, (mark,)) == [("title", "The cost"), ("outside", "By Tom Berg")]


def test_an_author_that_is_not_known_is_not_taken_for_said() -> None:
    shown = heading_of(article_under("The cost\nTom Berg", author=None))
    assert shown == [("title", "The cost"), ("outside", "Tom Berg")]


def test_a_line_of_the_body_stays_whatever_it_says() -> None:
    article = article_under("The cost")
    start, end = article.body[0]
    found = [*blocks(article, Span(start, end), ())]
    assert [(each.kind, each.span) for each in found] == [("text", Span(start, end))]
