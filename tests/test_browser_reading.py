"""Real Chromium on the real page, over a library without models: reading, trust, filters, keys.

Every visit checks that nothing left the machine and nothing failed in the page. With
FOOTNOTE_SCREENSHOTS=1 it takes the pictures of ``docs/`` that show more than one article.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from typing import Literal
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browsing import Visit, free_port, running, take_picture, visit
from tests.fake_server import ALL_SPEAKERS, COST, COST_AND_LENS, LONG, WRITE

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    port = free_port()
    folder = tmp_path_factory.mktemp("fake")
    command = [sys.executable, "-m", "tests.fake_server", str(port), str(folder / "chat.sqlite")]
    with running(command, port, folder / "server.log") as address:
        yield address


def set_filters(page: Page, **filters: str) -> None:
    page.locator("#filter-choice summary").click()
    for name, value in filters.items():
        page.locator(f"#filter-choice [name={name}]").fill(value)
    page.get_by_role("button", name="Set filters").click()


def chips(page: Page) -> list[str]:
    return page.locator("#chips li").all_inner_texts()


def in_address(page: Page) -> dict[str, list[str]]:
    """The filters in the address; the conversation is there, too."""
    query = parse_qs(urlsplit(page.url).query)
    return {name: values for name, values in query.items() if name != "c"}


def current(page: Page) -> Locator:
    return page.locator("#source mark.current")


# Reading.


def test_keys_open_citations_and_go_from_one_to_the_next(browser: Browser, address: str) -> None:
    with visit(browser, address) as visited:
        page = visited.page
        visited.ask(ALL_SPEAKERS)
        page.keyboard.press("3")  # in the box for the question it is a digit
        expect(page.locator("#question textarea")).to_have_value("3")
        expect(page.locator("#keys")).to_contain_text(
            "Esc leaves the question", use_inner_text=True
        )
        page.keyboard.press("Escape")
        expect(page.locator("#keys .focus-in-box")).to_be_hidden()
        expect(page.locator("#conversation .answer").last).to_be_focused()
        for key, number in (("3", 3), ("n", 4), ("p", 3), ("ArrowLeft", 2), ("1", 1)):
            page.keyboard.press(key)
            expect(current(page)).to_have_attribute("data-number", str(number))
            expect(current(page)).to_be_in_viewport()
        page.keyboard.press("9")
        expect(current(page)).to_have_attribute("data-number", "1")
        page.keyboard.press("Escape")
        expect(page.locator("#source mark")).to_have_count(0)


def test_the_place_is_counted_in_the_answer_that_was_clicked(
    browser: Browser, address: str
) -> None:
    with visit(browser, address) as visited:
        page, place = visited.page, visited.page.locator("#place")
        answers = page.locator("#conversation .answer.whole")
        visited.ask(COST)
        expect(place).to_have_text("1 of 2")
        visited.ask(COST_AND_LENS)  # cites the same two places, and one more
        expect(place).to_have_text("1 of 3")
        answers.first.locator(".words a.cite").first.click()
        expect(place).to_have_text("1 of 2")
        expect(answers.last.locator("a[aria-current]")).to_have_count(0)
        page.keyboard.press("n")
        expect(place).to_have_text("2 of 2")
        answers.last.locator(".words a.cite").nth(1).click()
        expect(place).to_have_text("2 of 3")
        answers.first.get_by_role("link", name="This helped").click()
        expect(page.locator(".thumb.given")).to_have_count(1)  # all answers were shown anew
        page.keyboard.press("p")
        expect(place).to_have_text("1 of 3")
        page.reload()
        expect(answers).to_have_count(2)
        expect(place).to_have_text("1 of 3")


def test_a_marker_shows_its_quote_when_pointed_at_or_focused(
    browser: Browser, address: str
) -> None:
    with visit(browser, address) as visited:
        page, tip = visited.page, visited.page.locator("#tip")
        markers = visited.ask(WRITE).locator(".words a.cite")
        expect(tip).to_be_hidden()
        markers.first.hover()
        expect(tip).to_contain_text("Mayor Ilse Brandt called it the best day of her term.")
        expect(tip).to_contain_text("Ferry terminal opens in the rain · Ada Lind · 2 March 2006")
        tip.hover()  # it stays while it is read
        page.wait_for_timeout(300)
        expect(tip).to_be_visible()
        take_picture(page, "chat-written.png", mouse_stays=True)
        page.mouse.move(5, 5)
        expect(tip).to_be_hidden()
        markers.first.focus()
        page.keyboard.press("Tab")
        expect(tip).to_contain_text("Captain Jon Aasen")
        expect(markers.nth(1)).to_have_attribute("aria-describedby", "tip")
        box = tip.bounding_box()
        assert box
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 1440
        page.keyboard.press("Escape")
        expect(tip).to_be_hidden()


def test_a_quote_is_copied_with_its_reference(browser: Browser, address: str) -> None:
    with visit(browser, address) as visited:
        page = visited.page
        page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=address)
        visited.ask(ALL_SPEAKERS)
        for button, expected in (
            ("Copy quote", "“Mayor Ilse Brandt called it the best day of her term.” — Ada Lind, "),
            ("Markdown", "> “Mayor Ilse Brandt"),
            ("BibTeX", "@misc{lind2006ferry"),
        ):
            page.get_by_role("button", name=button).click()
            expect(page.locator("#said")).to_contain_text("Copied")
            copied = page.evaluate("() => navigator.clipboard.readText()")
            assert copied.startswith(expected)
            page.evaluate("() => { document.getElementById('said').textContent = ''; }")
        assert copied.count("\n") > 5


# Trust.


def test_what_was_searched_and_how_sure_it_is_stand_under_the_answer(
    browser: Browser, address: str
) -> None:
    with visit(browser, address, scheme="dark") as visited:
        answer = visited.ask(COST)
        facts = answer.locator(".facts")
        for fact in (
            re.compile("Sure|Likely|Not sure"),
            "In the articles’ own words",
            "The articles differ",
            "0.2",
        ):
            expect(facts).to_contain_text(fact)
        expect(facts).to_contain_text(f"Searched for “{COST} (harbour)”")
        expect(facts).to_contain_text("Searched 3 articles")
        expect(answer.locator(".words .part > p")).to_have_count(3)
        expect(answer.locator(".words .remark")).to_contain_text("give different answers")
        take_picture(visited.page, "chat-differ-dark.png")


# Filters.


def test_filters_are_chips_are_in_the_address_and_restrict_the_search(
    browser: Browser, address: str
) -> None:
    with visit(browser, address) as visited:
        page = visited.page
        set_filters(page, since="2007", author="Berg & Søn <i>")
        expect(page.locator("#chips li")).to_have_text(["From 2007", "By Berg & Søn <i>"])
        assert in_address(page) == {"since": ["2007"], "author": ["Berg & Søn <i>"]}
        page.get_by_role("button", name="Remove the filter: By Berg & Søn <i>").click()
        assert chips(page) == ["From 2007"]
        answer = visited.ask("What did the auditors write about the terminal?")
        expect(answer.locator(".facts")).to_contain_text(
            "Searched 1 article, only those from 2007 on"
        )
        expect(answer.locator(".sources li")).to_have_count(1)
        expect(answer.locator(".sources")).to_contain_text("What the ferry terminal cost")
        assert in_address(page) == {"since": ["2007"]}  # opening the source left it alone
        page.reload()
        expect(page.locator("#chips li")).to_have_text(["From 2007"])
        expect(page.locator("#conversation .answer.whole")).to_have_count(1)  # is there again
        answer = visited.ask("Who wrote a line about the lighthouse keeper?")
        expect(answer.locator(".facts")).to_contain_text("only those from 2007 on")
        expect(answer).to_contain_text("The articles do not say.")


def test_a_long_answer_begins_at_its_beginning_and_makes_room_for_the_filters(
    browser: Browser, address: str
) -> None:
    with visit(browser, address, 1440, 600) as visited:
        page = visited.page
        visited.ask(ALL_SPEAKERS)
        answer = visited.ask(LONG)
        expect(page.locator("#conversation .question").last).to_be_in_viewport()
        expect(answer.locator(".words a.cite").first).to_be_in_viewport()
        expect(answer.locator(".facts")).not_to_be_in_viewport()
        page.locator("#filter-choice summary").click()
        page.wait_for_function(
            """() => document.querySelector('#conversation').getBoundingClientRect().bottom
                <= document.querySelector('#filter-choice form').getBoundingClientRect().top"""
        )


def test_filters_are_in_force_as_soon_as_the_question_is_gone_on_to(
    browser: Browser, address: str
) -> None:
    with visit(browser, address) as visited:
        page = visited.page
        page.locator("#filter-choice summary").click()
        page.locator("#filter-choice [name=since]").fill("May 2007")
        page.locator("#filter-choice [name=until]").fill("2007")
        page.locator("#question textarea").click()
        expect(page.locator("#filter-choice form")).to_be_hidden()
        expect(page.locator("#chips li")).to_have_text(["From May 2007", "Until 2007"])
        page.locator("#filter-choice summary").click()
        page.locator("#filter-choice [name=until]").fill("never")
        page.locator("#question textarea").click()
        expect(page.locator("#filter-problem")).to_contain_text("“never” cannot be read as a date")
        expect(page.locator("#filter-choice form")).to_be_visible()
        expect(page.locator("#chips li")).to_have_text(["From May 2007", "Until 2007"])


def test_an_invalid_date_is_one_line_and_nothing_is_set(browser: Browser, address: str) -> None:
    with visit(browser, f"{address}/?since=last+week") as visited:
        page, problem = visited.page, visited.page.locator("#filter-problem")
        box = page.locator("#question textarea")
        box.fill("What did the auditors write?")
        box.press("Enter")
        expect(page.locator("#notice")).to_contain_text("“last week” cannot be read as a date")
        expect(box).to_have_value("What did the auditors write?")
        set_filters(page, since="2007-13")
        expect(problem).to_contain_text("“2007-13” cannot be read as a date: write 31 May 2007, ")
        expect(page.locator("#filter-choice [name=since]")).to_be_focused()
        page.locator("#filter-choice [name=since]").fill("2008-01")
        page.locator("#filter-choice [name=until]").fill("2007")
        page.keyboard.press("Enter")
        expect(problem).to_contain_text("lies before “Published from”")
        assert chips(page) == ["From last week"]
        page.locator("#filter-choice [name=since]").fill("2007-05-31")
        page.keyboard.press("Enter")
        expect(page.locator("#chips li")).to_have_text(["From 2007-05-31", "Until 2007"])
        expect(box).to_be_focused()


def test_a_question_can_be_put_to_one_article(browser: Browser, address: str) -> None:
    with visit(browser, address) as visited:
        page = visited.page
        page.locator("#source a", has_text="What the ferry terminal cost").click()
        page.get_by_role("button", name="Only this article").click()
        assert in_address(page) == {"source": ["2007/review [[]final].txt"]}
        answer = visited.ask("What is said of the ferry terminal?")
        expect(answer.locator(".sources li")).to_have_count(1)
        page.locator("#filter-choice summary").click()
        page.get_by_label("Article", exact=True).press("ControlOrMeta+a")
        expect(page.locator("#known-author option")).to_have_count(3)
        page.keyboard.press("Escape")
        expect(page.locator("#filter-choice form")).to_be_hidden()
        expect(page.locator("#filter-choice summary")).to_be_focused()


# On a phone, in the dark, by keyboard, and against hostile articles.


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_everything_fits_and_the_source_slides_over(
    browser: Browser, address: str, scheme: Literal["light", "dark"]
) -> None:
    with visit(browser, f"{address}/?since=2006&author=Ada", 390, 844, scheme) as visited:
        page, panel = visited.page, visited.page.locator("#source")
        page.locator("#filter-choice summary").click()
        take_picture(page, f"phone-filters-{scheme}.png")
        page.get_by_role("button", name="Set filters").click()
        expect(page.locator("#filter-choice form")).to_be_hidden()
        for _ in range(2):
            page.locator("#chips button").first.click()
        answer = visited.ask(ALL_SPEAKERS)
        take_picture(page, f"phone-answer-{scheme}.png")
        expect(panel).to_be_hidden()
        answer.locator(".words a.cite").first.click()
        expect(current(page)).to_be_in_viewport()
        page.get_by_role("button", name="Next citation").click()
        expect(current(page)).to_contain_text("48 million")
        take_picture(page, f"phone-source-{scheme}.png")
        for element in page.locator("#source header *, #source-tools *").all():
            box = element.bounding_box()
            assert box is None or box["x"] + box["width"] <= 390
        page.go_back()
        expect(panel).to_be_hidden()
        expect(answer).to_be_visible()
        answer.locator(".words a.cite").first.click()
        expect(panel).to_be_visible()
        page.keyboard.press("Escape")
        expect(panel).to_be_hidden()
        assert page.evaluate("() => document.documentElement.scrollWidth") <= 390


def test_the_desk_in_light_and_dark(browser: Browser, address: str) -> None:
    for scheme in ("light", "dark"):
        with visit(browser, f"{address}/?since=2006", 1440, 900, scheme) as visited:
            _look_at_everything(visited, scheme)


def _look_at_everything(visited: Visit, scheme: str) -> None:
    page = visited.page
    page.locator("#filter-choice summary").click()
    take_picture(page, f"desk-filters-{scheme}.png")
    page.keyboard.press("Escape")
    visited.ask("Who won the 2006 World Cup?")
    take_picture(page, f"desk-abstention-{scheme}.png")
    page.locator("#chips button").click()
    answer = visited.ask(ALL_SPEAKERS)
    answer.locator(".words a.cite").nth(2).click()
    expect(current(page)).to_be_in_viewport()
    take_picture(page, f"desk-reading-{scheme}.png")
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 1440
