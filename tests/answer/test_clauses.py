from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answer.clauses import trimmed
from rag.types import Span

# In the tables the part to be kept is marked <so>, and what goes stands after or before "##".

CONNECTIVES = [
    "However, ##the <harbour> authority plans to dredge the northern channel in spring.",
    "But ##the <harbour> authority plans to dredge the northern channel in spring.",
    "And ##they <voted> for the new ferry terminal by a wide margin.",
    "Meanwhile, ##the <mayor> of Brestholm opened the first of two tunnels.",
    "But ##Hanna Lind <said> the tunnel would open a year late.",
    "But, ##fifth, the <town> sold the old gasworks to a builder from Oslo.",
    "In addition, ##the <council> paid for nine buses and two ferries.",
    "And ##He <has> asked three banks for a loan of forty million crowns.",
]
CONNECTIVES_THAT_STAY = [
    "However hard the <council> tried, the ferry line lost money year after year.",
    "But for the <rain>, the regatta would have started on Saturday at noon.",
    "But not every <council> member agreed with the sale of the old gasworks.",
    "And Then There Were <None> is a novel that the theatre played for years.",
    "But Beautiful <is> a book about jazz musicians, as the library's list has it.",
    "Yet another <ferry> ran aground off the northern channel on Friday night.",
    "Meanwhile back in <Brestholm> the mayor opened the first of two tunnels.",
    "<However, the> harbour authority plans to dredge the northern channel in spring.",
    "But the <mayor> did.",
    "In addition to the <tunnel>, the town built nine bridges in four years.",
    "“But the <mayor> never asked us about the new ferry terminal,” Lind said.",
]
HEAD = (
    "The town council of Brestholm <voted> on Tuesday evening to sell the old gasworks and the two"
    " piers beside it to a builder from Oslo for forty million crowns"
)
TAILS = [
    "##, which employs nine hundred people in four countries.",
    "##, who owns most of the land along the northern shore.",
    "##, most of which were paid in the first week of May 6, 2009.",
    "##, ending a quarrel that had split the town for a decade.",
    "##, making the sale the largest in the town's history.",
    "##; the piers were built in 1907 and stand empty.",
    "## – the first sale of public land in a decade.",
    "##—the first sale of public land in a decade.",
]
TAILS_THAT_STAY = [
    ", which may still be stopped by the courts in the autumn.",
    ", which did not want the piers at first for their bad state.",
    ", which doesn't own any other land along the northern shore.",
    ", who said the price was fair to both sides of the deal.",
    ", allegedly to pay the debts of the ferry company at once.",
    ", saying that the price was fair to both sides of the deal.",
    ", according to three people who were in the room that night.",
    ", claiming the price was fair to both sides of the deal.",
    ", depending on the outcome of talks with the harbour office.",
    ", unless the courts of the county stop the sale in autumn.",
    ", which, people in the room recall, surprised the mayor a lot.",
    ", in which case the harbour office moves to the other shore.",
    "; however, the harbour office stopped the sale a week later.",
    "; the mayor denied it in a letter to the paper on Friday.",
    " – if the courts of the county let the sale go through.",
    " – the mayor was away – and to keep the harbour office.",
    ", which employs “nine hundred people, no fewer”, in four countries.",
    " (the piers were built in 1907, which makes them historic monuments).",
    ", the council paper reports, which nobody in town has seen.",
    ".",
]
SENTENCES_THAT_STAY = [
    # the main clause comes after the comma
    "In case of a long strike at the <harbour> and a failure of the talks between the town"
    " and the unions, growing costs of storage and conflicts over the use of the two piers"
    " remain a threat.",
    "The two piers, which a builder from Oslo <bought> on Tuesday evening from the town"
    " council of Brestholm for forty million crowns, stand empty and are to make way for a"
    " hotel and a theatre.",
    # a list
    "The fathers of the town lived for two hundred years by <curing> herring in the cold"
    " sheds along the northern shore of the bay of Brestholm, building boats of oak and larch"
    " for the fleet.",
    "The council voted for the <tunnel>, which costs nine million crowns; for the two"
    " ferries, which cost four million; and for the new school in the north of the town, which"
    " costs two million.",
    # what follows corrects what comes before
    "The aim of the town council was not to <sell> the old gasworks and the two piers beside"
    " it to a builder from Oslo for forty million crowns; it was to keep the ferry line afloat"
    " that winter.",
    # a hedge right before
    "Three papers wrote on Tuesday that the council of Brestholm <sold> the old gasworks and"
    " looked into two other sales in the north of the town that were allegedly illegal, which"
    " were unfounded rumours of the worst kind.",
    # inside direct speech
    "“The council sold the <gasworks> and the two piers beside it to a builder from Oslo for"
    " forty million crowns in one short evening, which employs nine hundred people in four"
    " countries,” Hanna Lind told the paper.",
    # the words kept stand behind
    "The town council of Brestholm voted on Tuesday evening to sell the old gasworks and the"
    " two piers beside it to a builder from Oslo for forty million crowns, which <employs>"
    " nine hundred.",
    # short
    "The council <voted> for the sale to the builder from Oslo, which employs nine hundred people.",
    "",
]


