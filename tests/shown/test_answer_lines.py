"""An answer's text in lines: whose words, which part, and every character of it kept."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from rag.answer.answer import Section, answered
from rag.shown.answer_lines import Line, Words, answer_lines
from rag.types import Answer, Ask, Citation, Claim, Quote
from tests.fakes import make_article

TEXT = "The lake froze in January. Boats\nlay in [2] the ice. “Nobody sailed”, said Ada."
ARTICLE = make_article(TEXT, "lake")


def quote_of(text: str, lead: str = "") -> Quote:
    start = TEXT.index(text)
    return Quote(ARTICLE, text, start, start + len(text), 1.0, lead=lead)


def answer_of(*sections: Section) -> Answer:
    return answered(Ask(*["Which lake?"] * 3), sections, "fake")


def said(line: Line) -> list[tuple[str, str]]:
    """(voice, words) of each piece; ("cited", number) for a marker."""
    return [
        (piece.voice, piece.text) if isinstance(piece, Words) else ("cited", str(piece.number))
        for piece in line.pieces
    ]


def test_quotes_are_the_articles_words_and_leads_and_remarks_are_ours() -> None:
    quotes = (
        quote_of("The lake froze in January.", "[Ada]"),
        quote_of("Boats\nlay in [2] the ice."),
    )
    (line,) = answer_lines(answer_of(Section(quotes, remark="2 articles say so.")))
    assert said(line) == [
        ("ours", "2 articles say so. [Ada] "),
        ("quoted", "“The lake froze in January.”"),
        ("ours", " "),
        ("cited", "1"),
        ("ours", " "),
        ("quoted", "“Boats\nlay in [2] the ice.”"),
        ("ours", " "),
        ("cited", "2"),
    ]


def test_a_part_without_an_answer_is_a_remark_of_ours_in_a_part_of_its_own() -> None:
    answer = answer_of(Section((quote_of("Nobody sailed"),)), Section(part="Who paid the band?"))
    first, second = answer_lines(answer)
    assert (first.part, first.is_remark) == (0, False)
    assert (second.part, second.is_remark) == (1, True)


def test_items_of_a_list_lose_their_dash_and_a_remark_before_them_is_none() -> None:
    quotes = (quote_of("The lake"), quote_of("January"))
    lines = answer_lines(answer_of(Section(quotes, remark="The lines:", in_lines=True)))
    assert [line.is_item for line in lines] == [False, True, True]
    assert said(lines[1]) == [("quoted", "“The lake”"), ("ours", " "), ("cited", "1")]


def test_written_and_replaced_sentences_are_told_from_quotes() -> None:
    answer = answer_of(Section((quote_of("Nobody sailed"), quote_of("The lake froze in January."))))
    text = "All stayed home. [1] “The lake froze in January.” [2]"
    claims = (
        Claim("All stayed home.", (1,), "written"),
        Claim("“The lake froze in January.”", (2,), "replaced", "The lake was warm."),
    )
    (line,) = answer_lines(replace(answer, text=text, claims=claims))
    assert [voice for voice, _ in said(line) if voice not in ("ours", "cited")] == [
        "written",
        "replaced",
    ]


@given(
    st.text(alphabet="a[1]“”- \n", max_size=60),
    st.lists(st.text(alphabet="a[1]“” \n", min_size=1, max_size=8), max_size=3),
)
def test_no_character_is_lost_or_shown_twice(text: str, quotes: list[str]) -> None:
    citations = tuple(
        Citation(number, "a", "A", None, None, "a.txt", quote, 0, len(quote))
        for number, quote in enumerate(quotes, start=1)
    )
    answer = replace(answer_of(Section((quote_of("The lake"),))), text=text, citations=citations)
    shown = ""
    for line in answer_lines(answer):
        shown += "- " if line.is_item else ""
        shown += "".join(
            piece.text if isinstance(piece, Words) else f"[{piece.number}]" for piece in line.pieces
        )
    assert "".join(shown.split()) == "".join(text.split())
