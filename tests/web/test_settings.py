"""What an address asks for, within what the page offers, and the dialog that offers it."""

from __future__ import annotations

import re
from dataclasses import asdict
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answer.evidence import MIN_CONFIDENCE
from rag.errors import FilterError
from rag.settings import Settings
from rag.shown.answer_facts import SURE
from rag.types import Filters
from rag.web.settings import (
    MAX_FILTER_CHARS,
    checked_filters,
    chosen_settings,
    conversation_from_address,
    date_problem,
    filters_from_address,
    kept_settings,
    least_confidences,
    quote_choices,
    render_settings,
)

DATES = st.none() | st.dates().map(str) | st.dates().map(lambda date: str(date)[:7])
VALUES = st.none() | st.text(min_size=1, max_size=40).map(str.strip).filter(bool)
SERVER = Settings(writer="smollm2", max_quotes=5, min_confidence=None)


@given(DATES, DATES, VALUES, VALUES)
def test_an_address_gives_the_filters_it_was_made_of(
    since: str | None, until: str | None, author: str | None, source: str | None
) -> None:
    filters = Filters(since, until, author, source)
    given = {name: value for name, value in asdict(filters).items() if value}
    assert filters_from_address("?" + urlencode(given, errors="replace")) == filters


@given(st.text(max_size=200))
def test_no_address_breaks_it(query: str) -> None:
    filters_from_address(query)
    chosen_settings(query, SERVER)


def test_what_is_no_filter_is_left_alone_blanks_restrict_nothing_and_long_ones_are_cut() -> None:
    assert filters_from_address("c=9&limit=3&since=&author=+") == Filters()
    assert conversation_from_address("?author=x&c=9") == "9"
    author = filters_from_address("author=" + "x" * 1000).author
    assert author == "x" * MAX_FILTER_CHARS


@pytest.mark.parametrize(
    ("written", "iso"),
    [
        ("may 2024", "2024-05"),
        ("2 May 2024", "2024-05-02"),
        ("May 2, 2024", "2024-05-02"),
        ("2024", "2024"),
        ("2024-05", "2024-05"),
        ("31.5.2024", "2024-05-31"),
        ("1066", "1066"),
    ],
)
def test_a_date_may_be_written_as_people_do(written: str, iso: str) -> None:
    filters = filters_from_address(urlencode({"since": written, "until": written}))
    assert filters == Filters(iso, iso)
    assert date_problem(filters) is None


@pytest.mark.parametrize("written", ["last week", "2007-13", "31 June 2007", "03/04/2007", "May"])
@pytest.mark.parametrize("name", ["since", "until"])
def test_what_cannot_be_read_is_told_with_the_forms_that_can(written: str, name: str) -> None:
    filters = filters_from_address(urlencode({name: written}))
    problem = date_problem(filters)
    assert problem
    assert problem.name == name
    assert f"“{written}” cannot be read as a date: write 31 May 2007, " in problem.line
    with pytest.raises(FilterError, match="May 2007, 2007-05 or 2007"):
        checked_filters(urlencode({name: written}))


def test_until_may_lie_in_the_same_month_or_year_but_not_before() -> None:
    assert date_problem(Filters("2007-05-31", "2007-05")) is None
    assert date_problem(Filters("2007-05-31", "2007")) is None
    problem = date_problem(Filters("2008-01", "2007"))
    assert problem
    assert problem.name == "until"


def test_each_choice_changes_its_setting_alone() -> None:
    for address, change in (
        ("writes=0", {"writer": ""}),
        ("?quotes=2", {"max_quotes": 2}),
        ("strictness=sure&since=2007", {"min_confidence": SURE}),
    ):
        assert chosen_settings(address, SERVER) == SERVER.model_copy(update=change)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "writes=1",
        "strictness=balanced",
        "quotes=0",
        "quotes=9",
        "quotes=%C2%B2",
        "strictness=x",
    ],
)
def test_what_the_page_does_not_offer_leaves_the_servers(address: str) -> None:
    assert chosen_settings(address, SERVER) == SERVER


@given(st.none() | st.floats(0, 1), st.integers(1, 10))
def test_the_server_is_never_laxer_than_sure_nor_stricter_than_more(
    min_confidence: float | None, max_quotes: int
) -> None:
    server = Settings(min_confidence=min_confidence, max_quotes=max_quotes)
    least = least_confidences(server)
    usual = MIN_CONFIDENCE if min_confidence is None else min_confidence
    assert least["more"] <= least["balanced"] == usual <= least["sure"]
    assert max_quotes in quote_choices(server)


def test_what_is_kept_with_an_answer_holds_no_password() -> None:
    writer = "http://ada:secret@models.example:8080/v1#small"
    settings = Settings(writer=writer, milvus="http://ada:secret@milvus.example:19530")
    kept = kept_settings(settings)
    assert kept["writer"] == "http://models.example:8080/v1#small"
    assert "secret" not in str(kept)
    kept = kept_settings(Settings(writer="smollm2", max_quotes=3))
    assert (kept["writer"], kept["max_quotes"]) == ("smollm2", 3)


def chosen(shown: str) -> list[str]:
    return re.findall(r'value="(\w+)"[^>]* (?:checked|selected)', shown)


def test_the_dialog_has_the_servers_choices_chosen() -> None:
    without = render_settings(Settings(writer="", max_quotes=3, min_confidence=0.6))
    assert chosen(without) == ["3", "balanced"]
    writes = render_settings(Settings(writer="smollm2"))
    assert chosen(writes) == ["1", "5", "balanced"]
    assert "written by smollm2" in writes


def test_what_cannot_be_chosen_is_not_offered_and_a_line_says_who_can_change_that() -> None:
    without = render_settings(Settings(writer=""))
    assert not re.search("disabled|make install|RAG_", without)
    assert "Whoever runs Footnote can add a model" in without
    broken = render_settings(Settings(writer="x"), "<b> is no model.")
    assert "&lt;b&gt; is no model." in broken
    assert 'name="writes"' not in broken


@pytest.mark.parametrize(
    ("writer", "name"),
    [
        ("http://ada:secret@models.example:8080/v1#small", "small"),
        ("http://ada:secret@models.example:8080/v1", "models.example"),
        ("/home/ada/secret/model.gguf", "model.gguf"),
        ("<b>", "&lt;b&gt;"),
    ],
)
def test_a_writer_is_named_without_its_address(writer: str, name: str) -> None:
    shown = render_settings(Settings(writer=writer))
    assert f"written by {name}<" in shown
    assert "secret" not in shown
