"""One question at a time: what a record says, against values worked out by hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import ndcg_score

from rag.evaluate.judge import Record, judge
from rag.evaluate.questions import Question
from rag.types import Answer, Hit
from tests.evaluate.fakes import (
    HOURS,
    SHIPS,
    TALKS,
    FakeLibrary,
    abstained,
    answered,
    article,
    citation,
    hit,
)

HELD = citation(2, TALKS, "They were held in Baghdad.")


def asking(**known: Any) -> Question:
    return Question(id="1", text="How long?", **known)


ANSWERABLE = asking(answers=("four hours",))
SPAN = {"article_id": "talks", "start": 0, "end": 28}


def judged(question: Question, answer: Answer, hits: Sequence[Hit] = ()) -> Record:
    library = FakeLibrary({question.text: answer}, {question.text: hits})
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
    assert record.measures == dict.fromkeys(
        ("contains", "exact match, short", "token F1, short"), 0
    )
    assert record.first_words_seconds is None


def test_no_answer_to_an_absent_question_is_right() -> None:
    absent = asking(absent=True, answers=("Nobody",))
    for answer in (answered("Nobody."), abstained()):
        record = judged(absent, answer)
        assert (record.right, "contains" in record.measures) == (False, False)


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
        SPAN | {"article_id": "07/talks.txt"},
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
    everything = [*distinct, *sorted({*"abcdefghijklmnop"} - {*distinct})]
    is_relevant = [[name in relevant for name in everything]]
    # scikit-learn ranks what was not found too: far below the tenth.
    ranks = [[-place if name in distinct else -99.0 for place, name in enumerate(everything)]]
    padded = [[*is_relevant[0], *[False] * 10]]
    below = [[*ranks[0], *[-50.0] * 10]]
    assert measures["nDCG@10"] == pytest.approx(ndcg_score(padded, below, k=10))


def test_turns_of_the_user_alone_are_asked_and_others_passed_on() -> None:
    library = FakeLibrary({"Who?": answered("They did.")})
    judge(asking(answers=("x",), history=("Who?", "When?")), library)
    assert library.histories["Who?"] == ()
    assert library.histories["When?"] == (answered("They did."),)
    assert library.histories["How long?"] == (answered("They did."), abstained())
    whole = (("user", "Who?"), ("assistant", "They did."), ("user", "Why?"))
    judge(asking(answers=("x",), history=whole), library)
    assert library.histories["How long?"] == whole


SOUGHT = asking(any_of=(("May", "5/2007"), ("3.05%",)), none_of=("3.09",), status="answered")
FALSE = asking(status="abstained", none_of=("2019",), note="CORRECTION OK: never left")


@pytest.mark.parametrize(
    ("question", "text", "verdict"),
    [
        (SOUGHT, "In May 2007, it fell by 3.05%.", "right"),
        (SOUGHT, "In May.", "partly"),
        (SOUGHT, "By 13.05%.", "wrong"),
        (SOUGHT, "By 3.09% in May.", "partly"),
        (SOUGHT, "By 3.09%.", "lured"),
        (SOUGHT, None, "refused"),
        (FALSE, None, "right"),
        (FALSE, "He never left in 2019.", "lured"),
        (FALSE, "He never left.", "right"),
        (FALSE, "Yes.", "wrong"),
    ],
)
def test_verdicts(question: Question, text: str | None, verdict: str) -> None:
    """One of each group is to be shown and no lure; a false question is refused or corrected."""
    record = judged(question, answered(text) if text else abstained())
    assert record.verdict == verdict
    assert record.right == (verdict == "right" and text is not None)
