"""An answer that was kept is the answer that was given, but for the texts of its articles."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rag.conversations.export import to_html
from rag.conversations.stored_turns import (
    answer_from_json,
    answer_to_json,
    history,
    without_article_texts,
)
from rag.types import Answer
from tests.stored import LAKE, conversation_of, lake_answer, refusal, turn_of


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.from_type(Answer))
def test_any_answer_comes_back_exactly(answer: Answer) -> None:
    answer = replace(answer, timings=dict(answer.timings))
    back = answer_from_json(answer_to_json(answer))
    assert repr(back) == repr(without_article_texts(answer))  # NaN equals nothing, itself included
    assert repr(answer_from_json(answer_to_json(back))) == repr(back)
    assert answer_to_json(answer).isascii()


def test_only_the_articles_texts_are_left_out() -> None:
    answer = lake_answer()
    kept = answer_from_json(answer_to_json(answer))
    assert kept.hits[0].passage.text == LAKE.text
    assert kept.hits[0].article == replace(LAKE, text="", marks=())
    assert replace(kept, hits=answer.hits) == answer


@pytest.mark.parametrize("answer", [lake_answer(), refusal()])
def test_what_is_kept_is_shown_as_what_was_given(answer: Answer) -> None:
    kept = answer_from_json(answer_to_json(answer))
    pages = [to_html(conversation_of(turn_of(each)), date(2026, 1, 1)) for each in (answer, kept)]
    assert pages[0] == pages[1]


def test_an_answer_of_a_version_that_knew_fewer_fields_is_read() -> None:
    record = json.loads(answer_to_json(lake_answer()))
    del record["differ"], record["unanswered"]
    for name in ("language", "text", "header", "marks"):
        del record["hits"][0]["article"][name]
    back = answer_from_json(json.dumps(record))
    assert back == without_article_texts(replace(lake_answer(), hits=back.hits))
    assert back.hits[0].article == replace(LAKE, text="", language=None)


@pytest.mark.parametrize("damaged", ["", "{", "[]", "{}", '{"hits": 1}', '"x"', "3"])
def test_what_is_no_answer_is_a_value_error(damaged: str) -> None:
    with pytest.raises(ValueError, match="no answer|Expecting"):
        answer_from_json(damaged)


def test_the_next_question_gets_whole_answers() -> None:
    stopped = replace(turn_of(refusal()), state="stopped", answer=None)
    assert history([turn_of(lake_answer()), stopped, turn_of(refusal())]) == (
        lake_answer(),
        refusal(),
    )
