from __future__ import annotations

from dataclasses import replace

from rag.answer.answer import ABSTENTION, Section, abstained, answered, distinct
from rag.types import Ask, Claim, Group, Hit, Passage, Quote
from tests.fakes import make_article

ONE = make_article("First fact. Second fact.", "one")
TWO = make_article("Third fact.", "two")
SECOND = Quote(ONE, "Second fact.", 12, 24, 0.9)
THIRD = Quote(TWO, "Third fact.", 0, 11, 0.5)
ASK = Ask("q?", "q?", "query")


def test_an_answer_quotes_and_marks() -> None:
    section = Section((SECOND, THIRD), short="Second", confidence=0.8)
    answer = answered(ASK, [section], "m")
    assert answer.text == "“Second fact.” [1] “Third fact.” [2]"
    assert [citation.number for citation in answer.citations] == [1, 2]
    assert answer.claims == (
        Claim("Second fact.", (1,), "quoted"),
        Claim("Third fact.", (2,), "quoted"),
    )
    assert (answer.status, answer.short, answer.confidence) == ("answered", "Second", 0.8)
    assert (answer.question, answer.query, answer.model) == ("q?", "query", "m")
    assert answer.groups == ()


def test_what_says_the_same_is_cited_beside_the_first_quote() -> None:
    fourth = Quote(TWO, "Third", 0, 5, 0.4)
    answer = answered(ASK, [Section((SECOND, fourth), agreeing=(THIRD,))], "m")
    assert answer.text == "“Second fact.” [1] [2] “Third” [3]"
    assert [citation.quote for citation in answer.citations] == [
        "Second fact.",
        "Third fact.",
        "Third",
    ]
    assert [claim.citations for claim in answer.claims] == [(1, 2), (3,)]


def test_words_of_ours_stand_before_the_quotation_marks() -> None:
    led = replace(SECOND, lead="[The author]")
    answer = answered(ASK, [Section((led,), remark="2 articles say so.")], "m")
    assert answer.text == "2 articles say so. [The author] “Second fact.” [1]"


def test_what_differs_and_what_is_a_list_stands_line_by_line() -> None:
    differing = Section((SECOND, THIRD), remark="They differ.", differ=True, in_lines=True)
    answer = answered(ASK, [differing], "m")
    assert answer.text == "They differ.\n- “Second fact.” [1]\n- “Third fact.” [2]"
    assert answer.differ


def test_groups_have_their_heading_and_share_the_numbers() -> None:
    ask = replace(ASK, kind="compare")
    sides = [Section((SECOND,), heading="Norland"), Section((THIRD, SECOND), heading="Vestria")]
    answer = answered(ask, sides, "m")
    assert answer.text == (
        "Norland: “Second fact.” [1]\n\nVestria: “Third fact.” [2] “Second fact.” [1]"
    )
    assert answer.groups == (Group("Norland", (1,)), Group("Vestria", (2, 1)))
    assert answer.kind == "compare"


def test_what_is_missing_is_said_in_its_place() -> None:
    sections = [
        Section((SECOND,), short="x", confidence=0.9),
        Section(remark=ABSTENTION, part="Who paid?", confidence=0.1),
        Section((THIRD,), confidence=0.7),
    ]
    answer = answered(ASK, sections, "m")
    assert answer.text == (
        "“Second fact.” [1]\n\nThe articles do not answer “Who paid?”.\n\n“Third fact.” [2]"
    )
    assert (answer.short, answer.unanswered, answer.confidence) == (None, ("Who paid?",), 0.7)


def test_an_abstention_is_one_sentence() -> None:
    answer = abstained(ASK, (), "m", confidence=0.1)
    assert (answer.status, answer.text, answer.short) == ("abstained", ABSTENTION, None)
    assert (answer.citations, answer.confidence) == ((), 0.1)


def test_of_a_repeated_story_one_hit_is_shown() -> None:
    copy = replace(TWO, id="copy", source="copy.txt", also_in=("two.txt",))
    first = replace(TWO, also_in=("copy.txt",))
    hits = [
        Hit(Passage(f"{article.id}:0", article.id, "Third fact.", 0, 11), article, 1.0)
        for article in (first, copy, replace(TWO, id="other", source="other.txt"))
    ]
    assert distinct([*hits, hits[0]]) == (hits[0], hits[2])
