"""Real Chromium on the real page: how answers are made, and whose turn it is.

With FOOTNOTE_SCREENSHOTS=1 it takes the pictures of ``docs/`` that show the settings.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browsing import free_port, running, take_picture, visit
from tests.fake_server import SLOWER, SLOWER_SECONDS

pytestmark = pytest.mark.browser

QUESTION = "What did the lighthouse keeper write, and where did the lighthouse lens come from?"
"""Three sentences hold one of its words."""


def served(folder: Path, writer: str) -> AbstractContextManager[str]:
    """The address of a server with this model to write."""
    port = free_port()
    command = [sys.executable, "-m", "tests.fake_server", str(port), str(folder / "chat.sqlite")]
    return running(command, port, folder / "server.log", RAG_WRITER=writer)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(tmp_path_factory.mktemp("settings"), "") as address:
        yield address


def open_settings(page: Page) -> Locator:
    page.get_by_role("button", name="Settings").click()
    dialog = page.get_by_role("dialog", name="How answers are made")
    expect(dialog.get_by_role("radio", name="Balanced")).to_be_visible()
    return dialog


def test_a_model_that_is_set_writes_unless_asked_not_to(browser: Browser, tmp_path: Path) -> None:
    with served(tmp_path, "smollm2") as address, visit(browser, address) as visited:
        dialog = open_settings(visited.page)
        expect(dialog.get_by_role("radio", name="Written by smollm2")).to_be_checked()
        dialog.get_by_role("radio", name="Quoted").check()
        visited.page.reload()
        expect(open_settings(visited.page).get_by_role("radio", name="Quoted")).to_be_checked()


def test_where_no_model_can_write_it_is_not_offered(browser: Browser, address: str) -> None:
    with visit(browser, address) as visited:
        dialog = open_settings(visited.page)
        expect(dialog.get_by_role("radio", name="Written")).to_have_count(0)
        expect(dialog).to_contain_text("Whoever runs Footnote can add a model")
        expect(dialog).to_contain_text("This machine has")


def test_a_choice_is_used_for_the_next_question_and_outlives_a_reload(
    browser: Browser, address: str
) -> None:
    with visit(browser, address) as visited:
        page = visited.page
        expect(visited.ask(QUESTION).locator(".words a.cite")).to_have_count(3)
        dialog = open_settings(page)
        dialog.get_by_label("At most").select_option("1 quote")
        dialog.get_by_role("radio", name="Only when sure").check()
        dialog.get_by_role("button", name="Close").click()
        expect(visited.ask(QUESTION).locator(".words a.cite")).to_have_count(1)
        page.reload()
        expect(page.locator("#conversation .answer.whole")).to_have_count(2)
        dialog = open_settings(page)
        expect(dialog.get_by_role("radio", name="Only when sure")).to_be_checked()
        page.keyboard.press("Escape")
        expect(visited.ask(QUESTION).locator(".words a.cite")).to_have_count(1)
        dialog = open_settings(page)
        dialog.get_by_role("button", name="Back to the defaults").click()
        expect(dialog.get_by_role("radio", name="Balanced")).to_be_checked()
        page.keyboard.press("Escape")
        expect(visited.ask(QUESTION).locator(".words a.cite")).to_have_count(3)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("size", "width", "height"), [("desk", 1440, 900), ("phone", 390, 844)])
def test_the_settings_fit_and_the_masthead_is_low(
    browser: Browser,
    address: str,
    size: str,
    width: int,
    height: int,
    scheme: Literal["light", "dark"],
) -> None:
    with visit(browser, address, width, height, scheme) as visited:
        page = visited.page
        masthead = page.locator("#masthead").bounding_box()
        assert masthead
        assert masthead["height"] < 90  # two lines
        status = page.locator("#library .state")
        expect(status).to_have_text("3 articles")
        long_line = "Building the index: embedding, 11,200 of 115,000"
        for line in (None, long_line) if size == "desk" else (None,):
            cut = status.evaluate(
                """(each, line) => {
                    if (line) each.textContent = line;
                    const { scrollWidth, clientWidth, scrollHeight, clientHeight } = each;
                    return scrollWidth > clientWidth || scrollHeight > clientHeight;
                }""",
                line,
            )
            assert not cut, line
        assert page.evaluate("() => document.documentElement.scrollWidth") <= width
        dialog = open_settings(page)
        box = dialog.bounding_box()
        assert box
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        assert dialog.evaluate("(each) => each.scrollWidth <= each.clientWidth")
        take_picture(page, f"{size}-settings-{scheme}.png")


def test_who_waits_sees_their_place_until_it_is_their_turn(browser: Browser, address: str) -> None:
    with ExitStack() as stack:
        pages = [stack.enter_context(visit(browser, address)).page for _ in range(4)]
        for page in pages:
            page.locator("#question textarea").fill(SLOWER)
        for page in pages:
            page.locator("#question textarea").press("Enter")
            expect(page.locator("#conversation .working")).to_be_visible()
        last = pages[-1].locator("#conversation .working")
        expect(last).to_have_text("Waiting: 1 before yours")
        for page in pages[:2]:  # two are answered at once
            page.get_by_role("button", name="Stop").click()
        expect(last.locator(".words")).to_be_visible()
        for page in pages[2:]:
            whole = page.locator("#conversation .answer.whole")
            expect(whole).to_be_visible(timeout=(2 * SLOWER_SECONDS + 20) * 1000)
