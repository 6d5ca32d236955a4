"""Real Chromium on the library's page over the real build, with stand-ins for the models."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browsing import assert_for_everybody, axe, free_port, running, take_picture, visit

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]  # on a busy machine

BUILD_MILLISECONDS = 240_000
EMBED_SECONDS = 0.4
"""What four passages take: a build is seen on its way."""
FERRY = (
    "The new ferry terminal opened on Thursday with a brass band and a thin rain. The mayor called "
    "it the best day of her term, and the quay was rebuilt in three stages, each of which closed "
    "one of the old landings for a winter. Commuters from the islands were carried by bus around "
    "the bay, which took an hour longer than the boat.\n\nThe harbour board published a plan of "
    "the works every month. Few read it, said a clerk at the counter, but those who did came back "
    "with questions about parking."
)
WHALES = (
    "Grey whales were seen near the harbour for the first time in ninety years. Fishermen counted "
    "eleven of them before the fog came down over the bay and the boats turned home."
)
AUDIT = (
    "The ferry terminal cost 61 million crowns, the auditors wrote on Monday, once the road to it "
    "is counted. The harbour board disputes the sum and points to its own books."
)
LIGHTHOUSE = (
    "Der alte Leuchtturm am Hafen wird in diesem Sommer zum ersten Mal seit zwanzig Jahren wieder "
    "gestrichen. Die Stadt bezahlt die Arbeiten, und der Wärter freut sich darüber sehr."
)
DROP = """async (files) => {
    const transfer = new DataTransfer();
    for (const [name, text] of Object.entries(files)) transfer.items.add(new File([text], name));
    const event = (type) => new DragEvent(type, {dataTransfer: transfer, bubbles: true,
                                                 cancelable: true});
    document.body.dispatchEvent(event('dragenter'));
    document.body.dispatchEvent(event('dragover'));
    document.body.dispatchEvent(event('drop'));
}"""


def story(title: str, author: str, date: str, text: str) -> str:
    return f"{title}\n\n{author}\n{date}\n\n{text}\n"


def fill(seeds: Path) -> None:
    """A small library with a duplicate, two files that cannot be read, and a mail with a map."""
    articles = {
        "2006/opening.txt": story("Ferry terminal opens", "Ada Lind", "2 March 2006", FERRY),
        "2006/wire.txt": story("Terminal opens in rain", "Newswire", "3 March 2006", FERRY),
        "2007/audit.txt": story("What the terminal cost", "Tom Berg", "31 May 2007", AUDIT),
        "whales.txt": story("Whales return to the bay", "Ada Lind", "2 June 2011", WHALES),
        "leuchtturm.txt": story("Der Leuchtturm", "Jörg Weiß", "5. Mai 2012", LIGHTHOUSE),
        "harbour <img src=x onerror=alert(1)>.md": f"# Notes <b>of</b> a keeper\n\n{AUDIT[:90]}.",
        "photo.jpg": "no picture",
        "scan.pdf": "%PDF-1.4 no pages",
    }
    for name, text in articles.items():
        path = seeds / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "Ida Holm <ida@harbour.example>", "The way to the landing"
    mail["Date"] = "Mon, 4 Jun 2007 10:00:00 +0000"
    mail.set_content("The landing moves to the north quay on Monday, as the map shows.")
    mail.add_attachment(b"no picture", maintype="image", subtype="png", filename="map.png")
    (seeds / "landing.eml").write_bytes(mail.as_bytes())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("library")
    (folder / "seeds").mkdir()
    return folder


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    port, seconds = free_port(), str(EMBED_SECONDS)
    command = [sys.executable, "-m", "tests.library_server", str(port), str(folder), seconds]
    with running(command, port, folder / "log") as address:
        yield f"{address}/library"


def row(page: Page, name: str) -> Locator:
    return page.locator("#rows tr").filter(has_text=name)


def badge(page: Page, name: str) -> Locator:
    return row(page, name).locator(".badge")


def rebuild(page: Page) -> None:
    page.get_by_role("button", name="Rebuild index").click()
    expect(page.locator("#pace")).to_be_visible()
    expect(page.locator("#library .state.ready")).to_be_visible(timeout=BUILD_MILLISECONDS)
    expect(page.locator("#pending")).to_contain_text("Built in", timeout=BUILD_MILLISECONDS)


def drag_and_drop(page: Page, *paths: Path) -> None:
    """As a person drops files and folders of the disk: no script can make up a folder."""
    browser = page.context.new_cdp_session(page)
    data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", "drop"):
        browser.send("Input.dispatchDragEvent", {"type": kind, "x": 300, "y": 400, "data": data})


def test_files_come_are_built_and_read_and_go(
    browser: Browser, address: str, folder: Path, tmp_path: Path
) -> None:
    seeds = folder / "seeds"
    page = browser.new_page()
    page.goto(address)
    expect(page.locator("#rows")).to_contain_text("No articles yet. Drop files anywhere")
    page.evaluate(DROP, {"cranes.md": "# Cranes\n\nTwo cranes flew over the bay at noon.\n"})
    expect(badge(page, "cranes.md")).to_have_text("New")
    rebuild(page)
    expect(badge(page, "Cranes")).to_have_text("Indexed")
    page.close()
    with visit(browser, address) as visited:
        page, told = visited.page, visited.page.locator("#added")
        page.evaluate(DROP, {"note.txt": "The first note.", "virus.exe": "MZ", "minutes.doc": "x"})
        expect(told).to_contain_text("1 file added, 2 files not added")
        expect(told).to_contain_text("EXE is not read. Footnote reads text, ")
        expect(told).to_contain_text("DOC is not read. Save it as .docx or PDF.")
        expect(page.locator("#pending")).to_contain_text("Not in the index yet: 1 new")

        # Nothing is overwritten unasked.
        page.evaluate(DROP, {"note.txt": "The first note."})
        expect(told).to_contain_text("there already, word for word")
        page.evaluate(DROP, {"note.txt": "Another note."})
        expect(told).to_contain_text("Another file has this name: note.txt")
        page.get_by_role("button", name="Keep both").click()
        expect(told).to_contain_text("1 file added")
        assert (seeds / "note.txt").read_text() == "The first note."
        assert (seeds / "note (2).txt").read_text() == "Another note."
        page.evaluate(DROP, {"note.txt": "A third note."})
        page.get_by_role("button", name="Replace").click()
        expect(told).to_contain_text("in the trash")
        assert (seeds / "note.txt").read_text() == "A third note."

        # Folders come with the folders in them.
        tree = tmp_path / "lake papers"
        kept = {"loons.txt", "1999/06/deep/coots.md"}
        kept |= {f"counts/day{number:03}.txt" for number in range(103)}  # a browser tells 100
        for name in (*kept, ".git/secret.txt", "1999/.hidden.txt", "Thumbs.db", "1999/lake.jpg"):
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            (tree / name).write_text(f"Birds of the lake\n\nThis is {name}.\n")
        drag_and_drop(page, tree)
        expect(told).to_contain_text("105 files added, 1 file not added.", timeout=60_000)
        added = seeds / "lake papers"
        found = {path.relative_to(added).as_posix() for path in added.rglob("*") if path.is_file()}
        assert found == kept

        # A build shows how far it is, and is cancelled.
        page.get_by_role("button", name="Rebuild index").click()
        expect(page.locator("#pace")).to_contain_text("left", timeout=BUILD_MILLISECONDS)
        take_picture(page, "library-building")
        assert page.get_by_role("progressbar", name="Build").evaluate("bar => bar.value") > 0
        page.get_by_role("button", name="Cancel").click()
        cancelled = "The build was cancelled: the index is as it was before."
        expect(page.locator("#pending")).to_contain_text(cancelled, timeout=BUILD_MILLISECONDS)
        expect(page.locator("#library")).to_contain_text("1 article")

        # An article is read whole, and asked about; what is new stands before it in the list.
        page.get_by_role("searchbox").fill("Cranes")
        link = row(page, "Cranes").get_by_role("link")
        link.click()
        expect(page.locator("#source-text")).to_contain_text("Two cranes flew over the bay at noon")
        page.keyboard.press("Escape")
        expect(link).to_be_focused()
        page.go_back()
        page.get_by_role("button", name="Only this article").click()
        expect(page.locator("#chips")).to_contain_text("cranes.md", timeout=30_000)


def test_the_list_is_searched_and_its_files_removed(
    browser: Browser, address: str, folder: Path
) -> None:
    fill(folder / "seeds")
    for stray in (folder / "seeds").rglob("*day*.txt"):
        stray.unlink()
    with visit(browser, address, script=axe()) as visited:
        page, search = visited.page, visited.page.get_by_role("searchbox")
        rebuild(page)
        expect(page.locator("#pending")).to_contain_text("not read, 1 article partly read")
        way = row(page, "The way to the landing")
        expect(way.locator(".badge")).to_have_text("Partly read")
        expect(way.locator(".reason")).to_contain_text("map.png")
        expect(badge(page, "scan.pdf")).to_have_text("Not read")
        expect(row(page, "Terminal opens in rain")).to_contain_text("Also in 2006/opening.txt")
        assert_for_everybody(page)
        take_picture(page, "library", in_dark=True)

        search.fill("lind bay")
        expect(page.locator("#found")).to_have_text("1 entry")
        expect(row(page, "Whales return to the bay")).to_have_count(1)
        search.fill("terminal")
        expect(page.locator("#found")).to_have_text("3 entries")
        for order, first in (("ascending", "Ferry terminal opens"), ("descending", "What the")):
            page.get_by_role("button", name="Date").click()
            expect(page.locator("th.date")).to_have_attribute("aria-sort", order)
            expect(page.locator("#rows th").first).to_contain_text(first)
        page.reload()
        expect(page.locator("#rows th").first).to_contain_text("What the terminal cost")
        assert search.input_value() == "terminal"
        page.go_back()
        expect(page.locator("th.date")).to_have_attribute("aria-sort", "ascending")

        # A removed file comes back by keyboard, or stays in the trash until that is emptied.
        audit = folder / "seeds" / "2007" / "audit.txt"
        remove = page.get_by_role("button", name="Remove 2007/audit.txt")
        remove.focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("dialog")).to_contain_text("2007/audit.txt")
        assert_for_everybody(page)
        page.keyboard.press("Escape")
        expect(remove).to_be_focused()
        for key in ("Enter", "Tab", "Enter"):
            page.keyboard.press(key)
        expect(page.locator("#undo")).to_contain_text("2007/audit.txt was removed.")
        expect(badge(page, "What the terminal cost")).to_have_text("Removed")
        assert not audit.exists()
        expect(page.get_by_role("button", name="Undo")).to_be_focused()
        page.keyboard.press("Enter")
        expect(badge(page, "What the terminal cost")).to_have_text("Indexed")
        assert audit.exists()
        search.fill("")
        page.evaluate(DROP, {"old.txt": "An old note of the harbour master."})
        page.get_by_role("button", name="Remove old.txt").click()
        page.get_by_role("dialog").get_by_role("button", name="Remove").click()
        page.get_by_label("Show").select_option("in the trash")
        expect(page.get_by_role("button", name="Put back old.txt", exact=True)).to_be_visible()
        assert_for_everybody(page)
        page.get_by_role("button", name="Empty the trash").click()
        page.get_by_role("dialog").get_by_role("button", name="Delete for good").click()
        expect(page.get_by_label("Show")).to_have_value("all")

        page.set_viewport_size({"width": 390, "height": 844})
        assert_for_everybody(page)
        assert page.evaluate("() => document.querySelector('main').scrollWidth") <= 390
        take_picture(page, "library-phone")
        page.get_by_role("link", name="Chat").click()
        expect(page.get_by_label("Your question")).to_be_visible(timeout=30_000)
        tab = page.get_by_role("link", name="Library", exact=True)
        expect(tab).to_have_attribute("href", re.compile("/library$"))
