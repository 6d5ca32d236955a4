"""An export shows the whole conversation, and loads and runs nothing."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from rag.answer.answer import Section, answered
from rag.conversations.export import file_name, to_html, to_markdown
from rag.conversations.stored_turns import Conversation, StoredTurn
from rag.shown.answer_facts import sureness
from rag.types import Answer, Ask, Claim, Filters
from tests.fakes import make_article
from tests.shown.test_escaping import MARKED
from tests.stored import (
    HOSTILE,
    LAKE,
    answer_of,
    conversation_of,
    lake_answer,
    quote_of,
    refusal,
    turn_of,
)
from tests.web.test_answers import Tags

TODAY = date(2026, 12, 4)
BLOCKS = {"h1", "h2", "p", "strong", "ul", "li", "em"}
PAGE = {
    *("html", "head", "meta", "title", "style", "body", "header", "section", "h1", "h2", "h3"),
    *("p", "ul", "li", "sup", "a", "bdi", "cite", "small"),
}


def page_of_markdown(conversation: Conversation) -> Tags:
    markdown = MarkdownIt("commonmark", {"html": True})
    return Tags(markdown.render(to_markdown(conversation, TODAY)))


def words(text: str) -> str:
    return " ".join(text.split())


def hostile_conversation(text: str) -> Conversation:
    article = replace(
        make_article(f"{text} It is so.", "x", title=text, author=text, date=text),
        source=text,
        url=text,
    )
    quotes = [quote_of(article, article.text), quote_of(article, "It is so.")]
    answer = answer_of(quotes, text, is_list=True)
    written = Claim("It is so.", (1,), "replaced", text)
    answer = replace(
        answer,
        query=f"{text}?",
        model=text,
        text=f"{text}\n\n{answer.text}\n{text}",
        claims=(written, replace(written, origin="written")),
        unanswered=(text,),
    )
    nothing = replace(refusal(text), hits=answer.hits, text=text)
    stopped = StoredTurn(3, text, text, Filters(author=text), "failed", None, text)
    return conversation_of(turn_of(answer), turn_of(nothing, 2), stopped, title=text)


class Attributes(HTMLParser):
    """Every attribute of a page, and the styles in it."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, str, str]] = []
        self.style = ""
        self._in_style = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [(tag, name, value or "") for name, value in attrs]
        self._in_style = tag == "style"

    def handle_endtag(self, tag: str) -> None:
        self._in_style = False

    def handle_data(self, data: str) -> None:
        self.style += data if self._in_style else ""


def test_markdown_as_it_is_read() -> None:
    answer = answer_of(
        [
            quote_of(LAKE, "The lake froze in January."),
            quote_of(LAKE, "Skaters came from four towns."),
        ]
    )
    shown = to_markdown(conversation_of(turn_of(answer), turn_of(refusal(), 2)), TODAY)
    assert shown == (
        "# The lake\n\n"
        "2 questions, exported from Footnote on 4 December 2026\n\n"
        "## 1. When did the lake freeze?\n\n"
        "“The lake froze in January.” \\[1\\] “Skaters came from four towns.” \\[2\\]\n\n"
        "**Sources**\n\n"
        "- \\[1\\] Ada Lund, *A cold month*, 31 January 2007,"
        " lake.txt, [original](<https://example.org/lake?a=1&amp;b=2>)\n"
        "- \\[2\\] Ada Lund, *A cold month*, 31 January 2007,"
        " lake.txt, [original](<https://example.org/lake?a=1&amp;b=2>)\n\n"
        "**About this answer**\n\n"
        "- Asked on 3 December 2026\n"
        f"- {sureness(lake_answer())}\n"
        "- In the articles’ own words\n\n"
        "## 2. Who won the cup?\n\n"
        "The articles do not say.\n\n"
        "**Nearest passages, which do not answer it**\n\n"
        "- “The lake froze in January. Skaters came from four towns.” — Ada Lund,"
        " *A cold month*, 31 January 2007, lake.txt,"
        " [original](<https://example.org/lake?a=1&amp;b=2>)\n\n"
        "**About this answer**\n\n"
        "- Asked on 3 December 2026\n"
    )


def conflict() -> Answer:
    other = make_article("It froze in March.", "other")
    ask = Ask("When and why?", "When and why?", "When and why did it freeze?")
    quotes = (quote_of(LAKE, "The lake froze in January."), quote_of(other, "It froze in March."))
    section = Section(
        quotes, remark="The articles disagree:", differ=True, in_lines=True, confidence=0.6
    )
    answer = answered(ask, [section, Section(part="Why did it freeze?")], "Larch 7B")
    prose = " It froze. [1] “It froze in March.” [2]"
    replaced = Claim("“It froze in March.”", (2,), "replaced", "It froze in May.", "not there: May")
    return replace(
        answer,
        text=answer.text + prose,
        quotes_end=len(answer.text),
        claims=(*answer.claims, Claim("It froze.", (1,), "written"), replaced),
    )


