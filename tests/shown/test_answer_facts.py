"""The page and the exports say the same of an answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from rag.conversations.export import to_html, to_markdown
from rag.shown.answer_facts import LIKELY, SURE, Searched, answer_facts, sureness
from rag.types import Answer, Claim, Filters
from rag.web.answers import render_answer
from tests.stored import conversation_of, lake_answer, refusal, turn_of
from tests.web.test_answers import Tags

WRITTEN = replace(
    lake_answer(),
    differ=True,
    query="When did the lake (Larch) freeze?",
    timings={"total": 1.25},
    claims=(
        Claim("It froze.", (1,), "written"),
        Claim("“The lake froze in January.”", (1,), "replaced", "It thawed."),
    ),
)


@pytest.mark.parametrize("answer", [lake_answer(), WRITTEN, refusal()])
@pytest.mark.parametrize("filters", [Filters(), Filters(since="2007-01", until="2007-01")])
def test_the_page_and_the_exports_say_the_same(answer: Answer, filters: Filters) -> None:
    turn = replace(turn_of(answer, filters=filters), articles=1203)
    page = Tags(render_answer(answer, Searched(1203, filters))).text
    for shown in (
        page,
        Tags(to_html(conversation_of(turn), date(2026, 12, 4))).text,
        to_markdown(conversation_of(turn), date(2026, 12, 4)).replace("\\", ""),
    ):
        for fact in answer_facts(answer, Searched(1203, filters)):
            assert fact in shown.replace("\n", "") or fact.replace("\u00a0", " ") in shown


def test_an_answer_of_which_all_is_known() -> None:
    assert [*answer_facts(WRITTEN, Searched(1203, Filters(since="2007")))] == [
        sureness(WRITTEN),
        "1 written sentence replaced",
        "The articles differ",
        "Searched for “When did the lake (Larch) freeze?”",
        "Searched 1,203 articles, only those from 2007 on",
        "Took 1.2\u00a0s",
    ]


@pytest.mark.parametrize(
    "none", ["No article mentions it.", "No article within the filters is by A."]
)
def test_a_list_without_articles_says_what_was_searched(none: str) -> None:
    answer = replace(refusal(), text=none, hits=())
    told = ["Searched 3 articles, only those by “Lund”"]
    assert [*answer_facts(answer, Searched(3, Filters(author="Lund")))] == told


def test_a_reply_for_which_nothing_was_searched_says_only_how_long_it_took() -> None:
    reply = replace(refusal(), text="Hello.", hits=(), timings={"total": 0.04})
    assert [*answer_facts(reply, Searched(3))] == ["Took less than 0.1\u00a0s"]


def test_how_sure_is_told_in_words_from_the_cuts_on() -> None:
    def told(confidence: float) -> str:
        return sureness(replace(lake_answer(), confidence=confidence))

    assert 0 < LIKELY <= SURE < 1
    assert (told(SURE), told(1.0)) == ("Sure", "Sure")
    assert told(LIKELY - 0.01) == told(0.0) == "Not sure"
    assert told(SURE - 0.001) == ("Likely" if LIKELY < SURE else "Not sure")
