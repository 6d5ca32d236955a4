"""Real Chromium on the real page, over a library without models: conversations and feedback.

Every visit checks that nothing left the machine and nothing failed in the page. With
FOOTNOTE_SCREENSHOTS=1 it takes the pictures of ``docs/`` that show conversations.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Literal
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browsing import Visit, free_port, running, take_picture, visit
from tests.fake_server import (
    ALL_SPEAKERS,
    COST,
    FAILS,
    LIST,
    SLOW,
    SLOWER,
    SLOWER_SECONDS,
    WRITE,
)

pytestmark = pytest.mark.browser

ABSENT = "Who won the 2006 World Cup?"


def served(folder: Path, port: int) -> AbstractContextManager[str]:
    """The address of a server that keeps its conversations in ``folder``."""
    command = [sys.executable, "-m", "tests.fake_server", str(port), str(folder / "chat.sqlite")]
    return running(command, port, folder / "server.log")


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(tmp_path_factory.mktemp("fake"), free_port()) as address:
        yield address


def open_list(page: Page) -> Locator:
    page.get_by_role("button", name="Conversations").click()
    items = page.locator("#conversation-list")
    expect(items.locator("li, .nothing").first).to_be_visible()
    return items


def answers(page: Page) -> Locator:
    return page.locator("#conversation .answer.whole")


def questions(page: Page) -> Locator:
    return page.locator("#conversation .question")


def is_answering(page: Page) -> None:
    expect(page.locator("#conversation .working .words")).to_be_visible()
    page.wait_for_url(re.compile(r"[?&]c="))


def in_address(page: Page) -> str:
    return parse_qs(urlsplit(page.url).query).get("c", [""])[0]


# Kept.


def test_a_reload_and_a_new_server_keep_answers_and_citations(
    browser: Browser, tmp_path: Path
) -> None:
    port = free_port()
    with served(tmp_path, port) as address, visit(browser, address) as visited:
        page = visited.page
        visited.ask(ALL_SPEAKERS)
        visited.ask(WRITE)
        before = answers(page).all_inner_texts()
        page.reload()
        expect(answers(page)).to_have_count(2)
        assert answers(page).all_inner_texts() == before
        place = page.url
    with served(tmp_path, port), visit(browser, place) as visited:
        page = visited.page
        expect(answers(page)).to_have_count(2)
        assert answers(page).all_inner_texts() == before
        expect(answers(page).first.locator(".facts")).to_contain_text("Searched 3 articles")
        answers(page).first.locator(".words a.cite").nth(2).click()
        expect(visited.marked).to_contain_text("Captain Jon Aasen")
        expect(visited.marked).to_be_in_viewport()
        expect(page.locator("#place")).to_have_text("3 of 4")
        visited.ask(COST)  # it goes on
        page.reload()
        expect(questions(page)).to_have_text([ALL_SPEAKERS, WRITE, COST])


def test_an_answer_goes_on_while_its_page_is_reloaded(browser: Browser, address: str) -> None:
    with visit(browser, address) as visited:
        page = visited.page
        page.locator("#question textarea").fill(SLOWER)
        page.keyboard.press("Enter")
        is_answering(page)
        page.reload()
        expect(questions(page)).to_have_text([SLOWER])
        expect(page.get_by_role("button", name="Stop")).to_be_visible()
        expect(answers(page)).to_have_count(1)
        expect(page.get_by_role("button", name="Ask", exact=True)).to_be_visible()


def test_a_new_conversation_begins_beside_the_contents(browser: Browser, address: str) -> None:
    with visit(browser, address) as visited:
        page = visited.page
        visited.ask(ALL_SPEAKERS)
        expect(visited.marked.first).to_be_in_viewport()
        page.get_by_role("button", name="New conversation").click()
        expect(answers(page)).to_have_count(0)
        expect(page.locator("#source-heading")).to_have_text("Library")
        expect(page.locator("#source mark")).to_have_count(0)
        expect(page.locator("#citations")).to_be_hidden()
        expect(page).to_have_url(f"{address}/")


# The list.


def test_the_list_is_searched_and_a_conversation_goes_on(browser: Browser, address: str) -> None:
    with visit(browser, address) as visited:
        page = visited.page
        visited.ask(WRITE)
        page.get_by_role("button", name="New conversation").click()
        expect(answers(page)).to_have_count(0)
        assert in_address(page) == ""
        visited.ask(LIST)
        items = open_list(page)
        expect(items.locator("li").first).to_contain_text(LIST)
        expect(items.locator("li time").first).to_have_text(re.compile(r"^today, \d\d:\d\d"))
        expect(items.locator("a[aria-current=page]")).to_have_count(1)
        page.get_by_label("Search conversations").fill("praised MAYOR")  # in the answer, any order
        expect(items.locator("li")).to_have_count(1)
        expect(items.locator("li")).to_contain_text(WRITE)
        page.get_by_label("Search conversations").fill("zebra")
        expect(items).to_have_text("No conversation has these words.")
        page.get_by_label("Search conversations").fill("summary")
        items.locator("a.open").click()
        expect(page.locator("#conversations")).to_be_hidden()
        expect(questions(page)).to_have_text([WRITE])
        visited.ask(COST)
        page.reload()
        expect(questions(page)).to_have_text([WRITE, COST])
        page.go_back()
        expect(questions(page)).to_have_text([LIST])


def test_a_conversation_is_renamed_and_deleted_once_asked(browser: Browser, address: str) -> None:
    with visit(browser, address) as visited:
        page = visited.page
        visited.ask(ALL_SPEAKERS)
        items = open_list(page)
        items.get_by_role("button", name="Rename").first.click()
        title = page.get_by_label("New title")
        expect(title).to_be_focused()
        title.fill("The opening, <b>for Monday</b>")
        title.press("Enter")
        link = items.locator("a.open").first
        expect(link).to_contain_text("The opening, <b>for Monday</b>")
        expect(link).to_be_focused()
        expect(page).to_have_title("The opening, <b>for Monday</b> · Footnote")
        page.reload()
        expect(page).to_have_title("The opening, <b>for Monday</b> · Footnote")
        items = open_list(page)
        before = items.locator("li").count()
        delete = items.get_by_role("button", name="Delete: The opening")
        delete.click()
        asked = page.get_by_role("dialog", name="Delete this conversation?")
        expect(asked).to_contain_text("The opening, <b>for Monday</b>")
        asked.get_by_role("button", name="Keep it").click()
        expect(asked).to_be_hidden()
        expect(delete).to_be_focused()
        delete.click()
        asked.get_by_role("button", name="Delete").click()
        expect(items.locator("li")).to_have_count(before - 1)
        expect(items).not_to_contain_text("for Monday")
        page.keyboard.press("Escape")
        expect(answers(page)).to_have_count(0)
        assert in_address(page) == ""
        expect(page).to_have_title("Footnote")


# What can be done with a question and an answer.


def test_an_answer_is_stopped_while_it_streams_and_asked_again(
    browser: Browser, address: str
) -> None:
    with visit(browser, address) as visited:
        page = visited.page
        page.locator("#question textarea").fill(SLOWER)
        page.keyboard.press("Enter")
        is_answering(page)
        page.get_by_role("button", name="Stop").click()
        expect(page.locator("#conversation .note")).to_contain_text("topped")
        expect(page.locator("#conversation .working")).to_have_count(0)
        expect(page.get_by_role("button", name="Ask", exact=True)).to_be_visible()
        page.reload()
        expect(page.locator("#conversation .note")).to_contain_text("topped")
        page.get_by_role("link", name="Ask again").click()
        expect(answers(page)).to_have_count(1, timeout=(SLOWER_SECONDS + 20) * 1000)
        expect(questions(page)).to_have_text([SLOWER])


LOSES_STREAMS = """
const fetched = window.fetch;
window.fetch = (...given) => {
    const isStream = String(given[0].url || given[0]).includes('/queue/data');
    if (!isStream || !window.losing) return fetched(...given);
    window.losing = false;
    const closed = 'data: {"msg":"close_stream","event_id":null}\\n\\n';
    return Promise.resolve(
        new Response(closed, { headers: { 'content-type': 'text/event-stream' } })
    );
};
"""
"""As Gradio does it where a question comes just as another event ends."""


def test_an_answer_comes_though_its_stream_is_lost(browser: Browser, address: str) -> None:
    with visit(browser, address, script=LOSES_STREAMS) as visited:
        page = visited.page
        asked = []
        lost = 0
        for question in (ALL_SPEAKERS, LIST) * 4:
            page.wait_for_timeout(1000)  # until no stream is open, most times
            page.evaluate("() => { window.losing = true; }")
            visited.ask(question)
            asked.append(question)
            lost += not page.evaluate("() => window.losing")
            if lost == 2:
                break
        assert lost == 2
        expect(questions(page)).to_have_text(asked)


REFUSES_ONCE = """
const fetched = window.fetch;
window.fetch = (...given) => {
    if (!window.refusing || !String(given[0].url || given[0]).includes('/run/')) {
        return fetched(...given);
    }
    window.refusing = false;
    return Promise.resolve(new Response('{"error": null}', { status: 500 }));
};
"""


def test_what_fails_is_told_and_asked_again_with_one_press(browser: Browser, address: str) -> None:
    with visit(browser, address, script=REFUSES_ONCE) as visited:
        page = visited.page
        page.locator("#question textarea").fill(FAILS)
        page.keyboard.press("Enter")
        expect(page.locator("#conversation .note")).to_contain_text("Footnote failed on this")
        page.get_by_role("link", name="Ask again").click()
        expect(answers(page)).to_have_count(1)
        page.evaluate("() => { window.refusing = true; }")  # the question does not get through
        page.locator("#question textarea").fill(LIST)
        page.keyboard.press("Enter")
        told = page.get_by_role("alert").filter(has_text="Footnote could not be asked")
        expect(told).to_be_visible()
        expect(page.locator("#question textarea")).to_have_value(LIST)
        told.get_by_role("button", name="Ask again").click()
        expect(answers(page)).to_have_count(2)
        expect(told).to_be_hidden()
        expect(questions(page)).to_have_text([FAILS, LIST])
        visited.errors.clear()  # Gradio's word for what it was refused


def test_a_double_click_asks_and_does_not_stop(browser: Browser, address: str) -> None:
    with visit(browser, address) as visited:
        page = visited.page
        page.locator("#question textarea").fill(SLOW)
        place = page.get_by_role("button", name="Ask", exact=True).bounding_box()
        assert place
        page.mouse.click(place["x"] + 20, place["y"] + 15)
        expect(page.get_by_role("button", name="Stop")).to_be_visible()
        page.mouse.move(place["x"] + 20, place["y"] + 15)
        page.mouse.down(click_count=2)
        page.mouse.up(click_count=2)
        expect(answers(page)).to_have_count(1)
        expect(questions(page)).to_have_text([SLOW])


def test_a_thumb_is_given_with_a_reason_kept_and_withdrawn(browser: Browser, address: str) -> None:
    with visit(browser, address) as visited:
        page = visited.page
        answer = visited.ask(WRITE)
        answer.get_by_role("link", name="This helped").click()
        expect(answers(page).locator(".thumb.up.given")).to_have_count(1)
        answer.get_by_role("link", name="This did not help").click()
        dialog = page.get_by_role("dialog", name="What was wrong with this answer?")
        dialog.get_by_label("Not in the source").check()
        dialog.get_by_label("In your words").fill("The mayor <i>said</i> nothing")
        take_picture(page, "desk-feedback-light.png")
        dialog.get_by_role("button", name="Send").click()
        said = "Not in the source: The mayor <i>said</i> nothing"
        expect(page.locator("#conversation .said")).to_have_text(said)
        expect(answers(page).locator(".thumb.up.given")).to_have_count(0)
        page.reload()
        expect(page.locator("#conversation .said")).to_have_text(said)
        answers(page).get_by_role("link", name="This did not help").click()
        expect(page.locator("#conversation .given, #conversation .said")).to_have_count(0)


def test_an_abstention_has_reasons_of_its_own(browser: Browser, address: str) -> None:
    with visit(browser, address) as visited:
        page = visited.page
        visited.ask(ABSENT).get_by_role("link", name="This did not help").click()
        dialog = page.get_by_role("dialog", name="What was wrong with this answer?")
        labels = ["The articles do say", "The question was misunderstood", "Other"]
        expect(dialog.locator("label:visible").filter(has=page.locator("input"))).to_have_text(
            labels
        )
        dialog.get_by_label("The articles do say").check()
        take_picture(page, "desk-feedback-abstention-light.png")
        dialog.get_by_role("button", name="Send").click()
        expect(page.locator("#conversation .said")).to_have_text("The articles do say")
        visited.ask(WRITE).get_by_role("link", name="This did not help").click()
        expect(dialog.get_by_label("Not in the source")).to_be_visible()
        expect(dialog.get_by_label("The articles do say")).to_be_hidden()
        expect(dialog.get_by_label("Other").locator("visible=true")).not_to_be_checked()
        dialog.get_by_role("button", name="Skip").click()


# By keyboard, on a phone, in the dark.


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_the_list_fits(
    browser: Browser, address: str, width: int, scheme: Literal["light", "dark"]
) -> None:
    place = "phone" if width == 390 else "desk"
    with visit(browser, address, width, 844, scheme) as visited:
        page = visited.page
        _talk(visited)
        open_list(page)
        box = page.locator("#conversations").bounding_box()
        assert box
        assert box["x"] == 0
        assert box["width"] <= width
        for element in page.locator("#conversations :is(a, button, input)").all():
            inner = element.bounding_box()
            assert inner is None or inner["x"] + inner["width"] <= box["width"]
        take_picture(page, f"{place}-conversations-{scheme}.png")
        page.get_by_role("button", name="Delete").first.click()
        take_picture(page, f"{place}-deletion-{scheme}.png")
        page.keyboard.press("Escape")
        page.keyboard.press("Escape")
        assert page.evaluate("() => document.documentElement.scrollWidth") <= width


def _talk(visited: Visit) -> None:
    for question in (ALL_SPEAKERS, COST):
        visited.ask(question)
