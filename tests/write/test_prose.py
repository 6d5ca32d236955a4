"""Prose in place of quotes, with the numbers of the answer."""

from __future__ import annotations

from collections.abc import Iterator

from rag.answer.answer import Asked, Section, answered
from rag.types import Answer, Quote
from rag.write.prose import in_prose
from rag.write.writers import Generator
from tests.fakes import FakeEmbedder, make_article

SHIP = make_article("The ship Orion sank near Visby. Nobody was hurt.", "ship")
SANK = Quote(SHIP, "The ship Orion sank near Visby.", 0, 31, 2.0)
NOBODY = Quote(SHIP, "Nobody was hurt.", 32, 48, 1.0)
LAMP = make_article("The lamp of the harbour was made in 1880.", "lamp")
MADE = Quote(LAMP, LAMP.text, 0, len(LAMP.text), 1.0)
ASKED = Asked("Where did the Orion sink, and when was the lamp made?", "q", (), 0.9, "reader")


class Recited(Generator):
    """Writes what it was given, whatever it is asked."""

    name = "recited"

    def __init__(self, *replies: str) -> None:
        self._replies = list(replies)

    def stream(self, prompt: str, max_tokens: int) -> Iterator[str]:
        yield from self._replies.pop(0)


def _prose(*replies: str) -> tuple[list[str], Answer]:
    sections = [
        Section((SANK, NOBODY), remark="2 articles say so.", part="Where did the Orion sink?"),
        Section((MADE,), part="When was the lamp made?"),
    ]
    answer = answered(ASKED, sections, ["Who paid?"])
    *pieces, last = in_prose(answer, sections, Recited(*replies), FakeEmbedder())
    assert isinstance(last, Answer)
    return [piece for piece in pieces if isinstance(piece, str)], last


def test_each_part_is_written_from_its_own_quotes_under_the_answers_numbers() -> None:
    pieces, answer = _prose("Orion sank near Visby [1].", "The lamp was made in 1880 [1].")
    assert "".join(pieces) == answer.text
    assert answer.text == (
        "2 articles say so.\nOrion sank near Visby. [1]\n\n"
        "The lamp was made in 1880. [3]\n\nThe articles do not say who paid."
    )
    assert [claim.citations for claim in answer.claims] == [(1,), (3,)]
    assert [claim.origin for claim in answer.claims] == ["written", "written"]
    assert [citation.number for citation in answer.citations] == [1, 3]
    assert answer.model == "reader, recited"


def test_what_its_quotes_do_not_hold_gives_way_to_them() -> None:
    _, answer = _prose("Orion sank near Visby [1].", "The lamp was made in 1890 [1].")
    assert "1890" not in answer.text
    assert "“The lamp of the harbour was made in 1880.” [3]" in answer.text
    assert {claim.origin for claim in answer.claims} <= {"written", "quoted", "replaced"}
