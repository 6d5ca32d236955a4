"""What a record says of conflicts, parts of a question, and claims."""

from __future__ import annotations

import pytest
from rag.evaluate.judgements import JudgedPart

from rag.evaluate.questions import Part, Question
from rag.types import Answer, Citation, Claim, Origin
from tests.evaluate.fakes import abstained, answered, article, citation
from tests.evaluate.test_judge import ANSWERABLE, TALKS, judged

CONFLICT = Question(
    "1", "conflict", "How long?", expected="answer", answers=("four hours",), conflicting=("two",)
)


@pytest.mark.parametrize(
    ("answer", "both", "right"),
    [
        (answered("Four hours; another says two.", differ=True), True, True),
        (answered("It lasted four hours."), False, True),
        (answered("It lasted two hours.", differ=True), False, False),
        (abstained(), False, False),
    ],
)
def test_a_conflict_is_shown_by_both_answers(answer: Answer, both: bool, right: bool) -> None:
    record = judged(CONFLICT, answer)
    assert (record.conflict_shown, record.contains) == (both, right)
    assert record.differ is answer.differ
    assert judged(ANSWERABLE, answer).conflict_shown is None


def test_a_quote_of_either_side_holds_an_answer() -> None:
    shown = answered("", citations=[citation(1, article("a", "Two hours."), "Two hours.")])
    assert judged(CONFLICT, shown).quotes[0].holds_answer is True
    assert judged(ANSWERABLE, shown).quotes[0].holds_answer is False


WHEN = Part("When did they meet?", ("May",))
WHY = Part("Why did they meet?", ())


@pytest.mark.parametrize(
    ("text", "unanswered", "when", "why"),
    [
        ("In May.", (), True, False),
        ("In June.", (), False, False),
        ("In May.", ("Why did they meet?",), True, True),
        ("In June.", ("why did the two meet",), False, True),
        ("In May.", ("When did they meet there?",), False, False),
        ("In May.", ("When did they meet?", "Why did they meet?"), False, True),
        ("In May.", ("Who paid for all of it?",), True, False),
    ],
)
def test_a_part_is_shown_or_said_to_be_missing(
    text: str, unanswered: tuple[str, ...], when: bool, why: bool
) -> None:
    question = Question("1", "question", "Q?", expected="answer", parts=(WHEN, WHY))
    record = judged(question, answered(text, unanswered=unanswered))
    assert record.parts == (JudgedPart(True, when), JudgedPart(False, why))
    assert record.unanswered == unanswered
    assert (record.right, record.contains) == (None, None)


@pytest.mark.parametrize(
    ("unanswered", "missing"),
    [
        ((), False),
        (("Who paid for it?",), True),
        (("When did they meet?",), False),
        (("When did they meet?", "Who paid for it?"), True),
    ],
)
def test_a_part_without_a_question_takes_what_no_other_part_is(
    unanswered: tuple[str, ...], missing: bool
) -> None:
    parts = (WHEN, Part(None, ()), Part(None, ("May",)))
    question = Question("1", "question", "Q?", expected="answer", parts=parts)
    record = judged(question, answered("In May.", unanswered=unanswered))
    _, absent, known = record.parts
    assert absent == JudgedPart(False, missing)
    assert known == JudgedPart(True, True)


def test_an_abstention_covers_no_part() -> None:
    known = Part(None, ("articles",))  # a word of the abstention
    question = Question("1", "question", "Q?", expected="answer", parts=(known, WHY))
    assert [part.covered for part in judged(question, abstained()).parts] == [False, False]


HOURS = citation(1, TALKS, "The talks lasted four hours.")
HELD = citation(2, TALKS, "They were held in Baghdad.")


@pytest.mark.parametrize(
    ("written", "cited", "wrongly"),
    [
        ("They talked for four hours.", HOURS, True),
        ("They talked for two hours.", HOURS, False),
        ("They talked for four hours.", HELD, False),
        (None, HOURS, None),
    ],
)
def test_a_claim_is_wrongly_replaced_where_it_and_its_quote_hold_the_answer(
    written: str | None, cited: Citation, wrongly: bool | None
) -> None:
    origin: Origin = "replaced" if written else "quoted"
    claim = Claim(f"“{cited.quote}”", (cited.number,), origin, written)
    answer = answered("", citations=[HOURS, HELD], claims=[claim])
    (found,) = judged(ANSWERABLE, answer).claims
    assert (found.text, found.origin, found.written) == (claim.text, origin, written)
    assert found.wrongly_replaced is wrongly
    unknown = Question("1", "question", "How long?", expected="answer", quote="four hours")
    assert judged(unknown, answer).claims[0].wrongly_replaced is None
