"""What is shown for one part of a question."""

from __future__ import annotations

from dataclasses import replace

from rag.answer.answer import Section
from rag.answer.sections import section_of, without_repetition
from rag.types import Mark, Quote, Reading
from tests.fakes import FakeEmbedder, make_article

EARLY = make_article("The ship had a crew of nine.", "crew", title="Nine", date="2001-02-03")
LATER = make_article("The ship had a crew of four.", "later", title="Four", date="2005-06-07")
QUESTION = "How large a crew had the ship?"
BEST = Quote(EARLY, EARLY.text, 0, len(EARLY.text), 5.0, "nine", 0.9)
NEXT = Quote(LATER, LATER.text, 0, len(LATER.text), 4.0, "four", 0.9)


def section(
    *quotes: Quote, part: str = QUESTION, most: int = 3, newest_first: bool = False
) -> Section:
    reading = Reading(quotes, 0.9, short=quotes[0].words)
    return section_of(part, reading, most, FakeEmbedder(), newest_first=newest_first)


def test_articles_that_differ_are_told_apart_line_by_line() -> None:
    for most in (3, 1):  # also where one quote is wanted
        found = section(BEST, NEXT, most=most)
        assert (found.differ, found.in_lines) == (True, True)
        assert [quote.article for quote in found.quotes] == [EARLY, LATER]
    same = replace(NEXT, words="nine")
    agreeing = section(BEST, same, most=1)
    assert (agreeing.quotes, agreeing.agreeing) == ((BEST,), (same,))
    assert agreeing.remark == "2 articles say so."


def test_the_latest_comes_first_where_it_is_asked_for() -> None:
    found = section(BEST, NEXT, newest_first=True)
    assert (found.quotes[0].article, found.short) == (LATER, "four")


def test_the_best_quote_comes_first_then_article_by_article_neighbours_joined() -> None:
    article = make_article("One sank. Two sank.\n\nThree sank. Four sank.", "a")

    def quote(text: str, score: float) -> Quote:
        start = article.text.index(text)
        return Quote(article, text, start, start + len(text), score, text.split()[0])

    other = Quote(EARLY, EARLY.text, 0, len(EARLY.text), 4.0, "crew", 0.9)
    shown = section(quote("Four sank.", 5.0), quote("One sank.", 4.9), quote("Two sank.", 4.8))
    assert [each.text for each in shown.quotes] == ["Four sank.", "One sank. Two sank."]
    assert all(each.article.text[each.start : each.end] == each.text for each in shown.quotes)
    shown = section(quote("Four sank.", 5.0), other, quote("One sank.", 4.8))
    assert [each.article for each in shown.quotes] == [article, article, EARLY]


def test_a_list_is_quoted_whole_with_its_lead_in() -> None:
    text = "They want much.\n\nThey demand:\n- six percent\n- new gloves\n\nNo answer came."
    start, end = text.index("They demand"), text.index("\n\nNo answer")
    article = replace(make_article(text, "list"), marks=(Mark("list", start, end),))
    item = text.index("new gloves")
    for span in ((start, start + len("They demand:")), (item, item + len("new gloves"))):
        found = section(Quote(article, text[slice(*span)], *span, 5.0, None), part="What?")
        assert [quote.text for quote in found.quotes] == [text[start:end]]


def test_a_quote_shown_for_one_part_is_not_shown_again_for_the_next() -> None:
    first, second, third = Section((BEST,)), Section((NEXT, BEST)), Section((BEST, NEXT))
    missing = Section(remark="The articles do not say.", part="Why?")
    assert without_repetition([first, missing, second]) == [first, missing, Section((NEXT,))]
    assert without_repetition([first, third]) == [first]


def test_of_two_sides_a_quote_stands_at_the_one_that_it_answers_better() -> None:
    weaker = replace(BEST, score=1.0)
    sides = [Section((weaker, NEXT), heading="For"), Section((BEST,), heading="Against")]
    shown = without_repetition(sides)
    assert [(each.heading, each.quotes) for each in shown] == [
        ("For", (NEXT,)),
        ("Against", (BEST,)),
    ]
    shown = without_repetition([Section((weaker,), heading="For"), sides[1]])
    assert [each.quotes for each in shown] == [(), (BEST,)]


def test_each_item_of_a_list_is_named_once() -> None:
    article = make_article("Ann Berg sank. Ann Berg swam. Bo Lind swam.", "a")
    reading = Reading(
        tuple(
            Quote(article, text, article.text.index(text), article.text.index(text) + len(text),
                  score, words, 0.9)
            for text, score, words in (
                ("Ann Berg sank.", 3.0, "Ann Berg"),
                ("Ann Berg swam.", 2.0, "Ann Berg"),
                ("Bo Lind swam.", 1.0, "Bo Lind"),
            )
        ),
        0.9,
    )  # fmt: skip
    found = section_of("Who swam?", reading, 5, FakeEmbedder(), in_lines=True)
    assert [each.text for each in found.quotes] == ["Ann Berg sank.", "Bo Lind swam."]
