"""Whether two answers are one."""

from __future__ import annotations

import pytest

from rag.answer.same_answer import Likeness, compared_answers
from rag.question.answer_type import AnswerType
from rag.types import Quote
from tests.fakes import make_article


def _quote(marked: str, date: str | None) -> Quote:
    """A sentence whose answer stands between bars."""
    before, words, after = marked.split("|")
    text = before + words + after
    return Quote(make_article(text, date=date), text, 0, len(text), 1.0, words)


@pytest.mark.parametrize(
    ("kind", "some", "other", "likeness"),
    [
        ("duration", "It took |four hours|.", "It took about |four hours|.", "same"),
        ("duration", "It took |4 hours|.", "It took |four hours|.", "same"),
        ("duration", "It took |four hours|.", "It took |240 minutes|.", "same"),
        ("duration", "It took |14 months|.", "It took |more than a year|.", "same"),
        ("duration", "It took |four hours|.", "It took |five hours|.", "other"),
        ("duration", "It took |four hours|.", "It took |four days|.", "other"),
        ("number", "It cost |$12 million|.", "It cost |twelve million|.", "same"),
        ("number", "About |60,000| books burnt.", "|61,000| books burnt.", "same"),
        ("number", "|60,000| books burnt.", "|61,000| books burnt.", "other"),
        ("number", "It is |248 metres| long.", "It is |814 feet| long.", "same"),
        ("number", "It rose |5 per cent|.", "It rose |5 dollars|.", "other"),
        ("date", "It was signed on |Monday|.", "Signed on |28 May 2007|.", "same"),
        ("date", "It was signed on |Tuesday|.", "Signed on |28 May 2007|.", "other"),
        ("date", "It was signed on |May 28|.", "Signed on |28 May 2007|.", "same"),
        ("date", "It was signed in |May 2007|.", "Signed on |28 May 2007|.", "same"),
        ("date", "It was signed in |2006|.", "Signed on |28 May 2007|.", "other"),
        ("date", "It was signed |last week|.", "Signed on |28 May 2007|.", "open"),
        ("name", "|Ms Okafor| said so.", "|Grace Okafor| said so.", "same"),
        ("name", "The |US| won.", "The |United States| won.", "same"),
        ("name", "|Iran| proposed it.", "|the Iranian ambassador| proposed it.", "same"),
        ("name", "|Iran| proposed it.", "|Tehran's envoy| proposed it.", "same"),
        ("name", "|Tehran's envoy| came.", "|the Iranian ambassador| came.", "same"),
        ("name", "|the French envoy| came.", "|the Iranian ambassador| came.", "other"),
        ("name", "|Hassan Kazemi| proposed it.", "|the Iranian ambassador| did.", "open"),
        ("name", "It is |the judge|.", "It is |Ann Lee|.", "open"),
        ("name", "|Tomas Berg| leads.", "|Tomas Bergman| leads.", "other"),
        ("name", "In |Tampa, Florida|.", "In |Miami, Florida|.", "other"),
        ("name", "|Milan Dorsa and Ada Runcan| signed.", "|President Dorsa| signed.", "same"),
        (None, "It was |a short circuit|.", "It was |arson|.", "other"),
        (None, "It was |a short circuit|.", "It was |a circuit| there.", "same"),
        (None, "It was |a broken lamp|.", "It was |a lamp left burning|.", "open"),
    ],
)
def test_phrases_for_one_answer_are_told_from_two_answers(
    kind: AnswerType | None, some: str, other: str, likeness: Likeness
) -> None:
    first, second = _quote(some, "2007-05-31"), _quote(other, "2007-06-03")
    assert compared_answers(kind, first, second) == likeness
    assert compared_answers(kind, second, first) == likeness


def test_a_day_that_does_not_exist_is_compared_as_it_stands() -> None:
    impossible = _quote("Signed on |31 June 2007|.", None)
    assert compared_answers("date", impossible, _quote("On |Monday|.", None)) == "same"
