"""Real Chromium against the real server with the real models, from an empty folder on."""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browsing import ANSWER_MILLISECONDS, ROOT, free_port, running, take_picture, visit

pytestmark = [pytest.mark.browser, pytest.mark.models, pytest.mark.timeout(900)]

QUESTION = "How long did the ambassadors talk in Baghdad?"
_WATCH = """() => {
    window.working = false;
    new MutationObserver(() => {
        window.working ||= document.querySelector('#conversation .working') !== null;
    }).observe(document.body, {childList: true, subtree: true});
}"""
"""Notes whether an answer was shown being made at any time, however short."""


def test_articles_are_added_asked_and_followed_up(browser: Browser, tmp_path: Path) -> None:
    port, seeds = free_port(), tmp_path / "seeds"
    seeds.mkdir()
    command = [sys.executable, "-m", "rag.cli", "serve", "--port", str(port)]
    command += ["--seeds", str(seeds), "--index", str(tmp_path / "index")]
    kept = {"RAG_CONVERSATIONS": str(tmp_path / "conversations.sqlite")}
    with running(command, port, tmp_path / "log", **kept) as address:
        page = browser.new_page()
        page.goto(address)
        expect(page.locator(".welcome")).to_contain_text("No articles yet")
        expect(page.locator(".welcome")).to_contain_text(str(seeds))
        shutil.copy(next((ROOT / "seeds").glob("*.txt")), seeds)
        page.get_by_role("button", name="Rebuild index").click()
        built = re.compile("1 article")
        expect(page.locator("#library")).to_have_text(built, timeout=ANSWER_MILLISECONDS)
        page.close()
        with visit(browser, address) as visited:
            page = visited.page
            page.evaluate(_WATCH)
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
            title = "The US holds talks with Iran in Baghdad"
            expect(page.locator("#source h2").nth(1)).to_have_text(title)
            markers[min(1, len(markers) - 1)].click()
            take_picture(page, "chat")

            visited.ask("Who is the Iranian ambassador?")
            followed = visited.ask("And what did he say to the media about training?")
            expect(followed.locator(".facts")).to_contain_text("Searched for")
            expect(followed.locator(".words")).to_contain_text("train and equip")
            take_picture(page, "desk-follow-up")

            absent = visited.ask("Who won the 2006 World Cup?")
            expect(absent).to_contain_text("The articles do not")
            absent.locator("a.near").first.click()
            expect(page.locator("#source .notice")).to_contain_text("does not answer")
            expect(page.locator("#source mark.near").first).to_be_in_viewport()
            expect(page.locator("#source mark.quote")).to_have_count(0)
