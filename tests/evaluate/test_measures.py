"""Scores against what scikit-learn, the statistics of shares and counting by hand say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score, roc_curve

from rag.evaluate.judge import judge
from rag.evaluate.measures import (
    Score,
    area_under_roc,
    calibration_error,
    refused_while_answering,
    scores,
)
from rag.evaluate.questions import Question
from rag.types import Answer, Claim, Hit, Origin
from tests.evaluate.fakes import (
    HOURS,
    SHIPS,
    TALKS,
    FakeLibrary,
    abstained,
    answered,
    article,
    hit,
)

LEVELS = st.sampled_from([0.0, 0.2, 0.5, 0.5000001, 1.0])
SIDE = st.lists(LEVELS, min_size=1, max_size=20)
UNTIMED = settings(deadline=None)
"""The first case imports scipy."""


@UNTIMED
@given(SIDE, SIDE)
def test_confidence_tells_answerable_from_absent(
    answerable: list[float], absent: list[float]
) -> None:
    truth = [1] * len(answerable) + [0] * len(absent)
    columns = np.array(answerable), np.array(absent)
    said = [*answerable, *absent]
    assert area_under_roc(*columns) == pytest.approx(roc_auc_score(truth, said))
    false, true, _ = roc_curve(truth, said, drop_intermediate=False)
    reached = refused_while_answering(*columns)
    assert any(
        reached == pytest.approx(1 - answered)
        for answered, right in zip(false, true, strict=True)
        if right >= 0.9
    )


@UNTIMED
@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=30))
def test_calibration_error_is_the_gap_bin_by_bin(judged: list[tuple[float, bool]]) -> None:
    gaps = [0.0] * 15
    for confidence, right in judged:
        gaps[min(int(confidence * 15), 14)] += confidence - right
    columns = np.array(judged, dtype=float).T
    assert calibration_error(*columns) == pytest.approx(sum(map(abs, gaps)) / len(judged))


def question(text: str, **known: Any) -> Question:
    return Question(text=text, **{"answers": ("four hours",)} | known)


def found(
    asked: Mapping[Question, Answer], hits: Mapping[str, Sequence[Hit]] | None = None
) -> dict[tuple[str, str], Score]:
    answers = {question.text: answer for question, answer in asked.items()}
    library = FakeLibrary(answers, hits or {})
    records = [judge(question, library) for question in asked]
    taken = scores(records, seed=3)
    assert taken == scores(records, seed=3)
    return {(score.section, score.name): score for score in taken}


def values(taken: Mapping[tuple[str, str], Score], section: str) -> dict[str, Any]:
    """Value and count by name."""
    return {
        score.name: (pytest.approx(score.value), score.count)
        for score in taken.values()
        if score.section == section
    }


def test_an_interval_is_two_standard_errors_wide() -> None:
    asked = {question(f"{number}?"): answered("four hours") for number in range(5)}
    asked |= {question(f"wrong {number}?"): answered("two hours") for number in range(4)}
    score = found(asked)["answers", "contains"]
    assert (score.value, score.count) == (pytest.approx(5 / 9), 9)
    assert score.low == pytest.approx(5 / 9 - 0.32, abs=0.06)
    assert score.high == pytest.approx(5 / 9 + 0.32, abs=0.06)
    one = found({question("one?"): answered("four hours")})["answers", "contains"]
    assert (one.value, one.low, one.high, one.count) == (1.0, None, None, 1)


PLAIN = {
    question("right"): answered("four hours", citations=[HOURS], confidence=0.8),
    question("wrong"): answered("nine", differ=True, confidence=0.6),
    question("refused"): abstained(),
}


def test_conflicts_stay_out_of_every_other_figure() -> None:
    both = answered("Four hours. Two hours.", citations=[HOURS], differ=True, confidence=0.1)
    conflicts = {
        question("both", conflicting=("two hours",)): both,
        question("one", conflicting=("two hours",)): answered("four hours", confidence=0.3),
        question("neither", conflicting=("two hours",)): abstained(0.9),
        question("false one", conflicting=("two hours",)): answered("two hours", differ=True),
    }
    alone, together = found(PLAIN), found(PLAIN | conflicts)
    told = values(together, "conflicts")
    assert told["both shown"] == (1 / 4, 4)
    assert told["contains"] == (2 / 4, 4)
    assert told["said to differ"] == (2 / 4, 4)
    assert told["said to differ, others"] == (1 / 2, 2)
    for section in ("retrieval", "answers", "deciding"):
        assert values(alone, section) == values(together, section)
    assert values(together, "citations") == {"exactness": (1.0, 2), "precision": (1.0, 1)}


def test_deciding_and_calibration() -> None:
    absent = {
        question("why?", answers=(), absent=True): abstained(0.1),
        question("who?", answers=(), absent=True): answered("nobody", confidence=0.7),
    }
    assert values(found(PLAIN | absent), "deciding") == {
        "answered, answerable": (2 / 3, 3),
        "abstained, absent": (1 / 2, 2),
        # 0.9 of three are answered from 0.1, the confidence of the refusal.
        "abstained, at 0.90 answered": (0.0, 5),
        "area under ROC": ((2 + 1 + 0.5) / 6, 5),
        "calibration error": ((0.2 + 0.6 + 0.1 + 0.1 + 0.7) / 5, 5),
        "calibration error, answered": ((0.2 + 0.6 + 0.7) / 3, 3),
    }
    assert "calibration error" not in values(found(absent), "deciding")


def test_near_misses_stand_beside_the_answerable_questions() -> None:
    place = {"article_id": "talks", "start": 0, "end": 28, "plausible": ("two hours",)}
    near = {
        question("near?", answers=(), **place): answered("Two hours.", confidence=0.7),
        question("nearer?", answers=(), **place): abstained(0.05),
    }
    taken = found(PLAIN | near)
    assert values(taken, "near misses") == {
        "lured": (1 / 2, 2),
        "refused": (1 / 2, 2),
        "refused, at 0.90 answered": (1 / 2, 5),
        "area under ROC": ((2 + 1 + 1) / 6, 5),
    }
    assert "abstained, absent" not in values(taken, "deciding")
    assert values(taken, "deciding")["calibration error"][1] == 5


def test_follow_ups_are_also_scored_where_they_can_be_answered() -> None:
    def turn(text: str, answerability: str, *relevant: str) -> Question:
        known = {"answerability": answerability, "relevant": relevant, "history": ("Where?",)}
        return question(text, answers=(), **known)

    first = [hit(TALKS)] * 5 + [hit(article(str(n), "x")) for n in range(4)] + [hit(SHIPS)]
    taken = found(
        {
            turn("found", "ANSWERABLE", "talks"): answered("x", confidence=0.9),
            turn("found late", "ANSWERABLE", "ships"): abstained(0.2),
            turn("missed", "UNDERSPECIFIED", "ships"): answered("x", confidence=0.1),
            turn("unanswerable", "UNANSWERABLE"): abstained(0.3),
        },
        {"found": first, "found late": first, "missed": [hit(TALKS)]},
    )
    told = values(taken, "follow-ups")
    assert (told["recall@5"], told["recall@10"]) == ((1 / 3, 3), (2 / 3, 3))
    assert told["answered, answerable"] == (1 / 2, 2)
    assert (told["abstained, absent"], told["area under ROC"]) == ((1.0, 1), (1 / 2, 3))
    assert values(taken, "follow-ups, answerable")["recall@5"] == (1 / 2, 2)
    assert values(taken, "retrieval") == {}
    alone = found({turn("found", "ANSWERABLE", "talks"): abstained()}, {"found": [hit(TALKS)]})
    assert values(alone, "follow-ups, answerable") == {}


def test_partial_answers() -> None:
    partial = {"answers": (), "answerability": "PARTIAL"}
    taken = found(
        {
            question("one", **partial): answered("In May.", unanswered=["Why?"]),
            question("two", **partial): abstained(),
            question("whole"): answered("four hours", unanswered=["Why?"]),
            question("also whole"): answered("four hours"),
        }
    )
    assert values(taken, "partial") == {
        "answered": (1 / 2, 2),
        "part called missing": (1 / 2, 2),
        "part called missing, others": (1 / 2, 2),
    }


def test_verdicts() -> None:
    def asked(text: str, status: str, confidence: float = 0.99) -> tuple[Question, Answer]:
        any_of = (("May",), ("Rome",)) if status == "answered" else ()
        known = {"status": status, "any_of": any_of, "none_of": ("June",), "answers": ()}
        answer = answered(text, confidence=confidence) if text else abstained()
        return question(f"{text} {status}", **known), answer

    taken = found(
        dict(
            [
                asked("In Rome in May.", "answered"),
                asked("In Rome.", "answered"),
                asked("In June.", "answered", confidence=0.1),
                asked("", "answered"),
                asked("", "abstained"),
                asked("In June.", "abstained"),
            ]
        )
    )
    assert values(taken, "verdicts") == {
        "right": (2 / 6, 6),
        "partly": (1 / 6, 6),
        "lured": (2 / 6, 6),
        "wrong": (0.0, 6),
        "refused": (1 / 6, 6),
        "right, of the answerable": (1 / 4, 4),
        "right, of those to refuse": (1 / 2, 2),
        "right, of sure": (1 / 3, 3),
        "lured, of sure": (1 / 3, 3),
    }


def test_claims_of_a_model_are_counted_by_question() -> None:
    def says(*claims: tuple[Origin, str | None]) -> Answer:
        made = [Claim("They talked for four hours.", (1,), *claim) for claim in claims]
        return answered("", citations=[HOURS], claims=made)

    taken = found(
        {
            question("one"): says(("written", None), ("replaced", "It took four hours.")),
            question("two"): says(("replaced", "Five days."), ("replaced", "?"), ("quoted", None)),
            question("three"): says(("quoted", None)),
        }
    )
    assert values(taken, "claims") == {"replaced, of checked": (3 / 4, 2)}
