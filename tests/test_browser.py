"""Real Chromium against the real server with the real models.

With FOOTNOTE_SCREENSHOTS=1 (``make screenshots``) it also takes the README's pictures into docs/.
"""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browsing import ANSWER_MILLISECONDS, ROOT, free_port, running, take_picture, visit

pytestmark = [pytest.mark.browser, pytest.mark.models]

QUESTION = "How long did the ambassadors talk in Baghdad?"


@contextmanager
def served(seeds: Path, index: Path) -> Iterator[str]:
    """The address of ``rag serve`` over a folder of articles, once it is ready."""
    port = free_port()
    command = [sys.executable, "-m", "rag.cli", "serve", "--port", str(port)]
    command += ["--seeds", str(seeds), "--index", str(index)]
    log, conversations = (index.parent / f"{index.name}.{kind}" for kind in ("log", "sqlite"))
    with running(command, port, log, RAG_CONVERSATIONS=str(conversations)) as address:
        yield address


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(ROOT / "seeds", tmp_path_factory.mktemp("seed") / "index") as address:
        yield address


_WATCH = """() => {
    window.SEEN = false;
    new MutationObserver(() => {
        window.SEEN ||= document.querySelector('WHAT') !== null;
    }).observe(document.body, {childList: true, subtree: true});
}"""
"""Notes whether an element was there at any time, however short."""


def test_an_answer_is_shown_being_made_and_its_marker_opens_the_source_at_the_quote(
    browser: Browser, address: str
) -> None:
    with visit(browser, address) as visited:
        page = visited.page
        page.evaluate(_WATCH.replace("SEEN", "working").replace("WHAT", "#conversation .working"))
        answer = visited.ask(QUESTION)
        assert page.evaluate("() => window.working")
        expect(page.locator("#question textarea")).to_have_value("")

        # Beside the conversation, the first source has opened by itself.
        expect(visited.marked.first).to_be_in_viewport()
        markers = answer.locator(".words a.cite").all()
        assert markers
        for marker in markers:
            marker.click()
            expect(marker).to_have_attribute("aria-current", "true")
            expect(visited.marked.first).to_have_attribute("data-number", marker.inner_text())
            expect(visited.marked.first).to_be_in_viewport()
            quote = " ".join(visited.marked.all_inner_texts())
            assert quote in answer.locator(".words").inner_text()
        expect(page.locator("#source h2").nth(1)).to_have_text(
            "The US holds talks with Iran in Baghdad"
        )
        markers[min(1, len(markers) - 1)].click()
        take_picture(page, "chat.png")


def test_a_follow_up_is_understood_and_earlier_markers_keep_their_quotes(
    browser: Browser, address: str
) -> None:
    with visit(browser, address, scheme="dark") as visited:
        first = visited.ask("Who is the Iranian ambassador?")
        second = visited.ask("And what did he say to the media about training?")
        expect(second.locator(".facts")).to_contain_text("Searched for")
        expect(second.locator(".words")).to_contain_text("train and equip")
        take_picture(visited.page, "chat-dark.png")
        earlier = visited.page.locator("#conversation .answer.whole").first
        earlier.locator(".words a.cite").first.click()
        expect(visited.marked).to_contain_text(["Iranian ambassador Kazemi"])
        expect(visited.marked.first).to_be_in_viewport()
        quote = " ".join(visited.marked.all_inner_texts())
        assert quote in earlier.locator(".words").inner_text()
        assert first.count() == 1


def test_what_the_articles_do_not_say_is_not_answered(browser: Browser, address: str) -> None:
    with visit(browser, address) as visited:
        answer = visited.ask("Who won the 2006 World Cup?")
        expect(answer).to_contain_text("The articles do not")
        expect(answer).to_contain_text("do not answer")
        expect(answer.locator("blockquote").first).to_be_visible()
        answer.locator("a.near").first.click()
        expect(visited.page.locator("#source .notice")).to_contain_text("does not answer")
        expect(visited.page.locator("#source mark.near").first).to_be_in_viewport()
        expect(visited.page.locator("#source mark.quote")).to_have_count(0)


def test_a_conversation_that_was_left_does_not_come_back(browser: Browser, address: str) -> None:
    with visit(browser, address) as visited:
        page, box = visited.page, visited.page.locator("#question textarea")
        for wait in range(0, 300, 20):  # milliseconds: from waiting, over streaming, to whole
            box.fill(QUESTION)
            box.press("Enter")
            expect(page.locator("#conversation .answer")).to_have_count(1)
            page.wait_for_timeout(wait)
            page.get_by_role("button", name="New conversation").click()
            expect(page.locator("#conversation .answer")).to_have_count(0)
            page.wait_for_timeout(500)  # what comes late
            expect(page.locator("#conversation .answer")).to_have_count(0)


def test_on_a_phone_the_source_slides_over_and_back_closes_it(
    browser: Browser, address: str
) -> None:
    with visit(browser, address, 390, 844) as visited:
        page, panel = visited.page, visited.page.locator("#source")
        answer = visited.ask(QUESTION)
        expect(panel).to_be_hidden()
        answer.locator(".words a.cite").first.click()
        expect(visited.marked.first).to_be_in_viewport()
        take_picture(page, "chat-phone.png")
        page.go_back()
        expect(panel).to_be_hidden()
        answer.locator(".words a.cite").first.click()
        page.get_by_role("button", name="Close").click()
        expect(panel).to_be_hidden()
        assert page.evaluate("() => document.documentElement.scrollWidth") <= 390


def test_no_articles_yet_says_where_to_put_them(browser: Browser, tmp_path: Path) -> None:
    seeds = tmp_path / "seeds"
    seeds.mkdir()
    with served(seeds, tmp_path / "index") as address:
        page = browser.new_page()
        page.goto(address)
        expect(page.locator(".welcome")).to_contain_text("No articles yet")
        expect(page.locator(".welcome")).to_contain_text(str(seeds))
        expect(page.locator(".welcome")).to_contain_text("onto the page Library")
        shutil.copy(next((ROOT / "seeds").glob("*.txt")), seeds)
        page.get_by_role("button", name="Rebuild index").click()
        expect(page.locator("#library")).to_have_text(
            re.compile("1 article"), timeout=ANSWER_MILLISECONDS
        )
        page.close()
