"""One question at a time: what a record says, against values worked out by hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import ndcg_score

from rag.evaluate.judge import Record, judge
from rag.evaluate.questions import Question
from rag.types import Answer, Claim, Hit, Origin
from tests.evaluate.fakes import FakeLibrary, abstained, answered, article, citation, hit

TALKS = article(
    "talks", "The talks lasted four hours. They were held in Baghdad.", "2007/talks.txt"
)
SHIPS = article("ships", "Nine warships took part.")
HOURS = citation(1, TALKS, "The talks lasted four hours.")
HELD = citation(2, TALKS, "They were held in Baghdad.")


def asking(**known: Any) -> Question:
    return Question(id="1", text="How long?", **known)


ANSWERABLE = asking(answers=("four hours",))
SPAN = {"article_id": "talks", "start": 0, "end": 28}


def judged(question: Question, answer: Answer, hits: Sequence[Hit] = ()) -> Record:
    library = FakeLibrary({question.text: answer}, {question.text: hits}, (TALKS, SHIPS))
    return judge(question, library)


def test_a_right_answer() -> None:
    second = citation(2, SHIPS, "Nine warships took part.", shift=1)
    text = "“The talks lasted four hours.” [1] “Nine warships took part.” [2]"
    record = judged(
        ANSWERABLE, answered(text, short="four hours", citations=(HOURS, second), confidence=0.9)
    )
    assert record.text == "“The talks lasted four hours.” “Nine warships took part.”"
    assert record.right is True
    assert record.measures == {
        "contains": 1.0,
        "exact match, short": 1.0,
        "token F1, short": 1.0,
        "words shown": 9.0,
    }
    assert record.pooled["exactness"] == [True, False]
    assert record.pooled["precision"] == [True, False]
    assert record.first_words_seconds is not None
    assert record.first_words_seconds <= record.seconds


def test_an_abstention_shows_nothing_right() -> None:
    record = judged(ANSWERABLE, abstained())
    assert (record.right, record.text) == (False, "The articles do not say.")
    assert set(record.measures.values()) == {0.0}
    assert "words shown" not in record.measures
    assert record.first_words_seconds is None


@pytest.mark.parametrize("text", ["", ".", " "])
def test_an_answer_that_says_nothing(text: str) -> None:
    record = judged(ANSWERABLE, answered(text, short=text))
    assert record.right is False
    assert record.measures["exact match, short"] == record.measures["token F1, short"] == 0.0


def test_no_answer_to_an_absent_question_is_right() -> None:
    absent = asking(absent=True, answers=("Nobody",))
    for answer in (answered("Nobody."), abstained()):
        record = judged(absent, answer)
        assert record.right is False
        assert "contains" not in record.measures


def test_a_topic_is_not_judged_right_or_wrong() -> None:
    record = judged(asking(relevant=("talks",)), answered("four hours"), [hit(TALKS)])
    assert record.right is None
    assert set(record.measures) == {"recall@5", "recall@10", "nDCG@10"}


def test_a_citation_is_exact_only_where_its_characters_stand() -> None:
    unknown = article("unknown", "four hours")
    below_zero = citation(1, article("talks", "x" * 28), "x" * 27, shift=-28)
    for cited in (citation(1, unknown, "four hours"), below_zero):
        assert judged(ANSWERABLE, answered("", citations=[cited])).pooled["exactness"] == [False]


@given(st.integers(0, 40), st.integers(1, 15), st.integers(0, 40), st.integers(1, 15))
def test_half_of_the_shorter_must_be_shared(
    start: int, length: int, other: int, other_length: int
) -> None:
    question = asking(article_id="talks", start=start, end=start + length)
    shared = set(range(start, start + length)) & set(range(other, other + other_length))
    record = judged(question, abstained(), [hit(TALKS, other, other + other_length)])
    holds = len(shared) >= min(length, other_length) / 2
    assert record.measures["hit@1"] == holds
    assert [each for _, each in record.passages] == [holds]


@pytest.mark.parametrize(("rank", "reached"), [(1, (1, 1, 1)), (5, (0, 1, 1)), (6, (0, 0, 1))])
@pytest.mark.parametrize(
    "known",
    [
        SPAN | {"article_id": "2007/talks.txt"},
        {"quote": "four  hours"},
        {"answers": ("four hours",), "relevant": ("talks",)},
    ],
)
def test_ranks_of_the_answering_passage(
    known: dict[str, Any], rank: int, reached: tuple[int, int, int]
) -> None:
    elsewhere = hit(article("other", "Nothing lasted less than five hours."))
    hits = [elsewhere] * (rank - 1) + [hit(TALKS, 0, 28)]
    measures = judged(asking(**known), abstained(), hits).measures
    assert tuple(measures[f"hit@{most}"] for most in (1, 5, 10)) == reached
    assert judged(asking(**known), abstained()).measures["hit@10"] == 0.0


@pytest.mark.parametrize("known", [{"quote": "four hours"}, SPAN])
def test_a_quote_or_span_alone_says_whether_the_citation_is_right(known: dict[str, Any]) -> None:
    assert judged(asking(**known), answered("", citations=[HOURS])).right is True
    assert judged(asking(**known), answered("", citations=[HELD])).right is False
    assert judged(asking(**known), abstained()).right is False


@settings(deadline=None)
@given(
    ranking=st.lists(st.sampled_from("abcdefghijklmn"), max_size=20),
    relevant=st.sets(st.sampled_from("abcdefghijklmnop"), min_size=1),
)
def test_articles_count_at_their_best_passage(ranking: list[str], relevant: set[str]) -> None:
    hits = [hit(article(name, "text", f"{name}.txt")) for name in ranking]
    named = tuple(f"{name}.txt" if name < "c" else name for name in sorted(relevant))
    measures = judged(asking(relevant=named), abstained(), hits).measures
    distinct = list(dict.fromkeys(ranking))
    for most in (5, 10):
        found = relevant & set(distinct[:most])
        assert measures[f"recall@{most}"] == pytest.approx(len(found) / len(relevant))
    everything = [*distinct, *sorted(set("abcdefghijklmnop") - set(distinct))]
    truth = np.array([[name in relevant and name in distinct for name in everything]], dtype=float)
    ideal = np.array([[name in relevant for name in everything]], dtype=float)
    ranks = -np.arange(len(everything), dtype=float)[None]
    expected = ndcg_score(truth, ranks, k=10) if truth.any() else 0.0
    # scikit-learn's ideal knows only what was found.
    lost = np.sort(truth)[0][::-1][:10] @ GAINS / (np.sort(ideal)[0][::-1][:10] @ GAINS)
    assert measures["nDCG@10"] == pytest.approx(expected * lost)


GAINS = 1 / np.log2(np.arange(10) + 2)


def test_turns_of_the_user_alone_are_asked_and_others_passed_on() -> None:
    library = FakeLibrary({"Who?": answered("They did.")})
    judge(asking(answers=("x",), history=("Who?", "When?")), library)
    assert library.histories["Who?"] == ()
    assert library.histories["When?"] == (answered("They did."),)
    assert library.histories["How long?"] == (answered("They did."), abstained())
    whole = (("user", "Who?"), ("assistant", "They did."), ("user", "Why?"))
    judge(asking(answers=("x",), history=whole), library)
    assert library.histories["How long?"] == whole


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("In May 2007, it fell by 3.05%.", "right"),
        ("In May.", "partly"),
        ("By 13.05%.", "wrong"),
        ("By 3.09% in May.", "partly"),
        ("By 3.09%.", "lured"),
        (None, "refused"),
    ],
)
def test_one_of_each_group_must_be_shown_and_no_lure(text: str | None, verdict: str) -> None:
    question = asking(any_of=(("May", "5/2007"), ("3.05%",)), none_of=("3.09",), status="answered")
    record = judged(question, answered(text) if text else abstained())
    assert (record.verdict, record.right) == (verdict, verdict == "right")


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        (None, "right"),
        ("He never left in 2019.", "lured"),
        ("He never left.", "right"),
        ("Yes.", "wrong"),
    ],
)
def test_a_false_question_is_refused_or_corrected(text: str | None, verdict: str) -> None:
    question = asking(status="abstained", none_of=("2019",), note="CORRECTION OK: never left")
    assert judged(question, answered(text) if text else abstained()).verdict == verdict


def test_a_near_miss_lures() -> None:
    question = asking(plausible=("four hours",), **SPAN)
    assert judged(question, answered("It took four hours.")).measures == {"lured": 1.0}
    assert judged(question, abstained()).measures == {"lured": 0.0}


@pytest.mark.parametrize(
    ("text", "both", "right"),
    [
        ("Four hours; another says two.", 1.0, 1.0),
        ("It lasted four hours.", 0.0, 1.0),
        ("It lasted two hours.", 0.0, 0.0),
    ],
)
def test_a_conflict_is_shown_by_both_answers(text: str, both: float, right: float) -> None:
    question = asking(answers=("four hours",), conflicting=("two",))
    measures = judged(question, answered(text)).measures
    assert (measures["both shown"], measures["contains"]) == (both, right)


def test_a_claim_that_a_model_wrote_stands_or_is_replaced() -> None:
    origins: tuple[Origin, ...] = ("quoted", "written", "replaced")
    claims = [Claim("They talked.", (1,), origin) for origin in origins]
    record = judged(ANSWERABLE, answered("", citations=[HOURS], claims=claims))
    assert record.pooled["replaced, of checked"] == [False, True]
