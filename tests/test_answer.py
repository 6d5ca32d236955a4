from __future__ import annotations

from rag.answer import ABSTENTION, abstained, answered, reading_order
from rag.types import Quote, Reading
from tests.fakes import make_article

ONE = make_article("First fact. Second fact.", "one")
TWO = make_article("Third fact.", "two")
FIRST, SECOND = Quote(ONE, "First fact.", 0, 11, 0.2), Quote(ONE, "Second fact.", 12, 24, 0.9)
THIRD = Quote(TWO, "Third fact.", 0, 11, 0.5)


def test_an_answer_quotes_and_marks() -> None:
    reading = Reading((SECOND, THIRD), 0.8, short="Second")
    answer = answered("q?", "query", [SECOND, THIRD], [], reading, "m")
    assert answer.text == "“Second fact.” [1] “Third fact.” [2]"
    assert [citation.number for citation in answer.citations] == [1, 2]
    assert (answer.status, answer.short, answer.confidence) == ("answered", "Second", 0.8)
    assert (answer.question, answer.query, answer.model) == ("q?", "query", "m")


def test_an_abstention_is_one_sentence() -> None:
    answer = abstained("q?", "query", [], 0.1, "m")
    assert (answer.status, answer.text, answer.short) == ("abstained", ABSTENTION, None)
    assert (answer.citations, answer.confidence) == ((), 0.1)


def test_the_best_quote_is_read_first_then_article_by_article() -> None:
    assert reading_order([SECOND, THIRD, FIRST]) == [SECOND, FIRST, THIRD]
    assert reading_order([THIRD, SECOND, FIRST]) == [THIRD, FIRST, SECOND]