def read(marked: str) -> tuple[str, Span]:
    """A sentence without marks, and the span between ``<`` and ``>``."""
    if "<" not in marked:
        return marked, Span(0, 0)
    before, rest = marked.split("<")
    kept, after = rest.split(">")
    return before + kept + after, Span(len(before), len(before) + len(kept))


def shown(text: str, keep: Span) -> str:
    start, end = trimmed(text, keep)
    return text[start:end]


@pytest.mark.parametrize("marked", CONNECTIVES)
def test_a_connective_goes(marked: str) -> None:
    connective, rest = marked.split("##")
    text, keep = read(connective + rest)
    assert shown(text, keep) == read(rest)[0]


@pytest.mark.parametrize("marked", CONNECTIVES_THAT_STAY)
def test_what_only_looks_like_a_connective_stays(marked: str) -> None:
    text, keep = read(marked)
    assert shown(text, keep) == text


@pytest.mark.parametrize("tail", TAILS)
def test_a_tail_that_adds_goes(tail: str) -> None:
    text, keep = read(HEAD + tail.replace("##", ""))
    assert shown(text, keep) == read(HEAD)[0]


@pytest.mark.parametrize("tail", TAILS_THAT_STAY)
def test_a_tail_that_binds_stays(tail: str) -> None:
    text, keep = read(HEAD + tail)
    assert shown(text, keep) == text


@pytest.mark.parametrize("marked", SENTENCES_THAT_STAY)
def test_a_sentence_stays_whole(marked: str) -> None:
    text, keep = read(marked)
    assert shown(text, keep) == text


def test_a_tail_that_holds_what_is_kept_stays() -> None:
    text = read(HEAD + ", which employs nine hundred people in four countries.")[0]
    keep = Span(text.index("nine hundred"), text.index("nine hundred") + 12)
    assert shown(text, keep) == text


@pytest.mark.parametrize("marks", ["[4]", "[citation needed]", "[4][12]", "[note 2][b]"])
def test_marks_of_the_articles_own_footnotes_go(marks: str) -> None:
    text = "The piers were built in 1907."
    assert shown(text + marks, Span(4, 9)) == text
    assert shown(text + " [sic]", Span(4, 9)) == text + " [sic]"


def test_beginning_and_end_go_together() -> None:
    text, keep = read("However, " + HEAD + "; the piers are empty today.")
    assert shown(text, keep) == read(HEAD)[0]


PIECES = st.lists(
    st.sampled_from(
        [
            *(
                "However, ",
                "But ",
                "the town ",
                "sold ",
                "was not ",
                ", which ",
                ", who ",
                "; ",
                " – ",
            ),
            *(
                "“",
                "”",
                '"',
                "(",
                ")",
                "said ",
                "if ",
                ", making ",
                "it grew ",
                "and ",
                "1,000 ",
                "[1]",
            ),
            *("a builder from Oslo with nine old piers beside the northern shore ", "."),
        ]
    )
    | st.text(max_size=8),
    max_size=30,
).map("".join)


@given(PIECES, st.data())
def test_whatever_the_text_the_kept_words_stay_and_trimming_twice_changes_nothing(
    text: str, data: st.DataObject
) -> None:
    start = data.draw(st.integers(0, len(text)))
    keep = Span(start, data.draw(st.integers(start, len(text))))
    span = trimmed(text, keep)
    assert 0 <= span.start <= keep.start <= keep.end <= span.end <= len(text)
    rest = text[span.start : span.end]
    again = trimmed(rest, Span(keep.start - span.start, keep.end - span.start))
    assert again == Span(0, len(rest))
