"""Real Chromium: who has no login sees nothing."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from rag.web.access import LoginFile
from tests.browsing import ANSWER_MILLISECONDS, free_port, running, take_picture
from tests.fake_server import ALL_SPEAKERS, COST

pytestmark = pytest.mark.browser
PASSWORD = "a harbour in the fog"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder, port = tmp_path_factory.mktemp("login"), free_port()
    for name in ("Ada", "Tom", "Ida", "Per"):
        LoginFile(folder / "logins").allow(name, PASSWORD)
    command = [sys.executable, "-m", "tests.slow_server", str(port), str(folder)]
    with running(command, port, folder / "server.log") as address:
        yield address


def log_in(page: Page, name: str, password: str = PASSWORD) -> None:
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_label("Password").press("Enter")


def test_who_has_a_login_comes_in_and_goes_out(browser: Browser, address: str) -> None:
    ada, tom = (browser.new_context().new_page() for _ in range(2))
    ada.goto(f"{address}/?author=Lind")
    expect(ada.get_by_label("Name")).to_be_focused()
    log_in(ada, "Ada", "not the password")
    expect(ada.get_by_role("alert")).to_have_text("This name and password do not go together.")
    expect(ada.get_by_label("Name")).to_have_value("Ada")
    log_in(ada, "Ada")
    expect(ada).to_have_url(re.compile(r"/\?author=Lind"))
    expect(ada.locator("#chips li")).to_have_text("By Lind")
    ada.goto(address)
    ada.locator("#question textarea").fill(ALL_SPEAKERS)
    ada.locator("#question textarea").press("Enter")
    expect(ada.locator("#conversation .answer.whole")).to_be_visible(timeout=ANSWER_MILLISECONDS)

    tom.goto(address)
    log_in(tom, "tom")
    expect(tom.locator("#conversation .welcome")).to_be_visible()
    tom.locator("#log-out").click()
    expect(tom.get_by_text("You are logged in as tom.")).to_be_visible()
    tom.get_by_role("button", name="Log out").click()
    expect(tom.get_by_label("Password")).to_be_visible()
    tom.goto(address)
    expect(tom.get_by_label("Password")).to_be_visible()
    for page in (ada, tom):
        page.context.close()


def ask(page: Page, question: str) -> Locator:
    answers = page.locator("#conversation .answer.whole")
    before = answers.count()
    page.locator("#question textarea").fill(question)
    page.locator("#question textarea").press("Enter")
    expect(answers).to_have_count(before + 1, timeout=ANSWER_MILLISECONDS)
    return answers.last


def conversations(page: Page) -> Locator:
    page.get_by_role("button", name="Conversations").click()
    found = page.locator("#conversation-list")
    expect(found.locator("li, .nothing").first).to_be_visible()
    return found.locator("li a.open")


def settings(page: Page) -> Locator:
    page.get_by_role("button", name="Settings").click()
    dialog = page.get_by_role("dialog", name="How answers are made")
    expect(dialog.get_by_role("radio", name="Balanced")).to_be_visible()
    return dialog


def test_two_people_at_once_have_their_own_conversations_settings_and_feedback(
    browser: Browser, address: str
) -> None:
    ida, per = (browser.new_context().new_page() for _ in range(2))
    for page, name in ((ida, "Ida"), (per, "Per")):
        page.goto(address)
        log_in(page, name)
        expect(page.locator("#conversation .welcome")).to_be_visible()
    ask(ida, ALL_SPEAKERS)
    ask(per, COST)
    ida.get_by_role("link", name="This helped").click()
    expect(ida.locator("#conversation .thumb.up.given")).to_have_count(1)
    expect(per.locator("#conversation .thumb.given")).to_have_count(0)
    per.get_by_role("link", name="This did not help").click()
    per.get_by_label("Not in the source").check()
    per.get_by_role("dialog").get_by_role("button", name="Send").click()
    expect(per.locator("#conversation .thumb.down.given")).to_have_count(1)
    settings(ida).get_by_role("radio", name="Only when sure").check()
    ida.keyboard.press("Escape")
    expect(settings(per).get_by_role("radio", name="Balanced")).to_be_checked()
    per.keyboard.press("Escape")

    expect(conversations(ida)).to_have_text([re.compile(re.escape(ALL_SPEAKERS))])
    expect(conversations(per)).to_have_text([re.compile(re.escape(COST))])
    ida.reload()
    per.reload()
    expect(ida.locator("#conversation .thumb.up.given")).to_have_count(1)
    expect(per.locator("#conversation .thumb.down.given")).to_have_count(1)

    hers = ida.url
    number = parse_qs(urlsplit(hers).query)["c"][0]
    refused = per.request.get(f"{address}/conversation/{number}.md")
    assert (refused.status, ida.request.get(f"{address}/conversation/{number}.md").status) == (
        404,
        200,
    )
    per.goto(hers)
    expect(per.locator("#notice")).to_contain_text("gone")
    expect(per.locator("#conversation .answer")).to_have_count(0)

    per.goto(f"{address}/logout")
    per.get_by_role("button", name="Log out").click()
    expect(per.get_by_label("Password")).to_be_visible()
    assert per.request.get(f"{address}/conversations").status == 401
    ask(ida, COST)
    expect(settings(ida).get_by_role("radio", name="Only when sure")).to_be_checked()
    for page in (ida, per):
        page.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_login_page_is_for_everybody(browser: Browser, address: str, scheme: str) -> None:
    context = browser.new_context(
        viewport={"width": 390, "height": 844},
        color_scheme=scheme,  # type: ignore[arg-type]
    )
    page = context.new_page()
    page.goto(address)
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 390
    take_picture(page, f"phone-login-{scheme}.png")
    context.close()


def test_a_link_of_a_foreign_page_leads_a_person_in(browser: Browser, address: str) -> None:
    """For whom the browser withholds the cookie at first."""
    page = browser.new_page()
    page.goto(address)
    log_in(page, "Ada")
    expect(page.locator("#question textarea")).to_be_visible()
    page.goto("about:blank")
    page.set_content(f'<a href="{address}/?author=Lind">a view</a>')
    page.get_by_role("link").click()
    expect(page.locator("#chips li")).to_have_text("By Lind")
    page.close()
