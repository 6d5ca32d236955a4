"""Real Chromium on the real page, over a library without models: what a person does in the chat.

Every visit checks that nothing left the machine and nothing failed in the page.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from rag.web.access import LoginFile
from tests.browsing import (
    ANSWER_MILLISECONDS,
    assert_for_everybody,
    axe,
    free_port,
    running,
    take_picture,
    visit,
)
from tests.fake_server import (
    ALL_SPEAKERS,
    COMPARE,
    COST,
    COST_AND_LENS,
    FAILS,
    LIST,
    LONG,
    SLOW,
    SUMMARY,
    TIMELINE,
)

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]  # on a busy machine

ABSENT = "Who won the 2006 World Cup?"
KEY_MILLISECONDS = 100
"""What a person takes for at once (Nielsen 1993)."""


SHOW = "each => each.closest('.message-row').scrollIntoView({ block: 'start' })"


def served(folder: Path, port: int) -> AbstractContextManager[str]:
    """The address of a server that keeps its conversations in ``folder``, with a writer set."""
    command = [sys.executable, "-m", "tests.fake_server", str(port), str(folder)]
    return running(command, port, folder / "server.log", RAG_WRITER="/models/fake.gguf")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fake")


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    with served(folder, free_port()) as address:
        yield address


@pytest.fixture
def go(folder: Path) -> Iterator[Path]:
    """The file that ends what is slow, once it is there."""
    yield folder / "go"
    (folder / "go").touch()


def answers(page: Page) -> Locator:
    return page.locator("#conversation .answer.whole")


def questions(page: Page) -> Locator:
    return page.locator("#conversation .question")


def chips(page: Page) -> Locator:
    return page.locator("#chips li")


def in_address(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def box_of(element: Locator) -> dict[str, float]:
    box = element.bounding_box()
    assert box
    return {**box}


def begin(page: Page, question: str) -> None:
    page.locator("#question textarea").fill(question)
    page.locator("#question textarea").press("Enter")


def set_filters(page: Page, **filters: str) -> None:
    page.locator("#filter-choice summary").click()
    for name, value in filters.items():
        page.locator(f"#filter-choice [name={name}]").fill(value)
    page.get_by_role("button", name="Set filters").click()


def open_list(page: Page) -> Locator:
    page.get_by_role("button", name="Conversations").click()
    items = page.locator("#conversation-list")
    expect(items.locator("li, .nothing").first).to_be_visible()
    return items


def open_settings(page: Page) -> Locator:
    page.get_by_role("button", name="Settings").click()
    dialog = page.get_by_role("dialog", name="How answers are made")
    expect(dialog.get_by_role("radio", name="Balanced")).to_be_visible()
    return dialog


def test_an_answer_is_read_by_keys_and_copied(browser: Browser, address: str) -> None:
    with visit(browser, address, script=axe()) as visited:
        page, place = visited.page, visited.page.locator("#place")
        page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=address)
        assert_for_everybody(page)
        visited.ask(ALL_SPEAKERS)
        expect(place).to_have_text("1 of 4")
        assert_for_everybody(page)
        page.keyboard.press("3")  # in the box for the question it is a digit
        expect(page.locator("#question textarea")).to_have_value("3")
        leaves = "Esc leaves the question"
        expect(page.locator("#keys")).to_contain_text(leaves, use_inner_text=True)
        page.keyboard.press("Escape")
        expect(page.locator("#keys .focus-in-box")).to_be_hidden()
        for key, number in (("3", 3), ("n", 4), ("p", 3), ("ArrowLeft", 2), ("1", 1), ("9", 1)):
            page.keyboard.press(key)
            expect(visited.marked).to_have_attribute("data-number", str(number))
            expect(visited.marked).to_be_in_viewport()
        page.locator("#question textarea").fill("")
        answers(page).locator(".words a.cite").nth(2).click()
        take_picture(page, "desk-reading", in_dark=True)
        answers(page).locator(".words a.cite").first.click()
        for button, form, expected in (
            (
                "Copy quote",
                "Plain",
                "“Mayor Ilse Brandt called it the best day of her term.” — Ada Lind, ",
            ),
            ("Markdown", "Markdown", "> “Mayor Ilse Brandt"),
            ("BibTeX", "BibTeX", "@misc{lind2006ferry"),
        ):
            page.get_by_role("button", name=button).click()
            expect(page.locator("#said")).to_contain_text(f"({form})")
            copied = page.evaluate("() => navigator.clipboard.readText()")
            assert copied.startswith(expected)
        page.locator("#conversation").click(position={"x": 5, "y": 5})
        page.keyboard.press("Escape")
        expect(page.locator("#source mark")).to_have_count(0)

        # A marker shows its quote when it is pointed at.
        tip, marker = page.locator("#tip"), answers(page).locator(".words a.cite").first
        marker.hover()
        expect(tip).to_contain_text("Ferry terminal opens in the rain · Ada Lind · 2 March 2006")
        page.keyboard.press("Escape")
        expect(tip).to_be_hidden()

        # The place is counted in the answer that was clicked.
        visited.ask(COST)
        expect(answers(page).last.locator(".words .part > p")).to_have_count(3)
        take_picture(page, "desk-differ")
        visited.ask(COST_AND_LENS)  # cites the same two places, and one more
        expect(place).to_have_text("1 of 3")
        answers(page).nth(1).locator(".words a.cite").first.click()
        expect(place).to_have_text("1 of 2")
        expect(answers(page).last.locator("a[aria-current]")).to_have_count(0)

        # A thumb is given with a reason, kept, and withdrawn.
        answers(page).last.get_by_role("link", name="This did not help").click()
        dialog = page.get_by_role("dialog", name="What was wrong with this answer?")
        dialog.get_by_label("Not in the source").check()
        dialog.get_by_label("In your words").fill("The mayor <i>said</i> nothing")
        assert_for_everybody(page)
        take_picture(page, "desk-feedback")
        dialog.get_by_role("button", name="Send").click()
        said = "Not in the source: The mayor <i>said</i> nothing"
        expect(page.locator("#conversation .said")).to_have_text(said)
        page.reload()
        expect(page.locator("#conversation .said")).to_have_text(said)
        answers(page).last.get_by_role("link", name="This did not help").click()
        expect(page.locator("#conversation .given, #conversation .said")).to_have_count(0)
        page.get_by_role("button", name="New conversation").click()
        expect(answers(page)).to_have_count(0)
        expect(page.locator("#source-heading")).to_have_text("Library")
        expect(page).to_have_url(f"{address}/")


def test_each_kind_is_shown_as_what_it_is_and_written_out(
    browser: Browser, address: str, go: Path
) -> None:
    with visit(browser, address, 1440, 700) as visited:
        page = visited.page
        compare = visited.ask(COMPARE)
        first, second = map(box_of, compare.locator(".part").all())
        assert (first["y"], first["x"] < second["x"]) == (second["y"], True)  # two columns
        timeline = visited.ask(TIMELINE)
        day, event = (
            box_of(timeline.locator(f".part:first-child {name}")) for name in ("h4", "ul")
        )
        assert day["x"] + day["width"] <= event["x"]  # the day stands beside its events
        summary = visited.ask(SUMMARY)
        expect(summary.locator("h4")).to_have_count(2)
        expect(visited.ask(LIST).locator(".words li")).to_have_count(3)
        compare.evaluate(SHOW)
        take_picture(page, "desk-kinds")
        page.set_viewport_size({"width": 390, "height": 844})
        first, second = map(box_of, compare.locator(".part").all())
        assert (first["x"], first["y"] < second["y"]) == (second["x"], True)
        assert page.evaluate("() => document.documentElement.scrollWidth") <= 390
        page.get_by_role("button", name="Close").click()
        compare.evaluate(SHOW)
        take_picture(page, "phone-kinds")
        page.set_viewport_size({"width": 1440, "height": 700})

        # However long an answer is, it is read from its beginning, and makes room for the filters.
        long = visited.ask(LONG)
        expect(questions(page).last).to_be_in_viewport()
        expect(long.locator(".words a.cite").first).to_be_in_viewport()
        expect(long.locator(".facts")).not_to_be_in_viewport()
        page.locator("#filter-choice summary").click()
        page.wait_for_function(
            """() => document.querySelector('#conversation').getBoundingClientRect().bottom
                <= document.querySelector('#filter-choice form').getBoundingClientRect().top"""
        )
        page.get_by_role("button", name="New conversation").click()

        # Written out on demand, apart from the quotes; what is not held is replaced and says why.
        answer = visited.ask(ALL_SPEAKERS)
        quoted = answer.locator(".words").inner_text()
        answer.get_by_role("link", name="Write it out").click()
        prose = answer.locator(".writing")
        expect(prose.locator(".written")).to_have_text("It was said plainly.")
        assert answer.locator(".words").inner_text() == quoted
        expect(answer.locator(".replacements")).to_contain_text(
            "not held by its source (not there: ever)"
        )
        expect(answer.get_by_role("link", name="Write it out")).to_have_count(0)
        prose.locator("a.cite").first.click()
        expect(visited.marked).to_contain_text("Mayor Ilse Brandt")
        take_picture(page, "desk-written")
        page.reload()
        expect(prose.locator(".written")).to_have_text("It was said plainly.")

        # Stopped while it is written, what was quoted stays.
        go.touch()
        slow = visited.ask(SLOW)
        go.unlink()
        slow.get_by_role("link", name="Write it out").click()
        expect(slow.locator(".writing.working")).to_contain_text("It was")
        page.get_by_role("button", name="Stop").click()
        expect(page.locator(".writing.working")).to_have_count(0)
        expect(slow.locator(".words a.cite")).to_have_count(4)
        expect(slow.get_by_role("link", name="Write it out")).to_be_visible()


def test_filters_narrow_the_search_and_are_taken_back(browser: Browser, address: str) -> None:
    with visit(browser, f"{address}/?since=last+week") as visited:
        page, box = visited.page, visited.page.locator("#question textarea")
        begin(page, "What did the auditors write?")
        expect(page.locator("#notice")).to_contain_text("“last week” cannot be read as a date")
        expect(box).to_have_value("What did the auditors write?")
        set_filters(page, since="2007-13")
        problem = page.locator("#filter-problem")
        expect(problem).to_contain_text("“2007-13” cannot be read as a date: write 31 May 2007, ")
        expect(page.locator("#filter-choice [name=since]")).to_be_focused()
        page.locator("#filter-choice [name=since]").fill("2007")
        page.locator("#filter-choice [name=author]").fill("Berg & Søn <i>")
        box.click()  # in force as soon as the question is gone on to
        expect(page.locator("#filter-choice form")).to_be_hidden()
        expect(chips(page)).to_have_text(["From 2007", "By Berg & Søn <i>"])
        page.get_by_role("button", name="Remove the filter: By Berg & Søn <i>").click()
        expect(chips(page)).to_have_text(["From 2007"])
        answer = visited.ask("What did the auditors write about the terminal?")
        searched = "Searched 1 article, only those from 2007 on"
        expect(answer.locator(".facts")).to_contain_text(searched)
        expect(answer.locator(".sources")).to_contain_text("What the ferry terminal cost")
        page.reload()
        expect(chips(page)).to_have_text(["From 2007"])
        expect(answers(page)).to_have_count(1)
        absent = visited.ask("Who wrote a line about the lighthouse keeper?")
        expect(absent).to_contain_text("The articles do not say.")
        take_picture(page, "desk-abstention")
        absent.get_by_role("link", name="This did not help").click()
        dialog = page.get_by_role("dialog", name="What was wrong with this answer?")
        expect(dialog.locator("label:visible").filter(has=page.locator("input"))).to_have_text(
            ["The articles do say", "The question was misunderstood", "Other"]
        )
        dialog.get_by_role("button", name="Skip").click()
        absent.get_by_role("link", name="Ask all articles instead").click()
        expect(answers(page)).to_have_count(3)
        expect(chips(page)).to_have_count(0)

        # A question can be put to one article, found where it is chosen from.
        page.get_by_role("button", name="New conversation").click()
        page.locator("#source a", has_text="What the ferry terminal cost").click()
        page.get_by_role("button", name="Only this article").click()
        assert in_address(page)["source"] == ["2007/review [[]final].txt"]
        page.locator("#filter-choice summary").click()
        expect(page.locator("#known-author option")).to_have_count(3)
        page.get_by_label("Article", exact=True).fill("berg")
        expect(page.locator("#known-source option")).to_have_count(1)
        take_picture(page, "desk-filters")
        page.keyboard.press("Escape")
        expect(page.locator("#filter-choice summary")).to_be_focused()


LOSES_ONCE = """
const fetched = window.fetch;
window.fetch = (...given) => {
    const address = String(given[0].url || given[0]);
    if (window.losing === 'answer' && address.includes('/run/')) {
        window.losing = '';
        return Promise.resolve(new Response('{"error": null}', { status: 500 }));
    }
    if (window.losing === 'stream' && address.includes('/queue/data')) {
        window.losing = '';
        const closed = 'data: {"msg":"close_stream","event_id":null}\\n\\n';
        const headers = { 'content-type': 'text/event-stream' };
        return Promise.resolve(new Response(closed, { headers }));
    }
    return fetched(...given);
};
"""
"""As Gradio loses a stream where a question comes just as another event ends."""
TYPING = """() => {
    window.delays = [];
    document.querySelector('#question textarea').addEventListener('keydown', (event) => {
        requestAnimationFrame(() => setTimeout(
            () => window.delays.push(performance.now() - event.timeStamp)));
    });
}"""
"""From the key to the picture after it."""


def test_an_answer_is_stopped_asked_again_and_survives_faults(
    browser: Browser, address: str, go: Path
) -> None:
    go.unlink(missing_ok=True)
    with visit(browser, address, script=LOSES_ONCE) as visited:
        page, log = visited.page, visited.page.locator("#conversation [role=log]")
        begin(page, SLOW)
        expect(page.locator("#conversation .working .words")).to_be_visible()
        expect(log).to_have_attribute("aria-busy", "true")
        page.get_by_role("button", name="Stop").dblclick()
        expect(page.locator("#conversation .note")).to_contain_text("topped")
        expect(page.locator("#conversation .working")).to_have_count(0)
        page.reload()
        expect(page.locator("#conversation .note")).to_contain_text("topped")

        # An answer goes on while its page is reloaded, and typing does not lag meanwhile.
        page.get_by_role("link", name="Ask again").click()
        expect(page.locator("#conversation .working .words")).to_be_visible()
        page.reload()
        expect(page.locator("#conversation .working .words")).to_be_visible()
        expect(page.get_by_role("button", name="Stop")).to_be_visible()
        page.evaluate(TYPING)
        page.locator("#question textarea").press_sequentially("what did the captain say", delay=20)
        delays = sorted(page.evaluate("() => window.delays"))
        assert delays[len(delays) // 2] < KEY_MILLISECONDS
        go.touch()
        expect(answers(page)).to_have_count(1, timeout=ANSWER_MILLISECONDS)
        expect(log).to_have_attribute("aria-busy", "false")
        expect(page.locator("#question textarea")).to_have_value("what did the captain say")
        expect(questions(page)).to_have_text([SLOW])

        # What fails is told, and asked again with one press.
        begin(page, FAILS)
        expect(page.locator("#conversation .note")).to_contain_text("Footnote failed on this")
        page.get_by_role("link", name="Ask again").last.click()
        expect(answers(page)).to_have_count(2)
        page.evaluate("() => { window.losing = 'answer'; }")
        begin(page, LIST)
        told = page.get_by_role("alert").filter(has_text="Footnote could not be asked")
        expect(told).to_be_visible()
        expect(page.locator("#question textarea")).to_have_value(LIST)
        told.get_by_role("button", name="Ask again").click()
        expect(answers(page)).to_have_count(3)
        visited.errors.clear()  # Gradio's word for what it was refused
        page.evaluate("() => { window.losing = 'stream'; }")
        visited.ask(COST)

        # A conversation that was left does not come back.
        go.unlink()
        begin(page, SLOW)
        expect(page.locator("#conversation .working .words")).to_be_visible()
        page.get_by_role("button", name="New conversation").click()
        expect(questions(page)).to_have_count(0)
        visited.ask(LIST)
        expect(questions(page)).to_have_text([LIST])


def test_conversations_are_found_renamed_and_deleted(browser: Browser, address: str) -> None:
    with visit(browser, address, script=axe()) as visited:
        page = visited.page
        visited.ask(SUMMARY)
        page.get_by_role("button", name="New conversation").click()
        expect(answers(page)).to_have_count(0)
        visited.ask(LIST)
        items = open_list(page)
        assert_for_everybody(page)
        take_picture(page, "desk-conversations")
        expect(items.locator("li").first).to_contain_text(LIST)
        expect(items.locator("li time").first).to_have_text(re.compile(r"^today, \d\d:\d\d"))
        page.get_by_label("Search conversations").fill("zebra")
        expect(items).to_have_text("No conversation has these words.")
        page.get_by_label("Search conversations").fill("DISPUTES board")  # in the answer
        items.locator("a.open").filter(has_text=SUMMARY).click()
        expect(questions(page)).to_have_text([SUMMARY])
        page.go_back()
        expect(questions(page)).to_have_text([LIST])

        items = open_list(page)
        page.get_by_label("Search conversations").fill("")
        items.get_by_role("button", name=f"Rename: {LIST}").first.click()
        page.get_by_label("New title").fill("The lines, <b>for Monday</b>")
        page.get_by_label("New title").press("Enter")
        link = items.locator("a.open", has_text="for Monday")
        expect(link).to_be_focused()
        expect(page).to_have_title("The lines, <b>for Monday</b> · Footnote")
        delete = items.get_by_role("button", name="Delete: The lines")
        delete.click()
        asked = page.get_by_role("dialog", name="Delete this conversation?")
        expect(asked).to_contain_text("The lines, <b>for Monday</b>")
        asked.get_by_role("button", name="Keep it").click()
        expect(delete).to_be_focused()
        delete.click()
        asked.get_by_role("button", name="Delete").click()
        expect(link).to_have_count(0)
        page.keyboard.press("Escape")
        expect(answers(page)).to_have_count(0)
        assert "c" not in in_address(page)


def test_settings_are_used_for_the_next_question(browser: Browser, address: str) -> None:
    question = "What did the lighthouse keeper write, and where did the lighthouse lens come from?"
    with visit(browser, address, script=axe()) as visited:
        page = visited.page
        expect(visited.ask(question).locator(".words a.cite")).to_have_count(3)
        dialog = open_settings(page)
        expect(dialog.get_by_role("radio", name="Then written by fake.gguf")).to_be_checked()
        expect(dialog).to_contain_text("This machine has")
        assert_for_everybody(page)
        take_picture(page, "desk-settings")
        dialog.get_by_label("At most").select_option("1 quote")
        dialog.get_by_role("radio", name="Only when sure").check()
        page.keyboard.press("Escape")
        page.reload()
        expect(answers(page)).to_have_count(1)
        expect(visited.ask(question).locator(".words a.cite")).to_have_count(1)
        dialog = open_settings(page)
        expect(dialog.get_by_role("radio", name="Only when sure")).to_be_checked()
        dialog.get_by_role("button", name="Back to the defaults").click()
        expect(dialog.get_by_role("radio", name="Balanced")).to_be_checked()


def test_on_a_phone_everything_fits_and_the_source_slides_over(
    browser: Browser, address: str
) -> None:
    place = f"{address}/?since=2006&author=Ada"
    with visit(browser, place, 390, 844, script=axe()) as visited:
        page, panel = visited.page, visited.page.locator("#source")
        page.locator("#filter-choice summary").click()
        assert_for_everybody(page)
        take_picture(page, "phone-filters")
        page.get_by_role("button", name="Set filters").click()
        for left in (1, 0):
            page.locator("#chips button").first.click()
            expect(chips(page)).to_have_count(left)
        answer = visited.ask(ALL_SPEAKERS)
        assert_for_everybody(page)
        take_picture(page, "phone-answer")
        expect(panel).to_be_hidden()
        answer.locator(".words a.cite").first.click()
        expect(visited.marked).to_be_in_viewport()
        page.get_by_role("button", name="Next citation").click()
        expect(visited.marked).to_contain_text("48 million")
        assert_for_everybody(page)
        take_picture(page, "phone-source")
        page.go_back()
        expect(panel).to_be_hidden()
        answer.locator(".words a.cite").first.click()
        page.keyboard.press("Escape")
        expect(panel).to_be_hidden()
        open_list(page)
        assert_for_everybody(page)
        take_picture(page, "phone-conversations")
        page.keyboard.press("Escape")
        open_settings(page)
        assert_for_everybody(page)


def test_who_has_a_login_comes_in_and_finds_their_own_after_a_restart(
    browser: Browser, tmp_path: Path
) -> None:
    for name in ("Ada", "Tom"):
        LoginFile(tmp_path / "logins").allow(name, "a harbour in the fog")
    port = free_port()

    def log_in(page: Page, name: str, password: str = "a harbour in the fog") -> None:
        page.get_by_label("Name").fill(name)
        page.get_by_label("Password").fill(password)
        page.get_by_label("Password").press("Enter")

    ada = browser.new_context(viewport={"width": 390, "height": 844}).new_page()
    tom = browser.new_context().new_page()
    ada.add_init_script(axe())
    with served(tmp_path, port) as address:
        ada.goto(f"{address}/?author=Lind")
        assert_for_everybody(ada)
        take_picture(ada, "phone-login")
        log_in(ada, "Ada", "not the password")
        expect(ada.get_by_role("alert")).to_have_text("This name and password do not go together.")
        log_in(ada, "Ada")
        expect(chips(ada)).to_have_text("By Lind")
        ada.goto(address)
        begin(ada, ALL_SPEAKERS)
        expect(answers(ada)).to_be_visible(timeout=ANSWER_MILLISECONDS)
        hers, kept = ada.url, answers(ada).inner_text()
        number = in_address(ada)["c"][0]

        tom.goto(address)
        log_in(tom, "tom")
        expect(tom.locator("#conversation .welcome")).to_be_visible()
        assert tom.request.get(f"{address}/conversation/{number}.md").status == 404
        tom.goto(hers)
        expect(tom.locator("#notice")).to_contain_text("gone")
        tom.locator("#log-out").click()
        tom.get_by_role("button", name="Log out").click()
        expect(tom.get_by_label("Password")).to_be_visible()
        assert tom.request.get(f"{address}/conversations").status == 401
    with served(tmp_path, port):
        ada.goto(hers)
        log_in(ada, "ada")
        expect(answers(ada)).to_have_count(1)
        assert answers(ada).inner_text() == kept
    for page in (ada, tom):
        page.context.close()
