"""What "Why?" gets after an answer, through a real index."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from rag.answer.reasons import reason_given
from rag.index import LocalStore
from rag.types import Article, BuildReport, Reading
from tests.fakes import make_article

TEXT = (
    "The keeper left the island on Monday. He did so because the lamp had failed. "
    "The ferry stopped so that it could be mended. The baker sold nine loaves. "
    "The fog came because the sea was cold."
)


@pytest.fixture
def why(
    build_index: Callable[[Sequence[Article]], BuildReport], open_index: Callable[[], LocalStore]
) -> Callable[[str], Reading | None]:
    build_index([make_article(TEXT, "island"), make_article("It rained.", "rain")])
    store = open_index()
    return lambda answer: reason_given([("user", "What?"), ("assistant", answer)], store)


def test_the_next_sentence_may_say_why(why: Callable[[str], Reading | None]) -> None:
    reading = why("“The keeper left the island on Monday.” [1]")
    assert reading is not None
    (quote,) = reading.quotes
    assert quote.text == "He did so because the lamp had failed."
    assert quote.article.text[quote.start : quote.end] == quote.text


def test_what_was_quoted_is_not_shown_as_if_it_were_new(
    why: Callable[[str], Reading | None],
) -> None:
    reading = why("“The ferry stopped so that it could be mended.” [1]")
    assert reading is not None
    assert reading.reply == "What was quoted before says why:"
    assert len(reading.quotes) == 1


def test_without_a_reason_nothing_is_repeated(why: Callable[[str], Reading | None]) -> None:
    assert why("“The baker sold nine loaves.” [1]") == Reading((), confidence=0.0)
    assert why("The articles do not say.") is None
