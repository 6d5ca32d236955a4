from __future__ import annotations

from dataclasses import replace

import pytest

from rag.answer.cite import cite, format_date, markers, references
from rag.types import Citation, Quote
from tests.fakes import make_article

ARTICLE = make_article("It rained. It snowed.", title="Weather", author="A. Li", date="2007-05")


def test_quotes_are_numbered_from_one_in_their_order() -> None:
    quotes = [Quote(ARTICLE, "It snowed.", 11, 21, 0.1), Quote(ARTICLE, "It rained.", 0, 10, 0.9)]
    citations = cite(quotes)
    assert [(each.number, each.quote) for each in citations] == [
        (1, "It snowed."),
        (2, "It rained."),
    ]
    assert all(ARTICLE.text[each.start : each.end] == each.quote for each in citations)
    assert (citations[0].title, citations[0].author) == ("Weather", "A. Li")
    assert (citations[0].date, citations[0].source) == ("2007-05", "a.txt")
    assert cite([]) == ()


def test_a_reference_names_what_is_known() -> None:
    citation = cite([Quote(ARTICLE, "It rained.", 0, 10, 1.0)])[0]
    assert references([citation]) == ["[1] Weather, A. Li, 2007-05 (a.txt)"]
    assert references([replace(citation, author=None, date=None)]) == ["[1] Weather (a.txt)"]


def test_quotes_of_one_article_share_a_line() -> None:
    rain, other = citation_of("It rained."), replace(citation_of("It rained."), article_id="b")
    cited = [rain, replace(other, number=2), replace(rain, number=3)]
    assert references(cited) == [
        "[1] [3] Weather, A. Li, 2007-05 (a.txt)",
        "[2] Weather, A. Li, 2007-05 (a.txt)",
    ]


def citation_of(text: str) -> Citation:
    start = ARTICLE.text.index(text)
    return cite([Quote(ARTICLE, text, start, start + len(text), 0.9)])[0]


@pytest.mark.parametrize(
    ("iso_date", "shown"),
    [
        ("2007-05-31", "31 May 2007"),
        ("2007-05-01", "1 May 2007"),
        ("2007-05", "May 2007"),
        ("2007", "2007"),
        ("2007-13-01", "2007-13-01"),
        ("yesterday", "yesterday"),
    ],
)
def test_dates_are_read_by_people(iso_date: str, shown: str) -> None:
    assert format_date(iso_date) == shown


def test_markers_are_those_of_the_answer_not_of_its_quotes() -> None:
    article = make_article("He said so [2]. “Ask” [1] was it. A fee [3] of [12].")
    quotes = [
        Quote(article, article.text[s:e], s, e, 1.0) for s, e in ((0, 15), (16, 33), (34, 52))
    ]
    citations = cite(quotes)
    text = " ".join(f"“{each.quote}” [{each.number}]" for each in citations) + " As [9] and [1]."
    found = markers(text, citations)
    assert [marker[0] for marker in found] == ["[1]", "[2]", "[3]", "[1]"]
    assert [text[: marker.start()][-2:] for marker in found] == ["” ", "” ", "” ", "d "]


def test_no_marker_without_citations() -> None:
    assert markers("As [1] says, [٢] and [99999999999999999999].", ()) == []
