from __future__ import annotations

import pytest

from rag.answer.answer import Asked, abstained
from rag.cli.terminal import describe_answer, describe_hit, print_error
from rag.errors import RagError
from rag.types import Hit, Passage
from tests.fakes import make_article

ARTICLE = make_article("It\nrained.", title="The\nweather\x1b[2J", author="A. Li", date="2007")
HIT = Hit(Passage("p", ARTICLE.id, "It\nrained.\x1b]0;x\x07", 0, 10), ARTICLE, 0.5)


def test_a_hit() -> None:
    assert describe_hit(HIT) == "0.500  The weather[2J, A. Li, 2007 (a.txt:0)\nIt\nrained.]0;x"


def test_an_abstention_shows_the_nearest_passages() -> None:
    shown = describe_answer(abstained(Asked("q", "q", (HIT,) * 5, 0.1, "m")))
    assert shown.startswith("The articles do not say.\n\nNearest passages:\n- 0.500  The weather")
    assert shown.count("- 0.500") == 3
    assert describe_answer(abstained(Asked("q", "q", (), 0.1, "m"))) == "The articles do not say."


def test_an_error_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    print_error(RagError("It\nfailed.\x1b[1m"))
    assert capsys.readouterr() == ("", "error: It failed.[1m\n")
