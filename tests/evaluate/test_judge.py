"""One question at a time: what a record says, against values worked out by hand."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rag.evaluate.judgements import Record

from rag.evaluate.judge import judge
from rag.evaluate.questions import Question
from rag.types import Answer, Article, Hit, Span
from tests.evaluate.fakes import FakeLibrary, abstained, answered, article, citation, hit

TALKS = article(
    "talks", "The talks lasted four hours. They were held in Baghdad.", "2007/talks.txt"
)
SHIPS = article("ships", "Nine warships took part.")
ANSWERABLE = Question("1", "question", "How long?", expected="answer", answers=("four hours",))


def judged(question: Question, answer: Answer, hits: Sequence[Hit] = ()) -> Record:
    library = FakeLibrary(
        answers={question.text: answer},
        hits={question.text: hits},
        articles=(TALKS, SHIPS),
    )
    return judge(question, library)


def test_a_right_answer() -> None:
    first = citation(1, TALKS, "The talks lasted four hours.")
    second = citation(2, SHIPS, "Nine warships took part.", shift=1)
    answer = answered(
        "“The talks lasted four hours.” [1] “Nine warships took part.” [2]",
        short="four hours",
        citations=(first, second),
    )
    record = judged(ANSWERABLE, answer)
    assert record.text == "“The talks lasted four hours.” “Nine warships took part.”"
    assert record.words == 9
    assert (record.right, record.contains, record.exact_match, record.short_f1) == (
        True, True, True, 1.0,
    )  # fmt: skip
    # "the" falls away: 8 words shown, 2 expected, 2 shared.
    assert record.text_f1 == pytest.approx(2 * 2 / (8 + 2))
    assert [(quote.exact, quote.holds_answer) for quote in record.quotes] == [
        (True, True),
        (False, False),
    ]
    assert record.query == "what was searched"
    assert record.first_words_seconds is not None
    assert record.first_words_seconds <= record.seconds


def test_an_abstention_shows_nothing_right() -> None:
    record = judged(ANSWERABLE, abstained())
    assert (record.right, record.contains, record.exact_match) == (False, False, False)
    assert (record.short_f1, record.text_f1) == (0.0, 0.0)
    assert record.words is None
    assert record.first_words_seconds is None
    assert record.text == "The articles do not say."


def test_no_short_answer_is_no_match() -> None:
    record = judged(ANSWERABLE, answered("four hours"))
    assert (record.contains, record.exact_match, record.short_f1) == (True, False, 0.0)


@pytest.mark.parametrize("text", ["", ".", " "])
def test_an_answer_that_says_nothing(text: str) -> None:
    record = judged(ANSWERABLE, answered(text, short=text))
    assert (record.right, record.exact_match, record.text_f1) == (False, False, 0.0)


def test_no_answer_to_an_absent_question_is_right() -> None:
    absent = Question("1", "absent", "Who won?", expected="abstain")
    assert judged(absent, answered("Nobody.")).right is False
    assert judged(absent, abstained()).right is False


def test_a_topic_is_not_judged_right_or_wrong() -> None:
    topic = Question("1", "question", "talks", relevant=("talks",))
    record = judged(topic, answered("four hours"), [hit(TALKS)])
    assert (record.right, record.contains, record.short_f1, record.hit_at_1) == (None,) * 4


def test_a_citation_of_an_unknown_article_is_not_exact() -> None:
    unknown = article("unknown", "four hours")
    record = judged(ANSWERABLE, answered("", citations=[citation(1, unknown, "four hours")]))
    assert [quote.exact for quote in record.quotes] == [False]


@pytest.mark.parametrize(("shift", "exact"), [(0, True), (-28, False)])
def test_offsets_below_zero_are_not_exact(shift: int, exact: bool) -> None:
    # The last characters of a text are also its characters from a negative start.
    text = "x" * 28
    made = article("talks", text)
    record = judge(
        ANSWERABLE,
        FakeLibrary(
            answers={"How long?": answered("", citations=[citation(1, made, "x" * 27, shift)])},
            articles=[made],
        ),
    )
    assert [quote.exact for quote in record.quotes] == [exact]


@pytest.mark.parametrize(
    ("start", "end", "found"),
    [
        (0, 28, True),
        (0, 14, True),
        (14, 55, True),
        (15, 55, False),
        (17, 19, True),
        (26, 29, True),
        (27, 30, False),
        (28, 55, False),
    ],
)
def test_half_of_the_shorter_must_be_shared(start: int, end: int, found: bool) -> None:
    question = Question(
        "1", "question", "How long?", expected="answer", article_id="talks", span=Span(0, 28)
    )
    record = judged(question, abstained(), [hit(TALKS, start, end)])
    assert record.hit_at_1 is found
    assert [passage.holds_place for passage in record.passages] == [found]


@given(st.integers(0, 40), st.integers(1, 15), st.integers(0, 40), st.integers(1, 15))
def test_sharing_counts_characters(start: int, length: int, other: int, other_length: int) -> None:
    question = Question(
        "1",
        "question",
        "How long?",
        expected="answer",
        article_id="talks",
        span=Span(start, start + length),
    )
    shared = set(range(start, start + length)) & set(range(other, other + other_length))
    record = judged(question, abstained(), [hit(TALKS, other, other + other_length)])
    assert record.hit_at_1 == (len(shared) >= min(length, other_length) / 2)


def test_ranks_of_the_answering_passage() -> None:
    question = Question(
        "1", "question", "How long?", expected="answer", article_id="2007/talks.txt",
        span=Span(0, 28),
    )  # fmt: skip
    wrong, right = hit(SHIPS), hit(TALKS, 0, 28)
    for rank, expected in {
        1: (True, True),
        2: (False, True),
        5: (False, True),
        6: (False, False),
    }.items():
        record = judged(question, abstained(), [wrong] * (rank - 1) + [right])
        assert (record.hit_at_1, record.hit_at_5) == expected
    empty = judged(question, abstained())
    assert (empty.hit_at_1, empty.hit_at_5) == (False, False)


def test_a_quote_is_found_and_cited() -> None:
    question = Question("1", "question", "How long?", expected="answer", quote="four  hours")
    shown = answered("", citations=[citation(1, TALKS, "The talks lasted four hours.")])
    record = judged(question, shown, [hit(SHIPS), hit(TALKS)])
    assert (record.hit_at_1, record.hit_at_5, record.cites_quote, record.right) == (
        False, True, True, True,
    )  # fmt: skip
    record = judged(question, abstained(), [hit(TALKS)])
    assert (record.hit_at_1, record.cites_quote, record.right) == (True, False, False)


def test_a_span_alone_says_whether_the_citation_is_right() -> None:
    question = Question(
        "1", "question", "How long?", expected="answer", article_id="talks", span=Span(0, 28)
    )
    good = answered("", citations=[citation(1, TALKS, "The talks lasted four hours.")])
    bad = answered("", citations=[citation(1, TALKS, "They were held in Baghdad.")])
    assert judged(question, good).right is True
    assert judged(question, bad).right is False


@settings(deadline=None)  # the first case imports ir_measures
@given(
    ranking=st.lists(st.sampled_from("abcdefghijklmn"), max_size=20),
    relevant=st.sets(st.sampled_from("abcdefghijklmnop"), min_size=1),
)
def test_articles_count_at_their_best_passage(ranking: list[str], relevant: set[str]) -> None:
    question = Question("1", "question", "talks", relevant=tuple(sorted(relevant)))
    made: dict[str, Article] = {name: article(name, "text") for name in "abcdefghijklmn"}
    record = judged(question, abstained(), [hit(made[name]) for name in ranking])
    distinct = list(dict.fromkeys(ranking))
    gain = sum(
        1 / math.log2(rank + 2) for rank, name in enumerate(distinct[:10]) if name in relevant
    )
    ideal = sum(1 / math.log2(rank + 2) for rank in range(min(len(relevant), 10)))
    assert record.ndcg_at_10 == pytest.approx(gain / ideal)
    assert record.recall_at_5 == pytest.approx(len(relevant & set(distinct[:5])) / len(relevant))
    assert record.recall_at_10 == pytest.approx(len(relevant & set(distinct[:10])) / len(relevant))
    assert record.recall_at_5_passages == len(relevant & set(ranking[:5])) / len(relevant)


def test_relevant_articles_may_be_named_by_source() -> None:
    question = Question("1", "question", "talks", relevant=("2007/talks.txt",))
    record = judged(question, abstained(), [hit(SHIPS), hit(TALKS)])
    assert record.recall_at_5 == 1.0
    assert record.ndcg_at_10 == pytest.approx(1 / math.log2(3))


def test_the_history_is_passed_on() -> None:
    question = Question(
        "1",
        "follow-up",
        "How long?",
        expected="answer",
        answers=("x",),
        history=(("user", "Who?"),),
    )
    library = FakeLibrary()
    judge(question, library)
    assert library.histories["How long?"] == (("user", "Who?"),)