@pytest.mark.parametrize("kind", ["Markdown", "HTML"])
def test_what_is_to_be_known_of_an_answer_is_said(kind: str) -> None:
    turn = turn_of(conflict(), filters=Filters(since="2007-01", author="Lund"))
    turn = replace(turn, articles=12)
    conversation = conversation_of(turn)
    page = Tags(to_html(conversation, TODAY))
    text = (page if kind == "HTML" else page_of_markdown(conversation)).text
    text = " ".join(text.split())
    assert text.count("It froze in March.") == 1  # each quote once
    for said in (
        sureness(conflict()),
        "In the articles’ own words",
        "Written by a model, each sentence checked against the quotes",
        "It froze. [1] as quoted: [2]",
        "The articles differ",
        "Not answered: Why did it freeze?",
        "source (not there: May), which stands there instead: “It froze in May.”",
        "Searched for “When and why did it freeze?”",
        "Searched 12 articles, only those from January 2007 on, by “Lund”",
    ):
        assert said in text


def test_lists_stay_lists_whatever_breaks_the_lines_of_a_quote() -> None:
    article = make_article("Milk\n\n- eggs\nflour. Salt.")
    quotes = [quote_of(article, "Milk\n\n- eggs\nflour."), quote_of(article, "Salt.")]
    conversation = conversation_of(turn_of(answer_of(quotes, is_list=True)))
    assert "\n\n- “Milk - eggs flour.” \\[1\\]\n- “Salt.” \\[2\\]\n\n" in to_markdown(
        conversation, TODAY
    )
    first_list = re.search("<ul>(.*?)</ul>", to_html(conversation, TODAY))
    assert first_list is not None
    assert first_list[1].count("<li>") == 2


@pytest.mark.parametrize(
    ("state", "line"),
    [("pending", "Not answered yet."), ("stopped", "Stopped before"), ("failed", "could not be")],
)
def test_a_turn_without_an_answer_says_why(state: str, line: str) -> None:
    turn = replace(turn_of(refusal()), answer=None, state=state, note="Out of memory.")
    for shown in (
        Tags(to_html(conversation_of(turn), TODAY)).text,
        page_of_markdown(conversation_of(turn)).text,
    ):
        assert line in shown
        assert "Out of memory." in shown


def test_a_quote_that_the_answer_does_not_show_stands_with_its_source() -> None:
    answer = replace(lake_answer(), text="It froze in winter. [1]")
    answer = replace(answer, claims=(Claim("It froze in winter.", (1,), "written"),))
    for shown in (
        page_of_markdown(conversation_of(turn_of(answer))).text,
        Tags(to_html(conversation_of(turn_of(answer)), TODAY)).text,
    ):
        assert shown.count("The lake froze in January.") == 1


def test_every_marker_of_the_page_leads_to_its_own_source() -> None:
    conversation = conversation_of(turn_of(conflict()), turn_of(lake_answer(), 2))
    attributes = Attributes(to_html(conversation, TODAY)).found
    links = [value[1:] for tag, name, value in attributes if name == "href" and value[0] == "#"]
    targets = [value for tag, name, value in attributes if name == "id"]
    assert [*dict.fromkeys(links)] == ["source-1-1", "source-1-2", "source-2-1"]
    assert sorted(targets) == sorted(set(links))


def test_the_page_allows_its_own_styles_and_nothing_else() -> None:
    found = Attributes(to_html(conversation_of(turn_of(lake_answer())), TODAY))
    (policy,) = [value for tag, name, value in found.found if "default-src" in value]
    digest = base64.b64encode(hashlib.sha256(found.style.encode()).digest()).decode()
    assert policy.split("; ")[:2] == ["default-src 'none'", f"style-src 'sha256-{digest}'"]
    assert not re.search(r"url\(|@import", found.style)


def assert_harmless(page: str) -> None:
    found = Attributes(page).found
    assert set(Tags(page).names) <= PAGE
    assert {name for _, name, _ in found} <= {
        *("lang", "charset", "http-equiv", "content", "name", "class", "href", "rel", "id"),
    }
    for _, name, value in found:
        if name == "href":
            assert re.match(r"#source-\d+-\d+$|https?://", value)


def test_hostile_texts_are_only_shown() -> None:
    conversation = hostile_conversation(HOSTILE)
    assert_harmless(to_html(conversation, TODAY))
    page = page_of_markdown(conversation)
    assert set(page.names) <= BLOCKS
    assert page.attributes == set()
    for shown in (page.text, Tags(to_html(conversation, TODAY)).text):
        assert words(shown).count(words(HOSTILE)) >= 18


@given(MARKED | st.text())
def test_no_text_becomes_markup(text: str) -> None:
    conversation = hostile_conversation(text)
    assert_harmless(to_html(conversation, TODAY))
    page = page_of_markdown(conversation)
    assert set(page.names) <= BLOCKS | {"a"}
    assert page.names.count("h1") <= 1
    assert page.names.count("h2") == 3


def test_half_a_pair_of_a_character_does_not_stop_the_writing() -> None:
    conversation = hostile_conversation("a\ud800\u202eb\x00")
    for shown in (to_html(conversation, TODAY), to_markdown(conversation, TODAY)):
        assert "a\ufffdb" in shown
        assert shown.encode()
        assert "\u202e" not in shown


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Who met in Baghdad?", "who-met-in-baghdad.md"),
        ("../../etc/passwd\0", "etc-passwd.md"),
        ("北京", "conversation.md"),
        ("a" * 300, f"{'a' * 60}.md"),
    ],
)
def test_a_file_name_is_one_that_every_system_takes(title: str, name: str) -> None:
    assert file_name(conversation_of(title=title), "md") == name
