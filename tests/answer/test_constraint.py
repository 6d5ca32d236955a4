"""Whether a further quote keeps to what is asked."""

from __future__ import annotations

import pytest

from rag.answer.constraint import fits_beside
from rag.types import Quote
from tests.fakes import make_article


def _quote(text: str, words: str) -> Quote:
    return Quote(make_article(text), text, 0, len(text), 1.0, words)


@pytest.mark.parametrize(
    ("question", "best", "further", "fits"),
    [
        ("Who met in Bern?", ("Ann met Bo in Bern.", "Ann"), ("Cy met Di in Oslo.", "Cy"), False),
        ("Who met in Bern?", ("Ann met Bo in Bern.", "Ann"), ("Cy met Di.", "Cy"), True),
        ("Who met in Bern?", ("Ann met Bo there.", "Ann"), ("Cy met Di in Oslo.", "Cy"), True),
        ("Who met in May?", ("Ann met Bo in May.", "Ann"), ("Cy met Di in Oslo.", "Cy"), True),
        ("Who won in 2012?", ("Ito won in 2012.", "Ito"), ("Paz won in 2011.", "Paz"), False),
        ("Who won in 2012?", ("Ito won in 2012.", "Ito"), ("Ito won twice.", "Ito"), True),
        ("How many sank?", ("Nine ships sank.", "Nine"), ("A ferry sank.", "ferry"), False),
        ("How many sank?", ("A ferry sank.", "ferry"), ("The ship sank.", "ship"), True),
    ],
)
def test_a_near_miss_does_not_fit_beside_a_quote_that_does(
    question: str, best: tuple[str, str], further: tuple[str, str], fits: bool
) -> None:
    assert fits_beside(question, _quote(*further), _quote(*best)) == fits
