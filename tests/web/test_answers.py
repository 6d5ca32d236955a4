"""What the chat shows of an answer: everything escaped, every marker a link to its quote."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qs, unquote

import pytest

from rag.answer.answer import Section, answered
from rag.errors import IndexCorruptError, SeedsError
from rag.shown.answer_facts import NEAREST_SHOWN
from rag.types import Answer, Ask, Done, Failure, Kind, Quote
from rag.web import answers, served, source
from rag.web.answers import Making
from rag.web.served import Failed, Ready, State, Working
from tests.fake_library import FakeLibrary, FakeManifest, article_of
from tests.stored import LAKE, turn_of

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)>![x](http://foreign.example/x.png)"


class Tags(HTMLParser):
    """Collects the tags and the text of a piece of HTML."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.names: list[str] = []
        self.attributes: set[str] = set()
        self.text = ""
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        self.attributes.update(name for name, _ in attrs)

    def handle_data(self, data: str) -> None:
        self.text += data


def answer_to(question: str, library: FakeLibrary | None = None) -> Answer:
    events = list((library or FakeLibrary()).stream(question))
    assert isinstance(events[-1], Done)
    return events[-1].answer


def links(shown: str) -> list[dict[str, list[str]]]:
    return [
        parse_qs(unquote(address).replace("&amp;", "&").partition("?")[2])
        for address in re.findall(r'href="#([^"]+)"', shown)
    ]


def test_every_marker_links_to_its_own_quote() -> None:
    answer = answer_to("How long was the discussion between Crocker and Kazemi?")
    assert len(answer.citations) == 2
    words = answers.render_answer(answer).partition('<ul class="sources">')[0]
    opened = links(words)
    assert [int(link["opened"][0]) for link in opened] == [1, 2]
    for link in opened:
        assert link["article"] == ["a1"]
        assert link["quote"] == [
            f"{each.number}.{each.start}.{each.end}.{source.checksum(each.quote)}"
            for each in answer.citations
        ]


def test_the_short_answer_stands_out_in_the_words() -> None:
    answer = replace(answer_to("How long was the discussion?"), short="four hours")
    assert answers.render_answer(answer).count("<strong>four hours</strong>") == 1


def test_an_abstention_shows_the_nearest_passages_as_no_answer() -> None:
    answer = answer_to("Who won the 2006 World Cup?")
    assert answer.status == "abstained"
    shown = answers.render_answer(answer)
    assert "do not answer" in shown
    assert "Sure" not in shown
    always, _, on_demand = shown.partition("<details>")
    assert always.count("<blockquote>") == NEAREST_SHOWN
    assert "Show 2 more passages" in on_demand
    assert on_demand.count("<blockquote>") == 2
    assert {link["opened"][0] for link in links(shown)} == {"0"}


def test_hostile_articles_and_questions_become_text() -> None:
    article = article_of(
        f"{HOSTILE} is what Crocker said about everything there.",
        id='"><script>',
        title=HOSTILE,
        author=HOSTILE,
        date=HOSTILE,
        source=f"{HOSTILE}.txt",
    )
    library = FakeLibrary([article])
    for question in ("Crocker everything", f"{HOSTILE}?"):
        answer = replace(answer_to(question, library), query=HOSTILE)
        answer = replace(answer, text=answer.text + HOSTILE)
        for shown in (
            answers.render_answer(answer),
            answers.render_question(question),
            answers.render_making(Making(HOSTILE)),
            answers.render_making(Making(text=answer.text)),
            answers.render_answer(answer, writing=Making(HOSTILE, answer=answer)),
            answers.render_answer(answer, writing=Making(text=answer.text, answer=answer)),
        ):
            tags = Tags(shown)
            assert not {"script", "img"} & set(tags.names)
            assert tags.attributes <= {"class", "href", "title"}
            assert "\n" not in shown


def test_a_blank_line_in_an_answer_begins_a_paragraph_but_no_markdown() -> None:
    answer = replace(answer_to("How long was the discussion?"), text="One [1].\n\n# Two\n* x *")
    shown = answers.render_answer(answer)
    assert "\n" not in shown
    words = shown.partition('<ul class="sources">')[0]
    assert words.count('<div class="part">') == 2
    assert re.findall(r'<p class="remark"><bdi><span class="ours">(.*?)</span>', words) == [
        "# Two",
        "* x *",
    ]


