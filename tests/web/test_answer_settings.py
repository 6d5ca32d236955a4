"""What a person chooses goes before the server's settings, within what the page offers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answer.evidence import MIN_CONFIDENCE
from rag.settings import Settings
from rag.web.answer_settings import (
    chosen_settings,
    kept_settings,
    quote_choices,
    strictness_choices,
)

SERVER = Settings(writer="smollm2", max_quotes=5, min_confidence=None)


def test_each_choice_changes_its_setting_alone() -> None:
    assert chosen_settings("writes=0", SERVER) == SERVER.model_copy(update={"writer": ""})
    assert chosen_settings("?quotes=2", SERVER) == SERVER.model_copy(update={"max_quotes": 2})
    assert chosen_settings("strictness=sure&since=2007", SERVER) == SERVER.model_copy(
        update={"min_confidence": 0.75}
    )


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


@given(st.one_of(st.none(), st.floats(0, 1)), st.integers(1, 10))
def test_the_server_is_never_laxer_than_sure_nor_stricter_than_more(
    min_confidence: float | None, max_quotes: int
) -> None:
    server = Settings(min_confidence=min_confidence, max_quotes=max_quotes)
    offered = strictness_choices(server)
    assert offered["balanced"] == min_confidence
    usual = MIN_CONFIDENCE if min_confidence is None else min_confidence
    assert (offered["more"] or 0) <= usual <= (offered["sure"] or 0)
    assert max_quotes in quote_choices(server)


def test_what_is_kept_with_an_answer_holds_no_password() -> None:
    writer = "http://ada:secret@models.example:8080/v1#small"
    settings = Settings(writer=writer, milvus="http://ada:secret@milvus.example:19530")
    kept = kept_settings(settings)
    assert kept["writer"] == "http://models.example:8080/v1#small"
    assert "secret" not in str(kept)
    assert kept_settings(Settings(writer="smollm2", max_quotes=3))["max_quotes"] == 3
    assert kept_settings(Settings(writer="smollm2"))["writer"] == "smollm2"
