"""What conflicts, follow-ups, partial answers and claims come to, by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from rag.evaluate import summarize
from rag.evaluate.judge import judge
from rag.evaluate.questions import Expected, Part, Question
from rag.evaluate.report import Evaluation, render
from rag.types import Answer, Claim, Hit, Origin
from tests.evaluate.fakes import FakeLibrary, abstained, answered, article, citation, hit

TALKS = article("talks", "The talks lasted four hours. They were held in Baghdad.")
SHIPS = article("ships", "Nine warships took part.")
HOURS = citation(1, TALKS, "The talks lasted four hours.")


def evaluation(
    asked: Mapping[Question, Answer], hits: Mapping[str, Sequence[Hit]] | None = None
) -> Evaluation:
    library = FakeLibrary(
        {question.text: answer for question, answer in asked.items()}, hits or {}, (TALKS, SHIPS)
    )
    return summarize([judge(question, library) for question in asked], folder="my-questions")


def scored(evaluation: Evaluation, section: str) -> dict[str, Any]:
    """Value and count by name, of those that could be taken."""
    return {
        score.name: (pytest.approx(score.value), score.count)
        for score in evaluation.scores
        if score.section == section and score.value is not None
    }


def question(identifier: str, answer: str = "four hours") -> Question:
    return Question(identifier, "question", identifier, "answer", answers=(answer,))


def conflict(identifier: str) -> Question:
    return Question(
        *(identifier, "conflict", identifier, "answer"),
        answers=("four hours",),
        conflicting=("two hours",),
    )


def test_conflicts_stay_out_of_every_other_figure() -> None:
    plain = {
        question("right"): answered("four hours", citations=[HOURS], confidence=0.8),
        question("wrong"): answered("nine", differ=True, confidence=0.6),
        question("refused"): abstained(),
    }
    both = answered("Four hours. Two hours.", citations=[HOURS], differ=True, confidence=0.1)
    conflicts = {
        conflict("both"): both,
        conflict("one"): answered("four hours", confidence=0.3),
        conflict("neither"): abstained(0.9),
        conflict("false one"): answered("two hours", differ=True),
    }
    alone, together = evaluation(plain), evaluation(plain | conflicts)
    assert scored(together, "conflicts") == {
        "both shown": (1 / 4, 4),
        "right one shown": (2 / 4, 4),
        "said to differ": (2 / 4, 4),
        "said to differ, others": (1 / 2, 2),
    }
    assert scored(alone, "conflicts") == {"said to differ, others": (1 / 2, 2)}
    for section in ("retrieval", "answers", "deciding"):
        assert scored(alone, section) == scored(together, section)
    assert (alone.curve, alone.answered) == (together.curve, together.answered)
    assert together.answered == pytest.approx(2 / 3)
    assert scored(together, "citations") == {"exactness": (1.0, 2), "precision": (1.0, 1)}


def turn(text: str, expected: Expected | None, relevant: tuple[str, ...] = ()) -> Question:
    history = (("user", "Where?"),)
    return Question(text, "follow-up", text, expected, relevant=relevant, history=history)


def test_follow_ups_are_also_scored_where_they_can_be_answered() -> None:
    first = [hit(TALKS)] * 5 + [hit(SHIPS)]
    found = evaluation(
        {
            turn("found", "answer", ("talks",)): answered("x", confidence=0.9),
            turn("found late", "answer", ("ships",)): abstained(0.2),
            turn("missed", None, ("ships",)): answered("x", confidence=0.5),
            turn("unanswerable", "abstain"): abstained(0.3),
        },
        {"found": first, "found late": first, "missed": [hit(TALKS)]},
    )
    assert scored(found, "follow-ups") | {"nDCG@10": None} == {
        "recall@5": (2 / 3, 3),
        "recall@10": (2 / 3, 3),
        "recall@5, passages": (1 / 3, 3),
        "nDCG@10": None,
        "answered, answerable": (1 / 2, 2),
        "abstained, absent": (1.0, 1),
        "area under ROC": (1 / 2, 3),
    }
    answerable = scored(found, "follow-ups, answerable")
    assert answerable["recall@5"] == (1.0, 2)
    assert answerable["recall@5, passages"] == (1 / 2, 2)
    assert scored(found, "retrieval") == {}


def test_follow_ups_that_can_all_be_answered_are_scored_once() -> None:
    found = evaluation({turn("found", "answer", ("talks",)): abstained()}, {"found": [hit(TALKS)]})
    assert "recall@5" in scored(found, "follow-ups")
    assert scored(found, "follow-ups, answerable") == {}


def test_partial_answers() -> None:
    when, where, why = Part("When?", ("May",)), Part("Where?", ("Rome",)), Part("Why?", ())

    def partial(text: str, *parts: Part, relevant: tuple[str, ...] = ()) -> Question:
        return Question(
            *(text, "question", text, "answer"), partial=True, parts=parts, relevant=relevant
        )

    found = evaluation(
        {
            partial("one", when, why): answered("In May.", unanswered=["Why?"]),
            partial("two", when, where, why): answered("In May."),
            partial("three", relevant=("ships",)): abstained(),
            question("whole"): answered("four hours", unanswered=["Why?"]),
            question("also whole"): answered("four hours"),
        },
        {"three": [hit(SHIPS)]},
    )
    assert scored(found, "partial") == {
        "recall@5": (1.0, 1),
        "answered": (2 / 3, 3),
        "part called missing": (1 / 3, 3),
        "part called missing, others": (1 / 2, 2),
        "parts covered": (3 / 5, 2),
        "answered parts shown": (2 / 3, 2),
        "missing parts named": (1 / 2, 2),
    }


def claim(origin: Origin, written: str | None = None) -> Claim:
    return Claim("They talked for four hours.", (1,), origin, written)


def test_claims_are_counted_by_origin() -> None:
    def says(*claims: Claim) -> Answer:
        return answered("", citations=[HOURS], claims=claims)

    found = evaluation(
        {
            question("one"): says(
                claim("written"),
                claim("written"),
                claim("replaced", "It took four hours."),
                claim("quoted"),
            ),
            question("two"): says(claim("replaced", "It took five days."), claim("replaced", "?")),
            question("three"): says(claim("quoted")),
            question("four"): abstained(),
        }
    )
    assert scored(found, "claims") == {
        "quoted": (2, 2),
        "written": (2, 1),
        "replaced": (3, 2),
        "replaced, of checked": (3 / 5, 2),
        "wrongly replaced, of replaced": (1 / 3, 2),
    }
    counted = found.score("claims", "replaced")
    assert (counted.low, counted.high) == (None, None)
    (row,) = [line for line in render(found).splitlines() if "│ replaced  " in line]
    assert row.replace("│", " ").split() == ["replaced", "3", "2"]


def test_without_claims_there_is_nothing_to_count() -> None:
    assert scored(evaluation({question("one"): abstained()}), "claims") == {}
