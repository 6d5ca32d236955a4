from __future__ import annotations

from dataclasses import replace

from rag.answer.answer import ABSTENTION, Asked, Section, abstained, answered, reading_order
from rag.types import Claim, Quote
from tests.fakes import make_article

ONE = make_article("First fact. Second fact.", "one")
TWO = make_article("Third fact.", "two")
FIRST, SECOND = Quote(ONE, "First fact.", 0, 11, 0.2), Quote(ONE, "Second fact.", 12, 24, 0.9)
THIRD = Quote(TWO, "Third fact.", 0, 11, 0.5)
ASKED = Asked("q?", "query", (), 0.8, "m")


def test_an_answer_quotes_and_marks() -> None:
    answer = answered(ASKED, [Section((SECOND, THIRD), short="Second")])
    assert answer.text == "“Second fact.” [1] “Third fact.” [2]"
    assert [citation.number for citation in answer.citations] == [1, 2]
    assert answer.claims == (
        Claim("Second fact.", (1,), "quoted"),
        Claim("Third fact.", (2,), "quoted"),
    )
    assert (answer.status, answer.short, answer.confidence) == ("answered", "Second", 0.8)
    assert (answer.question, answer.query, answer.model) == ("q?", "query", "m")


def test_words_of_ours_stand_before_the_quotation_marks() -> None:
    led = replace(SECOND, lead="[The author]")
    answer = answered(ASKED, [Section((led,), remark="2 articles say so.")])
    assert answer.text == "2 articles say so. [The author] “Second fact.” [1]"


def test_what_differs_and_what_is_a_list_stands_line_by_line() -> None:
    differing = Section((SECOND, THIRD), remark="They differ.", differ=True, in_lines=True)
    assert answered(ASKED, [differing]).text == (
        "They differ.\n- “Second fact.” [1]\n- “Third fact.” [2]"
    )
    assert answered(ASKED, [differing]).differ
    listed = Section((SECOND, THIRD), in_lines=True)
    assert answered(ASKED, [listed]).text == "- “Second fact.” [1]\n- “Third fact.” [2]"


def test_parts_follow_each_other_and_what_is_missing_is_said() -> None:
    answer = answered(
        ASKED, [Section((SECOND,), short="x"), Section((THIRD, SECOND))], ["Who paid?"]
    )
    assert answer.text == (
        "“Second fact.” [1]\n\n“Third fact.” [2] “Second fact.” [1]\n\n"
        "The articles do not say who paid."
    )
    assert len(answer.citations) == 2
    assert (answer.short, answer.unanswered) == (None, ("Who paid?",))


def test_an_abstention_is_one_sentence() -> None:
    answer = abstained(replace(ASKED, confidence=0.1))
    assert (answer.status, answer.text, answer.short) == ("abstained", ABSTENTION, None)
    assert (answer.citations, answer.confidence) == ((), 0.1)


def test_the_best_quote_is_read_first_then_article_by_article() -> None:
    assert reading_order([SECOND, THIRD, FIRST]) == [SECOND, FIRST, THIRD]
    assert reading_order([THIRD, SECOND, FIRST]) == [THIRD, FIRST, SECOND]