@pytest.mark.parametrize(
    ("state", "line"),
    [
        (Working("Building the index: embedding, 5 of 10"), "Building the index"),
        (Ready(FakeLibrary()), "1 article"),
        (
            Ready(FakeLibrary(manifest=FakeManifest((Failure("a", "b"),)))),
            "1 article, 1 file not read",
        ),
        (Failed(IndexCorruptError("The index is cut short: rag build")), "rag build"),
    ],
)
def test_the_state_of_the_library_is_one_line(state: State, line: str) -> None:
    assert line in Tags(served.render_state(state)).text


def test_the_welcome_says_what_is_missing() -> None:
    no_articles = served.render_welcome(Failed(SeedsError("Folder x is empty.")), "<x>")
    assert "No articles yet" in no_articles
    assert "onto the page <b>Library</b>" in no_articles
    assert "&lt;x&gt;" in no_articles
    refused = served.render_welcome(Failed(IndexCorruptError("Cut short.")), "x")
    assert "Cut short." in refused
    assert "Rebuild index" in refused
    still_open = Failed(IndexCorruptError("Cut short."), FakeLibrary())
    assert "Ask the articles" in served.render_welcome(still_open, "x")


def test_what_is_written_stands_apart_and_what_was_replaced_says_why() -> None:
    answer = answer_to("How long was the discussion between Crocker and Kazemi?")
    *_, done = FakeLibrary().write_out(answer)
    assert isinstance(done, Done)
    quotes, _, prose = answers.render_answer(done.answer).partition('<div class="writing">')
    assert Tags(quotes).text == Tags(answers.render_answer(answer).partition("<ul")[0]).text
    prose, _, replacements = prose.partition('<ul class="replacements">')
    assert '<span class="written">It was said plainly.</span>' in prose
    assert '<span class="replaced">“' in prose
    assert prose.count('<a class="cite"') == 2
    told = Tags(replacements.partition("</ul>")[0]).text
    assert "not held by its source (not there: ever)" in told
    assert "Nobody <i>ever</i> said so." in told


@pytest.mark.parametrize(
    ("changed", "is_offered"),
    [({}, True), ({"differ": True}, False), ({"kind": "articles"}, False)],
)
def test_an_answer_can_be_written_out_where_there_is_something_to_write(
    changed: dict[str, Any], is_offered: bool
) -> None:
    answer = replace(answer_to("How long was the discussion?"), **changed)
    shown = answers.render_turns([turn_of(answer)], can_write=True)[1]["content"]
    assert ("act=write" in shown) is is_offered
    assert "act=write" not in answers.render_turns([turn_of(answer)])[1]["content"]


@pytest.mark.parametrize("kind", ["compare", "timeline"])
def test_what_belongs_together_stands_under_its_heading(kind: Kind) -> None:
    quotes = [
        Quote(LAKE, LAKE.text[start:end], start, end, 1.0) for start, end in ((0, 26), (27, 56))
    ]
    sections = [
        Section((quotes[0],), heading=f"The lake {HOSTILE}", in_lines=kind == "timeline"),
        Section((quotes[1],), heading="The skaters"),
        Section(part="Who fell?"),
    ]
    answer = answered(Ask(*["What of both?"] * 3, kind), sections, "fake")
    shown = answers.render_answer(answer).partition('<ul class="sources">')[0]
    assert f'<div class="words {kind}">' in shown
    headings = re.findall(r"<h4>(.*?)</h4>", shown)
    assert [Tags(each).text for each in headings] == [f"The lake {HOSTILE}", "The skaters"]
    assert not {"script", "img"} & set(Tags(shown).names)
    words = Tags(shown).text
    assert words.count("The skaters") == 1  # not in the text as well
    assert "“The lake froze in January.”" in words
    assert "do not answer “Who fell?”" in words
    assert (
        "31 January 2007</bdi></small>" in shown.replace("<span class", "")
    ) or kind != "compare"
