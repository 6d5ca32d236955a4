"""An answer that was kept is the answer that was given, but for the texts of its articles."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rag.conversations.stored_turns import (
    answer_from_json,
    answer_to_json,
    filters_from_json,
    filters_to_json,
    history,
    without_article_texts,
)
from rag.types import Answer, Filters
from rag.web.answers import render_answer
from tests.stored import LAKE, lake_answer, refusal, turn_of


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.from_type(Answer))
def test_any_answer_comes_back_exactly(answer: Answer) -> None:
    answer = replace(answer, timings=dict(answer.timings))
    back = answer_from_json(answer_to_json(answer))
    assert repr(back) == repr(without_article_texts(answer))  # NaN equals nothing, itself included
    assert repr(answer_from_json(answer_to_json(back))) == repr(back)
    assert answer_to_json(answer).isascii()


def test_half_a_pair_of_a_character_comes_back_too() -> None:
    answer = replace(lake_answer(), text="a\ud800b")
    assert answer_from_json(answer_to_json(answer)).text == "a\ud800b"


def test_only_the_articles_texts_are_left_out() -> None:
    answer = lake_answer()
    kept = without_article_texts(answer)
    assert kept.hits[0].passage.text == LAKE.text
    article = kept.hits[0].article
    assert article == replace(LAKE, text="", marks=())
    assert (article.title, article.url, article.language) == ("A cold month", LAKE.url, "en")
    assert replace(kept, hits=answer.hits) == answer
    assert LAKE.text not in json.dumps(json.loads(answer_to_json(answer))["hits"][0]["article"])


@pytest.mark.parametrize("answer", [lake_answer(), refusal()])
def test_what_is_kept_is_shown_as_what_was_given(answer: Answer) -> None:
    assert render_answer(answer_from_json(answer_to_json(answer))) == render_answer(answer)


def test_an_answer_of_a_version_that_knew_fewer_fields_is_read() -> None:
    record = json.loads(answer_to_json(lake_answer()))
    del record["differ"], record["unanswered"], record["hits"][0]["article"]["language"]
    back = answer_from_json(json.dumps(record))
    assert back.unanswered == ()
    assert back.citations == lake_answer().citations


@pytest.mark.parametrize("damaged", ["", "{", "[]", "{}", '{"citations": 1}', '"x"', "3"])
def test_what_is_no_answer_is_a_value_error(damaged: str) -> None:
    with pytest.raises(ValueError, match="no answer|Expecting"):
        answer_from_json(damaged)


@pytest.mark.parametrize("damaged", ["", "{", "[]", '{"sinse": 1}', '"x"', "3"])
def test_what_are_no_filters_is_a_value_error(damaged: str) -> None:
    with pytest.raises(ValueError, match="no filters|Expecting"):
        filters_from_json(damaged)


@given(st.from_type(Filters))
def test_any_filters_come_back_exactly(filters: Filters) -> None:
    assert filters_from_json(filters_to_json(filters)) == filters


def test_history_is_what_was_answered() -> None:
    stopped = replace(turn_of(refusal()), state="stopped", answer=None)
    assert history([turn_of(lake_answer()), stopped, turn_of(refusal())]) == (
        ("user", "When did the lake freeze?"),
        ("assistant", "“The lake froze in January.” [1]"),
        ("user", "Who won the cup?"),
        ("assistant", "The articles do not say."),
    )
